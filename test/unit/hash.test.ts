import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentId, serialize, versionId } from "../../pipeline/hash.ts";
import type { Study } from "../../pipeline/registry/study.ts";
import { trial } from "../support/small-registry.ts";

const made = (...given: Parameters<typeof trial>): Study => trial(...given) as unknown as Study;
const derived = (study: Study, module: string, value: unknown): Study => ({
  ...study,
  derivedSection: { ...study.derivedSection, [module]: value },
});
const coreHash = (study: Study) => serialize(study).core;
const derivedHash = (study: Study) => serialize(study).derived;

describe("core", () => {
  const study = made(1);

  test("does not see the daily stamp, with or without the module around it", () => {
    expect(coreHash(made(1, { stamp: "2026-11-20" }))).toBe(coreHash(study));
    const { miscInfoModule: _, ...rest } = study.derivedSection ?? {};
    expect(coreHash({ ...study, derivedSection: rest })).toBe(coreHash(study));
  });

  test("sees every section, the flag of results, and what else miscInfoModule holds", () => {
    const others: Study[] = [
      made(1, { count: 21 }),
      { ...study, resultsSection: { a: 1 } },
      { ...study, annotationSection: { a: 1 } },
      { ...study, documentSection: { a: 1 } },
      { ...study, hasResults: true },
      derived(study, "miscInfoModule", { versionHolder: "2022-01-21", removedCountries: ["Norway"] }),
    ];
    const hashes = [study, ...others].map(coreHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test("does not see the headings, which have a hash of their own", () => {
    const other = made(1, { heading: "Lupus Nephritis" });
    expect(coreHash(other)).toBe(coreHash(study));
    expect(derivedHash(other)).not.toBe(derivedHash(study));
    expect(derivedHash(derived(study, "interventionBrowseModule", { meshes: [] }))).not.toBe(derivedHash(study));
    expect(derivedHash(made(1, { count: 21, stamp: "2026-11-20" }))).toBe(derivedHash(study));
  });
});

test("the text of a record is the one that JSON.stringify writes, whatever its keys and texts", () => {
  const anything = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));
  fc.assert(
    fc.property(anything, anything, (sections, modules) => {
      const study = { ...sections, ...made(1), derivedSection: modules } as unknown as Study;
      expect(serialize(study).json()).toBe(JSON.stringify(study));
      const { derivedSection: _, ...none } = study;
      expect(serialize(none as Study).json()).toBe(JSON.stringify(none));
    }),
    { numRuns: 300 },
  );
});

test("an id is a uuid of the content alone", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(contentId(a)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      expect(contentId(a) === contentId(b)).toBe(Buffer.from(a).equals(Buffer.from(b)));
    }),
  );
});

test("a version is named by study, core and data date", () => {
  const names = [
    versionId("NCT00000001", "c", "2022-01-21T09:00:00"),
    versionId("NCT00000002", "c", "2022-01-21T09:00:00"),
    versionId("NCT00000001", "d", "2022-01-21T09:00:00"),
    versionId("NCT00000001", "c", "2022-01-21T09:00:01"),
  ];
  expect(new Set(names).size).toBe(4);
  expect(versionId("NCT00000001", "c", "2022-01-21T09:00:00")).toBe(names[0]);
});
