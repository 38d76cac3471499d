import { type Cell, COLUMNS, type ColumnName, type CuratedColumn } from "../../db/model.ts";
import type { Product } from "../extract/product.ts";
import type { Facts } from "../normalize/facts.ts";
import type { Notation } from "./codes.ts";
import { type ColumnEntry, printValue } from "./column.ts";
import { PRODUCT_COLUMNS } from "./columns-product.ts";
import { RESULTS_COLUMN, TYPED_COLUMNS } from "./columns-typed.ts";
import type { CuratedValue } from "./review.ts";

export { printedSource } from "./columns-product.ts";
export type { ColumnEntry, Compared } from "./column.ts";

/** TABLE OF COLUMNS: one entry a column of model.ts, in its order. Schema check, drift, report and views follow it. */
export const COLUMN_TABLE: readonly ColumnEntry[] = [...TYPED_COLUMNS, ...PRODUCT_COLUMNS, RESULTS_COLUMN];

const BY_NAME: ReadonlyMap<ColumnName, ColumnEntry> = new Map(COLUMN_TABLE.map((entry) => [entry.name, entry]));

export function columnNamed(name: ColumnName): ColumnEntry {
  const entry = BY_NAME.get(name);
  if (entry === undefined) throw new RangeError(`no column is named ${name} (columns: ${COLUMNS.join(", ")})`);
  return entry;
}

/** Columns that read one of these registry paths, something in it, or something that it is in. */
export function columnsReading(paths: readonly string[]): ColumnName[] {
  const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}.`);
  return COLUMN_TABLE.filter((entry) =>
    entry.paths.some((read) => paths.some((path) => within(path, read) || within(read, path))),
  ).map(({ name }) => name);
}

/**
 * A study in the review's columns, one cell a column in table order. With no product (the review has no lexicon) route and
 * cell source are empty by rule `no_lexicon`.
 */
export function readCells(facts: Facts, product: Product | null, notation: Notation): Cell[] {
  return COLUMN_TABLE.map((entry) => entry.read(facts, product, notation));
}

/** A curated value as text: sets joined by "; ", route codes by " and " or " or "; null where nothing is printed. */
export function printCurated(column: CuratedColumn, value: CuratedValue): string | null {
  // Confirmed PMIDs are a list like any other, of a column that the paper does not have.
  return column === "publications" ? printValue(value) : columnNamed(column).printCurated(value);
}
