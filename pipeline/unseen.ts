import type { Change } from "../db/model.ts";
import type { Db } from "../db/sql.ts";
import { readUnseenChanges } from "../db/standing.ts";
import type { Harvest } from "./harvest.ts";

/** Which changes has a review not looked at yet? */

/** Published ones after its cursor and those of this run, of its members; by study, oldest first. */
export async function unseenChanges(
  db: Db,
  review: string,
  cursor: number,
  harvest: Harvest,
  members: ReadonlyMap<string, number[]>,
): Promise<Map<string, Change[]>> {
  const unseen = new Map<string, Change[]>();
  const add = (nctId: string, change: Change): void => {
    if (members.has(nctId)) unseen.set(nctId, [...(unseen.get(nctId) ?? []), change]);
  };
  for (const { nctId, ...change } of await readUnseenChanges(db, review, cursor)) add(nctId, change as Change);
  for (const { nctId, changes } of harvest.arrivals.values()) for (const change of changes) add(nctId, change);
  return unseen;
}
