import type { Outcome } from "../db/model.ts";
import type { Publication } from "../db/publish.ts";
import type { Db } from "../db/sql.ts";
import { FACTS_VERSION, RULE_VERSIONS } from "./derive.ts";
import type { OpenedFlag } from "./flags/reconcile.ts";
import type { Arrival, Harvest, Quarantined } from "./harvest.ts";
import { projectedDecisions } from "./import-tables.ts";
import { placeOlder } from "./older.ts";
import type { Settled } from "./settle.ts";
import { countOutcomes } from "./verdict.ts";

/** Gathers what a run found into the one plan that publication carries out. */

type ChangeRow = Publication["changes"][number];

/** Sums of the walks, as the run's row keeps them. */
export function sumWalks(harvest: Harvest): Partial<Publication["run"]> {
  const { distinct, outcomes } = countOutcomes(harvest);
  const sum = (of: (walk: Harvest["walks"][number]) => number): number =>
    harvest.walks.reduce((total, walk) => total + of(walk), 0);
  const announced = harvest.walks.filter((walk) => walk.announced !== null);
  return {
    walks: harvest.walks,
    announced: announced.length === 0 ? null : announced.reduce((total, walk) => total + (walk.announced ?? 0), 0),
    received: sum((walk) => walk.received),
    duplicates: sum((walk) => walk.duplicates),
    merged: sum((walk) => walk.merged),
    tombstone: sum((walk) => walk.tombstone),
    leftQuery: sum((walk) => walk.left),
    distinctStudies: distinct,
    new: outcomes.new,
    changed: outcomes.changed,
    derivedOnly: outcomes.derived_only,
    unchanged: outcomes.unchanged,
    older: outcomes.older,
    quarantined: outcomes.quarantined,
    unknown: Object.fromEntries(harvest.unknown),
  };
}

function changeRow(
  arrival: Arrival,
  from: string,
  to: string,
  at: string,
  runId: number,
): Pick<ChangeRow, "nctId" | "fromVersion" | "toVersion" | "posted" | "dateless" | "dataAt" | "detectedAt" | "runId"> {
  const posted = arrival.dateless ? null : arrival.posted;
  return {
    nctId: arrival.nctId,
    fromVersion: from,
    toVersion: to,
    posted,
    dateless: arrival.dateless,
    dataAt: arrival.dataAt,
    detectedAt: at,
    runId,
  };
}

function fresh(arrival: Arrival, at: string, runId: number): ChangeRow[] {
  const { head } = arrival;
  if (head === null) return [];
  const row = changeRow(arrival, head.version_id, arrival.versionId, at, runId);
  if (arrival.outcome === "derived_only")
    return [
      {
        ...row,
        posted: null,
        dateless: true,
        columnName: "derived",
        kind: "derived_only",
        old: null,
        new: null,
        severity: "info",
        cause: "calendar",
        detail: {},
      },
    ];
  return arrival.changes.map(({ column, ...change }) => ({ ...row, ...change, columnName: column }));
}

/** Flags as they are stored. */
export function openedRows(open: readonly OpenedFlag[], at: string, runId: number): Publication["flagsOpened"] {
  return open.map(({ table, column, ...flag }) => ({
    ...flag,
    tableNo: table,
    columnName: column,
    state: "open" as const,
    openedAt: at,
    runId,
  }));
}

/** The plan of one run. Pure but for what it must read to place older input. */
export async function planPublication(
  db: Db,
  input: {
    runId: number;
    at: string;
    newestSeen: number;
    harvest: Harvest;
    /** Refused records that count as seen in this run. */
    sighted: readonly Quarantined[];
    settled: readonly Settled[];
    run: Publication["run"];
    into: { review: string; watchlist: string } | null;
  },
): Promise<Publication> {
  const { runId, at, newestSeen, harvest, sighted, settled, run, into } = input;
  const arrivals = [...harvest.arrivals.values()];
  // Of a walk over history these are none: its arrivals go by the name of a version.
  const records = arrivals.filter(({ nctId }) => harvest.arrivals.has(nctId));
  const of = (...outcomes: Outcome[]): Arrival[] => arrivals.filter(({ outcome }) => outcomes.includes(outcome));
  const older = await placeOlder(db, of("older"), harvest.restated, at, runId);
  return {
    runId,
    newestSeen: settled.length > 0 ? newestSeen : null,
    heads: [
      ...of("new", "changed").map((one) => ({
        nctId: one.nctId,
        expected: one.head?.version_id ?? null,
        versionId: one.versionId,
        factsVersion: FACTS_VERSION,
        coreHash: one.coreHash,
        derivedHash: one.derivedHash,
        knownText: one.text,
        dataAt: one.dataAt,
        firstDataAt: one.head?.first_data_at ?? one.dataAt,
      })),
      ...harvest.restated.map(({ head, versionId, dataAt }) => ({
        nctId: head.nct_id,
        expected: head.version_id,
        versionId,
        factsVersion: head.facts_version,
        coreHash: head.core_hash,
        derivedHash: head.derived_hash,
        knownText: head.known_text,
        dataAt,
        firstDataAt: head.first_data_at,
      })),
    ],
    history: older.history,
    derived: of("derived_only").flatMap(({ nctId, versionId, derivedHash, text, replaces }) =>
      replaces === null ? [] : [{ nctId, versionId, derivedHash, knownText: text, ...replaces }],
    ),
    changes: [...of("changed", "derived_only").flatMap((one) => fresh(one, at, runId)), ...older.changes],
    superseded: older.superseded,
    renewedBy: harvest.renewed > 0 || settled.some(({ refreshed }) => refreshed) ? FACTS_VERSION : null,
    memberships: settled.flatMap(({ memberships }) => memberships),
    events: settled.flatMap(({ events }) => events.map((event) => ({ ...event, at, runId }))),
    members: settled.flatMap(({ members }) => members),
    dropped: settled.flatMap(({ review, dropped }) => dropped.map((nctId) => ({ review: review.id, nctId }))),
    reviews: settled
      .filter(({ changed }) => changed)
      .map(({ review, tables }) => ({
        review: review.id,
        title: review.title,
        active: true,
        folderHash: review.folderHash,
        lexicon: review.lexicon?.id ?? null,
        definition: review.definition,
        tables,
      })),
    flagsOpened: openedRows(
      settled.flatMap(({ flags }) => flags.open),
      at,
      runId,
    ),
    decisions: settled.filter(({ changed }) => changed).map(({ review }) => projectedDecisions(review)),
    flagsResolved: settled.flatMap(({ flags }) => flags.resolve),
    flagsGone: settled.flatMap(({ flags }) => flags.markGone),
    quarantined: sighted.map((one) => ({
      ...one,
      firstSeenAt: at,
      lastSeenAt: at,
      count: 1,
      state: "held" as const,
    })),
    // An older record or version that is sound says nothing about the one that is held.
    recovered: records.filter(({ outcome }) => outcome !== "older").map(({ nctId }) => nctId),
    pins: into === null ? [] : records.map(({ nctId }) => ({ ...into, nctId, runId, pinnedAt: at })),
    run: { ...sumWalks(harvest), ruleVersions: RULE_VERSIONS, ...run },
  };
}
