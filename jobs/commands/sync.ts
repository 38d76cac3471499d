import type { Database } from "../../db/open.ts";
import type { Registry } from "../../pipeline/registry/client.ts";
import type { Review } from "../../pipeline/review/review.ts";
import type { IdleReport, RunReport } from "../../pipeline/run.ts";
import { perform, print } from "../exit.ts";
import type { Context } from "../context.ts";
import { watchMetadataWeekly } from "../metadata.ts";
import { nightly } from "../nightly.ts";
import { progressOf } from "../progress.ts";
import { deliverNews, targetsOf } from "../deliver.ts";
import { digest } from "./news.ts";
import type { Command } from "commander";
import { reviewOption } from "../options.ts";

/** `sync`: one nightly run now. stdout is the digest, empty when there is no news. */

interface SyncOptions {
  review?: string;
  dryRun?: boolean;
  /** Ends the run without a publication; it rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What this brings is news of the next run; that it cannot be had is none of this one's. */
async function lookAtFormat(context: Context, { db }: Database, registry: Registry): Promise<void> {
  try {
    const changed = await watchMetadataWeekly(db, registry, () => new Date().toISOString());
    for (const words of changed) context.log.warn(`the registry describes itself otherwise: ${words}`);
  } catch (error) {
    context.log.warn(`the registry's description was not looked at: ${(error as Error).message}`);
  }
}

/** One nightly run on an open database, its news printed; the scheduler's and a person's alike. */
export async function syncNow(
  context: Context,
  database: Database,
  reviews: readonly Review[],
  options: SyncOptions,
): Promise<RunReport | IdleReport> {
  const { review = null, dryRun = false, signal } = options;
  const registry = context.openRegistry({ first: true, signal });
  try {
    const report = await nightly({
      database,
      registry,
      reviews,
      review,
      dryRun,
      targets: targetsOf(context.config),
      now: () => new Date().toISOString(),
      onProgress: progressOf(context.log),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!("harvest" in report)) {
      context.log.info(`run ${report.runId}: nothing new, data date ${report.dataAt}`);
      await deliverNews(context, database);
      return report;
    }
    await print(await digest(database, report, dryRun));
    for (const problem of report.problems) context.log.error(problem);
    context.log.info(
      `run ${report.runId} ${dryRun ? "was a dry run, nothing is published" : report.state}, data date ${report.dataAt}`,
    );
    if (dryRun) return report;
    await deliverNews(context, database);
    await lookAtFormat(context, database, registry);
    return report;
  } finally {
    await registry.close();
  }
}

export async function sync(context: Context, options: SyncOptions): Promise<number> {
  const reviews = context.reviews(options.review ?? null);
  const database = await context.openDatabase("writer");
  return (await syncNow(context, database, reviews, options)).exitCode;
}

export function syncCommand(program: Command): void {
  program
    .command("sync")
    .description("one nightly run now: fetch, compare, publish; prints the news")
    .addOption(reviewOption())
    .option("--dry-run", "do everything but publish")
    .action((options: { review?: string; dryRun?: boolean }) => perform((context) => sync(context, options)));
}
