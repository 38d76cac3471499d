import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Decision } from "../../../pipeline/review/decision.ts";
import {
  carriedOut,
  changesOf,
  editsOf,
  type FileRow,
  pendingOf,
  rowsAtVersion,
  type TableFile,
} from "../../../pipeline/review/table-file.ts";

const row = (nct_id: string, enrollment: number | null, more: Partial<FileRow> = {}): FileRow => ({
  nct_id,
  footnotes: [],
  cite: "Table 1",
  cells: { enrollment },
  ...more,
});
const file = (rows: FileRow[], more: Partial<TableFile> = {}): TableFile => ({
  table: 1,
  title: "T",
  version: 1,
  rows,
  log: [],
  ...more,
});

let count = 0;
const decision = (nct_id: string, column: Decision["column"], value: unknown, table_version: number): Decision => ({
  id: `D${(count += 1)}`,
  undoes: null,
  at: "2026-11-26T08:00:00.000Z",
  by: "Eva",
  review: "r",
  table: 1,
  nct_id,
  column,
  decision: "accepted",
  value: value as Decision["value"],
  old: null,
  registry_then: null,
  data_date: "2026-11-20",
  table_version,
  note: null,
});

describe("carriedOut", () => {
  test("one version for the decisions of one command, with what each found; other keys of the file stay", () => {
    const before = file([row("A", 1), row("B", 2)], { footnotes: { "‡": "x" } });
    const after = carriedOut(before, [decision("A", "enrollment", 5, 2), decision("B", "enrollment", 6, 2)], []);
    expect(after).toMatchObject({ title: "T", footnotes: { "‡": "x" }, version: 2 });
    expect(after.log).toMatchObject([
      {
        version: 2,
        by: "Eva",
        changes: [
          { nct_id: "A", old: 1, new: 5 },
          { nct_id: "B", old: 2, new: 6 },
        ],
      },
    ]);
    expect(before.rows).toEqual([row("A", 1), row("B", 2)]);
  });

  test("a decision cut short, whose number an edit by hand has taken meanwhile, gets the next", () => {
    const edit = {
      version: 2,
      at: "2026-11-26T07:00:00.000Z",
      by: null,
      changes: changesOf([row("A", 1)], [row("A", 3)]),
    };
    const after = carriedOut(file([row("A", 3)]), [decision("A", "enrollment", 5, 2)], [edit]);
    expect(after).toMatchObject({ version: 3, rows: [{ cells: { enrollment: 5 } }] });
    expect(rowsAtVersion(after, 1)).toEqual([row("A", 1)]);
  });

  test("only what writes and is not reached yet is pending", () => {
    const list = [
      decision("A", "enrollment", 5, 2),
      { ...decision("A", "enrollment", 5, 3), decision: "rejected" as const },
      decision("A", "enrollment", 7, 3),
      { ...decision("A", "enrollment", 7, 3), table: 2 },
    ];
    expect(pendingOf(list, 1, 2)).toEqual([list[2]]);
  });
});

const rowsOf = fc.uniqueArray(
  fc.record({
    nct_id: fc.constantFrom("A", "B", "C", "D", "E"),
    footnotes: fc.array(fc.constantFrom("‡", "†"), { maxLength: 2 }),
    cite: fc.constantFrom("Table 1", "new"),
    cells: fc.record(
      { enrollment: fc.option(fc.nat(9)), country: fc.option(fc.array(fc.constantFrom("x", "y"))) },
      { requiredKeys: [] },
    ),
  }),
  { selector: ({ nct_id }) => nct_id },
);
/** A version is its rows by id: an edit that only orders them otherwise changes no cell. */
const content = (rows: readonly FileRow[] | null) =>
  (rows ?? [])
    .map(({ cells, ...rest }) => ({
      ...rest,
      cells: Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== null)),
    }))
    .toSorted((a, b) => a.nct_id.localeCompare(b.nct_id));

test("property: every earlier version is the newest with its log undone", () => {
  fc.assert(
    fc.property(fc.array(rowsOf, { minLength: 1, maxLength: 5 }), (versions) => {
      const imported = versions.map((rows, at) => ({ version: at + 1, at: "2026-11-26T08:00:00.000Z", rows }));
      const newest = file(versions.at(-1) ?? [], { version: versions.length });
      const whole = { ...newest, log: editsOf(newest, imported) };
      versions.forEach((rows, at) => expect(content(rowsAtVersion(whole, at + 1))).toEqual(content(rows)));
    }),
    { seed: 20261126, numRuns: 300 },
  );
});

test("a log with a gap tells no earlier version", () => {
  const one = carriedOut(file([row("A", 1)]), [decision("A", "enrollment", 5, 2)], []);
  expect(rowsAtVersion({ ...one, version: 3 }, 1)).toBeNull();
  expect(rowsAtVersion(one, 3)).toBeNull();
  expect(rowsAtVersion(one, 2)).toEqual(one.rows);
});
