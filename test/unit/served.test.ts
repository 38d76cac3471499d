import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashServed, serialize } from "../../pipeline/hash.ts";
import type { Study } from "../../pipeline/registry/study.ts";
import { servedSections } from "../../pipeline/served.ts";
import { trial } from "../support/small-registry.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");
const decode = (text: Uint8Array | undefined): string => Buffer.from(text ?? []).toString("utf8");

test("the sections of a text are those that JSON.stringify writes of its parts", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom(0, 0.5, -1.25, 41.07));
  const inner = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), fc.dictionary(text, leaf, { maxKeys: 3 }));
  const key = fc.oneof(text, fc.constantFrom("derivedSection", "hasResults", "conditionBrowseModule"));
  const anything = fc.dictionary(key, fc.oneof(inner, fc.array(inner, { maxLength: 3 })), { maxKeys: 4 });
  let whole = 0;
  fc.assert(
    fc.property(anything, anything, anything, (protocolSection, resultsSection, conditionBrowseModule) => {
      const record = {
        protocolSection,
        resultsSection,
        derivedSection: { a: 1, conditionBrowseModule },
        hasResults: true,
      };
      const served = servedSections(bytes(JSON.stringify(record)));
      if (served === null) return;
      whole += 1;
      expect(decode(served.sections.get("protocolSection"))).toBe(JSON.stringify(protocolSection));
      expect(decode(served.sections.get("resultsSection"))).toBe(JSON.stringify(resultsSection));
      expect(decode(served.sections.get("hasResults"))).toBe("true");
      expect(decode(served.modules.get("conditionBrowseModule"))).toBe(JSON.stringify(conditionBrowseModule));
    }),
    { numRuns: 200 },
  );
  expect(whole).toBeGreaterThan(100);
});

describe("the hashes of a served text", () => {
  const study = trial(1, { title: 'A "quoted" \\ title, {"derivedSection":{}} and é', count: 21 }) as unknown as Study;
  const text = JSON.stringify(study);
  const { core, derived } = serialize(study);
  const hashes = (served: string) => hashServed(bytes(served), JSON.parse(served) as Study);

  test("are those of the record", () => expect(hashes(text)).toEqual({ core, derived }));

  test.each([
    ["white space", (served: string) => JSON.stringify(JSON.parse(served), null, 2)],
    ["a carriage return at its end", (served: string) => `${served}\r`],
    ["escapes that need not be", (served: string) => served.replaceAll("é", "\\u00e9")],
    ["escaped slashes", (served: string) => served.replace('A \\"quoted', 'A \\"\\u0071uoted')],
    ["longer numbers", (served: string) => served.replace(":21", ":21.0")],
    ["numbers with an exponent", (served: string) => served.replace(":21", ":2.1e1")],
  ])("are the same with %s", (_, write) => {
    const served = write(text);
    expect(served).not.toBe(text);
    expect(servedSections(bytes(served))).toBeNull();
    expect(hashes(served)).toMatchObject({ core, derived });
  });

  test("see a change in any section, and not the stamp", () => {
    expect(hashes(text.replace(":21", ":22")).core).not.toBe(core);
    const stamped = {
      ...study,
      derivedSection: { ...study.derivedSection, miscInfoModule: { versionHolder: "2026-11-20" } },
    };
    expect(hashes(JSON.stringify(stamped))).toMatchObject({ core, derived });
    const other = { ...study, derivedSection: { ...study.derivedSection, conditionBrowseModule: { meshes: [] } } };
    expect(hashes(JSON.stringify(other))).toMatchObject({ core });
    expect(hashes(JSON.stringify(other)).derived).not.toBe(derived);
  });

  test("are those of the outer sections where a section holds a key of the same name", () => {
    const nested = {
      ...study,
      annotationSection: { hasResults: true, derivedSection: { conditionBrowseModule: 1 } },
    } as Study;
    const { core, derived } = serialize(nested);
    expect(hashes(JSON.stringify(nested))).toMatchObject({ core, derived });
  });
});
