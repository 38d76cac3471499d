import { describe, expect, test } from "vitest";
import type { Drift } from "../../db/model.ts";
import { corpusLines, fixtureLines, noCorpus } from "../unit/fixtures/support.ts";
import { driftAgainst, type HeldRecord, missed } from "./kinds.ts";

/** Cells of rows-2022-01.md that moved or were always different; nothing else of these columns may. */
const DATED = new Set(["status", "start_date", "completion_date", "enrollment", "phase"]);
const MOVED = `NCT00690066 status, NCT02057211 completion_date, NCT02057211 enrollment, NCT02057211 start_date,
  NCT02057211 status, NCT02633163 completion_date, NCT02633163 start_date, NCT02745808 completion_date`;
const DIFFERED = `NCT00698191 enrollment, NCT00698191 status, NCT01068951 phase, NCT01374854 enrollment,
  NCT01374854 status, NCT01741857 status, NCT02579148 status`;

function cellsOfKind(drift: Map<string, Drift[]>, kind: string): string[] {
  return [...drift]
    .flatMap(([id, all]) =>
      all.filter((one) => one.kind === kind && DATED.has(one.column)).map(({ column }) => `${id} ${column}`),
    )
    .toSorted();
}

const list = (text: string) => text.split(/,\s+/);

describe("drift of the twenty printed rows", () => {
  const recorded = driftAgainst(fixtureLines<HeldRecord>("fixtures/recordings/2022-01-21.jsonl"));

  test("the recording: each of 280 cells has its expected kind", () => {
    expect([...recorded.values()].flat()).toHaveLength(280);
    expect(missed(recorded)).toEqual([]);
  });
  test("the recording: exactly these dates, sizes, phases and statuses moved or differed", () => {
    expect(cellsOfKind(recorded, "moved")).toEqual(list(MOVED));
    expect(cellsOfKind(recorded, "differed_when_printed")).toEqual(list(DIFFERED));
  });

  describe.skipIf(noCorpus !== null)(`records of January 2022${noCorpus ? ` (${noCorpus})` : ""}`, () => {
    const held = noCorpus ? new Map<string, Drift[]>() : driftAgainst(corpusLines<HeldRecord>("msc-2022-01.jsonl.gz"));

    test("each of 280 cells has its expected kind", () => {
      expect([...held.values()].flat()).toHaveLength(280);
      expect(missed(held)).toEqual([]);
    });
    test("exactly these dates, sizes, phases and statuses moved or differed", () => {
      expect(cellsOfKind(held, "moved")).toEqual(list(MOVED));
      expect(cellsOfKind(held, "differed_when_printed")).toEqual(list(DIFFERED));
    });
  });
});
