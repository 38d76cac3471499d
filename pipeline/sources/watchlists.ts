import type { Registry } from "../registry/client.ts";
import { queryPages, type Page } from "../registry/pages.ts";
import type { Review, Watchlist } from "../review/review.ts";
import type { Source } from "./source.ts";

/** A query source and the watchlists whose membership its answer decides. */
export interface WatchlistSource extends Source {
  watchlists: { review: string; watchlist: string }[];
}

async function* batches(pages: AsyncGenerator<Page>): AsyncGenerator<{ records: unknown[]; announced: number | null }> {
  for await (const { records, total } of pages) yield { records, announced: total };
}

/** One source a distinct query: watchlists that ask the same, of whichever review, share its walk. */
export function watchlistSources(registry: Registry, reviews: readonly Review[]): WatchlistSource[] {
  const byQuery = new Map<string, WatchlistSource>();
  for (const review of reviews) {
    for (const { id, query, queryHash } of review.watchlists as Watchlist[]) {
      if (query === null || queryHash === null) continue;
      const known = byQuery.get(queryHash);
      if (known !== undefined) {
        known.watchlists.push({ review: review.id, watchlist: id });
        continue;
      }
      byQuery.set(queryHash, {
        name: `${review.id}/${id}`,
        announces: "query",
        batches: () => batches(queryPages(registry, query)),
        fates: new Map(),
        watchlists: [{ review: review.id, watchlist: id }],
      });
    }
  }
  return [...byQuery.values()];
}
