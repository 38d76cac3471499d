import type { Change } from "../db/model.ts";
import type { Harvest } from "./harvest.ts";

/** Which changes has a review not looked at yet? Pure. */

/** A change of a study with the date on which it was posted, null where no update stands behind it. */
export interface UnseenChange extends Change {
  nctId: string;
  posted: string | null;
}

/** `published` after its cursor and those of this run, of its members; by study, oldest first. */
export function unseenChanges(
  published: readonly UnseenChange[],
  harvest: Harvest,
  members: ReadonlyMap<string, unknown>,
): Map<string, UnseenChange[]> {
  const arrived = [...harvest.arrivals.values()].flatMap(({ nctId, changes, dateless, posted }) =>
    changes.map((change) => ({ ...change, nctId, posted: dateless ? null : posted })),
  );
  return Map.groupBy(
    [...published, ...arrived].filter(({ nctId }) => members.has(nctId)),
    ({ nctId }) => nctId,
  );
}
