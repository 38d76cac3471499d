import * as z from "zod";
import type { COLUMNS } from "../../db/model.ts";
import type { ProductType } from "../extract/product.ts";
import { anyOf } from "../extract/term.ts";
import { normalizeNctId } from "../registry/query.ts";
import { isPartialDate } from "../registry/study.ts";
import type { CuratedTable } from "./review.ts";

/** The shapes of review.json and of a curated table's file (design 4.4). Every problem is named with file and path. */

const NAME = /^[a-z0-9][a-z0-9._-]*$/;
const name = z.string().regex(NAME, { error: "small letters, digits, . _ - only" });
const nctId = z.string().refine((id) => normalizeNctId(id) === id, { error: "not an NCT id (NCT and 8 digits)" });
const date = z.string().refine(isPartialDate, { error: "not a date (yyyy, yyyy-mm or yyyy-mm-dd)" });
const day = z.iso.date();

const query = z.strictObject(
  Object.fromEntries(
    ["cond", "intr", "term", "titles", "outc", "spons", "lead", "id", "locn", "patient", "advanced"].map((key) => [
      key,
      z.string().min(1).optional(),
    ]),
  ),
);

/** A term of the language that lexicons are written in (extract/term.ts). */
const term = z.string().superRefine((text, context) => {
  try {
    void new RegExp(anyOf([text]));
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
  }
});
const terms = z.array(term).min(1);
/** Words of a screening rule: `except` begins where a term does; `not_after`, `not_before` stand beside it. */
const words = { terms, except: terms.optional(), not_after: terms.optional(), not_before: terms.optional() };
const named = z.strictObject({ ...words, reason: z.string().min(1).optional() });
const coded = z.strictObject({ ...named.shape, code: name, name: z.string().min(1) });
const PRODUCT_TYPES = ["cells", "exosomes_or_ev", "conditioned_medium_or_secretome", "other"] as const;

/** `screening` of review.json: what is in, as data. Keys left out are not asked. */
const screeningSchema = z.strictObject({
  note: z.string().optional(),
  /** Registry values of studyType that are in. */
  study_types: z.array(z.string().min(1)).min(1).optional(),
  product_types: z
    .array(z.enum(PRODUCT_TYPES satisfies readonly ProductType[]))
    .min(1)
    .optional(),
  /** Names of an intervention that may hide the product: where none is read, the study is uncertain, not out. */
  unclear_product: named.optional(),
  /** Words directly before or after a name that deny it. */
  denials: z.strictObject({ before: terms.optional(), after: terms.optional() }).optional(),
  conditions: z.array(
    z.strictObject({
      /** Table whose candidates it is asked of; left out: of all. */
      table: z.int().positive().optional(),
      name: z.string().min(1),
      /** Looked for in conditions, titles and keywords. */
      named,
      /** Looked for in inclusion criteria; left out: the same words. */
      inclusion: named.optional(),
      /** Conditions that put a study aside when it names only them, and mark it as mixed otherwise. */
      others: z.array(coded).optional(),
      /** Words that leave it open whether the condition is meant. */
      unspecified: coded.optional(),
    }),
  ),
  footnotes: z
    .array(
      z.strictObject({
        ...named.shape,
        mark: z.string().min(1),
        table: z.int().positive().optional(),
        means: z.string().min(1),
      }),
    )
    .optional(),
});
export type Screening = z.infer<typeof screeningSchema>;

const reviewSchema = z.looseObject({
  id: name,
  title: z.string().min(1),
  source: z.looseObject({ citation: z.string().nullish(), doi: z.string().nullish() }).optional(),
  as_of: z.strictObject({ from: day.nullish(), to: day.nullish() }).optional(),
  lexicon: name.nullish(),
  watchlists: z
    .array(
      z
        .strictObject({
          id: name,
          table: z.int().positive().optional(),
          query: query.optional(),
          pinned: z.array(nctId).optional(),
        })
        .refine((one) => one.query !== undefined || (one.pinned ?? []).length > 0, {
          error: "needs a query or pinned ids",
        }),
    )
    .min(1),
  tables: z.array(z.strictObject({ table: z.int().positive(), title: z.string(), file: name })).optional(),
  screening: screeningSchema.nullish(),
  codes: z.unknown().optional(),
});

const listOfTexts = z.union([z.array(z.string()), z.null()]);
const textOrNull = z.string().nullable();
/** What a cell may hold, a column; a column that a table does not print may be left out. */
const cells = z
  .strictObject({
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
    route: z.strictObject({ codes: z.array(z.string()), join: z.enum(["and", "or"]) }).nullable(),
    cell_source: listOfTexts,
    results: textOrNull,
  } satisfies Record<(typeof COLUMNS)[number], z.ZodType>)
  .partial();

const tableSchema = z.looseObject({
  table: z.int().positive(),
  title: z.string(),
  version: z.int().positive(),
  status_convention: z.literal("completed_only").nullish(),
  footnotes: z.record(z.string(), z.string()).optional(),
  rows: z.array(
    z.strictObject({ nct_id: nctId, footnotes: z.array(z.string()).optional(), cite: z.string().optional(), cells }),
  ),
});

type Raw = z.infer<typeof reviewSchema>;

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
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}.${String(part)}`),
    "$",
  );
}

function report(error: z.ZodError, file: string, problems: string[]): void {
  for (const issue of error.issues) problems.push(`${file} ${pathOf(issue.path)}: ${issue.message}`);
}

function repeated(values: readonly (string | number)[]): (string | number)[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}

/** review.json, checked; null with the reasons added to `problems`. */
export function parseReview(content: unknown, file: string, problems: string[]): ParsedReview | null {
  const result = reviewSchema.safeParse(content);
  if (!result.success) {
    report(result.error, file, problems);
    return null;
  }
  const raw: Raw = result.data;
  for (const id of repeated(raw.watchlists.map((one) => one.id)))
    problems.push(`${file} $.watchlists: id "${id}" occurs twice`);
  for (const table of repeated((raw.tables ?? []).map((one) => one.table)))
    problems.push(`${file} $.tables: table ${table} occurs twice`);
  if (raw.screening?.product_types !== undefined && (raw.lexicon ?? null) === null)
    problems.push(`${file} $.screening.product_types: a product is read with a lexicon, and the review names none`);
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
    report(result.error, file, problems);
    return null;
  }
  const raw = result.data;
  if (raw.table !== named.table) problems.push(`${file} $.table: ${raw.table}, but review.json says ${named.table}`);
  for (const id of repeated(raw.rows.map((row) => row.nct_id))) problems.push(`${file} $.rows: ${id} occurs twice`);
  raw.rows.forEach((row, at) => {
    for (const mark of row.footnotes ?? []) {
      if (raw.footnotes?.[mark] === undefined)
        problems.push(`${file} $.rows[${at}].footnotes: "${mark}" is not explained in $.footnotes`);
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
