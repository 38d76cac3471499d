import { ERROR_CODES, TrialdriftError } from "../db/errors.ts";
import { databaseFailure } from "../db/failures.ts";
import { closeRun, type ReviewRun } from "../db/runs.ts";
import { discardStaged } from "../db/store.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { WalkRequest } from "./walk.ts";

/** How a run ends that does not publish: it has nothing to do, or it cannot. */

/** The run's row says how it failed, as far as the database still answers; what it staged goes. */
export async function closeFailed(
  request: WalkRequest,
  runId: number,
  watch: Stopwatch,
  error: unknown,
): Promise<Error> {
  const { database, registry } = request;
  const state = `run ${runId} is not published; the next run clears up what it left`;
  const failure =
    databaseFailure(error, database.place, state) ?? (error instanceof Error ? error : new Error(String(error)));
  const exitCode = failure instanceof TrialdriftError ? failure.exitCode : ERROR_CODES.internal;
  const row = { state: "failed", exitCode, error: failure.message, steps: watch.read() } as const;
  const counts = registry === null ? {} : { requests: registry.counts.requests, retries: registry.counts.retries };
  // Whatever goes wrong here must not hide why the run failed.
  await closeRun(database.db, runId, { ...row, ...counts }).catch(() => {});
  await discardStaged(database.db, runId).catch(() => {});
  return failure;
}

/** A run that found nothing to do after one request. */
export interface IdleReport {
  runId: number;
  state: "skipped";
  exitCode: 0;
  dataAt: string;
}

/** Ends the run's row where nothing that it reads can have changed; null where it must go on. */
export async function endIdle(
  request: WalkRequest & { idle?: (dataTimestamp: string) => Promise<Record<string, ReviewRun> | null> },
  runId: number,
  watch: Stopwatch,
): Promise<IdleReport | null> {
  const { database, registry, idle } = request;
  if (idle === undefined || registry === null) return null;
  const { dataTimestamp, apiVersion } = await registry.version();
  const said = await idle(dataTimestamp);
  if (said === null) return null;
  const row = { state: "skipped", exitCode: 0, dataAt: dataTimestamp, apiVersion, reviews: said } as const;
  await closeRun(database.db, runId, { ...row, requests: registry.counts.requests, steps: watch.read() });
  return { runId, state: "skipped", exitCode: 0, dataAt: dataTimestamp };
}
