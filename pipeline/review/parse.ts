import * as z from "zod";
import type { CuratedColumn } from "../../db/model.ts";
import { normalizeNctId } from "../registry/query.ts";
import { isPartialDate } from "../registry/study.ts";
import { type Screening, screeningSchema } from "./screening-shape.ts";
import { name, strict } from "./shape.ts";
import { type Claim, claimProblems, claimSchema } from "./claims.ts";
import type { CuratedTable } from "./review.ts";

/** The shapes of review.json and of a curated table's file (design 4.4). Every problem is named with file and path. */

const nctId = z.string().refine((id) => normalizeNctId(id) === id, { error: "expected an NCT id (NCT and 8 digits)" });
const date = z.string().refine(isPartialDate, { error: "expected a date (yyyy, yyyy-mm or yyyy-mm-dd)" });
const day = z.iso.date({ error: "expected a day (yyyy-mm-dd)" });

const QUERY_KEYS = ["cond", "intr", "term", "titles", "outc", "spons", "lead", "id", "locn", "patient", "advanced"];
/** Without any words a query would ask for the whole registry. */
const query = strict(Object.fromEntries(QUERY_KEYS.map((key) => [key, z.string().min(1).optional()]))).refine(
  (one) => Object.values(one).some((text) => (text ?? "").trim() !== ""),
  { error: `expected words in at least one of ${QUERY_KEYS.join(", ")}` },
);

const reviewSchema = strict({
  id: name,
  title: z.string().min(1),
  source: z.looseObject({ citation: z.string().nullish(), doi: z.string().nullish() }).optional(),
  as_of: strict({ from: day.nullish(), to: day.nullish() }).optional(),
  lexicon: name.nullish(),
  watchlists: z
    .array(
      strict({
        id: name,
        table: z.int().positive().optional(),
        query: query.optional(),
        pinned: z.array(nctId).optional(),
      }).refine((one) => one.query !== undefined || (one.pinned ?? []).length > 0, {
        error: "expected a query or pinned ids",
      }),
    )
    .min(1),
  tables: z.array(strict({ table: z.int().positive(), title: z.string(), file: name })).optional(),
  screening: screeningSchema.nullish(),
  codes: z.unknown().optional(),
  /** The contract names it; every review has the same columns so far. */
  columns: z.array(z.unknown()).optional(),
  claims: z.array(claimSchema).optional(),
});

const [textOrNull, listOfTexts] = [z.string().nullable(), z.array(z.string()).nullable()];
/** What a cell may hold, a column; a column that a table does not print may be left out. */
export const cells = strict({
  director: textOrNull,
  country: listOfTexts,
  status: textOrNull,
  start_date: date.nullable(),
  completion_date: date.nullable(),
  phase: listOfTexts,
  enrollment: z.int().nonnegative().nullable(),
  allocation: textOrNull,
  masking: textOrNull,
  primary_outcomes: listOfTexts,
  route: strict({ codes: z.array(z.string()), join: z.enum(["and", "or"]) }).nullable(),
  cell_source: listOfTexts,
  results: textOrNull,
  publications: z.array(z.string().regex(/^[1-9]\d{0,8}$/, { error: "expected a PMID (digits alone)" })),
} satisfies Record<CuratedColumn, z.ZodType>).partial();

const tableSchema = z.looseObject({
  table: z.int().positive(),
  title: z.string(),
  version: z.int().positive(),
  status_convention: z.literal("completed_only").nullish(),
  footnotes: z.record(z.string(), z.string()).optional(),
  rows: z.array(
    strict({ nct_id: nctId, footnotes: z.array(z.string()).optional(), cite: z.string().optional(), cells }),
  ),
});

export interface ParsedReview {
  id: string;
  title: string;
  source: { citation: string | null; doi: string | null };
  asOf: { from: string | null; to: string | null };
  lexicon: string | null;
  watchlists: { id: string; table: number | null; query: Record<string, string> | null; pinned: string[] }[];
  tables: { table: number; title: string; file: string }[];
  screening: Screening | null;
  codes: unknown;
  claims: Claim[];
}

