import { TrialdriftError } from "../../db/errors.ts";

/**
 * The request shapes of the registry's API v2 that we send (ctgov-api.md 1.1), typed, as URLSearchParams: these percent-
 * encode brackets, quotes and bars, which some proxies refuse when raw (ctgov-api.md 5.17). An unknown parameter name is a
 * 400, so every name that we send stands in this file.
 */

/** A watchlist's query: raw Essie, passed as written. The fields are ANDed; a blank one is not sent. */
export interface WatchQuery {
  cond?: string;
  intr?: string;
  term?: string;
  titles?: string;
  outc?: string;
  spons?: string;
  lead?: string;
  id?: string;
  locn?: string;
  patient?: string;
  advanced?: string;
}

/** One page of a listing. `pageToken` belongs to its query and its data date: never stored (ctgov-api.md 1.11). */
export interface PageRequest {
  pageSize: number;
  pageToken?: string;
  /** Announces the number of matches; the registry answers it on the first page only. */
  countTotal?: boolean;
}

/** Our field names and the API's parameters, in the order in which they are sent. */
const PARAMETERS: readonly (readonly [keyof WatchQuery, string])[] = [
  ["cond", "query.cond"],
  ["intr", "query.intr"],
  ["term", "query.term"],
  ["titles", "query.titles"],
  ["outc", "query.outc"],
  ["spons", "query.spons"],
  ["lead", "query.lead"],
  ["id", "query.id"],
  ["locn", "query.locn"],
  ["patient", "query.patient"],
  ["advanced", "filter.advanced"],
];

/**
 * Unsorted walks change their order between calls (ctgov-api.md 1.11). Newest first: a record re-posted while we walk
 * moves to the front and shifts the others towards us, so the harm is a repeated record, which the ledger counts, and not
 * a gap. The second date breaks ties of the day; both are on every record.
 */
const SORT = "LastUpdatePostDate:desc|StudyFirstPostDate:desc";

/** Above this the registry cuts in silence, and 0 means 10 (ctgov-api.md 1.1). */
export const LARGEST_PAGE = 1000;

function checkedSize(pageSize: number): string {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= LARGEST_PAGE) return String(pageSize);
  throw new TrialdriftError({
    code: "usage",
    message: `a page of ${pageSize} studies cannot be asked for`,
    next: `choose a whole number from 1 to ${LARGEST_PAGE}`,
  });
}

function setPage(params: URLSearchParams, page: PageRequest): URLSearchParams {
  params.set("pageSize", checkedSize(page.pageSize));
  if (page.countTotal === true) params.set("countTotal", "true");
  if (page.pageToken !== undefined) params.set("pageToken", page.pageToken);
  return params;
}

/** Parameters of `GET /studies` for one page of a query, in our fixed order. */
export function studiesParams(query: WatchQuery, page: PageRequest): URLSearchParams {
  const params = new URLSearchParams();
  for (const [field, name] of PARAMETERS) {
    const essie = query[field];
    if (essie !== undefined && essie.trim() !== "") params.set(name, essie);
  }
  params.set("sort", SORT);
  return setPage(params, page);
}

/**
 * Parameters of `GET /studies` for known ids. One malformed id is a 400 for all of them, and the registry's default page
 * of 10 would drop the rest in silence (ctgov-api.md 1.6, 5.10): ids are checked here, and the default page has room for
 * one study more than was asked, so that a full answer is never followed by a token to an empty page.
 */
export function idsParams(ids: readonly string[], page: Partial<PageRequest> = {}): URLSearchParams {
  const wanted = distinctIds(ids);
  const pageSize = page.pageSize ?? Math.min(wanted.length + 1, LARGEST_PAGE);
  if (wanted.length === 0 || wanted.length > pageSize) {
    throw new TrialdriftError({
      code: "usage",
      message: `${wanted.length} ids do not fit a page of ${pageSize} studies`,
      next: "ask for at least one id and at most a page of them",
    });
  }
  return setPage(new URLSearchParams({ "filter.ids": wanted.join("|") }), { ...page, pageSize });
}

/**
 * A person's own words as one Essie phrase, which no word of theirs can leave. Inside quotes operators are words; what is
 * left to break out with are quotes, backslashes, brackets and parentheses (ctgov-api.md 2.2). The registry splits words
 * at punctuation anyway, so they become spaces, which needs no trust in how it reads an escape.
 */
export function essiePhrase(words: string): string {
  const safe = words
    .replace(/["\\[\]()\p{Cc}\p{Cs}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (safe !== "") return `"${safe}"`;
  throw new TrialdriftError({
    code: "usage",
    message: `nothing can be searched for in ${JSON.stringify(words)}`,
    next: "write at least one word",
  });
}

/** The ids in canonical form, each once, in the order given. Error: usage, for text that is no id. */
export function distinctIds(ids: readonly string[]): string[] {
  const distinct = new Set<string>();
  for (const text of ids) {
    const nctId = normalizeNctId(text);
    if (nctId === null) {
      throw new TrialdriftError({
        code: "usage",
        message: `${JSON.stringify(text)} is not an NCT id`,
        next: "write NCT and up to 8 digits, e.g. NCT01374854",
      });
    }
    distinct.add(nctId);
  }
  return [...distinct];
}

/** NCT and 8 digits from any spelling the registry takes (`nct1374854`, ctgov-api.md 1.1); null where it is no id. */
export function normalizeNctId(text: string): string | null {
  const match = /^\s*NCT0*([1-9]\d{0,7})\s*$/i.exec(text);
  return match?.[1] === undefined ? null : `NCT${match[1].padStart(8, "0")}`;
}
