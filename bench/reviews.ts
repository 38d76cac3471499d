import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readReview } from "../pipeline/review/folder.ts";
import type { Review } from "../pipeline/review/review.ts";

/** The review that is measured: ours, with many more members than it has. */

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
