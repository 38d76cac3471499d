import { sql } from "drizzle-orm";
import { type Db, rows, texts } from "./sql.ts";

/** Which of these refused records are held already (one that was well in between is not), by "hash reason": the same refusal again is no news. */
export async function knownQuarantine(db: Db, refused: readonly { hash: string }[]): Promise<Set<string>> {
  if (refused.length === 0) return new Set();
  const found = await rows<{ name: string }>(
    db,
    sql`select hash::text || ' ' || reason as name from trialdrift.quarantine where state = 'held' and hash::text in ${texts(refused.map(({ hash }) => hash))}`,
  );
  return new Set(found.map(({ name }) => name));
}

/** A refused record as it is kept: where it came from, why it was refused, and its JSON packed. */
export interface Refused {
  quarantineId: number;
  nctId: string | null;
  source: string;
  path: string;
  reason: string;
  /** Instants, UTC, to the second. */
  firstSeenAt: string;
  lastSeenAt: string;
  count: number;
  state: "held" | "recovered";
  raw: Uint8Array;
}

/** Refused records by number, in the order of their numbers; numbers that do not exist are absent. */
export function readRefused(db: Db, ids: readonly number[]): Promise<Refused[]> {
  return rows<Refused>(
    db,
    sql`select quarantine_id::int as "quarantineId", nct_id as "nctId", source, path, reason, count, state, raw,
               to_char(first_seen_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "firstSeenAt",
               to_char(last_seen_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "lastSeenAt"
          from trialdrift.quarantine
         where quarantine_id in (select one::bigint from ${texts(ids.map(String))} as given(one)) order by quarantine_id`,
  );
}
