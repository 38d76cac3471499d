import { hostname } from "node:os";
import { TrialdriftError } from "../db/errors.ts";
import {
  type Backfill,
  beat,
  type Claim,
  finishPart,
  HEARTBEAT_MS,
  noteRun,
  returnPart,
  type Spec,
} from "../db/parts.ts";
import { abandonRun } from "../db/runs.ts";
import type { Source } from "../pipeline/sources/source.ts";
import { run, type RunReport } from "../pipeline/run.ts";
import { asksRegistry, historyParts, openPart, type Tools } from "./backfill-parts.ts";

/** One part of a backfill as one run, under a lease that is renewed while it lasts. */

export interface Into {
  review: string;
  watchlist: string;
}

export interface PartWork {
  tools: Tools;
  backfill: Backfill;
  signal: AbortSignal;
  onProgress: (line: string, records: number) => void;
}

export interface PartEnd {
  state: "done" | "again" | "lost";
  /** Parts that this one showed to be needed. */
  more: number[];
  /** Of its run: 3 where a record went to quarantine or the counts do not add up. */
  exitCode: 0 | 3;
  report: RunReport | null;
}

/** A part that failed so often is left to a person: `doctor` lists it, `--resume` tries it again. */
export const MOST_ATTEMPTS = 5;

/** Who works on a part: `local` processes hold the backfill's lock, workers their lease alone. */
export function ownerName(kind: "local" | "worker"): string {
  return `${kind} ${hostname()} ${process.pid}`;
}

export function intoOf({ asked }: Backfill): Into | null {
  return (asked["into"] as Into | null | undefined) ?? null;
}

/** Ends between two batches when asked to. */
function stoppable(source: Source, signal: AbortSignal): Source {
  return {
    ...source,
    async *batches() {
      signal.throwIfAborted();
      for await (const batch of source.batches()) {
        yield batch;
        signal.throwIfAborted();
      }
    },
  };
}

/** What follows a part of a backfill with history: a walk over the versions of what it brought. */
function following(backfill: Backfill, spec: Spec, report: RunReport): Spec[] {
  if (!backfill.history || spec["kind"] === "history") return [];
  return historyParts([...report.harvest.arrivals.values()].map(({ nctId }) => nctId).toSorted());
}

/**
 * Carries out a claimed part. A run that an earlier attempt left open is closed first; one that it published is not
 * fetched again. Counts that do not add up leave the part to be taken again. Errors: those of the run; the part waits then.
 */
export async function performPart(work: PartWork, claim: Claim): Promise<PartEnd> {
  const { tools, backfill, signal, onProgress } = work;
  const { database } = tools;
  const before = claim.runId === null ? null : await abandonRun(database.db, claim.runId);
  if (before === "published" && !backfill.history) {
    const more = await finishPart(database.db, claim, [], null);
    return { state: more === null ? "lost" : "done", more: [], exitCode: 0, report: null };
  }
  const lease = new AbortController();
  const lost = (): TrialdriftError =>
    new TrialdriftError({
      code: "locked",
      message: `part ${claim.partNo} of ${claim.backfillId} was taken over by another process`,
      state: "this run was not published",
      next: "nothing: the other one does it",
    });
  const timer = setInterval(() => {
    beat(database.db, claim).then(
      (held) => held || lease.abort(lost()),
      () => {}, // no database: the run itself will say so
    );
  }, HEARTBEAT_MS);
  const guarded = {
    ...database,
    async assertHeld() {
      await database.assertHeld();
      if (!(await beat(database.db, claim))) throw lost();
    },
  };
  try {
    const registry = asksRegistry(claim.spec) ? tools.registry().afresh() : null;
    const own = { ...tools, registry: () => registry ?? tools.registry() };
    const source = stoppable(await openPart(claim.spec, own), AbortSignal.any([signal, lease.signal]));
    const report = await run({
      database: guarded,
      job: "backfill",
      review: null,
      reviews: [],
      registry,
      source,
      into: intoOf(backfill),
      onOpened: (runId) => noteRun(database.db, claim, runId),
      now: () => new Date().toISOString(),
      onProgress,
    });
    const { problems } = report.harvest;
    if (problems.length > 0 && asksRegistry(claim.spec)) {
      await returnPart(database.db, claim, problems.join("; "), claim.attempts < MOST_ATTEMPTS ? "waiting" : "dead");
      return { state: "again", more: [], exitCode: 3, report };
    }
    const more = await finishPart(
      database.db,
      claim,
      following(backfill, claim.spec, report),
      report.problems[0] ?? null,
    );
    return { state: more === null ? "lost" : "done", more: more ?? [], exitCode: report.exitCode, report };
  } catch (error) {
    // The lease may be another's: then nothing is written.
    const state = signal.aborted || claim.attempts < MOST_ATTEMPTS ? "waiting" : "dead";
    await returnPart(database.db, claim, (error as Error).message, state).catch(() => {});
    throw error;
  } finally {
    clearInterval(timer);
  }
}
