import type { Publication } from "../db/publish.ts";
import type { Db } from "../db/sql.ts";
import { readRecords, readVersionList } from "../db/store.ts";
import { acrossSeam } from "./change/seam.ts";
import { deriveStudy } from "./derive.ts";
import type { Arrival, Harvest } from "./harvest.ts";
import type { Study } from "./registry/study.ts";

/** Where input older than a study's head belongs among the versions held, and the changes that it makes there: history, never news. */

type Placed = Pick<Publication, "history" | "changes" | "superseded">;
type Held = Awaited<ReturnType<typeof readVersionList>>[number];

/** A version in its place: held already, or arriving. */
interface Place {
  versionId: string;
  coreHash: string;
  dataAt: string;
  dated: Held["dated"];
  fresh: boolean;
}

const heldPlace = (one: Held): Place => ({
  versionId: one.version_id,
  coreHash: one.core_hash,
  dataAt: one.data_at,
  dated: one.dated,
  fresh: false,
});

/**
 * Puts arrivals among the versions held of one study, in the order of their data dates. One that says what the version
 * before or after it says is none, nor is one after the last.
 */
function weave(held: readonly Place[], arrivals: readonly Place[]): Place[] {
  const list = [...held];
  for (const one of arrivals.toSorted((a, b) => (a.dataAt < b.dataAt ? -1 : a.dataAt > b.dataAt ? 1 : 0))) {
    const at = list.findIndex(({ dataAt }) => dataAt > one.dataAt);
    const [before, after] = [list[at - 1], list[at]];
    // What was submitted dates the content that was observed later, even where the two are equal byte by byte.
    const same = after?.coreHash === one.coreHash && after.dated === one.dated;
    if (at === -1 || before?.coreHash === one.coreHash || same) continue;
    list.splice(at, 0, one);
  }
  return list;
}

const dateOf = (study: Study): string | null =>
  study.protocolSection.statusModule.lastUpdatePostDateStruct?.date ?? null;

function changesOf(
  nctId: string,
  [from, to]: readonly [Place, Place],
  records: ReadonlyMap<string, unknown>,
  at: string,
  runId: number,
): Placed["changes"] {
  const [earlier, later] = [from, to].map(({ versionId }) => records.get(versionId)) as (Study | undefined)[];
  if (earlier === undefined || later === undefined) return [];
  const [before, after] = from.dated === to.dated ? [earlier, later] : acrossSeam(earlier, later);
  const dateless = dateOf(earlier) === dateOf(later);
  return deriveStudy(after, before).changes.map(({ column, ...change }) => ({
    nctId,
    fromVersion: from.versionId,
    toVersion: to.versionId,
    posted: dateless ? null : dateOf(later),
    dateless,
    dataAt: to.dataAt,
    detectedAt: at,
    runId,
    historic: true,
    columnName: column,
    ...change,
  }));
}

/** Places the older arrivals of one run. Reads the versions held and the records that come to stand beside each other. */
export async function placeOlder(
  db: Db,
  older: readonly Arrival[],
  restated: Harvest["restated"],
  at: string,
  runId: number,
): Promise<Placed> {
  const placed: Placed = { history: [], changes: [], superseded: [] };
  const byStudy = Map.groupBy(older, ({ nctId }) => nctId);
  const lists = Map.groupBy(await readVersionList(db, [...byStudy.keys()]), ({ nct_id }) => nct_id);
  for (const [nctId, arrivals] of byStudy) {
    const again = restated.filter(({ head }) => head.nct_id === nctId);
    const held = [
      ...(lists.get(nctId) ?? []).map(heldPlace),
      ...again.map(
        ({ head, versionId, dataAt }): Place => ({
          versionId,
          coreHash: head.core_hash,
          dataAt,
          dated: "observed",
          fresh: false,
        }),
      ),
    ];
    const known = new Set(held.map(({ versionId }) => versionId));
    const fresh = arrivals.filter(({ versionId }) => !known.has(versionId));
    const list = weave(
      held,
      fresh.map((one) => ({ ...one, dated: one.dated ?? "observed", fresh: true })),
    );
    const pairs = list.slice(1).map((one, index) => [list[index] as Place, one] as const);
    const beside = pairs.filter(([from, to]) => from.fresh || to.fresh);
    const records = await readRecords(db, [...new Set(beside.flat().map(({ versionId }) => versionId))]);
    for (const pair of beside) placed.changes.push(...changesOf(nctId, pair, records, at, runId));
    for (const { versionId, dataAt } of list.filter((one) => one.fresh))
      placed.history.push({ versionId, nctId, firstDataAt: dataAt });
    const next = new Map(pairs.map(([from, to]) => [from.versionId, to.versionId]));
    for (const [index, to] of held.slice(1).entries()) {
      const from = held[index] as Place;
      if (next.get(from.versionId) !== to.versionId) placed.superseded.push({ from: from.versionId, to: to.versionId });
    }
  }
  return placed;
}
