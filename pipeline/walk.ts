import type { Database } from "../db/open.ts";
import { readMemberships } from "../db/standing.ts";
import { discardStaged } from "../db/store.ts";
import { type Harvest, openHarvest } from "./harvest.ts";
import { receive } from "./receive.ts";
import { receiveVersions } from "./receive-versions.ts";
import type { Registry, RegistryVersion } from "./registry/client.ts";
import { wantedIds } from "./review/membership.ts";
import { renewRows } from "./renew.ts";
import type { Review } from "./review/review.ts";
import { idSource } from "./sources/ids.ts";
import type { Fate, Source } from "./sources/source.ts";
import { watchlistSources } from "./sources/watchlists.ts";

/** Source and validate: every query and id that the reviews ask for, under one data date, or the one source given. */

export interface WalkRequest {
  database: Database;
  reviews: readonly Review[];
  /** Asks the reviews' watchlists; null: the store alone is read (recompute). */
  registry: Registry | null;
  /** Loaded instead of watchlists: ids, files, an archive. */
  source?: Source;
  onProgress: (line: string, records: number) => void;
}

/** A walk that does not add up, or under which the data moved, is walked again; three times, then what is sound is published. */
const MOST_WALKS = 3;

/** What one complete look at the sources brought. */
export interface Walked {
  harvest: Harvest;
  dataAt: string | null;
  apiVersion: string | null;
  fates: Map<string, Fate>;
  /** Ids by review and watchlist that a query brought. */
  seen: Map<string, Map<string, Set<string>>>;
}

/** One attempt: every query, then by id whatever the reviews track and no query brought. */
async function walkOnce(request: WalkRequest, registry: Registry, runId: number): Promise<Walked> {
  const { database, reviews, onProgress } = request;
  const version = await registry.version();
  const harvest = openHarvest();
  const sources = watchlistSources(registry, reviews);
  const seen = new Map(reviews.map(({ id }) => [id, new Map<string, Set<string>>()]));
  for (const source of sources) {
    await receive(database, runId, harvest, source, version.dataTimestamp, (count) => onProgress(source.name, count));
    for (const { review, watchlist } of source.watchlists)
      seen.get(review)?.set(watchlist, harvest.seen.get(source.name) ?? new Set());
  }
  const wanted = { load: [] as string[], departed: [] as string[] };
  for (const review of reviews) {
    const asked = wantedIds(review, seen.get(review.id) ?? new Map(), await readMemberships(database.db, review.id));
    wanted.load.push(...asked.load.filter((id) => !harvest.arrivals.has(id)));
    wanted.departed.push(...asked.departed.filter((id) => !harvest.arrivals.has(id)));
  }
  const ids = idSource(registry, "by id", wanted.load, wanted.departed);
  if (wanted.load.length + wanted.departed.length > 0)
    await receive(database, runId, harvest, ids, version.dataTimestamp, (count) => onProgress(ids.name, count));
  await noteMoved(harvest, registry, version);
  return { harvest, dataAt: version.dataTimestamp, apiVersion: version.apiVersion, fates: ids.fates, seen };
}

/** A walk is of one data date, or it is walked again. */
async function noteMoved(harvest: Harvest, registry: Registry, before: RegistryVersion): Promise<void> {
  const after = await registry.version();
  if (after.dataTimestamp === before.dataTimestamp) return;
  harvest.problems.push(
    `the registry's data moved from ${before.dataTimestamp} to ${after.dataTimestamp} during the walk`,
  );
}

/** One attempt at the one source given. Without a registry it is a file, whose records say their own data date. */
async function walkSource(request: WalkRequest, source: Source, runId: number): Promise<Walked> {
  const { database, registry, onProgress } = request;
  const version = registry === null ? null : await registry.version();
  const harvest = openHarvest();
  const way = source.versions === true ? receiveVersions : receive;
  await way(database, runId, harvest, source, version?.dataTimestamp ?? null, (count) =>
    onProgress(source.name, count),
  );
  if (registry !== null && version !== null) await noteMoved(harvest, registry, version);
  const said = { dataAt: version?.dataTimestamp ?? null, apiVersion: version?.apiVersion ?? null };
  return { harvest, ...said, fates: source.fates, seen: new Map() };
}

/** Brings the records in: watchlists, the source given, or none. */
export async function walk(request: WalkRequest, runId: number): Promise<Walked> {
  const { database, registry, source, onProgress } = request;
  if (registry === null && source === undefined) {
    const harvest = { ...openHarvest(), renewed: await renewRows(database.db, onProgress) };
    return { harvest, dataAt: null, apiVersion: null, fates: new Map(), seen: new Map() };
  }
  for (let attempt = 1; ; attempt += 1) {
    const walked =
      source === undefined
        ? await walkOnce(request, registry as Registry, runId)
        : await walkSource(request, source, runId);
    // A file read again says the same again.
    if (walked.harvest.problems.length === 0 || attempt === MOST_WALKS || registry === null) return walked;
    onProgress(`walking again: ${walked.harvest.problems.join("; ")}`, 0);
    await discardStaged(database.db, runId);
  }
}
