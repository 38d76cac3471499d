import type { Outcome } from "../db/model.ts";
import type { Publication } from "../db/publish.ts";
import type { Db } from "../db/sql.ts";
import { readRecords, readVersionList } from "../db/store.ts";
import { deriveStudy, FACTS_VERSION, RULE_VERSIONS } from "./derive.ts";
import type { OpenedFlag } from "./flags/reconcile.ts";
import type { Arrival, Harvest, Quarantined } from "./harvest.ts";
import { projectedDecisions } from "./import-tables.ts";
import type { Outcomes } from "./ledger.ts";
import type { Study } from "./registry/study.ts";
import type { Settled } from "./settle.ts";

/** Gathers what a run found into the one plan that publication carries out. */

type ChangeRow = Publication["changes"][number];

/** What became of every distinct record, the first that fits (design rule 4). */
export function countOutcomes(harvest: Harvest): { distinct: number; outcomes: Outcomes } {
  const outcomes: Outcomes = { quarantined: 0, older: 0, new: 0, changed: 0, derived_only: 0, unchanged: 0 };
  for (const [name, { outcome }] of harvest.arrivals) if (!harvest.quarantined.has(name)) outcomes[outcome] += 1;
  outcomes.quarantined = harvest.quarantined.size;
  return { distinct: new Set([...harvest.arrivals.keys(), ...harvest.quarantined.keys()]).size, outcomes };
}

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

/** Where older input belongs among the versions held, and the two changes that it makes there: history, never news. */
async function placeOlder(
  db: Db,
  older: readonly Arrival[],
  restated: Harvest["restated"],
  at: string,
  runId: number,
): Promise<Pick<Publication, "history" | "changes" | "superseded">> {
  const lists = Map.groupBy(
    await readVersionList(
      db,
      older.map(({ nctId }) => nctId),
    ),
    ({ nct_id }) => nct_id,
  );
  const placed: Pick<Publication, "history" | "changes" | "superseded"> = { history: [], changes: [], superseded: [] };
  for (const arrival of older) {
    const again = restated.filter(({ head }) => head.nct_id === arrival.nctId);
    const list = [
      ...(lists.get(arrival.nctId) ?? []),
      ...again.map(({ head, versionId, dataAt }) => ({ ...head, version_id: versionId, data_at: dataAt })),
    ];
    const before = list.findLast((one) => one.data_at <= arrival.dataAt);
    const after = list.find((one) => one.data_at > arrival.dataAt);
    if (after === undefined || before?.core_hash === arrival.coreHash || after.core_hash === arrival.coreHash) continue;
    placed.history.push({ versionId: arrival.versionId, nctId: arrival.nctId, firstDataAt: arrival.dataAt });
    if (before !== undefined) placed.superseded.push({ from: before.version_id, to: after.version_id });
    const records = await readRecords(db, [
      arrival.versionId,
      after.version_id,
      ...(before === undefined ? [] : [before.version_id]),
    ]);
    const pairs = [
      before === undefined ? null : [before.version_id, arrival.versionId],
      [arrival.versionId, after.version_id],
    ];
    for (const pair of pairs) {
      const [from, to] = pair ?? [];
      const [earlier, later] = [records.get(from ?? ""), records.get(to ?? "")] as [
        Study | undefined,
        Study | undefined,
      ];
      if (from === undefined || to === undefined || earlier === undefined || later === undefined) continue;
      const posted = later.protocolSection.statusModule.lastUpdatePostDateStruct?.date ?? null;
      const dateless = posted === (earlier.protocolSection.statusModule.lastUpdatePostDateStruct?.date ?? null);
      const dataAt = to === arrival.versionId ? arrival.dataAt : after.data_at;
      const row = { ...changeRow({ ...arrival, posted, dateless, dataAt }, from, to, at, runId), historic: true };
      placed.changes.push(
        ...deriveStudy(later, earlier).changes.map(({ column, ...change }) => ({
          ...row,
          ...change,
          columnName: column,
        })),
      );
    }
  }
  return placed;
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
  },
): Promise<Publication> {
  const { runId, at, newestSeen, harvest, sighted, settled, run } = input;
  const arrivals = [...harvest.arrivals.values()];
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
        dataAt,
        firstDataAt: head.first_data_at,
      })),
    ],
    history: older.history,
    derived: of("derived_only").flatMap(({ nctId, versionId, derivedHash, replaces }) =>
      replaces === null ? [] : [{ nctId, versionId, derivedHash, ...replaces }],
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
    recovered: arrivals.map(({ nctId }) => nctId),
    run: { ...sumWalks(harvest), ruleVersions: RULE_VERSIONS, ...run },
  };
}
