import { sql } from "drizzle-orm";
import { backfills, parts } from "./schema/parts.ts";
import { type Db, insertAll, rows } from "./sql.ts";

/** Backfills and their parts: what is to be done, by whom, and the only place that says what is done. */

export type Spec = Record<string, unknown>;

export interface Backfill {
  backfillId: string;
  asked: Spec;
  history: boolean;
  queued: boolean;
  finished: boolean;
}

/** A part that somebody may work on until its lease runs out. */
export interface Claim {
  backfillId: string;
  partNo: number;
  spec: Spec;
  owner: string;
  /** Times it was begun, this one included. */
  attempts: number;
  /** The run of the attempt before, where one was opened. */
  runId: number | null;
}

export interface PartCounts {
  total: number;
  waiting: number;
  claimed: number;
  done: number;
  dead: number;
  /** Attempts beyond each part's first. */
  refetched: number;
}

/** Seconds without a heartbeat after which a claim is another's to take: four beats of 5 s. */
export const LEASE_SECONDS = 20;
export const HEARTBEAT_MS = 5_000;

const FOUND = sql`backfill_id as "backfillId", asked, history, queued, finished_at is not null as finished`;

export async function readBackfill(db: Db, backfillId: string): Promise<Backfill | null> {
  const [found] = await rows<Backfill>(
    db,
    sql`select ${FOUND} from trialdrift.backfills where backfill_id = ${backfillId}`,
  );
  return found ?? null;
}

/** Backfills that are not finished, the newest first. */
export function unfinishedBackfills(db: Db): Promise<Backfill[]> {
  return rows(
    db,
    sql`select ${FOUND} from trialdrift.backfills where finished_at is null order by created_at desc, backfill_id`,
  );
}

/** Writes a backfill with its parts; one of the same id is begun anew. */
export async function writeBackfill(
  db: Db,
  backfill: Omit<Backfill, "finished">,
  specs: readonly Spec[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`delete from trialdrift.backfills where backfill_id = ${backfill.backfillId}`);
    const { backfillId, asked, history, queued } = backfill;
    await tx.insert(backfills).values({ backfillId, asked, history, queued });
    await addParts(tx, backfill.backfillId, specs);
  });
}

async function addParts(tx: Db, backfillId: string, specs: readonly Spec[]): Promise<number[]> {
  const [last] = await rows<{ last: number }>(
    tx,
    sql`select coalesce(max(part_no), 0)::int as last from trialdrift.parts where backfill_id = ${backfillId}`,
  );
  const numbers = specs.map((_, at) => (last?.last ?? 0) + at + 1);
  await insertAll(
    tx,
    parts,
    specs.map((spec, at) => ({ backfillId, partNo: numbers[at] ?? 0, spec, state: "waiting" as const })),
  );
  return numbers;
}

/** May be taken: waits, or the lease on it ran out. */
const FREE = sql`(state = 'waiting' or state = 'claimed' and heartbeat_at < clock_timestamp() - make_interval(secs => ${LEASE_SECONDS}))`;

/** Takes a part; null where it is done, dead or another's. */
export async function claimPart(db: Db, backfillId: string, owner: string, partNo: number): Promise<Claim | null> {
  const [claimed] = await rows<Omit<Claim, "owner">>(
    db,
    sql`update trialdrift.parts set state = 'claimed', owner = ${owner}, heartbeat_at = clock_timestamp(), attempts = attempts + 1
         where backfill_id = ${backfillId} and part_no = ${partNo} and ${FREE}
        returning backfill_id as "backfillId", part_no as "partNo", spec, attempts, run_id::int as "runId"`,
  );
  return claimed === undefined ? null : { ...claimed, owner };
}

const held = ({ backfillId, partNo, owner, attempts }: Claim) =>
  sql`backfill_id = ${backfillId} and part_no = ${partNo} and owner = ${owner} and attempts = ${attempts} and state = 'claimed'`;

/** Renews the lease; false where it is another's by now. */
export async function beat(db: Db, claim: Claim): Promise<boolean> {
  const found = await rows(
    db,
    sql`update trialdrift.parts set heartbeat_at = clock_timestamp() where ${held(claim)} returning part_no`,
  );
  return found.length > 0;
}

/** Notes which run works on the part, so that whoever takes it over can close that run. */
export async function noteRun(db: Db, claim: Claim, runId: number): Promise<void> {
  await db.execute(sql`update trialdrift.parts set run_id = ${runId} where ${held(claim)}`);
}

/** The part is done; `more` are parts that it showed to be needed. Returns their numbers, null where the claim was lost. */
export async function finishPart(
  db: Db,
  claim: Claim,
  more: readonly Spec[],
  said: string | null,
): Promise<number[] | null> {
  return db.transaction(async (tx) => {
    const found = await rows(
      tx,
      sql`update trialdrift.parts set state = 'done', done_at = clock_timestamp(), last_error = ${said} where ${held(claim)} returning part_no`,
    );
    if (found.length === 0) return null;
    // One at a time: the next free number is read and written.
    if (more.length > 0)
      await tx.execute(sql`select from trialdrift.backfills where backfill_id = ${claim.backfillId} for update`);
    return more.length === 0 ? [] : addParts(tx, claim.backfillId, more);
  });
}

