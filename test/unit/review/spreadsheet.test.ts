import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csv } from "../../../pipeline/report/csv.ts";
import { printCurated } from "../../../pipeline/review/columns.ts";
import type { CuratedValue } from "../../../pipeline/review/review.ts";
import { readSheet, type Sheet, sheetText } from "../../../pipeline/review/spreadsheet.ts";
import { type FileRow, valueAt } from "../../../pipeline/review/table-file.ts";
import { COLUMNS, type ColumnName } from "../../../db/model.ts";

const A = "NCT00000001";
const cells: FileRow["cells"] = {
  director: "'t Hooft, Ünal",
  country: ["China", "USA"],
  status: null,
  start_date: "2014-12",
  completion_date: "2015",
  phase: ["Phase 1", "Phase 2"],
  enrollment: 50,
  primary_outcomes: ['HbA1c, "fasting"', "=1+1"],
  route: { codes: ["iv", "ipa"], join: "or" },
  results: "-5 points\r\nafter a year",
};
const row = (more: FileRow["cells"] = {}): FileRow => ({ nct_id: A, cells: { ...cells, ...more } });

/** The sheet as `table --format csv` makes it, without the registry's columns. */
function sheetOf(rows: readonly FileRow[], version = 1): string {
  const header = ["nct_id", "in_curated", ...COLUMNS, "enrollment_registry", "enrollment_kind", "table_version"];
  const records = rows.map(({ nct_id }) => [
    nct_id,
    true,
    ...COLUMNS.map((column) => sheetText(column, printCurated(column, valueAt(rows, nct_id, column) as CuratedValue))),
    "10",
    "moved",
    version,
  ]);
  return `\uFEFF${csv(header, records)}`;
}

const read = (
  text: string,
  rows: readonly FileRow[] = [row()],
  at: (version: number) => readonly FileRow[] | null = (version) => (version === 1 ? rows : null),
): Sheet => readSheet(text, { version: 1, rows, at });
const said = ({ changes, problems }: Sheet) => [
  ...changes.map(({ line, column, words }) => `${line} ${column} ${words}`),
  ...problems,
];

