import { ERROR_CODES, TrialdriftError } from "../db/errors.ts";
import { databaseFailure } from "../db/failures.ts";
import { closeRun } from "../db/runs.ts";
import { discardStaged } from "../db/store.ts";
import type { WalkRequest } from "./walk.ts";

/** How a run ends that cannot publish. */

/** The run's row says how it failed, as far as the database still answers; what it staged goes. */
export async function closeFailed(request: WalkRequest, runId: number, error: unknown): Promise<Error> {
  const { database, registry } = request;
  const state = `run ${runId} is not published; the next run clears up what it left`;
  const failure =
    databaseFailure(error, database.place, state) ?? (error instanceof Error ? error : new Error(String(error)));
  const exitCode = failure instanceof TrialdriftError ? failure.exitCode : ERROR_CODES.internal;
  const row = { state: "failed", exitCode, error: failure.message } as const;
  const counts = registry === null ? {} : { requests: registry.counts.requests, retries: registry.counts.retries };
  // Whatever goes wrong here must not hide why the run failed.
  await closeRun(database.db, runId, { ...row, ...counts }).catch(() => {});
  await discardStaged(database.db, runId).catch(() => {});
  return failure;
}
