import { readPins } from "../db/pins.ts";
import type { Db } from "../db/sql.ts";
import type { Review } from "./review/review.ts";

/** The reviews with what backfills pinned to them (`--into`), so that such a pin is like one of review.json from here on. */
export async function pinnedReviews(db: Db, reviews: readonly Review[]): Promise<Review[]> {
  const found: Review[] = [];
  for (const review of reviews) {
    const pins = await readPins(db, review.id);
    const watchlists = review.watchlists.map((one) => ({
      ...one,
      pinned: [...new Set([...one.pinned, ...(pins.get(one.id) ?? [])])],
    }));
    found.push(pins.size === 0 ? review : { ...review, watchlists });
  }
  return found;
}
