import type { Database } from "../db/open.ts";
import { freeLocal, readBackfill, writeBackfill } from "../db/parts.ts";
import { trackedStudies } from "../db/standing.ts";
import { historyParts } from "./backfill-parts.ts";
import { conclude, toolsOf, workThrough } from "./backfill.ts";
import type { Context } from "./context.ts";

/**
 * The monthly job: the registry's version history of every study that a review tracks, as far as it is not held. A study's
 * overview is one request; only versions from before its first observation that the store lacks are fetched. Stopped or
 * killed, the same month's goes on where it was; a month that is done asks for nothing. Locks its month's backfill.
 */
export async function refreshHistory(
  context: Context,
  database: Database,
  signal: AbortSignal,
): Promise<{ outcome: "complete" | "incomplete"; detail: string }> {
  const { db } = database;
  const backfillId = `history-${new Date().toISOString().slice(0, 7)}`;
  const release = await database.lock([`backfill ${backfillId}`]);
  try {
    const known = await readBackfill(db, backfillId);
    if (known?.finished === true) return { outcome: "complete", detail: `${backfillId} was done before` };
    const said = { asked: { source: { kind: "history" } }, history: false, queued: false };
    const backfill = { backfillId, ...said, finished: false };
    if (known === null) await writeBackfill(db, backfill, historyParts(await trackedStudies(db)));
    else await freeLocal(db, backfillId);
    const { exitCode, left } = await workThrough(context, toolsOf(context, database, signal), backfill, signal);
    signal.throwIfAborted();
    const worst = Math.max(exitCode, await conclude(context, database, backfill));
    const detail = left === 0 ? `${backfillId} is done` : `${left} parts of ${backfillId} are left`;
    return { outcome: worst === 0 ? "complete" : "incomplete", detail };
  } finally {
    await release();
  }
}
