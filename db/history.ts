import { sql } from "drizzle-orm";
import { type Db, rows, texts } from "./sql.ts";

/** What a review was on an earlier day or after an earlier run: members, versions, tables in force, published rows. */

/** What stood for a review: `dataDate` is the data date that its last complete run by then had confirmed. */
export interface Stand {
  tables: Record<string, number>;
  dataDate: string | null;
}

/** At the end of a day; null where the review was never published. Before its first run, the tables of that run. */
export async function readStandAt(db: Db, review: string, day: string): Promise<Stand | null> {
  const [found] = await rows<Stand>(
    db,
    sql`select tables, confirmed::text as "dataDate" from trialdrift.tables_at(${day}::date) where review = ${review}`,
  );
  return found ?? null;
}

export interface MemberAt {
  nctId: string;
  tables: number[];
  screened: string;
  /** The version held of that day; null where the first one held is younger. */
  versionId: string | null;
  dataDate: string | null;
  /** First posted by today's record, to tell a study that was not there yet from one that is only not held. */
  firstPosted: string | null;
}

/** The members of a review on a day, those tracked only later included, with the version of their record then held. */
export function readMembersAt(db: Db, review: string, day: string): Promise<MemberAt[]> {
  return rows<MemberAt>(
    db,
    sql`select m.nct_id as "nctId", to_json(m.tables) as tables, m.screened, m.version_id as "versionId",
               left(m.data_at, 10) as "dataDate", w.first_posted as "firstPosted"
          from trialdrift.members_at(${day}::date) m
          left join trialdrift.studies s on s.nct_id = m.nct_id
          left join trialdrift.rows w on w.version_id = s.version_id and w.facts_version = s.facts_version
         where m.review = ${review} order by m.nct_id`,
  );
}

/** Studies that are pinned to a review or printed by it, whatever its screening says. */
export async function readKept(db: Db, review: string): Promise<Set<string>> {
  const found = await rows<{ nct_id: string }>(
    db,
    sql`select distinct nct_id from trialdrift.memberships
         where review = ${review} and how && array['pinned', 'curated'] and state <> 'left'`,
  );
  return new Set(found.map(({ nct_id }) => nct_id));
}

/** Data date of the oldest version held of any member; null where none is held. */
export async function readEarliest(db: Db, review: string): Promise<string | null> {
  const [found] = await rows<{ day: string | null }>(
    db,
    sql`select left(min(v.data_at), 10) as day from trialdrift.members m join trialdrift.versions v using (nct_id)
         where m.review = ${review} and v.published`,
  );
  return found?.day ?? null;
}

/** After a run, whatever became of it; null where the review had not been published by then. */
export async function readStandAfter(db: Db, review: string, runId: number): Promise<Stand | null> {
  const [found] = await rows<Stand>(
    db,
    sql`select coalesce(r.reviews -> ${review}::text -> 'tables',
                        (select jsonb_object_agg(t.table_no, t.version) from (
                           select c.table_no, max(c.version) as version from trialdrift.curated_tables c
                            where c.review = ${review} and c.imported_at <= r.published_at group by c.table_no) t),
                        '{}'::jsonb) as tables,
               (select left(c.reviews -> ${review}::text ->> 'dataAt', 10) from trialdrift.runs c
                 where c.run_id <= ${runId} and c.published_at is not null
                   and c.reviews -> ${review}::text ->> 'state' = 'published'
                   and c.reviews -> ${review}::text ->> 'dataAt' is not null
                 order by c.run_id desc limit 1) as "dataDate"
          from trialdrift.runs r
         where r.run_id <= ${runId} and r.published_at is not null
           and r.reviews -> ${review}::text ->> 'state' in ('published', 'incomplete')
         order by r.run_id desc limit 1`,
  );
  return found ?? null;
}

/** Is there such a run, and which was the first to publish the review? */
export async function readRunBounds(
  db: Db,
  review: string,
  runId: number,
): Promise<{ known: boolean; first: number | null }> {
  const [found] = await rows<{ known: boolean; first: number | null }>(
    db,
    sql`select exists (select from trialdrift.runs where run_id = ${runId}) as known,
               (select min(run_id)::int from trialdrift.runs
                 where published_at is not null and reviews -> ${review}::text ->> 'state' in ('published', 'incomplete')) as first`,
  );
  return found ?? { known: false, first: null };
}

