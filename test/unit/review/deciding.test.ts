import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { DecidedColumn, Drift } from "../../../db/model.ts";
import { deriveMember } from "../../../pipeline/derive.ts";
import type { Study } from "../../../pipeline/registry/study.ts";
import { parseNotation } from "../../../pipeline/review/codes.ts";
import {
  type Decision,
  fileColumn,
  parseDecisions,
  refusedPublications,
  standingIds,
} from "../../../pipeline/review/decision.ts";
import {
  accept,
  DECIDED_TOGETHER,
  decidePublication,
  type Draft,
  Refusal,
  reject,
  type Seen,
  undo,
} from "../../../pipeline/review/deciding.ts";
import { readReview } from "../../../pipeline/review/folder.ts";
import type { CuratedRow } from "../../../pipeline/review/review.ts";
import { type FileRow, withValue } from "../../../pipeline/review/table-file.ts";
import { fixtureJson, fixtureLines } from "../fixtures/support.ts";

const FIXTURES = fileURLToPath(new URL("../../../fixtures/", import.meta.url));
const review = readReview(`${FIXTURES}reviews`, "msc-t1d-sle", `${FIXTURES}lexicons`);
const notation = parseNotation(review.codes);
const records = new Map(
  fixtureLines<Study>("fixtures/recordings/2026-11-20.jsonl").map((one) => [
    one.protocolSection.identificationModule.nctId,
    one,
  ]),
);
const files = new Map(
  [1, 2].map((table) => [
    table,
    fixtureJson<{ rows: FileRow[] }>(`fixtures/reviews/msc-t1d-sle/table-${table}.json`).rows,
  ]),
);

const asRow = ({ nct_id, cells }: FileRow): CuratedRow => ({
  nctId: nct_id,
  footnotes: [],
  cite: "",
  cells: cells as CuratedRow["cells"],
});

/** A printed study as readers see it, by today's rules on the recording of 2026. */
function see(
  nctId: string,
  table: number,
  rows: readonly FileRow[],
  decisions: Decision[] = [],
): Seen & { kinds: Drift[] } {
  const tables = review.tables.map((one) => (one.table === table ? { ...one, rows: rows.map(asRow) } : one));
  const study = records.get(nctId) ?? null;
  const derived = deriveMember({
    nctId,
    study,
    asOf: null,
    gone: null,
    tables: [table],
    review: { ...review, tables, decisions },
  });
  return {
    nctId,
    table,
    rows,
    kinds: derived.drift,
    drift: derived.drift.map((one) => ({ ...one, table_no: one.table, column_name: one.column })),
    cells: derived.cells.map((one) => ({ ...one, column_name: one.column })),
    notation,
    statusConvention: review.tables.find((one) => one.table === table)?.statusConvention ?? null,
    dataDate: "2026-11-20",
  };
}

function written(answer: Draft | Refusal): Draft {
  if (answer instanceof Refusal) throw new Error(answer.words);
  return answer;
}

let count = 0;
const sign = (draft: Draft): Decision => ({
  id: `D${(count += 1)}`,
  at: "2026-11-26T08:00:00.000Z",
  by: "Eva",
  review: review.id,
  data_date: "2026-11-20",
  table_version: 2,
  note: null,
  ...draft,
});
const apply = (rows: readonly FileRow[], { nct_id, column, value }: Draft): FileRow[] =>
  withValue(rows, { nct_id, column: fileColumn(column) }, value);

const printed = [...files].flatMap(([table, rows]) => rows.map((row) => [row.nct_id, table] as const));
const placed = printed.flatMap(([nctId, table]) =>
  see(nctId, table, files.get(table) ?? [])
    .kinds.filter(({ kind }) => DECIDED_TOGETHER.includes(kind))
    .map(({ column }) => [nctId, column, table] as const),
);

