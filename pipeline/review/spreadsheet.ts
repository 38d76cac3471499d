import { parse } from "csv-parse/sync";
import { COLUMNS, type ColumnName } from "../../db/model.ts";
import { printCurated } from "./columns.ts";
import { sameValue } from "./decision.ts";
import type { CuratedValue } from "./review.ts";
import { type FileRow, valueAt } from "./table-file.ts";

/**
 * How does a curated table go into a spreadsheet and come back? Spreadsheets read 2014-12 as a date, 1e5 as a number and
 * =A1 as a formula; such texts go out behind an apostrophe, which keeps them text, and come back without it. Pure.
 */

const MONTHS =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

/** Texts that a spreadsheet takes for a date, a number, a truth value or a formula when it opens the file. */
const TAKEN_OTHERWISE = new RegExp(
  `^(?:'.*|[=+\\-@\\t\\r\\n].*|[\\d.,]+(?:e[+-]?\\d+)?%?|\\d{1,4}[-/.]\\d{1,2}(?:[-/.]\\d{1,4})?|\\d{1,2}[- ]?${MONTHS}(?:[- ]\\d{2,4})?|${MONTHS}[-. ]\\d{1,4}|true|false)$`,
  "is",
);

/** A cell on its way out: numbers stay numbers, every other text that would be rewritten gets the apostrophe. */
export function sheetText(column: ColumnName, text: string | null): string | null {
  if (text === null || column === "enrollment") return text;
  return TAKEN_OTHERWISE.test(text) ? `'${text}` : text;
}

/** The marks of a rewritten text, each with what a spreadsheet did. */
const REWRITTEN: readonly { pattern: RegExp; except?: ColumnName; did: string }[] = [
  {
    pattern: new RegExp(
      `^(?:\\d{1,4}[-. ]{0,2}${MONTHS}(?:[-., ]{1,2}\\d{1,4})?|${MONTHS}[-., ]{1,2}\\d{1,4}(?:[-., ]{1,2}\\d{1,4})?)$`,
      "i",
    ),
    did: "made a date of it",
  },
  { pattern: /^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?:\s.*)?$|^\d{4}[/.]\d{1,2}(?:[/.]\d{1,2})?$/, did: "made a date of it" },
  { pattern: /^\d{5}(?:[.,]\d+)?$/, except: "enrollment", did: "made the number of a day of it" },
  { pattern: /^[+-]?\d(?:[.,]\d+)?e[+-]?\d+$/i, did: "wrote it as a power of ten" },
  { pattern: /^#(?:[A-Z/0]+[!?]?|#+)$/, did: "put an error in its place" },
  { pattern: /\uFFFD|Ã[\u0080-\u00BF]|â€/, did: "was saved in another encoding than UTF-8" },
];

function rewritten(column: ColumnName, text: string): string | null {
  return REWRITTEN.find(({ pattern, except }) => except !== column && pattern.test(text))?.did ?? null;
}

/** A cell that a person changed, with where it stands. */
export interface SheetChange {
  line: number;
  nctId: string;
  column: ColumnName;
  words: string;
  /** As the table prints it. */
  was: string;
}

export interface Sheet {
  changes: SheetChange[];
  /** Everything wrong, each with line and column; nothing is imported while there is any. */
  problems: string[];
  /** Rows of studies that the table does not print: they are the registry's and are left aside. */
  aside: number;
}

/** What the sheet is held against. `at` gives the rows of an earlier version, null where they are not known. */
export interface SheetTable {
  version: number;
  rows: readonly FileRow[];
  at: (version: number) => readonly FileRow[] | null;
}

/** Counted as a spreadsheet counts its rows: a cell of several lines is in one. */
interface Line {
  line: number;
  fields: string[];
}

/** The header's own separator: spreadsheets write a semicolon where a comma is the decimal sign. */
function linesOf(text: string): Line[] {
  const header = /^[^\r\n]*/.exec(text.replace(/^\uFEFF/, ""))?.[0] ?? "";
  const count = (sign: string): number => header.split(sign).length;
  const delimiter = [",", ";", "\t"].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
  const read: string[][] = parse(text, { bom: true, delimiter, relax_column_count: true });
  return read
    .map((fields, at) => ({ line: at + 1, fields }))
    .filter(({ fields }) => fields.some((field) => field.trim() !== ""));
}

