import { sql } from "drizzle-orm";
import { type Db, rows, texts } from "./sql.ts";

/**
 * Until when a head's content is known to have stood. A head is dated by its first appearance; complete runs that found it
 * unchanged write nothing, so that the last one of a review that tracks the study says it.
 */

/**
 * The newest data date at which a complete run found each study as its head has it, for studies that a review tracks. A
 * membership that began after that run, or a record in quarantine, was not looked at.
 */
export async function readConfirmed(db: Db, nctIds: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ nct_id: string; data_at: string }>(
    db,
    sql`with complete as (
          select distinct on (e.key) e.key as review, e.value ->> 'dataAt' as data_at, r.published_at
            from trialdrift.runs r, jsonb_each(r.reviews) e
           where r.published_at is not null and e.value ->> 'state' = 'published' and e.value ->> 'dataAt' is not null
           order by e.key, r.run_id desc)
        select p.nct_id, max(c.data_at) as data_at
          from trialdrift.memberships p
          join complete c on c.review = p.review and p.entered_at <= c.published_at
         where p.state = 'present' and p.nct_id in ${texts(nctIds)}
           and not exists (select from trialdrift.quarantine q where q.nct_id = p.nct_id and q.state = 'held')
         group by p.nct_id`,
  );
  return new Map(found.map((one) => [one.nct_id, one.data_at]));
}

/** Stages a version again under another data date, with its rows and its jsonb copy: the same content, seen later. */
export async function stageAgain(
  db: Db,
  one: { from: string; to: string; dataAt: string; runId: number },
): Promise<void> {
  const { from, to, dataAt, runId } = one;
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`insert into trialdrift.versions (version_id, nct_id, core_hash, derived_hash, data_at, raw, last_update_posted, dated, run_id, published)
          select ${to}::uuid, nct_id, core_hash, derived_hash, ${dataAt}, raw, last_update_posted, 'observed', ${runId}, false
            from trialdrift.versions where version_id = ${from} on conflict do nothing`,
    );
    await tx.execute(
      sql`insert into trialdrift.rows
          select x.* from trialdrift.rows w,
                 lateral jsonb_populate_record(w, jsonb_build_object('version_id', ${to}::text)) x
           where w.version_id = ${from} on conflict do nothing`,
    );
    await tx.execute(
      sql`insert into trialdrift.records (version_id, record)
          select ${to}::uuid, record from trialdrift.records where version_id = ${from} on conflict do nothing`,
    );
  });
}
