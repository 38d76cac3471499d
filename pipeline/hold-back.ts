import { readConfirmed, stageAgain } from "../db/confirmed.ts";
import type { Db } from "../db/sql.ts";
import type { Harvest } from "./harvest.ts";
import { versionId } from "./hash.ts";

/** Records from files and archives that are newer than a head's first appearance, but older than its last confirmation. */

/**
 * Such a record is older input: it goes behind the present and is no news. Between it and the present the content changed
 * back, so that the head is kept a second time, dated by the confirmation, and becomes the head again. Stages that.
 */
export async function holdBack(db: Db, runId: number, harvest: Harvest): Promise<void> {
  harvest.restated = [];
  const changed = [...harvest.arrivals.values()].filter(({ outcome }) => outcome === "changed");
  if (changed.length === 0) return;
  const confirmed = await readConfirmed(
    db,
    changed.map(({ nctId }) => nctId),
  );
  const held = new Map<string, Harvest["restated"][number]>();
  for (const arrival of changed) {
    const { nctId, head, dataAt } = arrival;
    const until = confirmed.get(nctId);
    if (head === null || until === undefined || dataAt >= until) continue;
    const again = versionId(nctId, head.core_hash, until);
    Object.assign(arrival, { outcome: "older", changes: [] });
    held.set(nctId, { head, versionId: again, dataAt: until });
    await stageAgain(db, { from: head.version_id, to: again, dataAt: until, runId });
  }
  harvest.restated = [...held.values()];
}
