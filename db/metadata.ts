import { sql } from "drizzle-orm";
import { registryMetadata } from "./schema/metadata.ts";
import { type Db, insertAll, rows } from "./sql.ts";

/** The registry's description of itself as it was served, one row a different answer. */

type Kind = typeof registryMetadata.$inferSelect.kind;

export interface HeldDescription {
  kind: Kind;
  hash: string;
  /** The newest run when it was last seen new: a review whose last run is no later has not looked at it. */
  runId: number;
  /** yyyy-mm-dd. */
  seen: string;
}

/** What is held of both kinds, in the order in which it was served, without the answers themselves. */
export function readDescriptions(db: Db): Promise<HeldDescription[]> {
  return rows(
    db,
    sql`select kind, hash::text as hash, run_id::int as "runId", to_char(last_seen_at at time zone 'utc', 'YYYY-MM-DD') as seen
          from trialdrift.registry_metadata order by kind, last_seen_at, first_seen_at`,
  );
}

export async function readDescriptionBody(db: Db, kind: Kind, hash: string): Promise<unknown> {
  const [found] = await rows<{ body: unknown }>(
    db,
    sql`select body from trialdrift.registry_metadata where kind = ${kind} and hash = ${hash}::uuid`,
  );
  return found?.body ?? null;
}

/** Keeps an answer that differs from the last one; one that was held before stands again from now on. */
export async function keepDescription(
  db: Db,
  answer: { kind: Kind; hash: string; body: unknown; dataAt: string | null; at: string },
): Promise<void> {
  const { kind, hash, body, dataAt, at } = answer;
  const [newest] = await rows<{ id: number }>(db, sql`select coalesce(max(run_id), 0)::int as id from trialdrift.runs`);
  await insertAll(
    db,
    registryMetadata,
    [{ kind, hash, body, dataAt, firstSeenAt: at, lastSeenAt: at, runId: newest?.id ?? 0 }],
    sql`on conflict (kind, hash) do update set last_seen_at = excluded.last_seen_at, run_id = excluded.run_id`,
  );
}

/** Notes that an answer was still the one served; `at` ISO, UTC. */
export async function noteSeen(db: Db, kind: Kind, hash: string, at: string): Promise<void> {
  await db.execute(
    sql`update trialdrift.registry_metadata set last_seen_at = ${at}::timestamptz where kind = ${kind} and hash = ${hash}::uuid`,
  );
}

/** Unknown fields and values that an earlier published run of a review has met already. */
export async function readMetUnknown(db: Db, review: string): Promise<Set<string>> {
  const found = await rows<{ name: string }>(
    db,
    sql`select distinct u.name from trialdrift.runs r, jsonb_object_keys(r.unknown) as u(name)
         where r.published_at is not null and r.reviews -> ${review}::text is not null`,
  );
  return new Set(found.map(({ name }) => name));
}