describe("on the way out", () => {
  test.each<[ColumnName, string, string]>([
    ["start_date", "2014-12", "'2014-12"],
    ["start_date", "2014-12-01", "'2014-12-01"],
    ["start_date", "2014", "'2014"],
    ["enrollment", "50", "50"],
    ["director", "=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["director", "'t Hooft", "''t Hooft"],
    ["director", "+41 22", "'+41 22"],
    ["results", "1-2", "'1-2"],
    ["results", "Dec 14", "'Dec 14"],
    ["results", "1e5", "'1e5"],
    ["results", "HbA1c fell by 1.2", "HbA1c fell by 1.2"],
    ["phase", "Phase 1; Phase 2", "Phase 1; Phase 2"],
    ["director", "May Lee", "May Lee"],
  ])("%s %j is %j", (column, text, shown) => expect(sheetText(column, text)).toBe(shown));
});

describe("on the way back", () => {
  test("an unchanged file changes nothing, also with semicolons, without its apostrophes, or with blanks around", () => {
    expect(said(read(sheetOf([row()])))).toEqual([]);
    const semicolons = sheetOf([
      row({ primary_outcomes: ["HbA1c"], director: "Lee", country: ["China"], phase: ["Phase 1"] }),
    ]);
    const plain = row({ primary_outcomes: ["HbA1c"], director: "Lee", country: ["China"], phase: ["Phase 1"] });
    expect(said(read(semicolons.replaceAll(",", ";"), [plain]))).toEqual([]);
    expect(said(read(sheetOf([row()]).replace("'2014-12", " 2014-12 ")))).toEqual([]);
  });

  test("a changed cell is told with its line and words", () => {
    const text = sheetOf([row()]).replace("'2014-12", "2015-01").replace(",50,", ",,");
    expect(said(read(text))).toEqual(["2 start_date 2015-01", "2 enrollment "]);
    expect(read(text).changes[0]).toMatchObject({ nctId: A, was: "2014-12" });
  });

  test.each([
    ["Dec-14", "made a date of it"],
    ["14-Dec", "made a date of it"],
    ["1-Dec-2014", "made a date of it"],
    ["December 2014", "made a date of it"],
    ["12/1/2014", "made a date of it"],
    ["01.12.2014", "made a date of it"],
    ["2014/12/01", "made a date of it"],
    ["41974", "made the number of a day of it"],
    ["1.00E+05", "wrote it as a power of ten"],
    ["#NAME?", "put an error in its place"],
    ["########", "put an error in its place"],
    ["2014\uFFFD12", "was saved in another encoding than UTF-8"],
  ])("%s in place of 2014-12 is refused, with line, column and the original", (words, did) => {
    expect(said(read(sheetOf([row()]).replace("'2014-12", words)))).toEqual([
      `line 2, column start_date: found ${JSON.stringify(words)}: a spreadsheet ${did}; it was "2014-12"`,
    ]);
  });

  test("all problems are told at once", () => {
    const text = sheetOf([row()]).replace("'2014-12", "Dec-14").replace("'2015", "42005").replace(",50,", ",5.00E+01,");
    expect(read(text).problems).toHaveLength(3);
  });

  test("names of people are no months", () => {
    for (const name of ["May", "Marco", "April Jun", "Augustin 2"])
      expect(said(read(sheetOf([row()]).replace("''t Hooft, Ünal", name)))).toEqual([`2 director ${name}`]);
  });

  test("the columns that it needs, unknown, double and short ones, and studies that are not printed", () => {
    const text = sheetOf([row()]);
    expect(said(read(text.replace("table_version", "other")))[0]).toContain("no column table_version");
    expect(said(read(text.replace("director", "Directer")))[0]).toContain('no column "Directer"');
    expect(said(read(text.replace("country", "director")))[0]).toContain("the column director is there twice");
    expect(said(read(text.replace(A, "NCT00000009")))).toEqual([
      "line 2, column nct_id: the table does not print NCT00000009",
    ]);
    expect(said(read(`${text}${A},true\r\n`))).toEqual([`line 3, column nct_id: ${A} stands in line 2 too`]);
    expect(read(text.replace(`${A},true`, "NCT00000009,FALSE"))).toEqual({ changes: [], problems: [], aside: 1 });
    expect(said(read(text.replace(/,1\r\n$/, ",7\r\n")))[0]).toContain("expected a version of the table up to 1");
    expect(said(read('a,"b'))[0]).toContain("not a CSV file");
  });

  test("a file of an earlier version: what changed in the table meanwhile is kept, unless both changed the cell", () => {
    const now = [row({ enrollment: 10 })];
    const at = (version: number) => (version === 1 ? [row()] : now);
    const open = (text: string) => said(readSheet(text, { version: 2, rows: now, at }));
    expect(open(sheetOf([row()]))).toEqual([]);
    expect(open(sheetOf([row()]).replace("'2014-12", "2015-01"))).toEqual(["2 start_date 2015-01"]);
    expect(open(sheetOf([row()]).replace(",50,", ",60,"))).toEqual([
      'line 2, column enrollment: found "60", but the table has changed since: "50" is now "10"',
    ]);
  });

  test("property: whatever a cell holds, it comes back as it went out", () => {
    const texts = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "'", "''", "\t=1", "2014-12", "1e5", "true", "#N/A"),
    );
    fc.assert(
      fc.property(texts, texts, (director, results) => {
        const rows = [row({ director, results })];
        expect(said(read(sheetOf(rows), rows))).toEqual([]);
      }),
      { seed: 20261126, numRuns: 1000 },
    );
  });

  test("property: nothing that goes out begins like a formula", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(sheetText("results", text) ?? "").not.toMatch(/^[=+\-@\t\r]/);
      }),
      { seed: 20261126, numRuns: 1000 },
    );
  });
});
