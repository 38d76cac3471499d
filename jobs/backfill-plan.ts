import { statSync } from "node:fs";
import { readPins } from "../db/pins.ts";
import type { Spec } from "../db/parts.ts";
import { readMemberships } from "../db/standing.ts";
import { distinctIds } from "../pipeline/registry/query.ts";
import type { Review } from "../pipeline/review/review.ts";
import { countRecords } from "../pipeline/sources/count.ts";
import { countStudies, cutWindows, windowQuery } from "../pipeline/sources/window.ts";
import { openedFile, partSpec, requestsOf, spans, studiesOf, type Tools, VERSIONS_A_STUDY } from "./backfill-parts.ts";
import type { Into } from "./part.ts";

/** From what a person asks for to the parts that it takes. */

export type AskedSource =
  | { kind: "ids"; ids: string[] }
  | { kind: "review"; review: string }
  /** Days on which the last update was posted, inclusive. */
  | { kind: "window"; from: string; to: string }
  | { kind: "records"; path: string };

export interface Asked {
  source: AskedSource;
  into: Into | null;
  history: boolean;
}

const idParts = (ids: readonly string[]): Spec[] =>
  spans(ids.length).map(({ from, to }) => partSpec("ids", { ids: ids.slice(from, to) }));

/** A review's watchlists by query, and by id what it tracks that no query has to find: pins, printed rows, other members. */
async function reviewParts({ database: { db }, registry }: Tools, review: Review): Promise<Spec[]> {
  const queries = new Map(
    review.watchlists.flatMap((one) => (one.query === null ? [] : [[one.id, one.query] as const])),
  );
  const parts: Spec[] = [];
  for (const [id, query] of queries) {
    const count = await countStudies(registry(), query);
    parts.push(partSpec("query", { name: `${review.id}/${id}`, query, count }));
  }
  const members = await readMemberships(db, review.id);
  const found = new Set(
    members.flatMap(({ nctId, how, state, watchlist }) =>
      how.includes("matched") && state === "present" && queries.has(watchlist) ? [nctId] : [],
    ),
  );
  const tracked = [
    ...members.filter(({ state }) => state === "present").map(({ nctId }) => nctId),
    ...review.watchlists.flatMap(({ pinned }) => pinned),
    ...[...(await readPins(db, review.id)).values()].flat(),
    ...review.tables.flatMap(({ rows }) => rows.map(({ nctId }) => nctId)),
  ];
  return [...parts, ...idParts(distinctIds(tracked).filter((id) => !found.has(id)))];
}

async function recordParts(path: string): Promise<Spec[]> {
  const { count } = /\.zip$/i.test(path) ? await openedFile(path) : { count: null };
  const { size } = statSync(path);
  return spans(count ?? (await countRecords(path))).map((span) => partSpec("records", { path, size, ...span }));
}

/** The parts of what is asked for. Asks the registry for counts where it must; writes nothing. */
export async function planParts(tools: Tools, { source }: Asked, review: Review | null): Promise<Spec[]> {
  switch (source.kind) {
    case "ids":
      return idParts(source.ids);
    case "review":
      return review === null ? [] : reviewParts(tools, review);
    case "window": {
      const windows = await cutWindows(source, (window) => countStudies(tools.registry(), windowQuery(window)));
      return windows.map((window) => partSpec("window", window));
    }
    case "records":
      return recordParts(source.path);
  }
}

/** What some parts will take, in requests and minutes at a rate a second. */
export function estimate(
  parts: readonly Spec[],
  history: boolean,
  rate: number,
): { parts: number; studies: number; requests: number; minutes: number } {
  const sum = (of: (spec: Spec) => number): number => parts.reduce((total, spec) => total + of(spec), 0);
  const studies = sum(studiesOf);
  const loads = sum((spec) => (spec["kind"] === "history" ? 0 : studiesOf(spec)));
  const requests = sum(requestsOf) + (history ? Math.round(loads * VERSIONS_A_STUDY) : 0);
  return { parts: parts.length, studies, requests, minutes: requests / rate / 60 };
}
