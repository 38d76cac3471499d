import { TrialdriftError } from "../../db/errors.ts";
import { type Answer, type Registry, valueOf } from "./client.ts";
import { distinctIds, idsParams, LARGEST_PAGE, type PageRequest, studiesParams, type WatchQuery } from "./query.ts";
import { readAhead } from "./read-ahead.ts";

/**
 * Walks over a listing, page after page (ctgov-api.md 1.11). An error with code `incomplete` means that this walk cannot
 * be finished, because the registry's data moved under it or its tokens go astray: walk again from the first page.
 */
export interface Page {
  records: unknown[];
  /** Matches as announced on the first page; null where the asker knows how many there should be (ids). */
  total: number | null;
}

/** 3.5 MB on average at 17 KB a record, so that result-rich pages stay far below the body limit (ctgov-api.md 5.6). */
export const DEFAULT_PAGE = 200;
/** 1.5 KB of URL: every server takes that (others' advice: at most 100 ids, ctgov-api.md 5.10). */
const DEFAULT_CHUNK = 100;
/** One empty page ends a walk whose last page is full; the registry may send others (ctgov-api.md 1.11), not for ever. */
const MOST_EMPTY = 3;

interface Listing {
  studies: unknown[];
  nextPageToken: string | null;
  totalCount: number | null;
}

function readListing(body: unknown, counted: boolean): Listing {
  const { studies, nextPageToken = null, totalCount = null } = (body ?? {}) as Record<string, unknown>;
  if (!Array.isArray(studies)) throw new Error("no array `studies`");
  if (nextPageToken !== null && (typeof nextPageToken !== "string" || nextPageToken === "")) {
    throw new Error("`nextPageToken` is not a token");
  }
  if (totalCount !== null && !(Number.isSafeInteger(totalCount) && (totalCount as number) >= 0)) {
    throw new Error("`totalCount` is not a count");
  }
  if (counted && totalCount === null) throw new Error("`totalCount` was asked for and is absent");
  return { studies, nextPageToken, totalCount: totalCount as number | null };
}

const incomplete = (message: string): TrialdriftError =>
  new TrialdriftError({
    code: "incomplete",
    message,
    state: "the pages before it are sound, the walk is not finished",
    next: "walk the query again from its first page",
  });

/** All pages of one parameter set. `paramsFor` must differ between pages in what PageRequest names, and in nothing else. */
async function* walk(
  registry: Registry,
  paramsFor: (page: Omit<PageRequest, "pageSize">) => URLSearchParams,
  counted: boolean,
  signal: AbortSignal,
): AsyncGenerator<Listing> {
  const seen = new Set<string>();
  let empty = 0;
  let token: string | null = null;
  do {
    const isFirst: boolean = token === null;
    const params = paramsFor(token === null ? { countTotal: counted } : { pageToken: token });
    const answer: Answer<Listing> = await registry.get(
      "/studies",
      params,
      (body) => readListing(body, counted && isFirst),
      // The same query was good a page ago: what a 400 refuses now is the token.
      { signal, understands: (status): boolean => status === 400 && !isFirst },
    );
    if (answer.kind === "refused") throw incomplete(`the registry refuses its own page token: ${answer.text}`);
    const listing: Listing = valueOf(answer);
    yield listing;
    token = listing.nextPageToken;
    empty = listing.studies.length === 0 ? empty + 1 : 0;
    if (token !== null && empty >= MOST_EMPTY) throw incomplete(`${empty} empty pages in a row, and a token for more`);
    if (token !== null && seen.has(token)) throw incomplete("the registry handed out the same page token twice");
    if (token !== null) seen.add(token);
  } while (token !== null);
}

/**
 * The studies that match a watchlist's query, newest posting first, the next page requested while one is in work. Ends
 * when the registry hands out no further token; an empty page is yielded like any other.
 */
export function queryPages(
  registry: Registry,
  query: WatchQuery,
  options: { pageSize?: number } = {},
): AsyncGenerator<Page> {
  const pageSize = options.pageSize ?? DEFAULT_PAGE;
  return readAhead(async function* (signal) {
    let total: number | null = null;
    for await (const listing of walk(registry, (page) => studiesParams(query, { ...page, pageSize }), true, signal)) {
      total ??= listing.totalCount;
      yield { records: listing.studies, total };
    }
  });
}

/**
 * The studies with these ids, a page a chunk. Ids are normalized and asked once each; which are absent, and which answer
 * under another id (an alias, ctgov-api.md 5.1), the caller sees from `asked` against the records.
 */
export function idPages(
  registry: Registry,
  ids: readonly string[],
  options: { chunk?: number } = {},
): AsyncGenerator<Page & { asked: string[] }> {
  const chunk = Math.min(options.chunk ?? DEFAULT_CHUNK, LARGEST_PAGE);
  const asked = distinctIds(ids);
  return readAhead(async function* (signal) {
    for (let at = 0; at < asked.length; at += chunk) {
      const some = asked.slice(at, at + chunk);
      const records: unknown[] = [];
      for await (const listing of walk(registry, (page) => idsParams(some, page), false, signal)) {
        records.push(...listing.studies);
      }
      yield { records, total: null, asked: some };
    }
  });
}
