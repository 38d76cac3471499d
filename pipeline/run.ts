import { ERROR_CODES, TrialdriftError } from "../db/errors.ts";
import type { Job, RunState } from "../db/model.ts";
import type { Database } from "../db/open.ts";
import { HeadsMoved, publish } from "../db/publish.ts";
import { knownQuarantine } from "../db/quarantine.ts";
import { abandonDead, closeRun, newestChange, openRun, type ReviewRun } from "../db/runs.ts";
import { isLost } from "../db/sql.ts";
import { discardStaged } from "../db/store.ts";
import { readMemberships } from "../db/standing.ts";
import { RULE_VERSIONS } from "./derive.ts";
import { type Harvest, openHarvest } from "./harvest.ts";
import { runProblem } from "./ledger.ts";
import { countOutcomes, planPublication } from "./publication.ts";
import { receive, receiveAgain } from "./receive.ts";
import type { Registry } from "./registry/client.ts";
import { wantedIds } from "./review/membership.ts";
import type { Review } from "./review/review.ts";
import { type Settled, settle } from "./settle.ts";
import { idSource } from "./sources/ids.ts";
import type { Fate, Source } from "./sources/source.ts";
import { watchlistSources } from "./sources/watchlists.ts";

/** THE MAIN PATH: source -> validate -> derive -> store -> reconcile -> publish. Nothing is visible before its last step. */

export interface RunRequest {
  database: Database;
  job: Job;
  /** The one review asked for; null for all of `reviews`. */
  review: string | null;
  reviews: readonly Review[];
  /** Asks the reviews' watchlists; null: the store alone is read (recompute). */
  registry: Registry | null;
  /** Loaded instead of watchlists: ids, files, an archive. */
  source?: Source;
  /** Does everything but publish. */
  dryRun?: boolean;
  /** Asked with the registry's data date: what to note for each review where nothing can have changed, else null. */
  idle?: (dataTimestamp: string) => Promise<Record<string, ReviewRun> | null>;
  now: () => string;
  onProgress: (line: string, records: number) => void;
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
}

/** A walk that does not add up, or under which the data moved, is walked again; three times, then what is sound is published. */
const MOST_WALKS = 3;
const MOST_PUBLICATIONS = 5;

interface Walked {
  harvest: Harvest;
  dataAt: string | null;
  apiVersion: string | null;
  fates: Map<string, Fate>;
  /** Ids by review and watchlist that a query brought. */
  seen: Map<string, Map<string, Set<string>>>;
}

/** One attempt: every query, then by id whatever the reviews track and no query brought. */
async function walkOnce(request: RunRequest, registry: Registry, runId: number): Promise<Walked> {
  const { database, reviews, onProgress } = request;
  const version = await registry.version();
  const harvest = openHarvest();
  const sources = watchlistSources(registry, reviews);
  const seen = new Map(reviews.map(({ id }) => [id, new Map<string, Set<string>>()]));
  for (const source of sources) {
    await receive(database.db, runId, harvest, source, version.dataTimestamp, (count) =>
      onProgress(source.name, count),
    );
    for (const { review, watchlist } of source.watchlists)
      seen.get(review)?.set(watchlist, harvest.seen.get(source.name) ?? new Set());
  }
  const wanted = { load: [] as string[], departed: [] as string[] };
  for (const review of reviews) {
    const asked = wantedIds(review, seen.get(review.id) ?? new Map(), await readMemberships(database.db, review.id));
    wanted.load.push(...asked.load.filter((id) => !harvest.arrivals.has(id)));
    wanted.departed.push(...asked.departed.filter((id) => !harvest.arrivals.has(id)));
  }
  const ids = idSource(registry, "by id", wanted.load, wanted.departed);
  if (wanted.load.length + wanted.departed.length > 0)
    await receive(database.db, runId, harvest, ids, version.dataTimestamp, (count) => onProgress(ids.name, count));
  const after = await registry.version();
  if (after.dataTimestamp !== version.dataTimestamp)
    harvest.problems.push(
      `the registry's data moved from ${version.dataTimestamp} to ${after.dataTimestamp} during the walk`,
    );
  return { harvest, dataAt: version.dataTimestamp, apiVersion: version.apiVersion, fates: ids.fates, seen };
}

/** Brings the records in: watchlists, the source given, or none. */
async function walk(request: RunRequest, runId: number): Promise<Walked> {
  const { database, registry, source, onProgress } = request;
  if (source !== undefined) {
    const version = registry === null ? null : await registry.version();
    const harvest = openHarvest();
    await receive(database.db, runId, harvest, source, version?.dataTimestamp ?? null, (count) =>
      onProgress(source.name, count),
    );
    return {
      harvest,
      dataAt: version?.dataTimestamp ?? null,
      apiVersion: version?.apiVersion ?? null,
      fates: source.fates,
      seen: new Map(),
    };
  }
  if (registry === null)
    return { harvest: openHarvest(), dataAt: null, apiVersion: null, fates: new Map(), seen: new Map() };
  for (let attempt = 1; ; attempt += 1) {
    const walked = await walkOnce(request, registry, runId);
    if (walked.harvest.problems.length === 0 || attempt === MOST_WALKS) return walked;
    onProgress(`walking again: ${walked.harvest.problems.join("; ")}`, 0);
    await discardStaged(database.db, runId);
  }
}

