import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  distinctIds,
  essiePhrase,
  idsParams,
  normalizeNctId,
  studiesParams,
} from "../../../pipeline/registry/query.ts";

describe("studiesParams", () => {
  test("names every field as the API does and passes Essie as written", () => {
    const query = {
      cond: "SLE",
      intr: "MSC",
      term: "a",
      titles: "b",
      outc: "c",
      spons: "d",
      lead: "e",
      id: "f",
      locn: "g",
      patient: "h",
      advanced: "AREA[Phase](PHASE1 OR PHASE2)",
    };
    const params = Object.fromEntries(studiesParams(query, { pageSize: 200, countTotal: true, pageToken: "t/+=" }));
    expect(params).toEqual({
      "query.cond": "SLE",
      "query.intr": "MSC",
      "query.term": "a",
      "query.titles": "b",
      "query.outc": "c",
      "query.spons": "d",
      "query.lead": "e",
      "query.id": "f",
      "query.locn": "g",
      "query.patient": "h",
      "filter.advanced": "AREA[Phase](PHASE1 OR PHASE2)",
      sort: "LastUpdatePostDate:desc|StudyFirstPostDate:desc",
      pageSize: "200",
      countTotal: "true",
      pageToken: "t/+=",
    });
  });

  test("sends no reserved character raw, no blank field and no countTotal that was not asked for", () => {
    const text = studiesParams({ cond: " ", advanced: 'AREA[Condition]"a b" AND c&d' }, { pageSize: 1 }).toString();
    expect(text).not.toMatch(/[[\]"| ]/);
    expect(text).toContain("%5B");
    expect(text).toContain("c%26d");
    expect(text).not.toMatch(/query\.cond|countTotal|pageToken/);
  });

  test("differs between pages in token and count alone", () => {
    const first = studiesParams({ cond: "a" }, { pageSize: 5, countTotal: true });
    const second = studiesParams({ cond: "a" }, { pageSize: 5, pageToken: "x" });
    first.delete("countTotal");
    second.delete("pageToken");
    expect(second.toString()).toBe(first.toString());
  });

  test.each([0, 1001, 1.5, -1, Number.NaN])(
    "refuses a page of %d, which the registry would change in silence",
    (size) => {
      expect(() => studiesParams({}, { pageSize: size })).toThrow(/page of/);
    },
  );
});

describe("idsParams", () => {
  test("joins ids by a bar and leaves room on the page", () => {
    const params = idsParams(["nct1", "NCT00000002", "NCT00000001"]);
    expect(params.get("filter.ids")).toBe("NCT00000001|NCT00000002");
    expect(Number(params.get("pageSize"))).toBeGreaterThan(2);
    expect(params.toString()).toContain("%7C");
  });

  test("refuses a malformed id, no id, and more ids than the page holds", () => {
    expect(() => idsParams(["NCT00000001", "NCT00000000"])).toThrow(/"NCT00000000" is not an NCT id/);
    expect(() => idsParams([])).toThrow(/0 ids/);
    expect(() => idsParams(["NCT1", "NCT2"], { pageSize: 1 })).toThrow(/2 ids do not fit/);
  });
});

describe("normalizeNctId", () => {
  test.each([
    ["NCT01374854", "NCT01374854"],
    [" nct1374854\n", "NCT01374854"],
    ["NCT000001374854", "NCT01374854"],
    ["NCT99999999", "NCT99999999"],
    ["NCT00000000", null],
    ["NCT123456789", null],
    ["NCT", null],
    ["1374854", null],
    ["NCT01374854x", null],
    ["NCT01374854 NCT01374855", null],
    ["NCT0137\u0000854", null],
    ["NCT٠١٣٧٤٨٥٤", null],
    ["", null],
  ])("%j -> %j", (text, id) => {
    expect(normalizeNctId(text)).toBe(id);
  });

  test("is idempotent, and what it accepts is eight digits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), fc.nat(5), (number, zeros) => {
        const id = normalizeNctId(`nCt${"0".repeat(zeros)}${number}`);
        expect(id).toMatch(/^NCT\d{8}$/);
        expect(normalizeNctId(id ?? "")).toBe(id);
      }),
    );
  });

  test("distinctIds keeps the order and each id once", () => {
    expect(distinctIds(["NCT2", "NCT1", "nct00000002"])).toEqual(["NCT00000002", "NCT00000001"]);
  });
});

describe("essiePhrase", () => {
  test.each([
    ["systemic lupus", '"systemic lupus"'],
    ["Wharton's jelly", `"Wharton's jelly"`],
    ['a" OR AREA[Phase]"', '"a OR AREA Phase"'],
    ["ends in a backslash\\", '"ends in a backslash"'],
    ["  AND\t\nNOT ", '"AND NOT"'],
    ["HbA1c > 7 (mean)", '"HbA1c > 7 mean"'],
    ["diabète de type 1", '"diabète de type 1"'],
  ])("%j -> %s", (words, phrase) => {
    expect(essiePhrase(words)).toBe(phrase);
  });

  test("no words leave their phrase", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (words) => {
        if (!/[^"\\[\]()\p{Cc}\p{Cs}\s]/u.test(words))
          expect(() => essiePhrase(words)).toThrow(/nothing can be searched/);
        else expect(essiePhrase(words)).toMatch(/^"[^"\\[\]()]+"$/);
      }),
    );
  });
});
