import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/** One bucket of places a registry host, for every process on this database. The database's clock is the only one. */

export interface Bucket {
  host: string;
  /** Seconds between two places. */
  spacing: number;
  /** The nightly sync: while it asks, nobody else gets a place. */
  first: boolean;
}

/** Seconds for which a sync keeps the others out after each place it asks for: it works on a page meanwhile. */
const KEEP_OUT_SECONDS = 3;

/** Makes the host's bucket where there is none. */
export async function openBucket(db: Db, host: string): Promise<void> {
  await db.execute(sql`insert into trialdrift.pace (host, next_at) values (${host}, 0) on conflict do nothing`);
}

/**
 * Takes the next place if it is due: 0. Otherwise takes nothing and returns for how many milliseconds to wait before
 * asking again, so that nobody stands in a queue that the sync could not overtake.
 */
export async function takePlace(db: Db, { host, spacing, first }: Bucket): Promise<number> {
  const keepOut = first ? Math.max(KEEP_OUT_SECONDS, 2 * spacing) : 0;
  const [found] = await rows<{ wait: number }>(
    db,
    sql`with held as (select next_at, sync_until from trialdrift.pace where host = ${host} for update),
             clock as (select held.*, extract(epoch from clock_timestamp())::float8 as now from held),
             verdict as (select now, greatest(next_at, case when ${first}::boolean then 0 else sync_until end) as due from clock)
        update trialdrift.pace p
           set next_at = case when v.due <= v.now then v.now + ${spacing}::float8 else p.next_at end,
               sync_until = greatest(p.sync_until, case when ${first}::boolean then v.now + ${keepOut}::float8 else 0 end)
          from verdict v where p.host = ${host}
        returning greatest(0, v.due - v.now)::float8 as wait`,
  );
  return found === undefined ? 0 : Math.ceil(found.wait * 1000);
}

/** No place before `ms` from now: the registry told somebody to wait. */
export async function holdPlaces(db: Db, host: string, ms: number): Promise<void> {
  await db.execute(
    sql`update trialdrift.pace set next_at = greatest(next_at, extract(epoch from clock_timestamp()) + ${ms / 1000}::float8) where host = ${host}`,
  );
}
