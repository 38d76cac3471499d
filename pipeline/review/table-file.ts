import type { CuratedColumn } from "../../db/model.ts";
import { type Decision, fileColumn, sameValue } from "./decision.ts";

/** How does a curated table's file go from one version to the next, and back? Pure; the file's own keys (design 4.4). */

export interface FileRow {
  nct_id: string;
  footnotes?: string[];
  cite?: string;
  cells: Partial<Record<CuratedColumn, unknown>>;
}

/** One change of a version: of a cell, of a row's footnotes or cite, or under '*' of a whole row with its place. */
export interface LogChange {
  nct_id: string;
  column: CuratedColumn | "footnotes" | "cite" | "*";
  old: unknown;
  new: unknown;
  /** Id of the decision; null for an edit by hand. */
  decision: string | null;
}

/** `by` null: edited by hand, found by the import. */
export interface LogEntry {
  version: number;
  at: string;
  by: string | null;
  changes: LogChange[];
}

export interface TableFile {
  table: number;
  version: number;
  rows: FileRow[];
  log?: LogEntry[];
  [other: string]: unknown;
}

type PlacedRow = FileRow & { position?: number };

/** Rows with one cell, note or whole row set to a value; a row that is set to null is taken out. */
export function withValue(
  rows: readonly FileRow[],
  { nct_id, column }: Pick<LogChange, "nct_id" | "column">,
  value: unknown,
): FileRow[] {
  if (column === "*") {
    const others = rows.filter((row) => row.nct_id !== nct_id);
    if (value === null) return others;
    const { position = others.length, ...row } = value as PlacedRow;
    return others.toSpliced(position, 0, row);
  }
  return rows.map((row) => {
    if (row.nct_id !== nct_id) return row;
    if (column === "footnotes" || column === "cite") return { ...row, [column]: value };
    return { ...row, cells: { ...row.cells, [column]: value } };
  });
}

/** What a cell, note or row holds; null where there is none. A row comes with its place. */
export function valueAt(rows: readonly FileRow[], nctId: string, column: LogChange["column"]): unknown {
  const position = rows.findIndex(({ nct_id }) => nct_id === nctId);
  const row = rows[position];
  if (row === undefined) return null;
  if (column === "*") return { position, ...row };
  if (column === "footnotes") return row.footnotes ?? [];
  // No cite and an empty one are the same.
  return (column === "cite" ? row.cite || null : row.cells[column]) ?? null;
}

/** What differs between two versions of the rows, as a log says it; a cell left out is one that prints nothing. */
export function changesOf(before: readonly FileRow[], after: readonly FileRow[]): LogChange[] {
  const change = (nct_id: string, column: LogChange["column"]): LogChange[] => {
    const [old, now] = [valueAt(before, nct_id, column), valueAt(after, nct_id, column)];
    return sameValue(old, now) ? [] : [{ nct_id, column, old, new: now, decision: null }];
  };
  const earlier = new Set(before.map(({ nct_id }) => nct_id));
  const both = new Set(after.flatMap(({ nct_id }) => (earlier.has(nct_id) ? [nct_id] : [])));
  const gone = before.filter(({ nct_id }) => !both.has(nct_id)).flatMap(({ nct_id }) => change(nct_id, "*"));
  const kept = after.flatMap((row): LogChange[] => {
    if (!both.has(row.nct_id)) return change(row.nct_id, "*");
    const columns = new Set([
      ...Object.keys(before.find(({ nct_id }) => nct_id === row.nct_id)?.cells ?? {}),
      ...Object.keys(row.cells),
    ]) as Set<CuratedColumn>;
    return [...columns, "footnotes" as const, "cite" as const].flatMap((column) => change(row.nct_id, column));
  });
  // From the last place on, so that undoing from the end puts every row back where it was.
  return [...gone.toReversed(), ...kept];
}

/**
 * The rows of an earlier version: the newest ones with the log undone from its end. Null where the log does not reach back
 * without a gap: an edit by hand is not in it until the next decision.
 */
export function rowsAtVersion(file: TableFile, version: number): FileRow[] | null {
  if (version > file.version || version < 1) return null;
  let rows = file.rows;
  for (let at = file.version; at > version; at -= 1) {
    const entry = (file.log ?? []).find((one) => one.version === at);
    if (entry === undefined) return null;
    for (const change of entry.changes.toReversed()) rows = withValue(rows, change, change.old);
  }
  return rows;
}

/**
 * Versions that came by an edit by hand, from what the imports kept: the entries that the log lacks. `rows` of the last one
 * may be the file's own, edited since its import.
 */
export function editsOf(
  file: TableFile,
  imported: readonly { version: number; at: string; rows: FileRow[] }[],
): LogEntry[] {
  const logged = new Set((file.log ?? []).map(({ version }) => version));
  return imported.flatMap(({ version, at, rows }, index) => {
    const before = imported[index - 1];
    if (before === undefined || logged.has(version)) return [];
    return [{ version, at, by: null, changes: changesOf(before.rows, rows) }];
  });
}

/** Decisions that write and that neither the file nor an imported version holds yet; a crash between the steps leaves them. */
export function pendingOf(decisions: readonly Decision[], table: number, reached: number): Decision[] {
  return decisions.filter((one) => one.table === table && one.decision !== "rejected" && one.table_version > reached);
}

/**
 * Carries decisions out: the next version of the file, with one log entry for each version that they name. `edits` are the
 * entries of earlier versions that came by hand and are not in the log yet. All other keys of the file stay as they are.
 */
export function carriedOut(file: TableFile, decisions: readonly Decision[], edits: readonly LogEntry[]): TableFile {
  let { rows } = file;
  const log = [...(file.log ?? []), ...edits].toSorted((a, b) => a.version - b.version);
  let version = Math.max(file.version, ...log.map((entry) => entry.version));
  for (const group of Map.groupBy(decisions, (one) => one.table_version).values()) {
    const changes = group.map((one): LogChange => {
      const { nct_id, value, id } = one;
      const column = fileColumn(one.column);
      const old = valueAt(rows, nct_id, column);
      rows = withValue(rows, { nct_id, column }, value);
      return { nct_id, column, old, new: valueAt(rows, nct_id, column), decision: id };
    });
    const last = group.at(-1);
    if (last === undefined) continue;
    // An edit by hand that came between has taken the number: the decision gets the next.
    version = Math.max(version + 1, last.table_version);
    log.push({ version, at: last.at, by: last.by, changes });
  }
  return { ...file, version, rows, log };
}
