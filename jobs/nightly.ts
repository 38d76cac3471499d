import type { Database } from "../db/open.ts";
import { closeRun, lastComplete, newestChange, openRun } from "../db/runs.ts";
import { RULE_VERSIONS } from "../pipeline/derive.ts";
import { contentId } from "../pipeline/hash.ts";
import type { Registry } from "../pipeline/registry/client.ts";
import type { Review } from "../pipeline/review/review.ts";
import { type RunReport, run } from "../pipeline/run.ts";

/** The nightly job: one request when nothing can have changed, a whole run otherwise. */

export interface Nightly {
  database: Database;
  registry: Registry;
  reviews: readonly Review[];
  review: string | null;
  dryRun: boolean;
  now: () => string;
  onProgress: (line: string, records: number) => void;
}

/**
 * Does everything that a run reads stand as the last complete run of every review left it? Data date, review folder and
 * lexicon, rule versions, and no published change that a review has not looked at (design rule 8).
 */
async function isIdle({ database, reviews }: Nightly, dataTimestamp: string): Promise<boolean> {
  const last = await lastComplete(database.db);
  const newest = await newestChange(database.db);
  const rules = contentId(JSON.stringify(RULE_VERSIONS));
  return reviews.every((review) => {
    const said = last.get(review.id);
    return (
      said !== undefined &&
      said.dataAt === dataTimestamp &&
      said.folderHash === review.folderHash &&
      said.lexiconHash === review.lexiconHash &&
      said.rules === rules &&
      said.cursor >= newest
    );
  });
}

/** Runs the reviews' nightly sync; `skipped` after one request where nothing can have changed. */
export async function nightly(
  job: Nightly,
): Promise<RunReport | { state: "skipped"; exitCode: 0; dataAt: string; runId: number }> {
  const { database, registry, reviews, review } = job;
  const version = await registry.version();
  if (await isIdle(job, version.dataTimestamp)) {
    const runId = await openRun(database.db, { job: "sync", review, reviews: [], ruleVersions: RULE_VERSIONS });
    await closeRun(database.db, runId, {
      state: "skipped",
      exitCode: 0,
      dataAt: version.dataTimestamp,
      apiVersion: version.apiVersion,
      requests: 1,
    });
    return { state: "skipped", exitCode: 0, dataAt: version.dataTimestamp, runId };
  }
  return run({
    database,
    job: "sync",
    review,
    reviews,
    registry,
    dryRun: job.dryRun,
    now: job.now,
    onProgress: job.onProgress,
  });
}
