import { sql } from "drizzle-orm";
import type { Process } from "./process.ts";
import { type Db, rows } from "./sql.ts";

/**
 * Due times of scheduled jobs, claimed by a row: of all that insert or change it, one succeeds. Never by a lock: a lock that is
 * released lets a slower instance run the slot again.
 */

/** How the last attempt at a slot ended; `unmoved`: the registry's data had not moved yet. */
export type SlotOutcome = "complete" | "incomplete" | "unmoved" | "failed";

/** Who claims: the process, and a token that tells one scheduler of it from another. */
export interface Owner extends Process {
  token: string;
}

/** A claim as it stands. Ages are the database's, so that clocks of hosts need not agree. */
export interface Claim {
  owner: Owner;
  /** Times the work was begun anew; asking again for data that had not moved is no new one. */
  attempts: number;
  outcome: SlotOutcome | null;
  /** When its owner last wrote, to the microsecond: the claim is the one judged as long as this stands. */
  beatAt: string;
  /** Milliseconds since its owner last said that it lives. */
  silentMs: number;
  /** Milliseconds since the attempt ended; null while it goes on. */
  endedMs: number | null;
}

/** A slot is named by its job and its due time. */
export interface Slot {
  job: string;
  due: Date;
}

const at = ({ job, due }: Slot) => sql`job = ${job} and slot = ${due.toISOString()}::timestamptz`;

/** The claim of a slot; null: nobody has begun it. */
export async function readClaim(db: Db, slot: Slot): Promise<Claim | null> {
  const [found] = await rows<Omit<Claim, "owner"> & { owner: string }>(
    db,
    sql`select owner, attempts, outcome, heartbeat_at::text as "beatAt",
               (extract(epoch from clock_timestamp() - heartbeat_at) * 1000)::float8 as "silentMs",
               (extract(epoch from clock_timestamp() - finished_at) * 1000)::float8 as "endedMs"
          from trialdrift.slots where ${at(slot)}`,
  );
  return found === undefined ? null : { ...found, owner: JSON.parse(found.owner) as Owner };
}

/** Claims a slot that nobody has begun. False: somebody was first. */
export async function claimSlot(db: Db, slot: Slot, owner: Owner): Promise<boolean> {
  const made = await rows(
    db,
    sql`insert into trialdrift.slots (job, slot, owner) values (${slot.job}, ${slot.due.toISOString()}::timestamptz, ${JSON.stringify(owner)})
        on conflict do nothing returning job`,
  );
  return made.length === 1;
}

/** Claims a slot again whose claim is still the one judged. False: somebody else changed it meanwhile. */
export async function reclaimSlot(db: Db, slot: Slot, owner: Owner, judged: Claim): Promise<boolean> {
  const attempts = judged.attempts + (judged.outcome === "unmoved" ? 0 : 1);
  const taken = await rows(
    db,
    sql`update trialdrift.slots
           set owner = ${JSON.stringify(owner)}, attempts = ${attempts}, claimed_at = clock_timestamp(),
               heartbeat_at = clock_timestamp(), finished_at = null, outcome = null, run_id = null, detail = null
         where ${at(slot)} and heartbeat_at = ${judged.beatAt}::timestamptz returning job`,
  );
  return taken.length === 1;
}

/** Says that the owner lives. False: the claim is no longer its own. */
export async function beat(db: Db, slot: Slot, owner: Owner): Promise<boolean> {
  const kept = await rows(
    db,
    sql`update trialdrift.slots set heartbeat_at = clock_timestamp()
         where ${at(slot)} and owner = ${JSON.stringify(owner)} and finished_at is null returning job`,
  );
  return kept.length === 1;
}

/** Writes how an attempt ended, where the claim is still the owner's. */
export async function finishSlot(
  db: Db,
  slot: Slot,
  owner: Owner,
  end: { outcome: SlotOutcome; runId: number | null; detail: string | null },
): Promise<void> {
  await db.execute(
    sql`update trialdrift.slots
           set finished_at = clock_timestamp(), heartbeat_at = clock_timestamp(), outcome = ${end.outcome},
               run_id = ${end.runId}, detail = ${end.detail}
         where ${at(slot)} and owner = ${JSON.stringify(owner)} and finished_at is null`,
  );
}
