import type { Command } from "commander";
import { closeFiles } from "../backfill-parts.ts";
import { toolsOf } from "../backfill.ts";
import type { Context } from "../context.ts";
import { perform } from "../exit.ts";
import { openQueue, work } from "../queue.ts";
import { stopSignal } from "../stop.ts";

/** `worker`: takes parts of queued backfills until stopped; any number on any hosts share them. */
async function worker(context: Context): Promise<number> {
  const queue = await openQueue(context);
  try {
    const database = await context.openDatabase("writer");
    const signal = stopSignal();
    context.log.info(`taking parts from ${database.place}`);
    await work(context, toolsOf(context, database, signal), queue, signal);
    context.log.info("stopped; what was begun is another worker's to take");
    return 0;
  } finally {
    await queue.close();
    await closeFiles();
  }
}

export function workerCommand(program: Command): void {
  program
    .command("worker")
    .description("take parts of queued backfills until stopped; needs DATABASE_URL")
    .action(() => perform(worker));
}
