import type { Database } from "../../db/open.ts";
import { readOpenedFlags } from "../../db/outbox.ts";
import { type Digest, newsOnly, withFlags } from "../../pipeline/report/digest.ts";
import { digestText } from "../../pipeline/report/digest-text.ts";
import type { RunReport } from "../../pipeline/run.ts";

/** The digest of a run as Markdown; empty when there is no news. What a dry run would open has no numbers. */
export async function digest(database: Database, report: RunReport, dryRun: boolean): Promise<string> {
  const news: Digest = dryRun
    ? newsOnly(report.news)
    : withFlags(report.news, await readOpenedFlags(database.db, [report.runId]));
  return digestText(news, { colour: process.stdout.isTTY === true });
}
