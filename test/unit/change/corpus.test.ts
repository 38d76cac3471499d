import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { changesBetween, sentence } from "../../../pipeline/change/changes.ts";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import type { Study } from "../../../pipeline/registry/study.ts";
import { corpus, withoutCorpus } from "../normalize/corpus.ts";

/** The core by its definition, written without the code under test. */
function coreOf(record: Study): unknown {
  const { protocolSection, resultsSection, annotationSection, documentSection, hasResults, derivedSection } =
    structuredClone(record);
  const { versionHolder: _, ...misc } = derivedSection?.miscInfoModule ?? {};
  return { protocolSection, resultsSection, annotationSection, documentSection, hasResults, misc };
}

function check(before: Study, after: Study): number {
  const changes = changesBetween(factsOf(before), factsOf(after), before, after);
  const id = before.protocolSection.identificationModule.nctId;
  expect(changes.length > 0, id).toBe(!isDeepStrictEqual(coreOf(before), coreOf(after)));
  const keys = changes.map(({ column, kind }) => `${column}.${kind}`);
  expect(new Set(keys).size, id).toBe(keys.length);
  expect(changes.filter(({ kind }) => kind === "other").length, id).toBeLessThanOrEqual(1);
  for (const change of changes) expect(sentence(change, id)).toMatch(/^NCT\d{8}: [^\n]+$/);
  const { status, lastKnownStatus } = factsOf(before);
  const now = factsOf(after);
  const moved = status !== now.status || lastKnownStatus !== now.lastKnownStatus;
  expect(changes.filter(({ column }) => column === "status").length, id).toBe(moved ? 1 : 0);
  return changes.length;
}

/** Every leaf of a record, with the list or object that holds it. */
function* leaves(value: unknown): Generator<[holder: object, key: string]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === "object") yield* leaves(part);
    else yield [value, key];
  }
}

describe.skipIf(withoutCorpus("msc-2022-01", "msc-2022-09"))("January and September 2022", () => {
  const january = new Map(corpus("msc-2022-01").map((one) => [one.protocolSection.identificationModule.nctId, one]));
  const pairs = corpus("msc-2022-09").flatMap((after) => {
    const before = january.get(after.protocolSection.identificationModule.nctId);
    return before === undefined ? [] : [{ before, after }];
  });

  test("68 pairs, 17 with another status, each told once", () => {
    const count: Record<string, number> = {};
    for (const { before, after } of pairs) {
      check(before, after);
      for (const { column, kind } of changesBetween(factsOf(before), factsOf(after), before, after)) {
        if (column === "status") count[kind] = (count[kind] ?? 0) + 1;
      }
    }
    expect(pairs.length).toBe(68);
    expect(count).toEqual({ stopped_early: 4, completed: 3, lapsed: 5, resumed: 1, status_changed: 4 });
  });

  test("any two records differ, a record and its copy do not", () => {
    const records = pairs.map(({ after }) => after);
    for (const [at, record] of records.entries()) {
      expect(check(record, structuredClone(record))).toBe(0);
      const next = records[at + 1];
      if (next !== undefined) expect(check(record, next)).toBeGreaterThan(0);
    }
  });

  test("one leaf altered or taken away, wherever it is, gives a change, but for the daily stamp and the headings", () => {
    for (const { after } of pairs.slice(0, 12)) {
      const count = [...leaves(after)].length;
      for (let at = 0; at < count; at += 7) {
        for (const alter of [true, false]) {
          const copy = structuredClone(after);
          const [holder, key] = [...leaves(copy)][at] ?? [];
          if (holder === undefined || key === undefined || (Array.isArray(holder) && !alter)) continue;
          const value: unknown = Reflect.get(holder, key);
          // a date stays one; that other texts become unknown words is what a registry may do
          const text = typeof value === "string" ? (/^\d{4}/.test(value) ? "1999-01" : `${value} x`) : value;
          const altered = typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : text;
          if (alter) Reflect.set(holder, key, altered);
          else Reflect.deleteProperty(holder, key);
          if (copy.protocolSection?.statusModule?.overallStatus === undefined) continue;
          check(after, copy);
        }
      }
    }
  });
});

test.skipIf(withoutCorpus("registry-v2"))("neighbours of the registry file never throw, and always differ", () => {
  const records = corpus("registry-v2").slice(0, 600);
  for (const [at, record] of records.entries()) {
    const next = records[at + 1];
    if (next !== undefined) expect(check(record, next)).toBeGreaterThan(0);
  }
});
