import type { Change } from "../db/model.ts";
import type { Harvest } from "./harvest.ts";

/** Which changes has a review not looked at yet? Pure. */

/** `published` after its cursor and those of this run, of its members; by study, oldest first. */
export function unseenChanges(
  published: readonly (Change & { nctId: string })[],
  harvest: Harvest,
  members: ReadonlyMap<string, unknown>,
): Map<string, Change[]> {
  const unseen = new Map<string, Change[]>();
  const add = (nctId: string, change: Change): void => {
    if (members.has(nctId)) unseen.set(nctId, [...(unseen.get(nctId) ?? []), change]);
  };
  for (const { nctId, ...change } of published) add(nctId, change);
  for (const { nctId, changes } of harvest.arrivals.values()) for (const change of changes) add(nctId, change);
  return unseen;
}
