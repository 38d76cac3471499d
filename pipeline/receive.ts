import { TrialdriftError } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import { sqlState } from "../db/sql.ts";
import { type Head, pack, readHeads, readPacked, readRecords, STAGED, stageEncoded } from "../db/store.ts";
import { admit, type Arrival, type Fresh, type Harvest, refuse } from "./harvest.ts";
import { openWalk, walkProblem } from "./ledger.ts";
import { classify, type Reading, readHere, type Standing, valueOf, type Written } from "./reading.ts";
import type { Study } from "./registry/study.ts";
import type { Batch, Source } from "./sources/source.ts";

/** The way in: source -> validate -> derive -> store, batch by batch. Nothing written here is visible. */

/**
 * Batches in work at a time: one being looked up, one being derived, one being written. One after another, the database
 * would wait whenever a worker derives.
 */
const IN_WORK = 3;

/** One batch on its way in: what the source gave, and where it is being read. */
interface Work {
  database: Database;
  runId: number;
  harvest: Harvest;
  /** As quarantine names where a record came from. */
  source: string;
  records: readonly unknown[];
  reading: Reading;
}

/** Splits a batch that the database refuses until the one bad record is found; it is quarantined, the rest is stored. */
async function stage(work: Work, written: Written, from: number, to: number): Promise<void> {
  const { database, harvest, source, records } = work;
  try {
    await stageEncoded(database, written, from, to);
  } catch (error) {
    // Class 22 is bad data, 54 a limit exceeded: the record's fault. Anything else is not.
    if (!/^(22|54)/.test(sqlState(error) ?? "")) throw error;
    if (to - from > 1) {
      const half = from + ((to - from) >> 1);
      await stage(work, written, from, half);
      await stage(work, written, half, to);
      return;
    }
    const record = valueOf(records[written.places[from] ?? -1]) as Study;
    const { nctId } = record.protocolSection.identificationModule;
    harvest.arrivals.delete(nctId);
    refuse(
      harvest,
      record,
      source,
      nctId,
      "$",
      `the database refuses it: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** What becomes an arrival: a fresh record with what it was told to be. */
function arrive(
  work: Work,
  { at, dataAt, said }: Fresh,
  head: Head | null,
  told: Pick<Arrival, "outcome" | "versionId" | "changes" | "posted" | "dateless">,
): void {
  const record = told.outcome === "derived_only" ? (valueOf(work.records[at]) as Study) : null;
  const keeps = told.outcome === "unchanged" || told.outcome === "derived_only";
  work.harvest.arrivals.set(said.nctId, {
    nctId: said.nctId,
    outcome: told.outcome,
    versionId: keeps && head !== null ? head.version_id : told.versionId,
    coreHash: said.core,
    derivedHash: said.derived,
    dataAt,
    head,
    changes: told.changes,
    posted: told.posted,
    dateless: told.dateless,
    replaces: record === null ? null : { raw: pack(JSON.stringify(record)), record },
  });
}

/** Holds some records against the store's heads, takes what they are into the harvest and stores what makes a version. */
async function take(work: Work, fresh: readonly Fresh[]): Promise<void> {
  const { database, runId, harvest, reading } = work;
  const found = await readHeads(
    database.db,
    fresh.map(({ said }) => said.nctId),
  );
  const heads = new Map(found.map((head) => [head.nct_id, head]));
  const differing = fresh.flatMap(({ said, dataAt }) => {
    const head = heads.get(said.nctId);
    return head !== undefined && head.core_hash !== said.core && dataAt >= head.data_at ? [head.version_id] : [];
  });
  const previous = await readPacked(database.db, differing);
  const asked = new Map<number, Fresh>();
  const standings: Standing[] = [];
  for (const one of fresh) {
    const { at, dataAt, said } = one;
    const head = heads.get(said.nctId) ?? null;
    // Nine of ten records of a repeated load end here, told by their hashes.
    if (head !== null && head.core_hash === said.core && dataAt >= head.data_at) {
      const heldAgainst = { dataAt: head.data_at, coreHash: head.core_hash, derivedHash: head.derived_hash };
      const outcome = classify({ ...said, dataAt }, heldAgainst, () => false);
      const { version_id: versionId } = head;
      arrive(work, one, head, { outcome, versionId, changes: [], posted: said.posted, dateless: false });
      continue;
    }
    asked.set(at, one);
    standings.push({
      at,
      dataAt,
      head: head === null ? null : { dataAt: head.data_at, coreHash: head.core_hash, derivedHash: head.derived_hash },
      previous: head === null ? null : (previous.get(head.version_id) ?? null),
    });
  }
  const written = await reading.write(runId, standings);
  for (const told of written.told) {
    const one = asked.get(told.at);
    if (one === undefined) continue;
    if (told.failure === null) arrive(work, one, heads.get(one.said.nctId) ?? null, told);
    else {
      const reason = `cannot be read: ${told.failure}`;
      refuse(harvest, valueOf(work.records[told.at]), work.source, one.said.nctId, "$", reason);
    }
  }
  await stage(work, written, 0, written.places.length);
}

/** Walks one source to its end and adds it to the harvest. `onRecords` is told how many records came. */
export async function receive(
  database: Database,
  runId: number,
  harvest: Harvest,
  source: Source,
  walkDataAt: string | null,
  onRecords: (count: number) => void,
): Promise<void> {
  const walk = openWalk(source.name, source.announces);
  const seen = new Set<string>();
  // A record without an id is no study that a watchlist could hold.
  const ids = new Set<string>();
  harvest.walks.push(walk);
  harvest.seen.set(source.name, ids);

  /** Counts a batch in the ledger and names those of its records that this run has not taken yet. */
  async function listFresh({ records, announced }: Batch, reading: Reading): Promise<Fresh[]> {
    walk.announced = announced ?? walk.announced;
    const taken: Fresh[] = [];
    for (const [at, said] of (await reading.said).entries()) {
      walk.received += 1;
      const { nctId, name, fresh } = admit(harvest, source, records[at], at, said, walkDataAt);
      if (seen.has(name)) {
        walk.duplicates += 1;
        continue;
      }
      seen.add(name);
      if (nctId !== null) ids.add(nctId);
      walk.distinct += 1;
      if (fresh !== null && !harvest.arrivals.has(fresh.said.nctId)) taken.push(fresh);
    }
    return taken;
  }

  const inWork: Promise<void>[] = [];
  try {
    for await (const batch of source.batches()) {
      const { records } = batch;
      const reading = batch.reading ?? readHere(records, STAGED);
      const fresh = await listFresh(batch, reading);
      const taken = take({ database, runId, harvest, source: source.name, records, reading }, fresh);
      // Awaited here, below, or after another's failure; it must not count as unhandled in between.
      taken.catch(() => {});
      inWork.push(taken);
      if (inWork.length === IN_WORK) await inWork.shift();
      onRecords(records.length);
    }
    for (const taken of inWork) await taken;
  } catch (error) {
    await Promise.allSettled(inWork);
    // The registry's data moved under the walk: it cannot be finished, but it can be begun again.
    if (!(error instanceof TrialdriftError) || error.code !== "incomplete") throw error;
    harvest.problems.push(`${source.name}: ${error.message}`);
    return;
  }
  for (const { kind } of source.fates.values()) walk[kind] += 1;
  const problem = walkProblem(walk);
  if (problem !== null) harvest.problems.push(problem);
}

/** Derives some arrivals again against heads that moved meanwhile; their records are in the store already. */
export async function receiveAgain(
  database: Database,
  runId: number,
  harvest: Harvest,
  nctIds: readonly string[],
): Promise<void> {
  const moved = nctIds.flatMap((id) => harvest.arrivals.get(id) ?? []);
  const stored = await readRecords(
    database.db,
    moved.map((one) => one.versionId),
  );
  const records = moved.map((one) => one.replaces?.record ?? stored.get(one.versionId));
  const reading = readHere(records, STAGED);
  const fresh = (await reading.said).flatMap((said, at) => {
    const dataAt = moved[at]?.dataAt;
    return said.ok && dataAt !== undefined ? [{ at, dataAt, said }] : [];
  });
  await take({ database, runId, harvest, source: "moved heads", records, reading }, fresh);
}
