import { fileURLToPath } from "node:url";
import type { Database } from "../../db/open.ts";
import { startReplay } from "../../fixtures/replay/server.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import { runOnce } from "./small-review.ts";

/** A database with what the demo loads: the shipped review over the recordings of two dates, one run each. */

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const DATES = ["2022-01-21", "2026-11-20"];

/** Runs the review at both dates, each as of the evening of its own day. The database must be empty and migrated. */
export async function loadDemo(database: Database): Promise<void> {
  const review = readReview(fixture("reviews"), "msc-t1d-sle", fixture("lexicons"));
  const paths = DATES.map((date) => fixture(`recordings/${date}.jsonl`));
  const replay = await startReplay({ paths, step: 1, onAnswered: () => {} });
  try {
    for (const [at, date] of DATES.entries()) {
      await replay.setStep(at + 1);
      await runOnce(database, review, replay, { now: () => `${date}T20:00:00.000Z` });
    }
  } finally {
    await replay.close();
  }
}
