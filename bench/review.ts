import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "../db/migrate.ts";
import { openDatabase } from "../db/open.ts";
import { readReview } from "../pipeline/review/folder.ts";
import type { Review } from "../pipeline/review/review.ts";
import { run } from "../pipeline/run.ts";
import { MSC, recordsOf } from "./corpus.ts";
import { loadFile } from "./load-file.ts";
import { measure, tell } from "./measured.ts";

/**
 * The review load: the MSC records loaded and made members of our review, with extraction, cells, drift and flags, as a
 * process of its own. Usage: review.ts DATABASE_URL
 */

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const REVIEW = "msc-t1d-sle";

/** Our review, with every MSC record pinned to its first watchlist. */
export function reviewOfAll(ids: readonly string[]): Review {
  const folder = mkdtempSync(join(tmpdir(), "trialdrift-bench-review-"));
  try {
    cpSync(here(`../fixtures/reviews/${REVIEW}`), join(folder, REVIEW), { recursive: true });
    const file = join(folder, REVIEW, "review.json");
    const said = JSON.parse(readFileSync(file, "utf8")) as { watchlists: Record<string, unknown>[] };
    const watchlists = said.watchlists.map((one, at) => ({ ...one, pinned: at === 0 ? ids : [] }));
    writeFileSync(file, JSON.stringify({ ...said, watchlists }));
    return readReview(folder, REVIEW, here("../fixtures/lexicons"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [url = ""] = process.argv.slice(2);
const database = await openDatabase({ url, dataDir: "", lockWaitMs: 0, onWait: () => {} });
await migrate(database);
const review = reviewOfAll((await recordsOf(MSC)).map(({ id }) => id));
tell(
  await measure(database, async () => {
    const records = await loadFile(database, MSC);
    const report = await run({
      database,
      job: "recompute",
      review: REVIEW,
      reviews: [review],
      registry: null,
      now: () => new Date().toISOString(),
      onProgress: () => {},
    });
    const [settled] = report.settled;
    if (settled === undefined || settled.derived < records) throw new Error(`only ${settled?.derived} were derived`);
    return records;
  }),
);
await database.close();