function pathOf(path: readonly PropertyKey[]): string {
  return `$${path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("")}`;
}

/** A value as it stands in a file; its beginning, where it is long. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** One line a problem: file, JSON path, what was expected, the value found there. */
function report(error: z.ZodError, content: unknown, file: string, problems: string[]): void {
  for (const issue of error.issues) {
    const expected = issue.message.replace(/^.*?(expected .*?)(?:, received .*)?$/, "$1");
    for (const key of issue.code === "unrecognized_keys" ? issue.keys : [null]) {
      const path = key === null ? issue.path : [...issue.path, key];
      const found = path.reduce((at, part) => (at as Record<PropertyKey, unknown> | null | undefined)?.[part], content);
      const what = key === null ? expected : `there is no key "${key}", ${expected}`;
      problems.push(`${file} ${pathOf(path)}: ${what}, found ${shownValue(found)}`);
    }
  }
}

function repeated(values: readonly (string | number)[]): (string | number)[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}

/** review.json, checked; null with the reasons added to `problems`. */
export function parseReview(content: unknown, file: string, problems: string[]): ParsedReview | null {
  const result = reviewSchema.safeParse(content);
  if (!result.success) {
    report(result.error, content, file, problems);
    return null;
  }
  const raw = result.data;
  for (const id of repeated(raw.watchlists.map((one) => one.id)))
    problems.push(`${file} $.watchlists: expected each id once, found "${id}" twice`);
  for (const table of repeated((raw.tables ?? []).map((one) => one.table)))
    problems.push(`${file} $.tables: expected each table once, found ${table} twice`);
  if (raw.screening?.product_types !== undefined && (raw.lexicon ?? null) === null)
    problems.push(
      `${file} $.screening.product_types: expected $.lexicon beside it, found none: a product is read with a lexicon`,
    );
  for (const { path, said } of claimProblems(raw.claims ?? [])) problems.push(`${file} $.claims${path}: ${said}`);
  return {
    id: raw.id,
    title: raw.title,
    source: { citation: raw.source?.citation ?? null, doi: raw.source?.doi ?? null },
    asOf: { from: raw.as_of?.from ?? null, to: raw.as_of?.to ?? null },
    lexicon: raw.lexicon ?? null,
    watchlists: raw.watchlists.map((one) => ({
      id: one.id,
      table: one.table ?? null,
      query: one.query === undefined ? null : (one.query as Record<string, string>),
      pinned: one.pinned ?? [],
    })),
    tables: raw.tables ?? [],
    screening: raw.screening ?? null,
    codes: raw.codes,
    claims: raw.claims ?? [],
  };
}

/** A curated table's file, checked; null with the reasons added to `problems`. */
export function parseTable(
  content: unknown,
  file: string,
  named: { table: number; title: string },
  problems: string[],
): Omit<CuratedTable, "fileHash"> | null {
  const result = tableSchema.safeParse(content);
  if (!result.success) {
    report(result.error, content, file, problems);
    return null;
  }
  const raw = result.data;
  if (raw.table !== named.table)
    problems.push(`${file} $.table: expected ${named.table} as in review.json, found ${raw.table}`);
  for (const id of repeated(raw.rows.map((row) => row.nct_id)))
    problems.push(`${file} $.rows: expected each trial once, found ${id} twice`);
  raw.rows.forEach((row, at) => {
    for (const mark of row.footnotes ?? []) {
      if (raw.footnotes?.[mark] === undefined)
        problems.push(`${file} $.rows[${at}].footnotes: expected a mark explained in $.footnotes, found "${mark}"`);
    }
  });
  return {
    table: raw.table,
    title: raw.title,
    version: raw.version,
    statusConvention: raw.status_convention ?? null,
    footnotes: raw.footnotes ?? {},
    rows: raw.rows.map((row) => ({
      nctId: row.nct_id,
      footnotes: row.footnotes ?? [],
      cite: row.cite ?? "",
      cells: row.cells as CuratedTable["rows"][number]["cells"],
    })),
  };
}
