import { type Registry, valueOf } from "../registry/client.ts";
import { queryPages } from "../registry/pages.ts";
import { studiesParams, type WatchQuery } from "../registry/query.ts";
import type { Batch, Source } from "./source.ts";

/** Studies by the day on which their last update was posted, in windows that are each a part of a backfill. */

/** Days are yyyy-mm-dd, inclusive. `firstPosted` cuts a single day that is too large. */
export interface Window {
  from: string;
  to: string;
  firstPosted: { from: string; to: string } | null;
  /** Studies when it was cut. */
  count: number;
}

/** More than this is cut again (design rule 3). */
const MOST_STUDIES = 10_000;
/** The registry opened in 2000; nothing was first posted before. */
const FIRST_DAY = "1999-01-01";
const DAY_MS = 86_400_000;

const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayOf = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** Two halves of a span of days; null for a single day. */
function halves({
  from,
  to,
}: {
  from: string;
  to: string;
}): [{ from: string; to: string }, { from: string; to: string }] | null {
  const [first, last] = [numberOf(from), numberOf(to)];
  if (first >= last) return null;
  const middle = Math.floor((first + last) / 2);
  return [
    { from, to: dayOf(middle) },
    { from: dayOf(middle + 1), to },
  ];
}

export function windowQuery({ from, to, firstPosted }: Omit<Window, "count">): WatchQuery {
  const posted = `AREA[LastUpdatePostDate]RANGE[${from},${to}]`;
  if (firstPosted === null) return { advanced: posted };
  return { advanced: `${posted} AND AREA[StudyFirstPostDate]RANGE[${firstPosted.from},${firstPosted.to}]` };
}

/**
 * Cuts a span of days until each window holds at most 10,000 studies; a single day above that is cut by first-posted
 * date. `count` is asked for each piece looked at. A pair of single days is not cut further, whatever it holds.
 */
export async function cutWindows(
  span: { from: string; to: string },
  count: (window: Omit<Window, "count">) => Promise<number>,
): Promise<Window[]> {
  const cut = async (window: Omit<Window, "count">): Promise<Window[]> => {
    const found = await count(window);
    if (found <= MOST_STUDIES) return [{ ...window, count: found }];
    const days = halves(window);
    const pieces =
      days !== null
        ? days.map((half) => ({ ...half, firstPosted: null }))
        : halves(window.firstPosted ?? { from: FIRST_DAY, to: window.to })?.map((firstPosted) => ({
            from: window.from,
            to: window.to,
            firstPosted,
          }));
    if (pieces === undefined) return [{ ...window, count: found }];
    const windows: Window[] = [];
    for (const piece of pieces) windows.push(...(await cut(piece)));
    return windows;
  };
  return cut({ ...span, firstPosted: null });
}

/** How many studies a query finds: one request for one record and the total. */
export async function countStudies(registry: Registry, query: WatchQuery): Promise<number> {
  const params = studiesParams(query, { pageSize: 1, countTotal: true });
  return valueOf(
    await registry.get("/studies", params, (body) => {
      const { totalCount } = (body ?? {}) as { totalCount?: unknown };
      if (typeof totalCount !== "number" || !Number.isSafeInteger(totalCount) || totalCount < 0)
        throw new Error("`totalCount` was asked for and is absent");
      return totalCount;
    }),
  );
}

/** All studies of one query, under the name that the ledger is to show. */
export function querySource(registry: Registry, name: string, query: WatchQuery): Source {
  async function* batches(): AsyncGenerator<Batch> {
    for await (const { records, total } of queryPages(registry, query)) yield { records, announced: total };
  }
  return { name, announces: "query", batches, fates: new Map() };
}