/** Pointers as a run left them: the newest state of each member up to it. Members never moved since are in `members`. */
const pointers = (review: string, runId: number) => sql`
  select distinct on (s.nct_id) s.nct_id, s.tables, s.derivation_id, s.screened
    from (select nct_id, run_id, tables, derivation_id, screened from trialdrift.member_states where review = ${review}
          union all
          select m.nct_id, d.run_id, m.tables, m.derivation_id, m.screened
            from trialdrift.members m join trialdrift.derivations d using (derivation_id)
           where m.review = ${review}
             and not exists (select from trialdrift.member_states x where x.review = m.review and x.nct_id = m.nct_id)) s
   where s.run_id <= ${runId}
   order by s.nct_id, s.run_id desc`;

/** Rows as review.trials, review.cells and review.drift had them after a run, with the columns that a table is made of. */
export async function readPublished<Trial, Cell, Drift>(
  db: Db,
  review: string,
  runId: number,
  tables: Readonly<Record<string, number>>,
): Promise<{ trials: Trial[]; cells: Cell[]; drift: Drift[] }> {
  const held = pointers(review, runId);
  // By the rules of that run, or the oldest kept where none of its day is.
  const row = sql`select w.* from trialdrift.rows w, trialdrift.runs r
                   where w.version_id = d.version_id and r.run_id = ${runId}
                   order by w.facts_version <= (r.rule_versions ->> 'facts')::integer desc, w.facts_version desc limit 1`;
  const trials = await rows<Trial>(
    db,
    sql`select nullif(t.table_no, 0) as table_no, p.nct_id, w.title, w.director, to_json(w.country) as country, w.status,
               w.last_known_status, w.why_stopped, to_json(w.publications) as publications, w.first_posted, w.last_update_posted, left(v.data_at, 10) as data_date,
               null as confirmed_data_date, c.in_curated
          from (${held}) p
          join trialdrift.derivations d on d.derivation_id = p.derivation_id
          join trialdrift.versions v on v.version_id = d.version_id
         cross join lateral (${row}) w
          left join lateral unnest(p.tables) as t(table_no) on true
         cross join lateral (
               select exists (select from trialdrift.curated_cells k
                               where k.review = ${review} and k.table_no = t.table_no and k.nct_id = p.nct_id
                                 and k.version = (${JSON.stringify(tables)}::jsonb ->> t.table_no::text)::integer) as in_curated) c
         where p.screened = 'in' or c.in_curated
            or p.nct_id in (select nct_id from trialdrift.memberships
                             where review = ${review} and how && array['pinned', 'curated'] and state <> 'left')
         order by t.table_no, p.nct_id`,
  );
  const cells = await rows<Cell>(
    db,
    sql`select p.nct_id, c.column_name, c.value, c.neutral, c.source_path, c.span, c.evidence, c.confidence, c.rule,
               d.extractor_version, c.decided_by
          from (${held}) p
          join trialdrift.derivations d on d.derivation_id = p.derivation_id
          join trialdrift.cells c on c.derivation_id = d.derivation_id`,
  );
  const drift = await rows<Drift>(
    db,
    sql`select ${review}::text as review, x.table_no, p.nct_id, x.column_name, x.curated, x.registry, x.kind, x.basis, x.table_version,
               v.last_update_posted, x.note, null as decision, null as decision_id
          from (${held}) p
          join trialdrift.derivations d on d.derivation_id = p.derivation_id
          join trialdrift.drift x on x.derivation_id = d.derivation_id
          left join trialdrift.versions v on v.version_id = d.version_id`,
  );
  return { trials, cells, drift };
}

/** Ids that the registry merged into these studies, directly or through another, by the study that they became. */
export async function readRetired(db: Db, nctIds: readonly string[]): Promise<Map<string, string[]>> {
  const found = await rows<{ survivor: string; retired: string }>(
    db,
    sql`with recursive merged as (
          select distinct survivor, nct_id as retired from trialdrift.memberships
           where state = 'merged' and survivor in ${texts(nctIds)}
          union
          select m.survivor, p.nct_id from merged m join trialdrift.memberships p on p.survivor = m.retired and p.state = 'merged')
        select survivor, retired from merged order by 1, 2`,
  );
  return new Map(
    [...Map.groupBy(found, (one) => one.survivor)].map(([id, list]) => [id, list.map((one) => one.retired)]),
  );
}

/** review.trials of a review as of a day, in its order and with its columns. */
export async function readTrialsAt(db: Db, review: string, day: string): Promise<Record<string, unknown>[]> {
  const found = await rows<{ row: Record<string, unknown> }>(
    db,
    sql`select row_to_json(t) as row from review.trials_at(${day}::date) t where t.review = ${review} order by t.table_no, t.nct_id`,
  );
  return found.map(({ row }) => row);
}
