import { describe, expect, test } from "vitest";
import { type Outcome, OUTCOMES, type WalkLedger } from "../../db/model.ts";
import { openWalk, runProblem, walkProblem } from "../../pipeline/ledger.ts";

const walk = (announces: WalkLedger["announces"], counts: Partial<WalkLedger>): WalkLedger => ({
  ...openWalk("w", announces),
  ...counts,
});

describe("a walk", () => {
  test.each<[WalkLedger["announces"], Partial<WalkLedger>]>([
    ["query", { announced: 3, received: 4, distinct: 3, duplicates: 1 }],
    ["query", { announced: 0 }],
    ["ids", { announced: 6, received: 2, distinct: 2, merged: 1, tombstone: 2, left: 1 }],
    ["archive", { announced: 4, received: 4, distinct: 3, duplicates: 1 }],
    ["lines", { received: 5, distinct: 5 }],
  ])("%s adds up: %o", (announces, counts) => {
    expect(walkProblem(walk(announces, counts))).toBeNull();
  });

  test.each<[WalkLedger["announces"], Partial<WalkLedger>, RegExp]>([
    ["query", { announced: 4, received: 3, distinct: 3 }, /announced 4, received 3/],
    ["query", { announced: 4, received: 4, distinct: 3, duplicates: 1 }, /announced 4, received 3/],
    ["query", { received: 3, distinct: 3 }, /announced no total/],
    ["query", { announced: 3, received: 4, distinct: 3 }, /3 distinct \+ 0 duplicates/],
    ["ids", { announced: 3, received: 1, distinct: 1, merged: 1 }, /asked for 3 .* accounted for 2/],
    ["archive", { announced: 3, received: 4, distinct: 4 }, /announced 3, received 4/],
    ["lines", { received: 3, distinct: 2 }, /received 3/],
  ])("%s does not: %o", (announces, counts, said) => {
    expect(walkProblem(walk(announces, counts))).toMatch(said);
  });
});

test("a run: every distinct record has exactly one outcome", () => {
  const outcomes = Object.fromEntries(OUTCOMES.map((name, at) => [name, at])) as Record<Outcome, number>;
  expect(runProblem(15, outcomes)).toBeNull();
  expect(runProblem(16, outcomes)).toMatch(/16 distinct records, but 15 outcomes/);
  expect(runProblem(14, outcomes)).toMatch(/15 outcomes/);
});
