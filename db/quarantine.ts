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
