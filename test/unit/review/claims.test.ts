import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClaimRow, claimSchema, columnsOf, evaluate } from "../../../pipeline/review/claims.ts";

const claim = (said: Record<string, unknown>) =>
  claimSchema.parse({ id: "one", sentence: "A sentence.", place: "Conclusions", ...said });
const row = (n: number, said: Record<string, unknown> = {}): ClaimRow => ({
  nct_id: `NCT0000000${n}`,
  table_no: 1,
  ...said,
});
const ids = ({ trials }: { trials: { nct_id: string }[] }) => trials.map(({ nct_id }) => Number(nct_id.at(-1)));

describe("what is asked of a trial", () => {
  test.each<[string, Record<string, unknown>, unknown, boolean | null]>([
    ["a value", { v: "A" }, "A", true],
    ["one of several", { v: ["A", "B"] }, "C", false],
    ["a value of a list", { v: "iv" }, ["iv", "ipa"], true],
    ["none of a list", { v: { not: ["iv"] } }, ["ipa"], true],
    ["not, of silence", { v: { not: "A" } }, null, null],
    ["stated", { v: { stated: true } }, [], false],
    ["stated and not this", { v: { stated: true, not: "A" } }, null, false],
    ["a bound", { v: { at_least: 20 } }, 19, false],
    ["a bound of dates", { v: { at_most: "2016-12" } }, "2016-05-05", true],
    ["a bound, of silence", { v: { at_least: 1 } }, null, null],
    ["one group of two", { any: [{ v: "A" }, { w: true }] }, "A", true],
    ["two groups, one silent", { any: [{ v: "A" }, { w: true }] }, "B", null],
  ])("%s", (_, where, value, truth) => {
    const { state } = evaluate(claim({ where, expect: { count: 1 } }), [row(1, { v: value })]);
    expect(state).toBe(truth === null ? "cannot_tell" : truth ? "holds" : "no_longer_holds");
  });
});

describe("what is expected of them", () => {
  const rows = [
    row(1, { placebo: true, status: "COMPLETED" }),
    row(2, { placebo: false, status: "COMPLETED" }),
    row(3),
  ];
  test("none: broken by the trials that meet it, with the values asked for", () => {
    const result = evaluate(claim({ where: { status: "COMPLETED" }, expect: { none: { placebo: true } } }), rows);
    expect(result).toMatchObject({ state: "no_longer_holds" });
    expect(result.trials).toEqual([
      { nct_id: "NCT00000001", table_no: 1, values: { status: "COMPLETED", placebo: true }, missing: [] },
    ]);
  });

  test("all: broken by those that do not; a silent one makes it untold and is named with its cell", () => {
    const asked = claim({ where: { status: "COMPLETED" }, expect: { all: { placebo: false } } });
    expect(ids(evaluate(asked, rows))).toEqual([1]);
    const silent = evaluate(asked, [row(2, { placebo: false, status: "COMPLETED" }), row(4, { status: "COMPLETED" })]);
    expect(silent).toMatchObject({ state: "cannot_tell", trials: [{ nct_id: "NCT00000004", missing: ["placebo"] }] });
  });

  test("counts hang on silent rows only where they could change the answer", () => {
    const count = (expect_: Record<string, number>) =>
      evaluate(claim({ where: { placebo: true }, expect: expect_ }), rows).state;
    expect(count({ at_least: 1 })).toBe("holds");
    expect(count({ at_least: 2 })).toBe("cannot_tell");
    expect(count({ at_least: 3 })).toBe("no_longer_holds");
    expect(count({ at_most: 0 })).toBe("no_longer_holds");
    expect(count({ at_most: 1 })).toBe("cannot_tell");
    expect(count({ at_most: 2 })).toBe("holds");
    expect(count({ count: 1 })).toBe("cannot_tell");
  });

  test("another table's trials do not count", () => {
    const asked = claim({ table: 2, expect: { count: 0 } });
    expect(evaluate(asked, rows)).toMatchObject({ state: "holds", trials: [] });
  });

  test("a row more never makes a broken none hold, and the order of rows changes nothing", () => {
    const asked = claim({ where: { a: true }, expect: { none: { b: true } } });
    const value = fc.constantFrom(true, false, null);
    const some = fc.array(fc.tuple(value, value), { maxLength: 8 });
    fc.assert(
      fc.property(some, value, value, (pairs, a, b) => {
        const given = pairs.map(([x, y], at) => row(at + 1, { a: x, b: y }));
        const one = evaluate(asked, given);
        const more = evaluate(asked, [...given, row(9, { a, b })]);
        if (one.state === "no_longer_holds") expect(more.state).toBe("no_longer_holds");
        if (one.state === "cannot_tell") expect(more.state).not.toBe("holds");
        expect(evaluate(asked, given.toReversed())).toEqual(one);
      }),
      { seed: 8 },
    );
  });
});

describe("a claim's text", () => {
  test.each([
    [{ expect: {} }],
    [{ expect: { none: { placebo: {} } } }],
    [{ expect: { count: -1 } }],
    [{ expect: { count: 1, none: {} } }],
    [{ where: { any: [] }, expect: { count: 1 } }],
    [{ expect: { count: 1 }, over: "flags" }],
    [{ id: "No Name", expect: { count: 1 } }],
  ])("%j is refused", (said) => {
    expect(claimSchema.safeParse({ id: "one", sentence: "A.", place: "B", ...said }).success).toBe(false);
  });

  test("names the columns that it asks for", () => {
    const where = { status: "COMPLETED", any: [{ "curated.results": { stated: true } }, { has_results: true }] };
    expect(columnsOf(claim({ where, expect: { none: { placebo: true, status: "X" } } })).toSorted()).toEqual([
      "curated.results",
      "has_results",
      "placebo",
      "status",
    ]);
  });
});
