import type { Database } from "../db/open.ts";
import { lastPublished, type ReviewRun } from "../db/runs.ts";
import {
  readMembers,
  readMemberships,
  readStandingFlags,
  readStudiesChangedAfter,
  readUnseenChanges,
  readVersionsAsOf,
} from "../db/standing.ts";
import {
  readHeads,
  type StagedDerivation,
  stageDerivations,
  stageRecords,
  type StagedRow,
  stageVersions,
} from "../db/store.ts";
import type { Change } from "../db/model.ts";
import type { Publication } from "../db/publish.ts";
import { flagContext, storedDerivation } from "./derivation.ts";
import { FACTS_VERSION, RULE_VERSIONS } from "./derive.ts";
import { deriveMembers } from "./derivers.ts";
import { type FlagDecision, reconcileFlags } from "./flags/reconcile.ts";
import type { FlagContext } from "./flags/causes.ts";
import { rowOf } from "./row.ts";
import type { Harvest } from "./harvest.ts";
import { contentId } from "./hash.ts";
import { importTables } from "./import-tables.ts";
import { decideMembership, type Membership, type MemberEvent, tablesOf, unasked } from "./review/membership.ts";
import type { Review } from "./review/review.ts";
import type { Fate } from "./sources/source.ts";

/** The way from stored records to one review's new state: members, cells, drift, flags. Stages, publishes nothing. */

export interface Settled {
  review: Review;
  memberships: Membership[];
  events: MemberEvent[];
  members: Publication["members"];
  dropped: string[];
  /** Heads whose row was made again by today's rules of normalize/. */
  refreshed: { nctId: string; versionId: string }[];
  tables: Record<string, number>;
  flags: FlagDecision;
  said: ReviewRun;
  /** Does anything of this review differ from what readers see? An unchanged run writes its own row and nothing else. */
  changed: boolean;
  derived: number;
}

function goneWords(memberships: readonly Membership[]): string | null {
  if (memberships.some(({ state }) => state === "present")) return null;
  return memberships.find(({ reason }) => reason !== null)?.reason ?? null;
}

/** A membership counts while it is present, or while the review prints or pins the study whatever the registry says. */
const tracked = (one: Membership): boolean =>
  one.state === "present" || (one.state !== "left" && one.how.some((how) => how !== "matched"));

/**
 * Settles one review against the store and this run's arrivals. `walk` null: nothing was asked of the registry, memberships
 * stay as they are but for edited tables and pins (recompute).
 */
