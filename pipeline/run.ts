import type { Job, NewsTarget, RunState } from "../db/model.ts";
import { readUndelivered } from "../db/outbox.ts";
import { HeadsMoved, publish } from "../db/publish.ts";
import { knownQuarantine } from "../db/quarantine.ts";
import { abandonDead, closeRun, newestChange, openRun, type ReviewRun } from "../db/runs.ts";
import { discardStaged } from "../db/store.ts";
import { conclude } from "./conclude.ts";
import { RULE_VERSIONS } from "./derive.ts";
import { closeFailed, endIdle, type IdleReport } from "./ending.ts";
import type { Harvest } from "./harvest.ts";
import { holdBack } from "./hold-back.ts";
import { judge } from "./verdict.ts";
import { newsOf, undeliveredWords } from "./news.ts";
import { planPublication } from "./publication.ts";
import { receiveAgain } from "./receive.ts";
import { pinnedReviews } from "./pinned.ts";
import type { Digest } from "./report/digest.ts";
import { type Settled, settle } from "./settle.ts";
import { type Stopwatch, stopwatch } from "./stopwatch.ts";
import { walk, type Walked, type WalkRequest } from "./walk.ts";

/** THE MAIN PATH: source -> validate -> derive -> store -> reconcile -> publish. Nothing is visible before its last step. */

export interface RunRequest extends WalkRequest {
  job: Job;
  /** The one review asked for; null for all of `reviews`. */
  review: string | null;
  /** Does everything but publish. */
  dryRun?: boolean;
  /** Watchlist to which what `source` loads is pinned. */
  into?: { review: string; watchlist: string } | null;
  /** Told the run's id before anything is asked for. */
  onOpened?: (runId: number) => Promise<void>;
  /** Asked with the registry's data date: what to note for each review where nothing can have changed, else null. */
  idle?: (dataTimestamp: string) => Promise<Record<string, ReviewRun> | null>;
  /** Where its news is to be delivered besides stdout. */
  targets?: readonly NewsTarget[];
  now: () => string;
  /** Ends the run between two of its steps, before the publication; it rejects with the reason. */
  signal?: AbortSignal;
}

export interface RunReport {
  runId: number;
  state: RunState;
  exitCode: 0 | 3;
  dataAt: string | null;
  /** Why it is incomplete, in words. */
  problems: string[];
  harvest: Harvest;
  settled: Settled[];
  news: Digest;
}

export type { IdleReport } from "./ending.ts";

const MOST_PUBLICATIONS = 5;

/** Settles the reviews on what came in and publishes; where another run moved a head meanwhile, those studies are derived again. */
async function settleAndPublish(
  request: RunRequest,
  runId: number,
  walked: Walked,
  watch: Stopwatch,
): Promise<Omit<RunReport, "runId">> {
  const { database, reviews, now } = request;
  const { harvest, dataAt, fates } = walked;
  for (let attempt = 1; ; attempt += 1) {
    watch.begin("settle");
    const at = now();
    if (request.source !== undefined) await holdBack(database.db, runId, harvest);
    const newestSeen = await newestChange(database.db);
    const known = await knownQuarantine(database.db, [...harvest.quarantined.values()]);
    const { complete, fresh, sighted, problems, state, exitCode } = judge(harvest, known, request.source);
    const settled: Settled[] = [];
    // Only the watchlists say who is a member: what another source brings is settled like our own store.
    const asked = request.source === undefined && request.registry !== null && dataAt !== null;
    for (const review of reviews) {
      request.signal?.throwIfAborted();
      const seen = walked.seen.get(review.id) ?? new Map<string, Set<string>>();
      const walk = asked ? { seen, fates, complete, dataAt } : null;
      const one = await settle(database, { review, runId, at, harvest, walk });
      if (fresh) one.said.state = "incomplete";
      settled.push(one);
    }
    const undelivered = undeliveredWords(await readUndelivered(database.db));
    const news = newsOf({ runId, dataAt, problems, settled, undelivered });
    const report = { state, exitCode, dataAt, problems, harvest, settled, news } as const;
    if (request.dryRun === true) return report;
    const run = {
      state,
      exitCode,
      dataAt,
      apiVersion: walked.apiVersion,
      error: problems.length > 0 ? problems.join("\n") : null,
      requests: request.registry?.counts.requests ?? 0,
      retries: request.registry?.counts.retries ?? 0,
      reviews: Object.fromEntries(settled.map((one) => [one.review.id, one.said])),
    };
    request.signal?.throwIfAborted();
    watch.begin("publish");
    try {
      const into = request.into ?? null;
      const plan = await planPublication(database.db, { runId, at, newestSeen, harvest, sighted, settled, run, into });
      const told = { runId, at, dataAt, settled, news, targets: request.targets ?? [] };
      await publish(database, { ...plan, conclude: (tx) => conclude(tx, told), steps: watch.read });
      return report;
    } catch (error) {
      if (!(error instanceof HeadsMoved) || attempt === MOST_PUBLICATIONS) throw error;
      watch.begin("walk");
      await receiveAgain(database, runId, harvest, error.nctIds);
    }
  }
}

/**
 * One run. Holds its reviews' locks from before the first request to after the publication. Errors: those of the registry
 * and the database, `locked`; the run's row then says failed, and what it had staged is deleted.
 */
export function run(request: RunRequest & { idle: NonNullable<RunRequest["idle"]> }): Promise<RunReport | IdleReport>;
export function run(request: RunRequest): Promise<RunReport>;
export async function run(asked: RunRequest): Promise<RunReport | IdleReport> {
  const { database, job, review } = asked;
  const names = asked.reviews.map(({ id }) => id);
  const release = await database.lock(names.map((id) => `review ${id}`));
  try {
    const request = { ...asked, reviews: await pinnedReviews(database.db, asked.reviews) };
    const runId = await openRun(database.db, { job, review, reviews: names, ruleVersions: RULE_VERSIONS });
    const watch = stopwatch(() => performance.now());
    try {
      await request.onOpened?.(runId);
      await abandonDead(database.db, names, runId);
      watch.begin("walk");
      const idle = await endIdle(request, runId, watch);
      if (idle !== null) return idle;
      const report = await settleAndPublish(request, runId, await walk(request, runId), watch);
      const dry = { state: "skipped", exitCode: 0, reviews: {}, error: "dry run: nothing was published" } as const;
      if (request.dryRun === true) await closeRun(database.db, runId, { ...dry, steps: watch.read() });
      await discardStaged(database.db, runId);
      return { runId, ...report };
    } catch (error) {
      throw await closeFailed(request, runId, watch, error);
    }
  } finally {
    await release();
  }
}
