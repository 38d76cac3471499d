import { sql } from "drizzle-orm";
import { type Db, rows, texts } from "./sql.ts";

/** Of studies: when the store first observed each, and the submission dates of versions held from the registry's history. */
export async function readHeldHistory(
  db: Db,
  nctIds: readonly string[],
): Promise<Map<string, { firstObserved: string; submitted: Set<string> }>> {
  const found = await rows<{ nctId: string; firstObserved: string; submitted: string[] }>(
    db,
    sql`select nct_id as "nctId", min(data_at) filter (where dated = 'observed') as "firstObserved",
               coalesce(json_agg(left(data_at, 10)) filter (where dated = 'submitted'), '[]') as submitted
          from trialdrift.versions where published and nct_id in ${texts(nctIds)} group by nct_id
        having bool_or(dated = 'observed')`,
  );
  return new Map(
    found.map(({ nctId, firstObserved, submitted }) => [nctId, { firstObserved, submitted: new Set(submitted) }]),
  );
}