describe("on the twenty printed rows", () => {
  test("there are cells of all kinds to decide", () => expect(placed.length).toBeGreaterThan(20));

  test.each(placed)(
    "%s %s: accepted, it agrees with the registry; undone, the row is as before",
    (nctId, column, table) => {
      const before = files.get(table) ?? [];
      const answer = accept(see(nctId, table, before), column, null);
      if (answer instanceof Refusal) {
        expect(answer.words).toContain("the review's codes cannot say it");
        return;
      }
      const decision = sign(answer);
      const after = apply(before, answer);
      const kind = see(nctId, table, after, [decision]).kinds.find((one) => one.column === column)?.kind;
      expect(["same", "equivalent", "unstated"]).toContain(kind);
      expect(apply(after, written(undo([decision], decision.id, after)))).toEqual(before);
      expect(standingIds([decision], [{ ...review.tables[0]!, table, rows: after.map(asRow) }])).toEqual(
        new Set([decision.id]),
      );
      expect(standingIds([decision], [{ ...review.tables[0]!, table, rows: before.map(asRow) }])).toEqual(new Set());
    },
  );

  const one = (column: DecidedColumn, words: string | null = null) =>
    accept(see("NCT02057211", 1, files.get(1) ?? []), column, words);
  const refused = (answer: Draft | Refusal) =>
    answer instanceof Refusal ? answer.words : JSON.stringify(answer.value);

  test.each<[DecidedColumn, string | null, RegExp]>([
    ["director", null, /agree already/],
    ["route", null, /the record says nothing there/],
    ["results", null, /the reviewer's/],
    ["*", null, /nothing is asked of the study/],
    ["*", "x", /not a whole row/],
    ["start_date", "May 2014", /^expected a date \(yyyy, yyyy-mm or yyyy-mm-dd\), found "May 2014"/],
    ["enrollment", "1.00E+05", /^expected a whole number, found "1.00E\+05"/],
    ["route", "iv or po", /^expected route codes of review.json \(co-pi-k, .*\), not po/],
    ["route", "iv and ic or ipa", /not by both/],
    ["cell_source", "XX-MSCs", /^expected codes of review.json's codes.cell_source, not XX-MSCs/],
    ["donor", "sibling", /^expected one of autologous/],
    ["publications", "PMC1", /^expected a PMID/],
  ])("%s with %j is refused in words that say what is expected", (column, words, expected) => {
    expect(refused(one(column, words))).toMatch(expected);
  });

  test.each<[DecidedColumn, string, string]>([
    ["start_date", " 2014-05 ", '"2014-05"'],
    ["country", "Sweden; Norway", '["Sweden","Norway"]'],
    ["enrollment", "12", "12"],
    ["route", "iv or ipa", '{"codes":["iv","ipa"],"join":"or"}'],
    ["cell_source", "UC-MSCs", '["UC-MSCs"]'],
    ["director", "", "null"],
    ["tissue", "bone marrow", '["AutoBM-MSCs"]'],
  ])("%s takes %j as %s", (column, words, value) => {
    expect(refused(one(column, words))).toBe(value);
    expect((one(column, words) as Draft).decision).toBe("own");
  });
});

describe("publications", () => {
  const rows = files.get(1) ?? [];
  const id = "NCT02057211";

  test("are confirmed and refused one by one, and the refused ones are known", () => {
    const first = sign(written(decidePublication(see(id, 1, rows), "301", "accept", [])));
    const after = apply(rows, first);
    const second = sign(written(decidePublication(see(id, 1, after), "302", "reject", [])));
    expect(second).toMatchObject({ decision: "rejected", value: ["301"], registry_then: "302" });
    const refusal = decidePublication(see(id, 1, after), "301", "reject", [first]);
    expect(refusal).toMatchObject({ words: "301 is confirmed: undo that first (D" + first.id.slice(1) + ")" });
    expect(refusedPublications([first, second], id)).toEqual(["302"]);
    const back = sign(written(undo([first, second], second.id, after)));
    expect(refusedPublications([first, second, back], id)).toEqual([]);
  });
});

describe("reject", () => {
  test("is refused where both sides agree or nothing is compared", () => {
    const seen = see("NCT02057211", 1, files.get(1) ?? []);
    expect(reject(seen, "director", [])).toMatchObject({ words: "the table and the registry agree" });
    expect(reject(seen, "results", [])).toMatchObject({ words: "the sentence is never compared" });
  });
});

describe("decisions.jsonl", () => {
  test("is read line by line; every wrong line is named, a torn end is left aside", () => {
    const good = JSON.stringify(sign(written(accept(see("NCT02057211", 1, files.get(1) ?? []), "enrollment", null))));
    const problems: string[] = [];
    const read = parseDecisions(`${good}\n{"id":1}\nnot\n${good.slice(0, 40)}`, "decisions.jsonl", problems);
    expect(read).toHaveLength(1);
    expect(problems.some((line) => line.startsWith("decisions.jsonl line 2 id: "))).toBe(true);
    expect(problems).toContain("decisions.jsonl line 3: not JSON");
    expect(problems.some((line) => line.includes("line 4"))).toBe(false);
    expect(parseDecisions(`${good}`, "f", [])).toHaveLength(1);
  });
});
