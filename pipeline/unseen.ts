import type { Change } from "../db/model.ts";
import type { Db } from "../db/sql.ts";
import { readUnseenChanges } from "../db/standing.ts";
import type { Harvest } from "./harvest.ts";

/** A change of a study with the date on which it was posted, null where no update stands behind it. */
export interface UnseenChange extends Change {
  nctId: string;
  posted: string | null;
}

/** Changes that a review has not looked at, by study: published ones after its cursor, and those of this run. */
export async function unseenChanges(
  db: Db,
  review: string,
  cursor: number,
  harvest: Harvest,
  members: ReadonlyMap<string, number[]>,
): Promise<Map<string, UnseenChange[]>> {
  const found = (await readUnseenChanges(db, review, cursor)) as UnseenChange[];
  for (const { nctId, changes, dateless, posted } of harvest.arrivals.values())
    found.push(...changes.map((change) => ({ ...change, nctId, posted: dateless ? null : posted })));
  return Map.groupBy(
    found.filter(({ nctId }) => members.has(nctId)),
    ({ nctId }) => nctId,
  );
}