/** Gives the part back with what went wrong: to be taken again, or to no one where it failed too often. */
export async function returnPart(db: Db, claim: Claim, error: string, state: "waiting" | "dead"): Promise<void> {
  await db.execute(
    sql`update trialdrift.parts set state = ${state}, owner = null, heartbeat_at = null, last_error = ${error} where ${held(claim)}`,
  );
}

/** Frees what dead local processes hold: who calls this holds the backfill's lock. Dead parts get another chance too. */
export async function freeLocal(db: Db, backfillId: string): Promise<void> {
  await db.execute(
    sql`update trialdrift.parts set state = 'waiting', owner = null, heartbeat_at = null
         where backfill_id = ${backfillId} and (state = 'dead' or state = 'claimed' and owner like 'local %')`,
  );
}

/** Parts of queued backfills whose worker has fallen silent: free again to be queued once more, dead after `most` attempts. */
export function freeSilent(
  db: Db,
  most: number,
): Promise<{ backfillId: string; partNo: number; state: "waiting" | "dead" }[]> {
  return rows(
    db,
    sql`update trialdrift.parts p
           set state = case when p.attempts < ${most} then 'waiting' else 'dead' end, owner = null, heartbeat_at = null,
               last_error = 'its worker fell silent'
          from trialdrift.backfills b
         where b.backfill_id = p.backfill_id and b.queued and p.state = 'claimed'
           and p.heartbeat_at < clock_timestamp() - make_interval(secs => ${LEASE_SECONDS})
        returning p.backfill_id as "backfillId", p.part_no as "partNo", p.state`,
  );
}

/** Numbers of the parts that may be taken, in order. */
export async function freeParts(db: Db, backfillId: string): Promise<number[]> {
  const found = await rows<{ partNo: number }>(
    db,
    sql`select part_no as "partNo" from trialdrift.parts where backfill_id = ${backfillId} and ${FREE} order by part_no`,
  );
  return found.map(({ partNo }) => partNo);
}

/** What is still to be done of a backfill. */
export async function openSpecs(db: Db, backfillId: string): Promise<Spec[]> {
  const found = await rows<{ spec: Spec }>(
    db,
    sql`select spec from trialdrift.parts where backfill_id = ${backfillId} and state <> 'done' order by part_no`,
  );
  return found.map(({ spec }) => spec);
}

export async function countParts(db: Db, backfillId: string): Promise<PartCounts> {
  const [found] = await rows<PartCounts>(
    db,
    sql`select count(*)::int as total, count(*) filter (where state = 'waiting')::int as waiting,
               count(*) filter (where state = 'claimed')::int as claimed, count(*) filter (where state = 'done')::int as done,
               count(*) filter (where state = 'dead')::int as dead,
               coalesce(sum(greatest(attempts - 1, 0)), 0)::int as refetched
          from trialdrift.parts where backfill_id = ${backfillId}`,
  );
  return found ?? { total: 0, waiting: 0, claimed: 0, done: 0, dead: 0, refetched: 0 };
}

/** Parts that failed too often, with the last reason. */
export function deadParts(db: Db): Promise<{ backfillId: string; partNo: number; lastError: string | null }[]> {
  return rows(
    db,
    sql`select backfill_id as "backfillId", part_no as "partNo", last_error as "lastError"
          from trialdrift.parts where state = 'dead' order by 1, 2`,
  );
}

/** Marks the backfill finished where every part is done; true for the one caller that did. */
export async function closeBackfill(db: Db, backfillId: string): Promise<boolean> {
  const found = await rows(
    db,
    sql`update trialdrift.backfills b set finished_at = now()
         where backfill_id = ${backfillId} and finished_at is null
           and not exists (select from trialdrift.parts p where p.backfill_id = b.backfill_id and p.state <> 'done')
        returning backfill_id`,
  );
  return found.length > 0;
}

/** What the runs of a backfill's parts came to. A run that was not its part's last one does not count. */
export async function sumBackfill(
  db: Db,
  backfillId: string,
): Promise<{ distinct: number; new: number; changed: number; older: number; quarantined: number; incomplete: number }> {
  const [sums] = await rows<{
    distinct: number;
    new: number;
    changed: number;
    older: number;
    quarantined: number;
    incomplete: number;
  }>(
    db,
    sql`select coalesce(sum(r.distinct_studies), 0)::int as distinct, coalesce(sum(r.new), 0)::int as new,
               coalesce(sum(r.changed), 0)::int as changed, coalesce(sum(r.older), 0)::int as older,
               coalesce(sum(r.quarantined), 0)::int as quarantined,
               count(*) filter (where r.state = 'incomplete')::int as incomplete
          from trialdrift.parts p join trialdrift.runs r using (run_id)
         where p.backfill_id = ${backfillId} and p.state = 'done'`,
  );
  return sums ?? { distinct: 0, new: 0, changed: 0, older: 0, quarantined: 0, incomplete: 0 };
}
