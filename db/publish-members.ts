import { sql } from "drizzle-orm";
import type { Publication } from "./publish.ts";
import { memberEvents, members, memberships, memberStates } from "./schema/members.ts";
import { type Db, insertAll } from "./sql.ts";

/** The part of the publishing transaction that is about who is tracked: memberships, their events, pointers now and then. */

/** One row for each pointer that moves, before it moves: what `table --run N` reads. Members of before this was kept come first. */
async function keepStates(tx: Db, plan: Publication): Promise<void> {
  const { runId } = plan;
  if (plan.members.length + plan.dropped.length === 0) return;
  await tx.execute(
    sql`insert into trialdrift.member_states (review, nct_id, run_id, tables, derivation_id, screened, screened_reason)
        select m.review, m.nct_id, d.run_id, m.tables, m.derivation_id, m.screened, m.screened_reason
          from trialdrift.members m join trialdrift.derivations d using (derivation_id)
         where not exists (select from trialdrift.member_states s where s.review = m.review and s.nct_id = m.nct_id)`,
  );
  await insertAll(
    tx,
    memberStates,
    plan.members.map((member) => ({ ...member, runId })),
  );
  for (const { review, nctId } of plan.dropped)
    await tx.execute(
      sql`insert into trialdrift.member_states (review, nct_id, run_id, tables, derivation_id, screened, screened_reason)
          select review, nct_id, ${runId}, tables, null, screened, screened_reason
            from trialdrift.members where review = ${review} and nct_id = ${nctId}`,
    );
}

/** Members and memberships as the run leaves them, and the ledger of what happened to them. */
export async function publishMembers(tx: Db, plan: Publication): Promise<void> {
  await insertAll(
    tx,
    memberships,
    plan.memberships,
    sql`on conflict (review, watchlist, nct_id) do update set state = excluded.state, how = excluded.how, reason = excluded.reason,
          query_hash = excluded.query_hash, entered_at = excluded.entered_at, left_at = excluded.left_at, survivor = excluded.survivor`,
  );
  await insertAll(tx, memberEvents, plan.events);
  await keepStates(tx, plan);
  await insertAll(
    tx,
    members,
    plan.members,
    sql`on conflict (review, nct_id) do update set tables = excluded.tables, derivation_id = excluded.derivation_id,
          screened = excluded.screened, screened_reason = excluded.screened_reason`,
  );
  for (const { review, nctId } of plan.dropped)
    await tx.execute(sql`delete from trialdrift.members where review = ${review} and nct_id = ${nctId}`);
}
