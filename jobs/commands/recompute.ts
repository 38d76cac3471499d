import { run } from "../../pipeline/run.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { progressOf } from "../progress.ts";
import { deliverNews, targetsOf } from "../deliver.ts";
import { digest } from "./news.ts";
import type { Command } from "commander";
import { reviewOption } from "../options.ts";

/** `recompute`: rows, drift and flags again from our own store; the registry is not asked. */
export async function recompute(context: Context, options: { review?: string }): Promise<number> {
  const reviews = context.reviews(options.review ?? null);
  const database = await context.openDatabase("writer");
  const report = await run({
    database,
    job: "recompute",
    review: options.review ?? null,
    reviews,
    registry: null,
    targets: targetsOf(context.config),
    now: () => new Date().toISOString(),
    onProgress: progressOf(context.log),
  });
  await print(await digest(database, report, false));
  await deliverNews(context, database);
  const members = report.settled.reduce((sum, one) => sum + one.members.length, 0);
  context.log.info(
    `run ${report.runId} ${report.state}: ${members} of ${report.settled.reduce((sum, one) => sum + one.derived, 0)} members read differently`,
  );
  return report.exitCode;
}

export function recomputeCommand(program: Command): void {
  program
    .command("recompute")
    .description("cells, drift and flags again from our own store, without the registry")
    .addOption(reviewOption())
    .action((options: { review?: string }) => perform((context) => recompute(context, options)));
}
