import type { Change, Outcome } from "../db/model.ts";
import { TrialdriftError } from "../db/errors.ts";
import { type Db, sqlState } from "../db/sql.ts";
import {
  type Head,
  pack,
  readHeads,
  readRecords,
  type StagedRow,
  type StagedVersion,
  stageVersions,
} from "../db/store.ts";
import { differingPaths } from "./change/difference.ts";
import { deriveStudy, FACTS_VERSION } from "./derive.ts";
import { admit, type Arrival, type Harvest, refuse, type Valid } from "./harvest.ts";
import { serialize, versionId } from "./hash.ts";
import { openWalk, walkProblem } from "./ledger.ts";
import type { Facts } from "./normalize/facts.ts";
import type { Study } from "./registry/study.ts";
import { rowOf } from "./row.ts";
import type { Source } from "./sources/source.ts";

/** The way in: source -> validate -> derive -> store, batch by batch. Nothing written here is visible. */

/** What a record is to the store: by hashes where they tell, by values where only hashes differ (keys in another order). */
function classify(arrival: Valid, head: Head | null, previous: Study | null): Exclude<Outcome, "quarantined"> {
  if (head === null) return "new";
  if (arrival.dataAt < head.data_at) return "older";
  if (arrival.core !== head.core_hash && (previous === null || differingPaths(previous, arrival.study).length > 0))
    return "changed";
  return arrival.derived === head.derived_hash ? "unchanged" : "derived_only";
}

/** Splits a batch that the database refuses until the one bad record is found; it is quarantined, the rest is stored. */
async function stage(db: Db, harvest: Harvest, source: string, batch: readonly Staged[]): Promise<void> {
  if (batch.length === 0) return;
  try {
    await stageVersions(
      db,
      batch.map(({ version }) => version),
      batch.map(({ row }) => row),
    );
  } catch (error) {
    // Class 22 is bad data, 54 a limit exceeded: the record's fault. Anything else is not.
    if (!/^(22|54)/.test(sqlState(error) ?? "")) throw error;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      harvest.arrivals.delete(only.valid.nctId);
      refuse(
        harvest,
        only.valid.study,
        source,
        only.valid.nctId,
        "$",
        `the database refuses it: ${(error as Error).cause ?? error}`,
      );
      return;
    }
    const half = batch.length >> 1;
    await stage(db, harvest, source, batch.slice(0, half));
    await stage(db, harvest, source, batch.slice(half));
  }
}

/** One record against its head; what it says is read only where it will be written. A stack overflow is the record's fault. */
function readOne(
  one: Valid,
  head: Head | null,
  before: Study | null,
): { outcome: Arrival["outcome"]; facts: Facts | null; changes: Change[] } | RangeError {
  try {
    const outcome = classify(one, head, before);
    const writes = outcome === "new" || outcome === "changed" || outcome === "older";
    if (!writes) return { outcome, facts: null, changes: [] };
    return { outcome, ...deriveStudy(one.study, outcome === "changed" ? before : null) };
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}

type Staged = { version: StagedVersion; row: StagedRow; valid: Valid };

/** Classifies and derives some valid records into the harvest, and returns what is to be stored of them. */
async function take(
  db: Db,
  runId: number,
  harvest: Harvest,
  source: string,
  valid: readonly Valid[],
): Promise<Staged[]> {
  const heads = new Map(
    (
      await readHeads(
        db,
        valid.map(({ nctId }) => nctId),
      )
    ).map((head) => [head.nct_id, head]),
  );
  const differing = valid.filter(({ nctId, core, dataAt }) => {
    const head = heads.get(nctId);
    return head !== undefined && head.core_hash !== core && dataAt >= head.data_at;
  });
  const previous = await readRecords(
    db,
    differing.map(({ nctId }) => heads.get(nctId)?.version_id ?? ""),
  );
  const staged: Staged[] = [];
  for (const one of valid) {
    const head = heads.get(one.nctId) ?? null;
    const before = head === null ? null : ((previous.get(head.version_id) as Study | undefined) ?? null);
    const read = readOne(one, head, before);
    if (read instanceof RangeError) {
      refuse(harvest, one.study, source, one.nctId, "$", `nested too deeply to be read (${read.message})`);
      continue;
    }
    const { outcome, facts, changes } = read;
    const writes = facts !== null;
    const id = writes || head === null ? versionId(one.nctId, one.core, one.dataAt) : head.version_id;
    harvest.arrivals.set(one.nctId, arrivalOf(one, head, outcome, id, facts, changes, before));
    if (facts !== null) {
      const raw = pack(one.json());
      staged.push({
        version: {
          versionId: id,
          nctId: one.nctId,
          coreHash: one.core,
          derivedHash: one.derived,
          dataAt: one.dataAt,
          raw,
          lastUpdatePosted: facts.lastUpdatePosted,
          runId,
        },
        row: rowOf(facts, id, FACTS_VERSION),
        valid: one,
      });
    }
  }
  return staged;
}

function arrivalOf(
  one: Valid,
  head: Head | null,
  outcome: Arrival["outcome"],
  id: string,
  facts: Facts | null,
  changes: Change[],
  before: Study | null,
): Arrival {
  const posted = one.study.protocolSection.statusModule.lastUpdatePostDateStruct?.date ?? null;
  const earlier = before?.protocolSection.statusModule.lastUpdatePostDateStruct?.date ?? null;
  const dateless = outcome === "changed" && posted === earlier;
  const replaces = outcome === "derived_only" ? { raw: pack(one.json()), record: one.study } : null;
  return {
    nctId: one.nctId,
    outcome,
    versionId: id,
    coreHash: one.core,
    derivedHash: one.derived,
    dataAt: one.dataAt,
    head,
    changes,
    posted: facts?.lastUpdatePosted ?? posted,
    dateless,
    replaces,
  };
}

/** Walks one source to its end and adds it to the harvest. `onRecords` is told how many records came. */
export async function receive(
  db: Db,
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
  // The database writes one batch while the next is read, parsed and hashed.
  let storing: Promise<void> = Promise.resolve();
  try {
    for await (const { records, announced } of source.batches()) {
      walk.announced = announced ?? walk.announced;
      const fresh: Valid[] = [];
      for (const record of records) {
        walk.received += 1;
        const one = admit(harvest, source, record, walkDataAt);
        const name = one.nctId ?? one.hash;
        if (seen.has(name)) {
          walk.duplicates += 1;
          continue;
        }
        seen.add(name);
        if (one.nctId !== null) ids.add(one.nctId);
        walk.distinct += 1;
        if (one.valid !== null && !harvest.arrivals.has(one.valid.nctId)) fresh.push(one.valid);
      }
      const staged = await take(db, runId, harvest, source.name, fresh);
      await storing;
      storing = stage(db, harvest, source.name, staged);
      // Awaited above or below; a failure in between must not count as unhandled.
      storing.catch(() => {});
      onRecords(records.length);
    }
    await storing;
  } catch (error) {
    await storing.catch(() => {});
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
export async function receiveAgain(db: Db, runId: number, harvest: Harvest, nctIds: readonly string[]): Promise<void> {
  const moved = nctIds.flatMap((id) => harvest.arrivals.get(id) ?? []);
  const stored = await readRecords(
    db,
    moved.map((one) => one.versionId),
  );
  const valid = moved.map((one) => {
    const study = (one.replaces?.record ?? stored.get(one.versionId)) as Study;
    return { study, nctId: one.nctId, dataAt: one.dataAt, ...serialize(study) };
  });
  await stage(db, harvest, "moved heads", await take(db, runId, harvest, "moved heads", valid));
}
