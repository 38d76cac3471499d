import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";
import type { ViewName } from "./read.ts";

/** Has anything that readers see changed since they last looked? */

/** Rows of these change beside publications: a run's own row, the age of a review, a record that comes to be held. */
export const MOVING_VIEWS: readonly ViewName[] = ["runs", "freshness", "quarantine"];

/**
 * Two equal markers: all views but the moving ones read the same. Made of the newest published run, of how many there are
 * (two publications may end in another order than they began), and of the newest answer to a flag, which is no run.
 */
export async function readMarker(db: Db): Promise<string> {
  const [found] = await rows<{ marker: string }>(
    db,
    sql`select concat_ws('-', count(*), max(run_id),
               (select extract(epoch from max(answered_at)) from review.flags)) as marker
          from review.runs where published_at is not null`,
  );
  return found?.marker ?? "";
}
