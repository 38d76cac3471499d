import { type SQL, sql } from "drizzle-orm";
import type { NewsTarget } from "./model.ts";
import { type Db, rows, texts } from "./sql.ts";

/** Digests on their way out: what waits, who took it up, how it ended. Instants are ISO, UTC. */

export interface Outgoing {
  outboxId: number;
  runId: number;
  target: NewsTarget;
  idempotencyKey: string;
  /** The digest as the publishing transaction wrote it, without its flags: those stand in review.flags under the run. */
  payload: unknown;
  createdAt: string;
  attempts: number;
  givenUp: boolean;
  lastError: string | null;
}

const OUTGOING = sql`
  outbox_id::int as "outboxId", run_id::int as "runId", target, idempotency_key as "idempotencyKey", payload,
  to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "createdAt", attempts,
  given_up_at is not null as "givenUp", last_error as "lastError"`;

/**
 * What waits for a target, oldest first. What another process has taken up has no error and its next time ahead: it is left
 * to that process until the time has come. `onlyDue`: what failed waits for its time too.
 */
export function readWaiting(db: Db, target: NewsTarget, now: string, onlyDue: boolean): Promise<Outgoing[]> {
  const impatient = onlyDue ? sql`false` : sql`last_error is not null`;
  return rows(
    db,
    sql`select ${OUTGOING} from trialdrift.outbox
         where target = ${target} and delivered_at is null and given_up_at is null
           and (next_attempt_at is null or next_attempt_at <= ${now}::timestamptz or ${impatient})
         order by outbox_id`,
  );
}

/** Takes a row up for one attempt: counted before it is made, so that a process killed in it has made it. False: somebody else did. */
export async function takeUp(db: Db, row: Outgoing, until: string): Promise<boolean> {
  const taken = await rows(
    db,
    sql`update trialdrift.outbox set attempts = attempts + 1, last_error = null, next_attempt_at = ${until}::timestamptz
         where outbox_id = ${row.outboxId} and attempts = ${row.attempts} and delivered_at is null
        returning outbox_id`,
  );
  return taken.length > 0;
}

export async function noteDelivered(db: Db, outboxIds: readonly number[], at: string): Promise<void> {
  await db.execute(
    sql`update trialdrift.outbox set delivered_at = ${at}::timestamptz, next_attempt_at = null, last_error = null
         where outbox_id in (select one::bigint from ${texts(outboxIds.map(String))} as given(one))`,
  );
}

/** `next` null: no more attempts are made. */
export async function noteFailed(
  db: Db,
  outboxId: number,
  failure: { error: string; at: string; next: string | null },
): Promise<void> {
  const { error, at, next } = failure;
  await db.execute(
    sql`update trialdrift.outbox set last_error = ${error}, next_attempt_at = ${next}::timestamptz,
               given_up_at = case when ${next}::text is null then ${at}::timestamptz end
         where outbox_id = ${outboxId} and delivered_at is null`,
  );
}

/** Gives up what waits since before an instant for targets that nobody configures any more; returns how many. */
export async function giveUpUnwanted(
  db: Db,
  wanted: readonly NewsTarget[],
  before: string,
  at: string,
): Promise<number> {
  const left = await rows(
    db,
    sql`update trialdrift.outbox set given_up_at = ${at}::timestamptz, last_error = 'this target is not configured any more'
         where target not in ${texts(wanted)} and delivered_at is null and given_up_at is null
           and created_at < ${before}::timestamptz
        returning outbox_id`,
  );
  return left.length;
}

/** The newest digests of a target, delivered or not, the newest first. */
export function readNewest(db: Db, target: NewsTarget, most: number): Promise<Outgoing[]> {
  return rows(
    db,
    sql`select ${OUTGOING} from trialdrift.outbox where target = ${target} order by outbox_id desc limit ${most}`,
  );
}

/** Not delivered, and no later digest to the same target has told so. The view review.freshness counts the same. */
const UNDELIVERED: SQL = sql`o.delivered_at is null and not exists (
  select from trialdrift.outbox later
   where later.target = o.target and later.outbox_id > o.outbox_id and later.delivered_at is not null)`;

/** What has not arrived, oldest first. */
export function readUndelivered(db: Db): Promise<Outgoing[]> {
  return rows(db, sql`select ${OUTGOING} from trialdrift.outbox o where ${UNDELIVERED} order by outbox_id`);
}

/** Flags that some runs opened, as the public view has them, without evidence. */
export function readOpenedFlags<T>(db: Db, runIds: readonly number[]): Promise<T[]> {
  return rows<T>(
    db,
    sql`select flag_id::int, review, table_no, nct_id, column_name, kind, severity, message, advice, baseline, run_id::int
          from review.flags where run_id in (select one::bigint from ${texts(runIds.map(String))} as given(one))
         order by flag_id`,
  );
}
