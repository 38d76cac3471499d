import { setTimeout as sleep } from "node:timers/promises";
import { type Job, PgBoss } from "pg-boss";
import { TrialdriftError } from "../db/errors.ts";
import { claimPart, freeSilent, readBackfill, freeParts } from "../db/parts.ts";
import type { Tools } from "./backfill-parts.ts";
import { conclude } from "./backfill.ts";
import type { Context } from "./context.ts";
import { MOST_ATTEMPTS, ownerName, performPart } from "./part.ts";

/**
 * Parts of backfills on pg-boss, in the same database. A queue job carries the name of a part and nothing else: whether the
 * part is done, and who works on it, the parts table alone says, so that a job delivered twice ends as a no-op.
 */

const SCHEMA = "trialdrift_queue";
const QUEUE = "trialdrift-parts";
const DEAD = "trialdrift-dead-parts";

/** An idle worker looks again after this. */
const IDLE_MS = 500;

interface PartJob {
  backfillId: string;
  partNo: number;
}

export interface Queue {
  send(parts: readonly PartJob[]): Promise<void>;
  take(): Promise<Job<PartJob> | null>;
  done(job: Job<PartJob>): Promise<void>;
  /** Again later, longer each time; the dead letters after the last. */
  failed(job: Job<PartJob>, why: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the queue and makes it where there is none. Error: `config` without DATABASE_URL (exit 2). */
export async function openQueue({ config, log }: Context): Promise<Queue> {
  if (config.databaseUrl === null)
    throw new TrialdriftError({
      code: "config",
      message: "parts can be shared on a server only, and DATABASE_URL is not set",
      state: "nothing was queued or taken",
      next: "set DATABASE_URL; without it `trialdrift backfill` does its parts by itself",
    });
  const boss = new PgBoss({
    connectionString: config.databaseUrl,
    schema: SCHEMA,
    max: 2,
    schedule: false,
    application_name: `trialdrift ${process.pid} queue`,
  });
  boss.on("error", (error) => log.warn(`queue: ${error.message}`));
  await boss.start();
  await boss.createQueue(DEAD);
  await boss.createQueue(QUEUE, {
    deadLetter: DEAD,
    retryLimit: MOST_ATTEMPTS - 1,
    retryDelay: 2,
    retryBackoff: true,
    // The lease of the part tells a dead worker in 20 s; this only clears up what its queue job left.
    expireInSeconds: 4 * 3600,
  });
  return {
    async send(parts) {
      if (parts.length > 0)
        await boss.insert(
          QUEUE,
          parts.map((data) => ({ data })),
        );
    },
    take: async () => (await boss.fetch<PartJob>(QUEUE))[0] ?? null,
    async done({ id }) {
      await boss.complete(QUEUE, id);
    },
    async failed({ id }, why) {
      await boss.fail(QUEUE, id, { message: why });
    },
    close: () => boss.stop({ graceful: false }),
  };
}

/** Puts every waiting part of a backfill into the queue; how many. */
export async function enqueue(tools: Tools, queue: Queue, backfillId: string): Promise<number> {
  const waiting = await freeParts(tools.database.db, backfillId);
  await queue.send(waiting.map((partNo) => ({ backfillId, partNo })));
  return waiting.length;
}

/** Parts whose worker fell silent go into the queue again. */
async function requeueSilent(context: Context, tools: Tools, queue: Queue): Promise<void> {
  const silent = await freeSilent(tools.database.db, MOST_ATTEMPTS);
  for (const { backfillId, partNo, state } of silent)
    context.log.warn(
      `part ${partNo} of ${backfillId}: its worker fell silent; ${state === "dead" ? "given up" : "queued again"}`,
    );
  await queue.send(silent.filter(({ state }) => state === "waiting"));
}

/** One job: the part that it names, if it is still to be done. */
async function perform(
  context: Context,
  tools: Tools,
  queue: Queue,
  job: Job<PartJob>,
  signal: AbortSignal,
): Promise<void> {
  const { db } = tools.database;
  const { backfillId, partNo } = job.data;
  const backfill = await readBackfill(db, backfillId);
  const claim = backfill === null ? null : await claimPart(db, backfillId, ownerName("worker"), partNo);
  if (backfill === null || claim === null) return queue.done(job);
  const onProgress = (line: string, records: number): void => {
    if (records === 0) context.log.warn(line);
  };
  try {
    const end = await performPart({ tools, backfill, signal, onProgress }, claim);
    if (end.state === "again") return await queue.failed(job, "the registry's counts do not add up");
    await queue.send(end.more.map((number) => ({ backfillId, partNo: number })));
    await queue.done(job);
    const counted = end.report === null ? "done before" : `${end.report.harvest.arrivals.size} records`;
    context.log.info(`part ${partNo} of ${backfillId}: ${end.state === "lost" ? "another has done it" : counted}`);
    await conclude(context, tools.database, backfill);
  } catch (error) {
    if (signal.aborted) {
      await queue.send([{ backfillId, partNo }]);
      return queue.done(job);
    }
    context.log.error(`part ${partNo} of ${backfillId}: ${(error as Error).message}`);
    await queue.failed(job, (error as Error).message);
    // The registry refuses this host: another part would be refused too.
    if (error instanceof TrialdriftError && error.code === "registry_forbidden") throw error;
  }
}

/** Takes parts until `signal`. Error: registry_forbidden, after which asking again would be wrong. */
export async function work(context: Context, tools: Tools, queue: Queue, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const job = await queue.take();
    if (job !== null) {
      await perform(context, tools, queue, job, signal);
      continue;
    }
    await requeueSilent(context, tools, queue);
    await sleep(IDLE_MS, undefined, { signal }).catch(() => {}); // stopped: the loop ends
  }
}
