import { sql } from "drizzle-orm";
import type { Change, HeldFlag, Membership } from "./model.ts";
import { type Db, insertAll, rows, texts } from "./sql.ts";
import { curatedCells, curatedTables } from "./schema/reviews.ts";

/** What stands for a review before a run decides anything: memberships, pointers, flags, curated versions, unseen changes. */

export function readMemberships(db: Db, review: string): Promise<Membership[]> {
  return rows(
    db,
    sql`select review, watchlist, nct_id as "nctId", state, to_json(how) as how, reason, query_hash as "queryHash",
               entered_at::text as "enteredAt", left_at::text as "leftAt", survivor
          from trialdrift.memberships where review = ${review} order by watchlist, nct_id`,
  );
}

/** Which derivation and which version of the record readers see of each member. */
export function readMembers(
  db: Db,
  review: string,
): Promise<{ nctId: string; tables: number[]; derivationId: string | null; versionId: string | null }[]> {
  return rows(
    db,
    sql`select m.nct_id as "nctId", to_json(m.tables) as tables, m.derivation_id as "derivationId", d.version_id as "versionId"
          from trialdrift.members m left join trialdrift.derivations d using (derivation_id) where m.review = ${review}`,
  );
}

/** Flags of some studies that are open, acknowledged, or resolved by a person and not gone. */
export function readStandingFlags(db: Db, review: string, nctIds: readonly string[]): Promise<HeldFlag[]> {
  return rows(
    db,
    sql`select flag_id::int as "flagId", review, table_no as "table", nct_id as "nctId", column_name as "column", kind, value, state, gone
          from trialdrift.flags where review = ${review} and not gone and nct_id in ${texts(nctIds)}`,
  );
}

/** Published changes after a cursor of some studies' members, oldest first; historic and superseded ones are no news. */
export function readUnseenChanges(
  db: Db,
  review: string,
  cursor: number,
): Promise<(Change & { nctId: string; posted: string | null })[]> {
  return rows(
    db,
    sql`select c.nct_id as "nctId", c.column_name as "column", c.kind, c.old, c.new, c.severity, c.cause, c.detail, c.posted
          from trialdrift.changes c join trialdrift.members m on m.review = ${review} and m.nct_id = c.nct_id
         where c.change_id > ${cursor} and not c.historic and not c.superseded order by c.change_id`,
  );
}

/** Studies with a published change after a cursor, news or history. */
export async function readStudiesChangedAfter(db: Db, cursor: number): Promise<string[]> {
  const found = await rows<{ nctId: string }>(
    db,
    sql`select distinct nct_id as "nctId" from trialdrift.changes where change_id > ${cursor}`,
  );
  return found.map(({ nctId }) => nctId);
}

/** The version in force before a run of each of a review's tables, with its file's hash; {} when never published. */
export async function readCuratedVersions(
  db: Db,
  review: string,
): Promise<Map<number, { version: number; fileHash: string }>> {
  const found = await rows<{ table_no: number; version: number; file_hash: string }>(
    db,
    sql`select t.table_no, t.version, t.file_hash from trialdrift.curated_tables t join trialdrift.reviews r using (review)
         where t.review = ${review} and (r.tables->>t.table_no::text)::int = t.version`,
  );
  return new Map(found.map((one) => [one.table_no, { version: one.version, fileHash: one.file_hash }]));
}

/** Stages a curated version: what an unpublished run left under this number is replaced. */
export async function stageCurated(
  db: Db,
  table: typeof curatedTables.$inferInsert,
  cells: readonly (typeof curatedCells.$inferInsert)[],
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const name of ["curated_cells", "curated_tables"])
      await tx.execute(
        sql`delete from trialdrift.${sql.identifier(name)} where review = ${table.review} and table_no = ${table.tableNo} and version = ${table.version}`,
      );
    await tx.insert(curatedTables).values(table);
    await insertAll(tx, curatedCells, cells);
  });
}

/** The newest published version of some studies at or before a day, for those that have one: the record as of a table. */
export async function readVersionsAsOf(db: Db, nctIds: readonly string[], day: string): Promise<Map<string, string>> {
  const found = await rows<{ nct_id: string; version_id: string }>(
    db,
    sql`select distinct on (nct_id) nct_id, version_id from trialdrift.versions
         where published and nct_id in ${texts(nctIds)} and data_at <= ${`${day}T23:59:59`} order by nct_id, data_at desc, seq desc`,
  );
  return new Map(found.map((one) => [one.nct_id, one.version_id]));
}

/** Marks which reviews have a folder; writes nothing where that stands already. */
export async function noteActive(db: Db, reviews: readonly string[]): Promise<void> {
  await db.execute(
    sql`update trialdrift.reviews set active = not active where active <> (review in ${texts(reviews)})`,
  );
}

/** Stored studies that any review shows, by id. */
export async function trackedStudies(db: Db): Promise<string[]> {
  const found = await rows<{ nctId: string }>(
    db,
    sql`select distinct s.nct_id as "nctId" from trialdrift.members m join trialdrift.studies s using (nct_id) order by 1`,
  );
  return found.map(({ nctId }) => nctId);
}

/** Day of the registry's data that a review's last complete walk saw; null before the first. */
export async function readDataDate(db: Db, review: string): Promise<string | null> {
  const [found] = await rows<{ data_date: string | null }>(
    db,
    sql`select data_date::text as data_date from review.freshness where review = ${review}`,
  );
  return found?.data_date ?? null;
}

/**
 * Members whose actual primary completion became a year old between two days, without posted results: what the calendar may
 * have moved although the record stands still. `from` null: at any time before `to`.
 */
export async function readYearPassed(db: Db, review: string, from: string | null, to: string): Promise<string[]> {
  const found = await rows<{ nctId: string }>(
    db,
    sql`select m.nct_id as "nctId"
          from trialdrift.members m join trialdrift.studies s using (nct_id)
          join trialdrift.rows w on w.version_id = s.version_id and w.facts_version = s.facts_version
         where m.review = ${review} and w.primary_completion_date_type = 'ACTUAL' and not w.has_results
           and (w.primary_completion_date_to + interval '1 year')::date between ${from ?? "0001-01-01"}::date and ${to}::date`,
  );
  return found.map(({ nctId }) => nctId);
}

/** PMIDs that the tables in force confirm, by study. */
export async function readConfirmed(db: Db, review: string): Promise<Map<string, string[]>> {
  const found = await rows<{ nctId: string; pmids: string[] | null }>(
    db,
    sql`select c.nct_id as "nctId", c.neutral as pmids from trialdrift.curated_cells c join trialdrift.reviews r using (review)
         where c.review = ${review} and c.column_name = 'publications' and (r.tables ->> c.table_no::text)::int = c.version
         order by c.table_no`,
  );
  return byStudy(found.flatMap(({ nctId, pmids }) => (pmids ?? []).map((pmid) => ({ nctId, pmid }))));
}

function byStudy(found: readonly { nctId: string; pmid: string }[]): Map<string, string[]> {
  const groups = Map.groupBy(found, ({ nctId }) => nctId);
  return new Map([...groups].map(([nctId, list]) => [nctId, list.map(({ pmid }) => pmid)]));
}
