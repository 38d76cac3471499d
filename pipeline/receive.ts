import { TrialdriftError } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import { sqlState } from "../db/sql.ts";
import { type Head, pack, readHeads, readPacked, readRecords, STAGED, stageEncoded } from "../db/store.ts";
import { admit, type Arrival, type Fresh, type Harvest, refuse } from "./harvest.ts";
import { openWalk, walkProblem } from "./ledger.ts";
import { beginAhead, beginBatch, type Begun } from "./known.ts";
import { classify, type Reading, readHere, type Said, type Standing, valueOf, type Written } from "./reading.ts";
import type { Study } from "./registry/study.ts";
import type { Batch, ReadTexts, Source } from "./sources/source.ts";

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
  /** Those that are being read, by place. */
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
    text: said.text,
    dataAt,
    head,
    changes: told.changes,
    posted: told.posted,
    dateless: told.dateless,
    replaces: record === null ? null : { raw: pack(JSON.stringify(record)), record },
  });
}

/** A record whose core is the head's, on a later day or the same: nine of ten of a repeated load. */
function confirm(work: Work, fresh: Fresh, head: Head): void {
  const { dataAt, said } = fresh;
  const heldAgainst = { dataAt: head.data_at, coreHash: head.core_hash, derivedHash: head.derived_hash };
  const outcome = classify({ ...said, dataAt }, heldAgainst, () => false);
  arrive(work, fresh, head, {
    outcome,
    versionId: head.version_id,
    changes: [],
    posted: said.posted,
    dateless: false,
  });
}

/** Holds some records against the store's heads, takes what they are into the harvest and stores what makes a version. */
async function take(work: Work, fresh: readonly Fresh[], heads: Map<string, Head | null>): Promise<void> {
  const { database, runId, harvest, reading } = work;
  const others = fresh.map(({ said }) => said.nctId).filter((id) => !heads.has(id));
  for (const head of await readHeads(database.db, others)) heads.set(head.nct_id, head);
  const differing = fresh.flatMap(({ said, dataAt }) => {
    const head = heads.get(said.nctId);
    return head != null && head.core_hash !== said.core && dataAt >= head.data_at ? [head.version_id] : [];
  });
  const previous = await readPacked(database.db, differing);
  const asked = new Map<number, Fresh>();
  const standings: Standing[] = [];
  for (const one of fresh) {
    const { at, dataAt, said } = one;
    const head = heads.get(said.nctId) ?? null;
    if (head !== null && head.core_hash === said.core && dataAt >= head.data_at) {
      confirm(work, one, head);
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

  /** Counts a record in the ledger; null where this run has taken it already, or cannot. */
  function enter(record: unknown, at: number, said: Said): Fresh | null {
    walk.received += 1;
    const { nctId, name, fresh } = admit(harvest, source, record, at, said, walkDataAt);
    if (seen.has(name)) {
      walk.duplicates += 1;
      return null;
    }
    seen.add(name);
    if (nctId !== null) ids.add(nctId);
    walk.distinct += 1;
    return fresh !== null && harvest.arrivals.has(fresh.said.nctId) ? null : fresh;
  }

  /** Takes what is known of a batch, and names those of the rest that this run has not taken yet. */
  async function listFresh({ batch, known, rest, reading }: Begun, work: Work): Promise<Fresh[]> {
    walk.announced = batch.announced ?? walk.announced;
    const said = await reading.said;
    const taken: Fresh[] = [];
    let at = 0;
    for (const [place, one] of known.entries()) {
      if (one !== null) {
        const fresh = enter(batch.records[place], place, one.said);
        if (fresh !== null) confirm(work, fresh, one.head);
        continue;
      }
      const says = said[at];
      const fresh = says === undefined ? null : enter(rest[at], at, says);
      if (fresh !== null) taken.push(fresh);
      at += 1;
    }
    return taken;
  }

  const inWork: Promise<void>[] = [];
  try {
    const read: ReadTexts = source.read ?? ((records, named) => readHere(records, named, STAGED));
    const begin = (batch: Batch): Promise<Begun> => beginBatch(database.db, source, batch, walkDataAt, read);
    for await (const begun of beginAhead(source, begin)) {
      const { batch, rest, reading, heads } = begun;
      const work = { database, runId, harvest, source: source.name, records: rest, reading };
      const taken = take(work, await listFresh(begun, work), heads);
      // Awaited here, below, or after another's failure; it must not count as unhandled in between.
      taken.catch(() => {});
      inWork.push(taken);
      if (inWork.length === IN_WORK) await inWork.shift();
      onRecords(batch.records.length);
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
  const reading = readHere(records, [], STAGED);
  const fresh = (await reading.said).flatMap((said, at) => {
    const dataAt = moved[at]?.dataAt;
    return said.ok && dataAt !== undefined ? [{ at, dataAt, said }] : [];
  });
  await take({ database, runId, harvest, source: "moved heads", records, reading }, fresh, new Map());
}
