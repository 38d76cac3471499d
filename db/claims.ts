import { sql } from "drizzle-orm";
import type { claimStates } from "./schema/claims.ts";
import { type Db, rows } from "./sql.ts";

/** What a review's claims are held against, and how each stood before. Inside the publishing transaction this is the run's own state. */

export type ClaimStateRow = typeof claimStates.$inferInsert;

interface ClaimTrial extends Record<string, unknown> {
  nct_id: string;
}

/** A day, and the version of each curated table that was in force on it. */
export interface ClaimMoment {
  day: string;
  tables: Readonly<Record<string, number>>;
}

/**
 * Rows of review.trials, or of review.trials_at(day), with the printed values of the table in force beside them, as
 * `curated.<column>`.
 */
export async function readClaimTrials(
  db: Db,
  review: string,
  moment: ClaimMoment | null = null,
): Promise<ClaimTrial[]> {
  const trials = moment === null ? sql`review.trials` : sql`review.trials_at(${moment.day}::date)`;
  const printed =
    moment === null
      ? sql`c.current`
      : sql`c.version = (${JSON.stringify(moment.tables)}::jsonb ->> c.table_no::text)::integer`;
  const found = await rows<{ trial: ClaimTrial; printed: Record<string, unknown> | null }>(
    db,
    sql`select to_jsonb(t) as trial, k.printed
          from ${trials} t
          left join (select c.table_no, c.nct_id, jsonb_object_agg('curated.' || c.column_name, c.value) as printed
                       from review.curated c where c.review = ${review} and ${printed} group by c.table_no, c.nct_id) k
            on k.table_no = t.table_no and k.nct_id = t.nct_id
         where t.review = ${review} order by t.table_no, t.nct_id`,
  );
  return found.map(({ trial, printed }) => ({ ...trial, ...printed }));
}

/** Rows of review.cells, with every table under which the study is shown. */
export function readClaimCells(db: Db, review: string): Promise<(Record<string, unknown> & { nct_id: string })[]> {
  return rows(
    db,
    sql`select c.nct_id, t.table_no, c.column_name, c.value, c.confidence, c.rule, c.decided_by
          from review.cells c join review.trials t on t.review = c.review and t.nct_id = c.nct_id
         where c.review = ${review} order by t.table_no, c.nct_id, c.column_name`,
  );
}

/** The newest answer of each claim that the review ever had. */
export function readClaimStates(db: Db, review: string): Promise<ClaimStateRow[]> {
  return rows(
    db,
    sql`select distinct on (claim) review, claim, run_id::int as "runId", sentence, place, state, since_data_at as "sinceDataAt", evidence
          from trialdrift.claim_states where review = ${review} order by claim, run_id desc`,
  );
}
