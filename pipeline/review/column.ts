import type { Cell, ColumnName, Drift, DriftColumn, Evidence } from "../../db/model.ts";
import type { Relation } from "../drift/relation.ts";
import type { Product } from "../extract/product.ts";
import type { Facts } from "../normalize/facts.ts";
import type { Notation } from "./codes.ts";
import type { CuratedTable, CuratedValue } from "./review.ts";

/** What a column's comparison sees: the printed value and the record, with no date to judge by. */
export interface Comparison {
  printed: CuratedValue;
  facts: Facts;
  product: Product | null;
  cell: Cell;
  notation: Notation;
  statusConvention: CuratedTable["statusConvention"];
}

/** One compared value: a column, or a part of one. `relation` null: the table states nothing there. */
export interface Compared {
  column: Exclude<DriftColumn, "*">;
  curated: Drift["curated"];
  registry: Drift["registry"];
  relation: Relation | null;
}

/** One column of a review's table. */
export interface ColumnEntry {
  name: ColumnName;
  /** Heading in a printed table. */
  label: string;
  /** Registry paths that the column reads. */
  paths: readonly string[];
  read(facts: Facts, product: Product | null, notation: Notation): Cell;
  /** Drift columns that `compare` answers for, in order; [] with no comparison. */
  parts: readonly Exclude<DriftColumn, "*">[];
  compare: ((input: Comparison) => Compared[]) | null;
  /** The registry's value of a part, reduced to what decides whether it moved between two versions. */
  identity(cell: Cell, facts: Facts, part: DriftColumn): unknown;
  printCurated(value: CuratedValue): string | null;
  /** Why it reads and compares as it does. */
  reason: string;
}

export const LIST_SEPARATOR = "; ";

/** A curated value as a list of texts; a route's are its codes. */
export function texts(value: CuratedValue): string[] {
  if (value === null || value === "") return [];
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return Array.isArray(value) ? value : value.codes;
}

/** Prints any curated value: sets joined by "; ", route codes by their own word; null where nothing is printed. */
export function printValue(value: CuratedValue): string | null {
  const list = texts(value);
  if (list.length === 0) return null;
  const routes = value !== null && typeof value === "object" && !Array.isArray(value);
  return list.join(routes ? ` ${value.join} ` : LIST_SEPARATOR);
}

export function filled(
  column: ColumnName,
  value: string,
  neutral: unknown,
  evidence: Evidence[],
  rule = column as string,
): Cell {
  return { column, value, neutral, evidence, confidence: "high", rule };
}

/** The record has no words for the column. */
export function silent(column: ColumnName, rule = `${column}.silent`): Cell {
  return { column, value: null, neutral: null, evidence: [], confidence: "high", rule };
}
