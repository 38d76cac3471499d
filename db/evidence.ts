import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/**
 * What plots are made of: what the trials of a review state now, what versions held of them stated, and what the tables
 * first printed. Only the columns that are drawn: with 1,500 trials whole rows of review.trials take 46 ms instead of 13.
 */

/** A row of review.trials in the columns that the map shows. */
export interface TrialFacts {
  nct_id: string;
  status: string;
  route: string[];
  cell_source: string[];
  enrollment: number | null;
  enrollment_type: string | null;
  completion_date: string | null;
  completion_date_type: string | null;
  first_posted: string | null;
  /** Data date of the version that stands. */
  data_date: string;
}

/** The trials that a review shows, each once: a study shown under two tables is one trial. */
export function readTrialFacts(db: Db, review: string): Promise<TrialFacts[]> {
  return rows<TrialFacts>(
    db,
    sql`select distinct on (t.nct_id) t.nct_id, t.status, to_json(t.route) as route, to_json(t.cell_source) as cell_source,
               t.enrollment, t.enrollment_type, t.completion_date, t.completion_date_type, t.first_posted,
               t.data_date::text as data_date
          from review.trials t where t.review = ${review} order by t.nct_id`,
  );
}

/** How a version held of a study stands; days yyyy-mm-dd, the completion date as posted. */
export interface Milestone {
  nctId: string;
  /** Data date of the version: the day from which it is in force. */
  day: string;
  status: string;
  completion: string | null;
  enrollment: number | null;
  enrollmentType: string | null;
  firstPosted: string | null;
}

/** Every version held of all members of a review; by study, oldest first. */
export function readMilestones(db: Db, review: string): Promise<Milestone[]> {
  return rows<Milestone>(
    db,
    sql`select v.nct_id as "nctId", left(v.data_at, 10) as day, w.status, w.completion_date as completion, w.enrollment,
               w.enrollment_type as "enrollmentType", w.first_posted as "firstPosted"
          from trialdrift.members m
          join trialdrift.versions v on v.nct_id = m.nct_id and v.published
         cross join lateral (
               select r.status, r.completion_date, r.enrollment, r.enrollment_type, r.first_posted
                 from trialdrift.rows r where r.version_id = v.version_id order by r.facts_version desc limit 1) w
         where m.review = ${review}
         order by v.nct_id, v.data_at, v.seq`,
  );
}

/** What one version held states of all that the plot of a study shows; days yyyy-mm-dd, dates as posted. */
export interface Stated extends Milestone {
  dated: "observed" | "submitted";
  lastKnown: string | null;
  start: string | null;
  startType: string | null;
  completionType: string | null;
  publications: string[];
}

/** What every version held of a study states, oldest first. */
export function readStated(db: Db, nctId: string): Promise<Stated[]> {
  return rows<Stated>(
    db,
    sql`select v.nct_id as "nctId", left(v.data_at, 10) as day, v.dated, w.status, w.last_known_status as "lastKnown",
               w.start_date as start, w.start_date_type as "startType", w.completion_date as completion,
               w.completion_date_type as "completionType", w.enrollment, w.enrollment_type as "enrollmentType",
               to_json(w.publications) as publications, w.first_posted as "firstPosted"
          from trialdrift.versions v
         cross join lateral (select r.* from trialdrift.rows r where r.version_id = v.version_id
                              order by r.facts_version desc limit 1) w
         where v.published and v.nct_id = ${nctId}
         order by v.data_at, v.seq`,
  );
}

/** A cell of a review's tables as first printed, of a column that has a plot. */
export interface FirstPrinted {
  nctId: string;
  column: "enrollment" | "completion_date";
  value: string;
  /** Day that the review says it was made of; null where it says none. */
  asOf: string | null;
}

/** Enrollment and completion as the first version of each table of a review printed them; blanks are left out. */
export function readFirstPrinted(db: Db, review: string): Promise<FirstPrinted[]> {
  return rows<FirstPrinted>(
    db,
    sql`select c.nct_id as "nctId", c.column_name as "column", c.value, r.definition #>> '{as_of,from}' as "asOf"
          from trialdrift.curated_cells c
          join trialdrift.reviews r on r.review = c.review
         where c.review = ${review} and c.column_name in ('enrollment', 'completion_date') and c.value is not null
           and c.version = (select min(t.version) from trialdrift.curated_tables t
                             where t.review = c.review and t.table_no = c.table_no)
         order by c.nct_id, c.table_no, c.column_name`,
  );
}
