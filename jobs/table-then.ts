import { readCuratedRows } from "../db/curated.ts";
import { TrialdriftError } from "../db/errors.ts";
import {
  type MemberAt,
  readEarliest,
  readKept,
  readMembersAt,
  readPublished,
  readRunBounds,
  readStandAfter,
  readStandAt,
  type Stand,
} from "../db/history.ts";
import type { Db } from "../db/sql.ts";
import { readVersionsAsOf } from "../db/standing.ts";
import { readRecords } from "../db/store.ts";
import { curatedThen, rowsAsOf } from "../pipeline/as-of.ts";
import type { Study } from "../pipeline/registry/study.ts";
import type { CellRow, DriftRow, TrialRow } from "../pipeline/report/rows.ts";
import type { Review } from "../pipeline/review/review.ts";
import type { Context } from "./context.ts";

/** `table --as-of DATE` and `table --run N`: the rows that a table of an earlier moment is made of. */

export interface Then {
  /** Version of each curated table then in force. */
  tables: Record<string, number>;
  dataDate: string | null;
  trials: TrialRow[];
  cells: CellRow[];
  drift: DriftRow[];
}

/** Members derived together: bounds how many whole records are in memory (400 of 20 KB). */
const BATCH = 200;

function refuse(message: string, next: string): never {
  throw new TrialdriftError({ code: "usage", message, state: "nothing was printed or changed", next });
}

const fetchHistory = (review: string): string =>
  `\`trialdrift backfill --review ${review} --history\` fetches earlier versions from the registry`;

/** Refuses a day before everything that is held, and says how many studies of a later one are not held that far back. */
async function assertHeld(context: Context, db: Db, review: string, day: string, members: readonly MemberAt[]) {
  if (members.every(({ versionId }) => versionId === null)) {
    const earliest = await readEarliest(db, review);
    if (earliest === null) refuse(`no record of review ${review} is held yet`, "run `trialdrift sync`");
    refuse(
      `no record of review ${review} is held from before ${earliest}`,
      `ask for --as-of ${earliest} or later; ${fetchHistory(review)}`,
    );
  }
  const lacking = members.filter(
    ({ versionId, firstPosted }) => versionId === null && firstPosted !== null && firstPosted <= day,
  );
  if (lacking.length > 0)
    context.log.warn(
      `${lacking.length} of ${members.length} studies were posted by ${day}, but are held from a later day only: ${fetchHistory(review)}`,
    );
}

async function derivedOn(context: Context, db: Db, review: Review, day: string, stand: Stand): Promise<Then> {
  const members = await readMembersAt(db, review.id, day);
  await assertHeld(context, db, review.id, day, members);
  const then: Review = { ...review, tables: (await readCuratedRows(db, review.id, stand.tables)).map(curatedThen) };
  const kept = await readKept(db, review.id);
  const asOf =
    review.asOf.from === null
      ? new Map<string, string>()
      : await readVersionsAsOf(
          db,
          members.map(({ nctId }) => nctId),
          review.asOf.from,
        );
  const made: Then = { tables: stand.tables, dataDate: day, trials: [], cells: [], drift: [] };
  for (let from = 0; from < members.length; from += BATCH) {
    const batch = members.slice(from, from + BATCH).filter(({ versionId }) => versionId !== null);
    const wanted = batch.flatMap(({ nctId, versionId }) => [versionId, asOf.get(nctId)]);
    const records = await readRecords(db, [...new Set(wanted.filter((id) => typeof id === "string"))]);
    const record = (id: string | null | undefined) => (records.get(id ?? "") as Study | undefined) ?? null;
    const rows = rowsAsOf(
      then,
      batch.map(({ nctId, tables, versionId, dataDate }) => ({
        nctId,
        tables,
        study: record(versionId),
        asOf: record(asOf.get(nctId)),
        dataDate,
        kept: kept.has(nctId),
      })),
    );
    made.trials.push(...rows.trials);
    made.cells.push(...rows.cells);
    made.drift.push(...rows.drift);
  }
  return made;
}

/**
 * The registry as posted on a day, by today's rules and today's review folder, against the curated version then in force.
 * Errors: `usage` before the first version held, naming the earliest date and what fetches history.
 */
export async function tableAsOf(context: Context, db: Db, review: string, day: string): Promise<Then> {
  const [folder] = context.reviews(review);
  const stand = await readStandAt(db, review, day);
  if (folder === undefined || stand === null) refuse(`review ${review} was never published`, "run `trialdrift sync`");
  return derivedOn(context, db, folder, day, stand);
}

/** What was published of a review once a run had ended: its own rows, by the rules of its day. Errors: `usage`. */
export async function tableOfRun(db: Db, review: string, runId: number): Promise<Then> {
  const { known, first } = await readRunBounds(db, review, runId);
  if (!known) refuse(`there is no run ${runId}`, "see `trialdrift runs`");
  const stand = await readStandAfter(db, review, runId);
  if (stand === null)
    refuse(
      `review ${review} was not published yet when run ${runId} ended`,
      first === null ? "run `trialdrift sync`" : `its first published run is ${first}: --run ${first} or later`,
    );
  return { ...stand, ...(await readPublished<TrialRow, CellRow, DriftRow>(db, review, runId, stand.tables)) };
}
