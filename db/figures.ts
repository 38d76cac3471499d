import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/** How things stand, in numbers, for whoever watches: a few small queries, none over the stored studies. */

export interface Figures {
  runs: { job: string; state: string; count: number }[];
  /** Of each active review: when its last complete run ended (ms since 1970, null: never). */
  reviews: { review: string; completeAt: number | null }[];
  /** Over all runs: records by what became of them, requests to the registry, and those that repeated an earlier one. */
  ledger: Record<string, number>;
  quarantined: number;
  openFlags: { review: string; severity: string; count: number }[];
  undelivered: { review: string; count: number }[];
  /** Of each scheduled job: when it was last complete or found nothing to do (ms since 1970). */
  jobs: { job: string; doneAt: number }[];
}

/** Milliseconds since 1970 of an instant. */
const ms = (at: ReturnType<typeof sql>) => sql`(extract(epoch from ${at}) * 1000)::float8`;

export async function readFigures(db: Db): Promise<Figures> {
  const [ledger] = await rows<Record<string, number>>(
    db,
    sql`select coalesce(sum(r.new), 0)::float8 as new, coalesce(sum(r.changed), 0)::float8 as changed,
               coalesce(sum(r.derived_only), 0)::float8 as derived_only, coalesce(sum(r.unchanged), 0)::float8 as unchanged,
               coalesce(sum(r.older), 0)::float8 as older, coalesce(sum(r.quarantined), 0)::float8 as quarantined,
               coalesce(sum(r.requests), 0)::float8 as requests, coalesce(sum(r.retries), 0)::float8 as retries
          from review.runs r`,
  );
  const [held] = await rows<{ count: number }>(
    db,
    sql`select count(*)::int as count from trialdrift.quarantine where state = 'held'`,
  );
  return {
    runs: await rows(db, sql`select job, state, count(*)::int as count from review.runs group by job, state`),
    reviews: await rows(
      db,
      sql`select f.review, ${ms(sql`f.last_complete_at`)} as "completeAt"
            from review.freshness f join review.reviews r using (review) where r.active`,
    ),
    ledger: ledger ?? {},
    quarantined: held?.count ?? 0,
    openFlags: await rows(
      db,
      sql`select review, severity, count(*)::int as count from review.flags where state = 'open' group by review, severity`,
    ),
    undelivered: await rows(
      db,
      sql`select review, count(*)::int as count from trialdrift.outbox where delivered_at is null group by review`,
    ),
    jobs: await rows(
      db,
      sql`select job, max(${ms(sql`finished_at`)}) as "doneAt" from trialdrift.slots
           where outcome in ('complete', 'unmoved') group by job`,
    ),
  };
}
