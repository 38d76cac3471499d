import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import cron, { type Logger as CronLogger } from "node-cron";
import { lockDirectory } from "../db/datadir-lock.ts";
import { TrialdriftError } from "../db/errors.ts";
import { readClaim, type Slot } from "../db/slots.ts";
import type { Db } from "../db/sql.ts";
import { AWAY_MS, decide, LEASE_MS, LOOK_MS } from "./catch-up.ts";
import type { Context } from "./context.ts";
import { keyOf, openCoordinator } from "./coordinator.ts";
import { gapMs, newestDue } from "./cron.ts";
import { openHealth, openSight } from "./health.ts";
import type { Listening } from "./listen.ts";
import { JOBS, type JobEnd, type ScheduledJob } from "./schedule.ts";
import { shareDatabase } from "./shared-database.ts";

/**
 * The scheduler's shell: node-cron says when a slot is due, a timer a job looks for what was missed, both ask the coordinator and
 * then do the same work. It decides nothing itself.
 */

/** One scheduler an embedded directory: two would take turns at the database without knowing of each other's slots in between. */
async function soleScheduler(dataDir: string): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true });
  const lock = await lockDirectory(resolve(dataDir, "schedule"), 0, () => {}).catch((cause: unknown) => {
    if (!(cause instanceof TrialdriftError) || cause.code !== "locked") throw cause;
    throw new TrialdriftError({
      code: "config",
      message: `another scheduler works on the embedded database in ${resolve(dataDir)}`,
      state: "nothing was started",
      next: "one scheduler is enough here; several share a Postgres server: set DATABASE_URL",
      cause,
    });
  });
  return () => lock.release();
}

const explained = (error: unknown): string =>
  error instanceof TrialdriftError
    ? error.explain()
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

/** What the slot's row says of an error. */
function failure(error: unknown): JobEnd {
  const code = error instanceof TrialdriftError ? error.code : "internal";
  return {
    outcome: "failed",
    runId: null,
    detail: `${code}: ${error instanceof Error ? error.message : String(error)}`,
  };
}

/**
 * Runs the table of jobs until `stop` aborts; then ends what is under way, without publishing it, and returns. Errors: whatever
 * keeps it from starting (configuration, database, a second scheduler on an embedded database); later ones are logged.
 */
export async function runScheduler(context: Context, stop: AbortSignal, jobs = JOBS): Promise<void> {
  const { config, log } = context;
  const isServer = config.databaseUrl !== null;
  context.reviews(null);
  const release = isServer ? () => {} : await soleScheduler(config.dataDir);
  const shared = shareDatabase(() => context.openDatabase("writer", stop), isServer);
  const sight = openSight(shared, isServer);
  const tell = (error: unknown): void => {
    if (!stop.aborted) log.error(explained(error));
  };
  const coordinator = openCoordinator(shared, tell);
  const looks = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  function track(one: Promise<void>): Promise<void> {
    underWay.add(one);
    return one.finally(() => underWay.delete(one));
  }

  /** The work of a slot that is claimed. */
  async function work(job: ScheduledJob, slot: Slot): Promise<void> {
    const signal = AbortSignal.any([stop, coordinator.signalOf(slot)]);
    const began = performance.now();
    const end = await shared.use(async (database) => {
      const end = await job.work({ context, database, signal }).catch((error: unknown) => {
        tell(error);
        return failure(signal.aborted ? signal.reason : error);
      });
      coordinator.note(slot, end);
      return end;
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    log.info(`${job.name}: slot of ${slot.due.toISOString()} ${end.outcome} after ${seconds} s, ${end.detail ?? ""}`);
  }

  /** Runs the newest due slot where nobody did; returns ms until it is worth another look. */
  async function catchUp(db: Db, job: ScheduledJob, isStarting: boolean): Promise<number> {
    const due = newestDue(job.cron(config), new Date());
    if (due === null) return LOOK_MS;
    const slot = { job: job.name, due };
    const claim = await readClaim(db, slot);
    const judged = claim === null ? null : coordinator.judge(slot, claim);
    const decision = decide(due, new Date(), judged, isStarting);
    if (!decision.run) {
      log.debug(
        `${job.name}: nothing to run for the slot of ${due.toISOString()}, looking again in ${decision.lookMs} ms`,
      );
      return decision.lookMs;
    }
    if (stop.aborted || !(await coordinator.claim(slot, claim))) return LEASE_MS;
    log.info(`${job.name}: running for the slot of ${due.toISOString()}: ${decision.because}`);
    try {
      await work(job, slot);
    } finally {
      await coordinator.onComplete(keyOf(slot));
    }
    return catchUp(db, job, false);
  }

  async function look(job: ScheduledJob, isStarting = false): Promise<void> {
    if (stop.aborted) return;
    let lookMs = AWAY_MS;
    try {
      lookMs = await shared.use(async (database) => {
        const ms = await catchUp(database.db, job, isStarting);
        await sight.look(database);
        return ms;
      });
    } catch (error) {
      sight.missed(error);
      tell(error);
    }
    arm(job, lookMs);
  }

  function arm(job: ScheduledJob, ms: number): void {
    clearTimeout(looks.get(job.name));
    if (!stop.aborted)
      looks.set(
        job.name,
        setTimeout(() => void track(look(job)), ms),
      );
  }

  const cronLog: CronLogger = {
    info: (line) => log.debug(line),
    debug: (line) => log.debug(String(line)),
    warn: (line) => log.warn(line),
    error: (line, cause) => tell(cause ?? line),
  };

  function taskOf(job: ScheduledJob) {
    const expression = job.cron(config);
    const task = cron.createTask(expression, ({ date }) => track(work(job, { job: job.name, due: date })), {
      name: job.name,
      timezone: job.zone,
      noOverlap: true,
      distributed: true,
      runCoordinator: {
        async shouldRun(key, ttl) {
          if (stop.aborted) return false;
          // Where the database is away, or somebody else has the slot: is it done by then, or its owner dead?
          arm(job, AWAY_MS);
          const isOurs = await coordinator.shouldRun(key, ttl);
          if (!isOurs) arm(job, LEASE_MS);
          return isOurs;
        },
        onComplete: (key) =>
          track(
            shared.use(async () => {
              await coordinator.onComplete(key);
              await look(job);
            }),
          ),
      },
      distributedLease: LEASE_MS,
      maxRandomDelay: Math.min(job.scatterMs, gapMs(expression) / 10),
      logger: cronLog,
    });
    task.on("execution:missed", () => void track(look(job)));
    return task;
  }

  const tasks = jobs.map(taskOf);
  stop.addEventListener("abort", () => {
    for (const task of tasks) void task.destroy();
    for (const timer of looks.values()) clearTimeout(timer);
  });
  let health: Listening | null = null;
  try {
    if (config.http !== null) health = await openHealth(config.http, sight);
    // Whatever is wrong with the database is told at once, not at the first due time.
    await shared.use((database) => sight.look(database));
    for (const task of tasks) await task.start();
    for (const [at, job] of jobs.entries())
      log.info(
        `${job.name}: \`${job.cron(config)}\` ${job.zone}, next ${tasks[at]?.getNextRun()?.toISOString() ?? "never"}`,
      );
    if (health !== null) log.info(`health and figures at ${health.url}`);
    for (const job of jobs) await track(look(job, true));
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener("abort", resolve, { once: true }));
  } finally {
    while (underWay.size > 0) await Promise.allSettled(underWay);
    await coordinator.finishAll();
    await health?.close();
    release();
  }
}
