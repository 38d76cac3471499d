import type { Database } from "../db/open.ts";
import { lastPublished, type ReviewRun } from "../db/runs.ts";
import {
  readDataDate,
  readMembers,
  readMemberships,
  readConfirmed,
  readStandingFlags,
  readStudiesChangedAfter,
  readUnseenChanges,
  readVersionsAsOf,
  readYearPassed,
} from "../db/standing.ts";
import {
  readHeads,
  type StagedDerivation,
  stageDerivations,
  stageRecords,
  type StagedRow,
  stageVersions,
} from "../db/store.ts";
import type { Publication } from "../db/publish.ts";
import { flagContext, type FlagStanding, storedDerivation } from "./derivation.ts";
import { bothDecisions, type FlagDecision, reconcileFlags } from "./flags/reconcile.ts";
import { FLAG_RULES } from "./flags/rules.ts";
import { FACTS_VERSION, RULE_VERSIONS } from "./derive.ts";
import { deriveMembers } from "./derivers.ts";
import type { FlagContext } from "./flags/causes.ts";
import { groupRenames } from "./flags/renames.ts";
import { SCHEMA_RULES } from "./flags/schema.ts";
import { rowOf } from "./row.ts";
import type { Harvest } from "./harvest.ts";
import { contentId } from "./hash.ts";
import { importTables } from "./import-tables.ts";
import { decideMembership, type Membership, type MemberEvent, tablesOf, unasked } from "./review/membership.ts";
import type { Review } from "./review/review.ts";
import { schemaNews } from "./schema-news.ts";
import type { Fate } from "./sources/source.ts";
import { type UnseenChange, unseenChanges } from "./unseen.ts";

/** The way from stored records to one review's new state: members, cells, drift, flags. Stages, publishes nothing. */

export interface Settled {
  review: Review;
  memberships: Membership[];
  events: MemberEvent[];
  members: Publication["members"];
  dropped: string[];
  /** Were rows of heads made again by today's rules of normalize/? */
  refreshed: boolean;
  tables: Record<string, number>;
  flags: FlagDecision;
  /** Registry changes that this review looks at for the first time, of studies that screening does not leave out. */
  news: UnseenChange[];
  said: ReviewRun;
  /** Data date of the run before this one; null on the first. */
  lastDataAt: string | null;
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
  const { runId, harvest, at } = input;
  const { review, tables, imported } = await importTables(database, input.review);
  const last = (await lastPublished(db)).get(review.id) ?? null;
  const rules = contentId(JSON.stringify(RULE_VERSIONS));
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
  let refreshed = false;
  for (const { nctId, outcome, versionId } of harvest.arrivals.values()) {
    if (outcome === "new" || outcome === "changed") heads.set(nctId, versionId);
  }

  const edited =
    last === null ||
    last.rules !== rules ||
    last.folderHash !== review.folderHash ||
    last.lexiconHash !== review.lexiconHash;
  const dataDate = input.walk?.dataAt.slice(0, 10) ?? (await readDataDate(db, review.id));
  // Older input may be the record of a table's as-of date: no news, but another basis of drift.
  const touched = new Set([
    ...events.map(({ nctId }) => nctId),
    ...(await readStudiesChangedAfter(db, last?.cursor ?? 0)),
    ...(dataDate === null ? [] : await readYearPassed(db, review.id, last?.dataAt?.slice(0, 10) ?? null, dataDate)),
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

  const published = await readUnseenChanges(db, review.id, last?.cursor ?? 0);
  const unseen = unseenChanges(published, harvest, tablesBy);
  const contexts: FlagContext[] = [];
  const standsNow: FlagStanding = {
    dataDate,
    tracked: new Set(tablesBy.keys()),
    confirmed: await readConfirmed(db, review.id),
  };
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
    const copies: { versionId: string; json: string }[] = [];
    for (const { nctId, versionId: version, derived, json } of some) {
      const shown = tablesBy.get(nctId) ?? [];
      const list = byStudy.get(nctId) ?? [];
      const one = storedDerivation(review, nctId, version, derived, shown, tables, runId);
      if (version !== null && derived.facts !== null && outdated.has(version)) {
        facts.push(rowOf(derived.facts, version, FACTS_VERSION));
        refreshed = true;
      }
      const known = held.get(nctId);
      if (known?.derivationId !== one.derivation.derivationId || known.tables.join() !== shown.join()) {
        batch.push(one);
        // Every derivation that readers saw brought the copy of its version.
        const text = version === null || known?.versionId === version ? null : json();
        if (version !== null && text !== null) copies.push({ versionId: version, json: text });
        members.push({
          review: review.id,
          nctId,
          tables: shown,
          derivationId: one.derivation.derivationId,
          screened: derived.screened?.verdict ?? "in",
          screenedReason: derived.screened?.reason ?? null,
        });
      }
      contexts.push(flagContext(review, nctId, shown, derived, unseen.get(nctId) ?? [], events, list, standsNow));
    }
    await stageVersions(db, [], facts);
    await stageDerivations(db, batch);
    await stageRecords(db, copies);
  }
  for (const nctId of dropped)
    contexts.push(
      flagContext(review, nctId, held.get(nctId)?.tables ?? [], null, [], events, byStudy.get(nctId) ?? [], standsNow),
    );

  // A recompute before the first walk has seen nothing yet: the baseline is still to come.
  const baseline = last === null || (last.baseline && last.dataAt === null);
  const asking = groupRenames(contexts);
  const names = asking.map(({ nctId }) => nctId);
  const heldFlags = await readStandingFlags(db, review.id, [...names, ""]);
  const schema = {
    review: review.id,
    nctId: "",
    news: await schemaNews(db, review.id, last?.runId ?? null, harvest.unknown),
  };
  const flags = bothDecisions(
    reconcileFlags(FLAG_RULES, asking, heldFlags, baseline),
    reconcileFlags(SCHEMA_RULES, [schema], heldFlags, baseline),
  );
  // On a baseline the changes found so far are how things stand, not what happened.
  const told = baseline ? [] : contexts.filter(({ changes }) => changes.length > 0);
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
    news: told.flatMap(({ nctId }) => unseen.get(nctId) ?? []),
    derived: wanted.length,
    lastDataAt: last?.dataAt ?? null,
    changed: edited || imported || memberships.length > 0 || members.length > 0 || dropped.length > 0 || refreshed,
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
      tables,
    },
  };
}
