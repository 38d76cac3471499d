import type { Cell, Change, Drift } from "../db/model.ts";
import { changesBetween } from "./change/changes.ts";
import { compareRow, rowKinds } from "./drift/compare.ts";
import { EXTRACTOR_VERSION, extractProduct } from "./extract/extract.ts";
import type { Product } from "./extract/product.ts";
import { type Facts, factsOf } from "./normalize/facts.ts";
import { type Mention, mentionsOf } from "./normalize/mentions.ts";
import type { Study } from "./registry/study.ts";
import { type Notation, parseNotation, printRoute } from "./review/codes.ts";
import { printedSource, readCells } from "./review/columns.ts";
import { writtenIn } from "./review/decision.ts";
import type { CuratedTable, Review } from "./review/review.ts";
import { type Screened, screen } from "./review/screening.ts";

/**
 * THE HEART, pure: a study, the study before it and a review in; facts, changes, cells and drift out. Both records are read
 * by today's rules, so that a new rule can never look like a change of the registry (design rule 8).
 */

/** Version of the rules of normalize/; another version makes another row of the same record. */
export const FACTS_VERSION = 2;

/** Rule versions as the run's ledger and the idle gate keep them: raise one and everything it rules is derived again. */
export const RULE_VERSIONS: Record<string, string> = {
  facts: String(FACTS_VERSION),
  extractor: EXTRACTOR_VERSION,
  screening: "1",
  drift: "2",
  changes: "1",
  flags: "2",
};

/** What an arriving record says, and how it differs from the one before it. */
export function deriveStudy(study: Study, previous: Study | null): { facts: Facts; changes: Change[] } {
  const facts = factsOf(study);
  return { facts, changes: previous === null ? [] : changesBetween(factsOf(previous), facts, previous, study) };
}

/** A study in one review's columns. */
export interface Derived {
  facts: Facts | null;
  product: Product | null;
  route: string[];
  cellSource: string[];
  cells: Cell[];
  drift: Drift[];
  /** Null where there is no record to screen. */
  screened: Screened | null;
  mentions: Mention[];
}

/** Reads what a review needs of a record: facts, and the product where the review has a lexicon. */
function read(
  study: Study,
  review: Review,
  notation: Notation,
): { facts: Facts; product: Product | null; cells: Cell[] } {
  const facts = factsOf(study);
  const product = review.lexicon === null ? null : extractProduct(study, review.lexicon);
  return { facts, product, cells: readCells(facts, product, notation) };
}

function driftIn(
  table: CuratedTable,
  nctId: string,
  now: { facts: Facts; product: Product | null; cells: Cell[] } | null,
  asOf: { facts: Facts; cells: Cell[] } | null,
  gone: string | null,
  review: Review,
  notation: Notation,
): Drift[] {
  const row = table.rows.find((one) => one.nctId === nctId);
  const about = rowKinds({
    printed: row !== undefined,
    gone,
    firstPosted: now?.facts.firstPosted ?? null,
    asOfFrom: review.asOf.from,
    table: table.table,
    title: now?.facts.title ?? nctId,
  });
  if (row === undefined || now === null) return about;
  const written = writtenIn(review.decisions, table.table, row);
  const input = { table, row, ...now, notation, asOfFrom: review.asOf.from, written };
  return [...about, ...compareRow({ ...input, asOfFacts: asOf?.facts ?? null, asOfCells: asOf?.cells ?? null })];
}

/**
 * Derives one member. `study` null: the registry never showed it (a printed id that is gone). `asOf` is the record held for
 * the table's as-of date, where one is. `gone` says why the registry no longer answers for it.
 */
export function deriveMember(input: {
  nctId: string;
  study: Study | null;
  asOf: Study | null;
  gone: string | null;
  tables: readonly number[];
  review: Review;
}): Derived {
  const { nctId, study, review, gone } = input;
  const notation = parseNotation(review.codes);
  const now = study === null ? null : read(study, review, notation);
  const then = input.asOf === null ? null : read(input.asOf, review, notation);
  const screened = study === null ? null : screen(study, now?.product ?? null, input.tables, review.screening);
  const prints = ({ rows }: CuratedTable): boolean => rows.some((row) => row.nctId === nctId);
  // A study that screening leaves out is not missing from a table.
  const tables = review.tables.filter(
    (table) => input.tables.includes(table.table) && (prints(table) || screened?.verdict === "in"),
  );
  return {
    facts: now?.facts ?? null,
    product: now?.product ?? null,
    route: now?.product == null ? [] : printRoute(now.product, notation).codes,
    cellSource: now?.product == null ? [] : printedSource(now.facts, now.product, notation),
    cells: now?.cells ?? [],
    drift: tables.flatMap((table) => driftIn(table, nctId, now, then, gone, review, notation)),
    screened,
    mentions: study === null ? [] : mentionsOf(study),
  };
}