export async function settle(
  database: Database,
  input: {
    review: Review;
    runId: number;
    at: string;
    harvest: Harvest;
    walk: { seen: Map<string, Set<string>>; fates: Map<string, Fate>; complete: boolean; dataAt: string } | null;
  },
): Promise<Settled> {
  const { db } = database;
  const { review, runId, harvest, at } = input;
  const last = (await lastPublished(db)).get(review.id) ?? null;
  const rules = contentId(JSON.stringify(RULE_VERSIONS));
  const { tables, imported } = await importTables(database, review);
  const before: Membership[] = await readMemberships(db, review.id);
  const { memberships, events } = decideMembership({
    review,
    before,
    at,
    asked: input.walk !== null,
    ...(input.walk ?? { ...unasked(before), complete: false }),
  });
  const standing = new Map([...before, ...memberships].map((one) => [`${one.watchlist} ${one.nctId}`, one]));
  const byStudy = Map.groupBy(standing.values(), ({ nctId }) => nctId);
  const held = new Map((await readMembers(db, review.id)).map((one) => [one.nctId, one]));
  const stored = await readHeads(db, [...byStudy.keys()]);
  const heads = new Map(stored.map((head) => [head.nct_id, head.version_id]));
  // Rows that an earlier version of the rules made: the same record gets another row (design rule 8).
  const outdated = new Set(stored.flatMap((head) => (head.facts_version === FACTS_VERSION ? [] : [head.version_id])));
  const refreshed: Settled["refreshed"] = [];
  for (const { nctId, outcome, versionId } of harvest.arrivals.values()) {
    if (outcome === "new" || outcome === "changed") heads.set(nctId, versionId);
  }

  const edited =
    last === null ||
    last.rules !== rules ||
    last.folderHash !== review.folderHash ||
    last.lexiconHash !== review.lexiconHash;
  // Older input may be the record of a table's as-of date: no news, but another basis of drift.
  const touched = new Set([
    ...events.map(({ nctId }) => nctId),
    ...(await readStudiesChangedAfter(db, last?.cursor ?? 0)),
  ]);
  const wanted: string[] = [];
  const members: Settled["members"] = [];
  const dropped: string[] = [];
  const tablesBy = new Map<string, number[]>();
  for (const [nctId, list] of byStudy) {
    const live = list.filter(tracked);
    if (live.length === 0) {
      if (held.has(nctId)) dropped.push(nctId);
      continue;
    }
    const shown = tablesOf(
      review,
      nctId,
      live.map(({ watchlist }) => watchlist),
    );
    tablesBy.set(nctId, shown);
    const known = held.get(nctId);
    const stale =
      known === undefined || known.versionId !== (heads.get(nctId) ?? null) || known.tables.join() !== shown.join();
    if (edited || input.walk === null || stale || touched.has(nctId)) wanted.push(nctId);
  }

  const unseen = await unseenChanges(db, review.id, last?.cursor ?? 0, harvest, tablesBy);
  const contexts: FlagContext[] = [];
  const asOf =
    review.asOf.from === null ? new Map<string, string>() : await readVersionsAsOf(db, wanted, review.asOf.from);
  const toDerive = wanted.map((nctId) => ({
    nctId,
    versionId: heads.get(nctId) ?? null,
    asOfId: asOf.get(nctId) ?? null,
    gone: goneWords(byStudy.get(nctId) ?? []),
    tables: tablesBy.get(nctId) ?? [],
  }));
  for await (const some of deriveMembers(db, review, toDerive)) {
    const batch: StagedDerivation[] = [];
    const facts: StagedRow[] = [];
    const copies: { versionId: string; record: unknown }[] = [];
    for (const { nctId, versionId: version, derived, record } of some) {
      const shown = tablesBy.get(nctId) ?? [];
      const list = byStudy.get(nctId) ?? [];
      const one = storedDerivation(review, nctId, version, derived, shown, tables, runId);
      if (version !== null && derived.facts !== null && outdated.has(version)) {
        facts.push(rowOf(derived.facts, version, FACTS_VERSION));
        refreshed.push({ nctId, versionId: version });
      }
      const known = held.get(nctId);
      if (known?.derivationId !== one.derivation.derivationId || known.tables.join() !== shown.join()) {
        batch.push(one);
        if (version !== null) copies.push({ versionId: version, record: record() });
        members.push({
          review: review.id,
          nctId,
          tables: shown,
          derivationId: one.derivation.derivationId,
          screened: derived.screened?.verdict ?? "in",
          screenedReason: derived.screened?.reason ?? null,
        });
      }
      contexts.push(flagContext(review, nctId, shown, derived, unseen.get(nctId) ?? [], events, list));
    }
    await stageVersions(db, [], facts);
    await stageDerivations(db, batch);
    await stageRecords(db, copies);
  }
  for (const nctId of dropped)
    contexts.push(
      flagContext(review, nctId, held.get(nctId)?.tables ?? [], null, [], events, byStudy.get(nctId) ?? []),
    );

  // A recompute before the first walk has seen nothing yet: the baseline is still to come.
  const baseline = last === null || (last.baseline && last.dataAt === null);
  const flags = reconcileFlags(
    contexts,
    await readStandingFlags(
      db,
      review.id,
      contexts.map(({ nctId }) => nctId),
    ),
    baseline,
  );
  const complete = input.walk?.complete ?? last?.state === "published";
  return {
    review,
    memberships,
    events,
    members,
    dropped,
    refreshed,
    tables,
    flags,
    derived: wanted.length,
    changed:
      edited || imported || memberships.length > 0 || members.length > 0 || dropped.length > 0 || refreshed.length > 0,
    said: {
      state: complete ? "published" : "incomplete",
      baseline,
      // Reading the store alone makes nothing fresher, and leaves an edited query to be asked.
      dataAt: input.walk?.dataAt ?? null,
      folderHash: review.folderHash,
      lexiconHash: review.lexiconHash,
      rules,
      cursor: 0,
      queries: Object.fromEntries(review.watchlists.map(({ id, queryHash }) => [id, queryHash ?? ""])),
    },
  };
}

/** Changes that this review has not looked at: published ones after its cursor, and those of this run. */
async function unseenChanges(
  db: Database["db"],
  review: string,
  cursor: number,
  harvest: Harvest,
  members: ReadonlyMap<string, number[]>,
): Promise<Map<string, Change[]>> {
  const unseen = new Map<string, Change[]>();
  const add = (nctId: string, change: Change): void => {
    if (members.has(nctId)) unseen.set(nctId, [...(unseen.get(nctId) ?? []), change]);
  };
  for (const { nctId, ...change } of await readUnseenChanges(db, review, cursor)) add(nctId, change as Change);
  for (const { nctId, changes } of harvest.arrivals.values()) for (const change of changes) add(nctId, change);
  return unseen;
}
