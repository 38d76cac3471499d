import { monotonicFactory } from "ulid";
import { TrialdriftError } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import { readView } from "../db/read.ts";
import { readCuratedVersions } from "../db/standing.ts";
import { parseNotation } from "../pipeline/review/codes.ts";
import { type Decision, fileColumn, writes } from "../pipeline/review/decision.ts";
import { assertWritable, readAgain, readTableFile, withFolder, writeDecisions } from "../pipeline/review/decisions.ts";
import type { Draft, Seen, SeenDrift } from "../pipeline/review/deciding.ts";
import type { Review } from "../pipeline/review/review.ts";
import { type FileRow, pendingOf, type TableFile, withValue } from "../pipeline/review/table-file.ts";
import { type RunReport, run } from "../pipeline/run.ts";
import type { Context } from "./context.ts";
import { progressOf } from "./progress.ts";

/** The way of every decision: hold the folder, see what stands, decide, write, import, recompute (design 4.5). */

/** What can be decided on: the review as its folder stands, which is as it was imported, and what readers see of it. */
export interface Room {
  review: Review;
  files: ReadonlyMap<number, TableFile>;
  drift: readonly (SeenDrift & { nct_id: string })[];
  dataDate: string | null;
  /** A study of a table, with the rows as drafts before this one leave them. */
  see(nctId: string, table: number): Seen;
  /** Lets the drafts that follow see this one. */
  note(draft: Draft): void;
}

export interface Person {
  by: string;
  note: string | null;
}

export interface Decided {
  decisions: Decision[];
  /** Number in the database of each table that got a next version. */
  versions: Map<number, number>;
  report: RunReport;
}

function refuseEdited(file: string, review: string): never {
  throw new TrialdriftError({
    code: "config",
    message: `${file} is not as the last run imported it: it was edited by hand, or a decision was cut short`,
    state: "nothing was decided",
    next: `run \`trialdrift recompute --review ${review}\`, which imports it as the next version; then decide again`,
  });
}

/** Reads what stands, and refuses where the folder is not what readers see. */
async function enter(database: Database, review: Review, nctIds: readonly string[] | null): Promise<Room> {
  const { db } = database;
  const imported = await readCuratedVersions(db, review.id);
  for (const { table, fileHash, version } of review.tables) {
    const known = imported.get(table);
    const pending = pendingOf(review.decisions, table, Math.max(version, known?.version ?? 0));
    if (known?.fileHash !== fileHash || pending.length > 0) refuseEdited(`the file of table ${table}`, review.id);
  }
  const files = new Map(review.tables.map(({ table }) => [table, readTableFile(review, table)]));
  const rows = new Map<number, FileRow[]>([...files].map(([table, file]) => [table, file.rows]));
  const filter = nctIds === null ? { review: review.id } : { review: review.id, nctIds };
  const drift = await readView<SeenDrift & { nct_id: string }>(db, "drift", filter);
  const cells = await readView<Seen["cells"][number] & { nct_id: string }>(db, "cells", filter);
  const [fresh] = await readView<{ data_date: string | null }>(db, "freshness", { review: review.id });
  const notation = parseNotation(review.codes);
  const dataDate = fresh?.data_date ?? null;
  return {
    review,
    files,
    drift,
    dataDate,
    see: (nctId, table) => ({
      nctId,
      table,
      rows: rows.get(table) ?? [],
      drift: drift.filter((one) => one.nct_id === nctId),
      cells: cells.filter((one) => one.nct_id === nctId),
      notation,
      statusConvention: review.tables.find((one) => one.table === table)?.statusConvention ?? null,
      dataDate,
    }),
    note({ table, nct_id, column, value, decision }) {
      if (decision === "rejected") return;
      rows.set(table, withValue(rows.get(table) ?? [], { nct_id, column: fileColumn(column) }, value));
    },
  };
}

/** The version of a table that stands: what is imported, or a file that is ahead of it. */
export function standingVersion(
  { tables }: Review,
  table: number,
  imported: ReadonlyMap<number, { version: number }>,
): number {
  return Math.max(imported.get(table)?.version ?? 0, tables.find((one) => one.table === table)?.version ?? 0);
}

/** Whether it writes the table's next version; what takes back a decision that wrote nothing writes nothing either. */
export function isWriting(draft: Draft, { decisions }: Review): boolean {
  if (draft.decision !== "undone") return writes(draft);
  return writes(decisions.find(({ id }) => id === draft.undoes) ?? draft);
}

/** Gives drafts their ids, time and person, and the version that will hold them: the table's next, unless nothing is written. */
function signed(
  drafts: readonly Draft[],
  { review, dataDate }: Room,
  imported: ReadonlyMap<number, { version: number }>,
  { by, note }: Person,
): Decision[] {
  const at = new Date();
  const nextId = monotonicFactory();
  return drafts.map((draft) => ({
    id: nextId(at.getTime()),
    undoes: draft.undoes,
    at: at.toISOString(),
    by,
    review: review.id,
    table: draft.table,
    nct_id: draft.nct_id,
    column: draft.column,
    decision: draft.decision,
    value: draft.value,
    old: draft.old,
    registry_then: draft.registry_then,
    data_date: dataDate,
    table_version: standingVersion(review, draft.table, imported) + (isWriting(draft, review) ? 1 : 0),
    note,
  }));
}

/**
 * Takes decisions about one review. `choose` is given what stands and says what to decide; [] ends without a word written.
 * Errors: `config` (exit 2) where the folder is edited or cannot be written, `locked` (exit 4), those of a recompute: the
 * decisions then stand in the folder and the next run takes them up.
 */
export async function decide(
  context: Context,
  database: Database,
  found: Review,
  nctIds: readonly string[] | null,
  person: Person,
  choose: (room: Room) => Promise<Draft[]>,
): Promise<Decided | null> {
  assertWritable(found);
  const wait = { ms: context.config.lockWaitMs, tell: (message: string) => context.log.warn(`waiting: ${message}`) };
  // Before the folder, as a sync does: one that runs is waited for, and nothing is written while it does.
  const release = await database.lock([`review ${found.id}`]);
  const work = async (): Promise<Decided | null> => {
    const room = await enter(database, readAgain(found), nctIds);
    const drafts = await choose(room);
    if (drafts.length === 0) return null;
    const imported = await readCuratedVersions(database.db, found.id);
    const decisions = signed(drafts, room, imported, person);
    await writeDecisions(database.db, room.review, decisions, imported);
    const report = await run({
      database,
      job: "recompute",
      review: found.id,
      reviews: [readAgain(found)],
      registry: null,
      now: () => new Date().toISOString(),
      onProgress: progressOf(context.log),
    });
    const after = await readCuratedVersions(database.db, found.id);
    const moved = [...after].filter(([table, { version }]) => imported.get(table)?.version !== version);
    return { decisions, versions: new Map(moved.map(([table, { version }]) => [table, version])), report };
  };
  try {
    return await withFolder(found, wait, work);
  } finally {
    await release();
  }
}
