import { ERROR_CODES } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import { countParts, deadParts, unfinishedBackfills } from "../db/parts.ts";
import { failed, type Finding, line } from "./finding.ts";

/** Backfills under way, and parts that failed too often for anybody to take them again. */
export async function backfillsOf(database: Database | null): Promise<Finding[]> {
  if (database === null) return [];
  try {
    const open: Finding[] = [];
    for (const { backfillId } of await unfinishedBackfills(database.db)) {
      const { done, total, claimed } = await countParts(database.db, backfillId);
      const said = `not finished: ${done} of ${total} parts, ${claimed} in work`;
      open.push(line(backfillId, "note", said, "start `trialdrift worker`, or its command again with --resume"));
    }
    const dead = (await deadParts(database.db)).map(({ backfillId, partNo, lastError }) =>
      line(
        backfillId,
        "wrong",
        `part ${partNo} failed too often: ${lastError ?? "no reason kept"}`,
        "mend the cause, then the same backfill with --resume",
        ERROR_CODES.incomplete,
      ),
    );
    return [...open, ...dead];
  } catch (error) {
    return [failed("backfills", error)];
  }
}
