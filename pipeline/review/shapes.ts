import type { CuratedColumn } from "../../db/model.ts";
import { readCellSource, readRoute, type Notation } from "./codes.ts";
import { LIST_SEPARATOR } from "./column.ts";
import { cells } from "./parse.ts";
import type { CuratedValue } from "./review.ts";

/** How does a value get into the shape that a column has in a table's file: from words typed by a person, from a cell as read? */

interface Shape {
  /** Words to the file's value; a problem is text that begins with "expected". */
  read: (words: string, notation: Notation) => CuratedValue | Problem;
  /** A cell as the rules read it, printed and neutral. */
  ofCell: (value: string, neutral: unknown) => CuratedValue;
}

export class Problem {
  readonly expected: string;
  constructor(expected: string) {
    this.expected = expected;
  }
}

const split = (words: string): string[] =>
  words
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const TEXT: Shape = { read: (words) => words, ofCell: (value) => value };
const LIST: Shape = { read: split, ofCell: (value) => value.split(LIST_SEPARATOR) };
/** Texts of the registry that may hold the separator themselves stand apart in the neutral value. */
const MEASURES: Shape = {
  read: split,
  ofCell: (value, neutral) => (Array.isArray(neutral) ? (neutral as string[]) : [value]),
};
const NUMBER: Shape = {
  read: (words) => (/^\d{1,9}$/.test(words) ? Number(words) : new Problem("expected a whole number")),
  ofCell: (value) => Number(value),
};

/** Codes that the review explains; null where all are. A neutral notation takes any. */
function unknownCodes(codes: readonly string[], notation: Notation): Problem | null {
  const unknown = readRoute(codes, notation)
    .filter(({ neutral }) => neutral === null)
    .map(({ code }) => code);
  if (unknown.length === 0) return null;
  const known = notation.routes.map(({ code }) => code).join(", ");
  return new Problem(`expected route codes of review.json (${known}), not ${unknown.join(", ")}`);
}

const ROUTE: Shape = {
  read(words, notation) {
    const joins = new Set([...words.matchAll(/\s(and|or)\s/g)].map(([, join]) => join));
    if (joins.size > 1) return new Problem('expected codes joined by "and" or by "or", not by both');
    const codes = words.split(/\s+(?:and|or)\s+|\s*[;,]\s*/).filter((code) => code !== "");
    return unknownCodes(codes, notation) ?? { codes, join: joins.has("or") ? "or" : "and" };
  },
  ofCell(value, neutral) {
    const { codes, join } = neutral as { codes?: string[]; join?: "and" | "or" };
    return { codes: codes ?? [value], join: join ?? "and" };
  },
};

const SOURCE: Shape = {
  read(words, notation) {
    const { unread } = readCellSource(split(words), notation);
    if (unread.length === 0) return split(words);
    return new Problem(`expected codes of review.json's codes.cell_source, not ${unread.join(", ")}`);
  },
  ofCell: LIST.ofCell,
};

const PMIDS: Shape = { read: (words) => words.split(/[\s,;]+/).filter((pmid) => pmid !== ""), ofCell: LIST.ofCell };

/** TABLE OF SHAPES, by column of the table's file. */
const SHAPES: Readonly<Record<CuratedColumn, Shape>> = {
  director: TEXT,
  country: LIST,
  status: TEXT,
  start_date: TEXT,
  completion_date: TEXT,
  phase: LIST,
  enrollment: NUMBER,
  allocation: TEXT,
  masking: TEXT,
  primary_outcomes: MEASURES,
  route: ROUTE,
  cell_source: SOURCE,
  results: TEXT,
  publications: PMIDS,
};

/** The registry's cell in the file's shape; null where the record says nothing. */
export function valueOfCell(column: CuratedColumn, value: string | null, neutral: unknown): CuratedValue {
  return value === null ? null : SHAPES[column].ofCell(value, neutral);
}

/** Words of a person in the file's shape, checked like the file; no words mean that nothing is printed. */
export function valueOfWords(column: CuratedColumn, words: string, notation: Notation): CuratedValue | Problem {
  const text = words.trim();
  if (text === "") return null;
  const value = SHAPES[column].read(text, notation);
  if (value instanceof Problem) return value;
  const checked = cells.shape[column].safeParse(value);
  if (checked.success) return value;
  return new Problem(checked.error.issues[0]?.message ?? "expected another value");
}