/** Settles the reviews on what came in and publishes; where another run moved a head meanwhile, those studies are derived again. */
async function settleAndPublish(request: RunRequest, runId: number, walked: Walked): Promise<Omit<RunReport, "runId">> {
  const { database, reviews, now } = request;
  const { harvest, dataAt, fates } = walked;
  for (let attempt = 1; ; attempt += 1) {
    const at = now();
    const newestSeen = await newestChange(database.db);
    const { distinct, outcomes } = countOutcomes(harvest);
    const problems = [...harvest.problems, runProblem(distinct, outcomes) ?? []].flat();
    const known = await knownQuarantine(database.db, [...harvest.quarantined.values()]);
    const fresh = [...harvest.quarantined.values()].filter(({ hash, reason }) => !known.has(`${hash} ${reason}`));
    const words = [
      ...problems,
      ...fresh.map((one) => `quarantined ${one.nctId ?? "a record without an id"}: ${one.reason}`),
    ];
    const settled: Settled[] = [];
    if (request.source === undefined)
      for (const review of reviews) {
        const asked = request.registry !== null && dataAt !== null;
        const seen = walked.seen.get(review.id) ?? new Map<string, Set<string>>();
        const one = await settle(database, {
          review,
          runId,
          at,
          harvest,
          walk: asked ? { seen, fates, complete: problems.length === 0, dataAt } : null,
        });
        if (fresh.length > 0) one.said.state = "incomplete";
        settled.push(one);
      }
    const state: RunState = words.length > 0 ? "incomplete" : "published";
    const exitCode = words.length > 0 ? 3 : 0;
    const report = { state, exitCode, dataAt, problems: words, harvest, settled } as const;
    if (request.dryRun === true) return report;
    const run = {
      state,
      exitCode,
      dataAt,
      apiVersion: walked.apiVersion,
      error: words.length > 0 ? words.join("\n") : null,
      requests: request.registry?.counts.requests ?? 0,
      retries: request.registry?.counts.retries ?? 0,
      reviews: Object.fromEntries(settled.map((one) => [one.review.id, one.said])),
    };
    try {
      await publish(database, await planPublication(database.db, { runId, at, newestSeen, harvest, settled, run }));
      return report;
    } catch (error) {
      if (!(error instanceof HeadsMoved) || attempt === MOST_PUBLICATIONS) throw error;
      await receiveAgain(database.db, runId, harvest, error.nctIds);
    }
  }
}

/** A run that found nothing to do after one request. */
export interface IdleReport {
  runId: number;
  state: "skipped";
  exitCode: 0;
  dataAt: string;
}

/** Ends the run's row where nothing that it reads can have changed; null where it must go on. */
async function endIdle(request: RunRequest, runId: number): Promise<IdleReport | null> {
  const { database, registry, idle } = request;
  if (idle === undefined || registry === null) return null;
  const { dataTimestamp, apiVersion } = await registry.version();
  const said = await idle(dataTimestamp);
  if (said === null) return null;
  const row = { state: "skipped", exitCode: 0, dataAt: dataTimestamp, apiVersion, reviews: said } as const;
  await closeRun(database.db, runId, { ...row, requests: registry.counts.requests });
  return { runId, state: "skipped", exitCode: 0, dataAt: dataTimestamp };
}

/** The run's row says how it failed, as far as the database still answers; what it staged goes. */
async function closeFailed(request: RunRequest, runId: number, error: unknown): Promise<Error> {
  const { database, registry } = request;
  const failure = isLost(error)
    ? new TrialdriftError({
        code: "database_unreachable",
        message: `the connection to the database at ${database.place} was lost`,
        state: `run ${runId} is not published; the next run clears up what it left`,
        next: "see that the server runs, then run again",
        cause: error,
      })
    : error instanceof Error
      ? error
      : new Error(String(error));
  const exitCode = failure instanceof TrialdriftError ? failure.exitCode : ERROR_CODES.internal;
  const row = { state: "failed", exitCode, error: failure.message } as const;
  const counts = registry === null ? {} : { requests: registry.counts.requests, retries: registry.counts.retries };
  // Whatever goes wrong here must not hide why the run failed.
  await closeRun(database.db, runId, { ...row, ...counts }).catch(() => {});
  await discardStaged(database.db, runId).catch(() => {});
  return failure;
}

/**
 * One run. Holds its reviews' locks from before the first request to after the publication. Errors: those of the registry
 * and the database, `locked`; the run's row then says failed, and what it had staged is deleted.
 */
export function run(request: RunRequest & { idle: NonNullable<RunRequest["idle"]> }): Promise<RunReport | IdleReport>;
export function run(request: RunRequest): Promise<RunReport>;
export async function run(request: RunRequest): Promise<RunReport | IdleReport> {
  const { database, reviews, job, review } = request;
  const names = reviews.map(({ id }) => id);
  const release = await database.lock(names.map((id) => `review ${id}`));
  try {
    const runId = await openRun(database.db, { job, review, reviews: names, ruleVersions: RULE_VERSIONS });
    try {
      await abandonDead(database.db, names, runId);
      const idle = await endIdle(request, runId);
      if (idle !== null) return idle;
      const report = await settleAndPublish(request, runId, await walk(request, runId));
      const dry = { state: "skipped", exitCode: 0, reviews: {}, error: "dry run: nothing was published" } as const;
      if (request.dryRun === true) await closeRun(database.db, runId, dry);
      await discardStaged(database.db, runId);
      return { runId, ...report };
    } catch (error) {
      throw await closeFailed(request, runId, error);
    }
  } finally {
    await release();
  }
}
