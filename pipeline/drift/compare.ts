import type { Basis, Cell, ColumnName, Drift, DriftKind } from "../../db/model.ts";
import type { Product } from "../extract/product.ts";
import type { Facts } from "../normalize/facts.ts";
import type { Notation } from "../review/codes.ts";
import { COLUMN_TABLE, type ColumnEntry, type Compared } from "../review/columns.ts";
import type { Written, writtenIn } from "../review/decision.ts";
import type { CuratedRow, CuratedTable } from "../review/review.ts";
import { lostContact } from "./director.ts";
import type { Relation, RelationKind } from "./relation.ts";

/** A printed row and today's record. */
export interface CompareInput {
  table: CuratedTable;
  row: CuratedRow;
  facts: Facts;
  /** Null: the review has no lexicon. */
  product: Product | null;
  cells: Cell[];
  notation: Notation;
  /** yyyy-mm-dd; null where the review names no date. */
  asOfFrom: string | null;
  /** What curators wrote: such a cell has an as-of of its own, the data date of the decision. */
  written?: Pick<ReturnType<typeof writtenIn>, "whole" | "cells">;
  /** Facts and cells of the version held for the as-of date, by today's rules; null where none is held. */
  asOfFacts: Facts | null;
  asOfCells: Cell[] | null;
}

/** `differs` is missing: which of its two kinds it is, time decides. */
const KINDS: Readonly<Record<Exclude<RelationKind, "differs">, DriftKind>> = {
  same: "same",
  equivalent: "equivalent",
  refined: "refined",
  coarsened: "coarsened",
  silent: "registry_silent",
  contradicts: "contradicts",
  wording: "wording",
  overlap: "overlap",
  undecided: "undecided",
};

function cellOf(cells: readonly Cell[], column: ColumnName): Cell | undefined {
  return cells.find((cell) => cell.column === column);
}

function heldThen(input: CompareInput): { facts: Facts; cells: Cell[] } | null {
  if (input.asOfFacts === null || input.asOfCells === null) return null;
  return { facts: input.asOfFacts, cells: input.asOfCells };
}

/** Identities are made by one function on both sides, so that keys stand in one order. */
function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Did the registry already have today's value at the as-of date? A decision tells what it had; else the version held for the
 * date does. Null where neither is there.
 */
function hadTodaysValue(
  input: CompareInput,
  entry: ColumnEntry,
  { column: part, registry }: Compared,
  today: Cell,
): boolean | null {
  const written = writtenAt(input, part);
  if (written !== null) return written.registry === undefined ? null : written.registry === registry;
  const then = heldThen(input);
  const before = then === null ? undefined : cellOf(then.cells, entry.name);
  if (then === null || before === undefined) return null;
  return sameJson(entry.identity(before, then.facts, part), entry.identity(today, input.facts, part));
}

function writtenAt({ written }: CompareInput, part: Compared["column"]): Written | null {
  return written?.cells[part] ?? written?.whole ?? null;
}

/** The two kinds of a value that differs (design 4.3, the last two rows of the table of kinds). */
function inTime(
  input: CompareInput,
  entry: ColumnEntry,
  compared: Compared,
  today: Cell,
): { kind: DriftKind; basis: Basis | null } {
  const asOf = writtenAt(input, compared.column)?.on ?? input.asOfFrom;
  const had = hadTodaysValue(input, entry, compared, today);
  if (had === true) return { kind: "differed_when_printed", basis: "history" };
  const { lastUpdatePosted } = input.facts;
  const untouched = asOf !== null && lastUpdatePosted !== null && lastUpdatePosted <= asOf;
  if (untouched) return { kind: "differed_when_printed", basis: null };
  return { kind: "moved", basis: had === null ? "edited_since" : "history" };
}

function noteOf({ note, path }: Relation): string | null {
  const where = path === null ? [] : [path];
  const text = [...(note === null ? [] : [note]), ...where].join(": ");
  return text === "" ? null : text;
}

/** A name that stood in contacts went with them; only the record of that time can tell. */
function explained(input: CompareInput, { column, curated, relation }: Compared): Relation | null {
  if (column !== "director" || relation?.kind !== "differs" || curated === null || input.asOfFacts === null)
    return relation;
  return lostContact(curated, input.facts, input.asOfFacts) ?? relation;
}

function driftOf(input: CompareInput, entry: ColumnEntry, cell: Cell, compared: Compared): Drift {
  const { column, curated, registry } = compared;
  const common = { table: input.table.table, column, curated, registry };
  const relation = explained(input, compared);
  if (relation === null) return { ...common, kind: "unstated", basis: null, note: null };
  const { kind, basis } =
    relation.kind === "differs" ? inTime(input, entry, compared, cell) : { kind: KINDS[relation.kind], basis: null };
  return { ...common, kind, basis, note: noteOf(relation) };
}

/** Every compared cell of a printed row, in column order, each with exactly one kind; cell_source is three rows, by parts. */
export function compareRow(input: CompareInput): Drift[] {
  return COLUMN_TABLE.flatMap((entry) => {
    const cell = cellOf(input.cells, entry.name);
    if (entry.compare === null || cell === undefined) return [];
    const compared = entry.compare({
      printed: input.row.cells[entry.name] ?? null,
      facts: input.facts,
      product: input.product,
      cell,
      notation: input.notation,
      statusConvention: input.table.statusConvention,
    });
    return compared.map((one) => driftOf(input, entry, cell, one));
  });
}

/** What is known of a member as a row. */
export interface RowInput {
  printed: boolean;
  /** Words on how the study left the registry; null while it is there. */
  gone: string | null;
  firstPosted: string | null;
  asOfFrom: string | null;
  table: number;
  title: string;
}

/**
 * Kinds of the whole row: a printed study that left the registry, or a member that the table does not print, which was
 * there to be printed (first posted on or before the as-of date) or came after it. An unknown date counts as after.
 */
export function rowKinds({ printed, gone, firstPosted, asOfFrom, table, title }: RowInput): Drift[] {
  const row = { table, column: "*" as const, basis: null };
  if (printed) return gone === null ? [] : [{ ...row, curated: title, registry: null, kind: "study_gone", note: gone }];
  if (gone !== null) return [];
  const was = firstPosted !== null && asOfFrom !== null && firstPosted <= asOfFrom;
  const note = firstPosted === null ? "the record has no first-posted date" : `first posted ${firstPosted}`;
  return [{ ...row, curated: null, registry: title, kind: was ? "omitted_at_publication" : "new_since", note }];
}
