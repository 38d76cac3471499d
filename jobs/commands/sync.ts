import { perform, print } from "../exit.ts";
import type { Context } from "../context.ts";
import { nightly } from "../nightly.ts";
import { progressOf } from "../progress.ts";
import { digest } from "./news.ts";
import type { Command } from "commander";
import { reviewOption } from "../options.ts";

/** `sync`: one nightly run now. stdout is the digest, empty when there is no news. */
export async function sync(context: Context, options: { review?: string; dryRun?: boolean }): Promise<number> {
  const reviews = context.reviews(options.review ?? null);
  const database = await context.openDatabase("writer");
  const registry = context.openRegistry({ first: true });
  const progress = progressOf(context.log);
  const report = await nightly({
    database,
    registry,
    reviews,
    review: options.review ?? null,
    dryRun: options.dryRun ?? false,
    now: () => new Date().toISOString(),
    onProgress: progress,
  });
  if (!("harvest" in report)) {
    context.log.info(`run ${report.runId}: nothing new, data date ${report.dataAt}`);
    return 0;
  }
  const dryRun = options.dryRun ?? false;
  await print(await digest(database, report, dryRun));
  for (const problem of report.problems) context.log.error(problem);
  context.log.info(
    `run ${report.runId} ${dryRun ? "was a dry run, nothing is published" : report.state}, data date ${report.dataAt}`,
  );
  return report.exitCode;
}

export function syncCommand(program: Command): void {
  program
    .command("sync")
    .description("one nightly run now: fetch, compare, publish; prints the news")
    .addOption(reviewOption())
    .option("--dry-run", "do everything but publish")
    .action((options: { review?: string; dryRun?: boolean }) => perform((context) => sync(context, options)));
}
