import type { NewsTarget } from "../db/model.ts";
import type { Database } from "../db/open.ts";
import { pinnedSince } from "../db/pins.ts";
import { lastComplete, newestChange, type ReviewRun } from "../db/runs.ts";
import { noteActive } from "../db/standing.ts";
import { RULE_VERSIONS } from "../pipeline/derive.ts";
import { contentId } from "../pipeline/hash.ts";
import type { Registry } from "../pipeline/registry/client.ts";
import type { Review } from "../pipeline/review/review.ts";
import { type IdleReport, type RunReport, run } from "../pipeline/run.ts";

/** The nightly job: one request when nothing can have changed, a whole run otherwise. */

export interface Nightly {
  database: Database;
  registry: Registry;
  reviews: readonly Review[];
  review: string | null;
  dryRun: boolean;
  /** Where its news is delivered besides stdout. */
  targets?: readonly NewsTarget[];
  now: () => string;
  onProgress: (line: string, records: number) => void;
  /** Ends the run before its publication; it rejects with the reason. */
  signal?: AbortSignal;
}

/**
 * Does everything that a run reads stand as the last complete run of every review left it? Data date, review folder and
 * lexicon, rule versions, no pin of a backfill, and no published change that a review has not looked at (design rule 8). Then it returns what
 * each review's entry in the run says.
 */
async function standing(
  { database, reviews }: Nightly,
  dataTimestamp: string,
): Promise<Record<string, ReviewRun> | null> {
  const last = await lastComplete(database.db);
  const newest = await newestChange(database.db);
  const pinned = await pinnedSince(
    database.db,
    [...last].map(([review, { runId }]) => ({ review, runId })),
  );
  const rules = contentId(JSON.stringify(RULE_VERSIONS));
  const said = reviews.flatMap((review): [string, ReviewRun][] => {
    const one = last.get(review.id);
    const stands =
      one !== undefined &&
      one.dataAt === dataTimestamp &&
      one.folderHash === review.folderHash &&
      one.lexiconHash === review.lexiconHash &&
      one.rules === rules &&
      one.cursor >= newest &&
      !pinned.has(review.id);
    if (!stands) return [];
    const { runId: _, ...noted } = one;
    return [[review.id, { ...noted, state: "skipped" }]];
  });
  return said.length === reviews.length ? Object.fromEntries(said) : null;
}

/** Runs the reviews' nightly sync; it ends after one request where nothing can have changed. */
export async function nightly(job: Nightly): Promise<RunReport | IdleReport> {
  const { database, registry, reviews, review, dryRun, targets = [], now, onProgress } = job;
  // A review whose folder is gone is inactive: readable, not fetched, its flags frozen (design 4.4).
  if (review === null && !dryRun)
    await noteActive(
      database.db,
      reviews.map(({ id }) => id),
    );
  const idle = (dataTimestamp: string) => standing(job, dataTimestamp);
  const stop = job.signal === undefined ? {} : { signal: job.signal };
  return run({ database, job: "sync", review, reviews, registry, dryRun, targets, now, onProgress, idle, ...stop });
}
