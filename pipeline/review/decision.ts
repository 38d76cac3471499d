import * as z from "zod";
import { type CuratedColumn, DECISION_KINDS, type DecidedColumn, CURATED_COLUMNS } from "../../db/model.ts";
import type { CuratedRow, CuratedTable } from "./review.ts";

/** What does a line of decisions.jsonl say, and does it still stand? Pure; keys are the file's own (design 4.5). */

const PARTS = ["tissue", "donor"] as const;

const decisionSchema = z.strictObject({
  /** A ULID. */
  id: z.string().min(1),
  /** The decision that this one takes back; null unless `decision` is undone. */
  undoes: z.string().nullable(),
  /** Instant, UTC. */
  at: z.iso.datetime({ offset: true }),
  by: z.string().min(1),
  review: z.string(),
  table: z.int().positive(),
  nct_id: z.string(),
  column: z.enum([...CURATED_COLUMNS, ...PARTS, "*"]),
  decision: z.enum(DECISION_KINDS),
  /** What the cell holds after the decision and what it held before, as in the table's file; a whole row under '*'. */
  value: z.json(),
  old: z.json(),
  /** The registry's printed value when it was decided; of `publications` the one PMID asked about. */
  registry_then: z.string().nullable(),
  /** Day of the registry's data that was decided on. */
  data_date: z.string().nullable(),
  /** Version of the table that holds the decision: the next one, or for a rejection the one in force. */
  table_version: z.int().positive(),
  note: z.string().nullable(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** What a crash left of an append: the end of the text behind its last line feed, where it is no JSON. */
export function tornTail(text: string): string {
  const tail = text.slice(text.lastIndexOf("\n") + 1);
  try {
    JSON.parse(tail);
    return "";
  } catch {
    return tail;
  }
}

/**
 * Reads decisions.jsonl. What follows the last line feed is an append that a crash cut short: it was never acknowledged, and
 * is left aside (the next append cuts it off). Every other line that is wrong is added to `problems`.
 */
export function parseDecisions(text: string, file: string, problems: string[]): Decision[] {
  const lines = text.slice(0, text.length - tornTail(text).length).split("\n");
  const found = lines.flatMap((line, at): Decision[] => {
    if (line.trim() === "") return [];
    let content: unknown;
    try {
      content = JSON.parse(line);
    } catch {
      problems.push(`${file} line ${at + 1}: not JSON`);
      return [];
    }
    const read = decisionSchema.safeParse(content);
    if (read.success) return [read.data];
    for (const { path, message } of read.error.issues)
      problems.push(`${file} line ${at + 1} ${path.map(String).join(".")}: ${message}`);
    return [];
  });
  const ids = found.map(({ id }) => id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at)))
    problems.push(`${file}: decision ${id} is there twice`);
  return found;
}

/** The cell of the table's file that a decision writes: tissue and donor stand in the code of the cell source. */
export function fileColumn(column: DecidedColumn): CuratedColumn | "*" {
  return column === "tissue" || column === "donor" ? "cell_source" : column;
}

/** Equality of JSON values whatever the order of their keys: jsonb gives them back in an order of its own. */
export function sameValue(a: unknown, b: unknown): boolean {
  return canonical(a ?? null) === canonical(b ?? null);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Decisions that nobody took back, without the taking back itself. */
export function notUndone(decisions: readonly Decision[]): Decision[] {
  const undone = new Set(decisions.map(({ undoes }) => undoes));
  return decisions.filter(({ id, decision }) => decision !== "undone" && !undone.has(id));
}

export const writes = ({ decision }: Pick<Decision, "decision">): boolean =>
  decision === "accepted" || decision === "own";

/** Do two decisions answer for the same thing? A part and the whole code do, tissue and donor do not; PMIDs are apart. */
function overtakes(later: Decision, earlier: Decision): boolean {
  if (later.column === "publications" && earlier.column === "publications")
    return later.registry_then === earlier.registry_then;
  if (later.column === earlier.column) return true;
  if (later.column === "*") return writes(later);
  const whole = later.column === "cell_source" || earlier.column === "cell_source";
  return whole && writes(later) && fileColumn(later.column) === fileColumn(earlier.column);
}

/** Does the table print what the last decision on the cell wrote? Not after an edit by hand or a revert. */
function prints(row: CuratedRow | undefined, { column, value, registry_then }: Decision, last: Decision): boolean {
  if (column === "*") return (row === undefined) === (value === null);
  if (column === "publications") return ((row?.cells.publications ?? []) as unknown[]).includes(registry_then);
  return row !== undefined && sameValue(row.cells[fileColumn(column) as CuratedColumn], last.value);
}

/** Decisions of one table's row that stand, oldest first: neither undone nor overtaken by a later one or an edit by hand. */
export function standingOn(
  decisions: readonly Decision[],
  table: number,
  nctId: string,
  row: CuratedRow | undefined,
): Decision[] {
  const live = notUndone(decisions.filter((one) => one.nct_id === nctId && one.table === table));
  return live.filter((one, at) => {
    const later = live.slice(at + 1);
    if (later.some((other) => overtakes(other, one))) return false;
    if (!writes(one)) return true;
    const same = (other: Decision): boolean => fileColumn(other.column) === fileColumn(one.column);
    return prints(row, one, live.findLast((other) => writes(other) && same(other)) ?? one);
  });
}

/** Ids of all decisions of a review that stand. */
export function standingIds(decisions: readonly Decision[], tables: readonly CuratedTable[]): Set<string> {
  const rows = new Map(tables.flatMap(({ table, rows }) => rows.map((row) => [`${table} ${row.nctId}`, row])));
  const keys = new Map(decisions.map(({ table, nct_id }) => [`${table} ${nct_id}`, { table, nct_id }]));
  return new Set(
    [...keys].flatMap(([key, { table, nct_id }]) =>
      standingOn(decisions, table, nct_id, rows.get(key)).map(({ id }) => id),
    ),
  );
}

/** The registry's value when a curator wrote a cell: its as-of, in place of the review's. */
export interface Written {
  /** yyyy-mm-dd. */
  on: string;
  /** Printed value of the registry on that day; undefined where the decision was about more than this part. */
  registry?: string | null;
}

/** What curators wrote in a row, by what is compared; a row that was taken in whole was written whole. */
export function writtenIn(
  decisions: readonly Decision[],
  table: number,
  row: CuratedRow,
): { whole: Written | null; cells: Partial<Record<DecidedColumn, Written>> } {
  const cells: Partial<Record<DecidedColumn, Written>> = {};
  let whole: Written | null = null;
  for (const { column, decision, data_date, registry_then } of notUndone(
    decisions.filter((one) => one.nct_id === row.nctId && one.table === table),
  )) {
    if ((decision !== "accepted" && decision !== "own") || data_date === null) continue;
    const written = { on: data_date, registry: registry_then };
    if (column === "*") whole = { on: data_date };
    else if (column === "cell_source") for (const part of PARTS) cells[part] = { on: data_date };
    if (column !== "*") cells[column] = written;
  }
  const stands = new Set(
    standingOn(decisions, table, row.nctId, row)
      .filter(writes)
      .map(({ column }) => fileColumn(column)),
  );
  for (const column of Object.keys(cells) as DecidedColumn[]) if (!stands.has(fileColumn(column))) delete cells[column];
  return { whole, cells };
}

/** PMIDs that curators refused for a study, in the order of the decisions. */
export function refusedPublications(decisions: readonly Decision[], nctId: string): string[] {
  return notUndone(decisions)
    .filter((one) => one.nct_id === nctId && one.column === "publications" && one.decision === "rejected")
    .flatMap(({ registry_then }) => registry_then ?? []);
}