const plain = (text: string): string => text.replace(/^'/, "").replaceAll(/\r\n?/g, "\n").trim();

const META = ["nct_id", "table_version", "in_curated", "row_kind", "last_update_posted"];
/** Without these a row cannot be held against the table. */
const NEEDED = ["nct_id", "table_version"];

function headerProblems(names: readonly string[]): string[] {
  const unknown = names.filter(
    (name) =>
      name !== "" && !META.includes(name) && !COLUMNS.some((one) => one === name) && !/_(?:registry|kind)$/.test(name),
  );
  const twice = names.filter((name, at) => name !== "" && names.indexOf(name) !== at);
  return [
    ...NEEDED.filter((name) => !names.includes(name)).map(
      (name) => `line 1: there is no column ${name}: make the file with \`trialdrift table --format csv\``,
    ),
    ...unknown.map((name) => `line 1: there is no column ${JSON.stringify(name)} (columns: ${COLUMNS.join(", ")})`),
    ...twice.map((name) => `line 1: the column ${name} is there twice`),
  ];
}

function compareLine(names: readonly string[], { line, fields }: Line, table: SheetTable, sheet: Sheet): void {
  const field = (name: string): string => plain(fields[names.indexOf(name)] ?? "");
  const nctId = field("nct_id").toUpperCase();
  const base = table.at(Number(field("table_version")));
  if (fields.length !== names.length) {
    sheet.problems.push(`line ${line}: expected ${names.length} fields as in line 1, found ${fields.length}`);
    return;
  }
  if (field("in_curated").toLowerCase() === "false") {
    sheet.aside += 1;
    return;
  }
  if (base === null) {
    sheet.problems.push(
      `line ${line}, column table_version: expected a version of the table up to ${table.version}, found ${JSON.stringify(field("table_version"))}`,
    );
    return;
  }
  if (valueAt(table.rows, nctId, "*") === null) {
    sheet.problems.push(`line ${line}, column nct_id: the table does not print ${nctId || "a study without a number"}`);
    return;
  }
  const printed = (rows: readonly FileRow[], column: ColumnName): string =>
    printCurated(column, valueAt(rows, nctId, column) as CuratedValue) ?? "";
  for (const column of COLUMNS.filter((name) => names.includes(name))) {
    const words = field(column);
    const [was, is] = [printed(base, column), printed(table.rows, column)];
    if (words === plain(sheetText(column, was) ?? "") || words === plain(sheetText(column, is) ?? "")) continue;
    const where = `line ${line}, column ${column}`;
    const did = rewritten(column, words);
    if (did !== null)
      sheet.problems.push(
        `${where}: found ${JSON.stringify(words)}: a spreadsheet ${did}; it was ${JSON.stringify(was)}`,
      );
    else if (!sameValue(valueAt(base, nctId, column), valueAt(table.rows, nctId, column)))
      sheet.problems.push(
        `${where}: found ${JSON.stringify(words)}, but the table has changed since: ${JSON.stringify(was)} is now ${JSON.stringify(is)}`,
      );
    else sheet.changes.push({ line, nctId, column, words, was });
  }
}

/** Reads a sheet back: which cells a person changed, and everything that is wrong with it, at once. */
export function readSheet(text: string, table: SheetTable): Sheet {
  const sheet: Sheet = { changes: [], problems: [], aside: 0 };
  let lines: Line[];
  try {
    lines = linesOf(text);
  } catch (error) {
    return { ...sheet, problems: [`not a CSV file: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const [header, ...rest] = lines;
  const names = (header?.fields ?? []).map((name) => name.trim());
  sheet.problems.push(...headerProblems(names));
  if (sheet.problems.length > 0) return sheet;
  const seen = new Map<string, number>();
  for (const one of rest) {
    const nctId = plain(one.fields[names.indexOf("nct_id")] ?? "").toUpperCase();
    const first = seen.get(nctId);
    if (first !== undefined)
      sheet.problems.push(`line ${one.line}, column nct_id: ${nctId} stands in line ${first} too`);
    else compareLine(names, one, table, sheet);
    seen.set(nctId, first ?? one.line);
  }
  return sheet;
}
