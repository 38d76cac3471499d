import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/** Studies that backfills pinned to watchlists (`--into`); pins of review.json are in the file alone. */

/** Ids by watchlist of one review. */
export async function readPins(db: Db, review: string): Promise<Map<string, string[]>> {
  const found = await rows<{ watchlist: string; nctId: string }>(
    db,
    sql`select watchlist, nct_id as "nctId" from trialdrift.pins where review = ${review} order by watchlist, nct_id`,
  );
  return new Map(
    [...Map.groupBy(found, ({ watchlist }) => watchlist)].map(([id, list]) => [id, list.map(({ nctId }) => nctId)]),
  );
}

/** Reviews with a pin that came after a run of theirs began: the idle gate must not hold for them. */
export async function pinnedSince(db: Db, runs: readonly { review: string; runId: number }[]): Promise<Set<string>> {
  const found = await rows<{ review: string }>(
    db,
    sql`select distinct p.review from trialdrift.pins p
          join jsonb_to_recordset(${JSON.stringify(runs)}::jsonb) as x(review text, "runId" bigint) on x.review = p.review
          join trialdrift.runs r on r.run_id = x."runId" where p.pinned_at >= r.started_at`,
  );
  return new Set(found.map(({ review }) => review));
}
