import { type SQL, sql } from "drizzle-orm";
import { TrialdriftError } from "./errors.ts";
import { CHANGE_KINDS, CLAIM_STATES, COLUMNS, DECISION_KINDS, DRIFT_KINDS, FLAG_KINDS } from "./model.ts";
import { type Db, rows, texts } from "./sql.ts";

/** The public views of schema `review` that can be read by name. */
export const VIEW_NAMES = [
  "trials",
  "studies",
  "records",
  "cells",
  "drift",
  "changes",
  "status_changes",
  "flags",
  "members",
  "member_events",
  "versions",
  "runs",
  "curated",
  "claims",
  "decisions",
  "quarantine",
  "reviews",
  "freshness",
  "contract",
] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

/** A point in time, or the publication of a run; both inclusive. */
export type Since = { at: string } | { run: number };

export interface Filter {
  review?: string;
  since?: Since;
  kinds?: readonly string[];
  nctIds?: readonly string[];
  table?: number;
}

/** How one view is read. A filter that is null does not exist for it and is refused, not ignored. */
interface Noun {
  order: SQL;
  review: ((id: string) => SQL) | null;
  /** What --kind means here, and the words it takes (null: any). */
  kind: { column: string; words: readonly string[] | null } | null;
  /** Rows that belong to a publication at or after an instant. */
  since: ((instant: SQL) => SQL) | null;
  nct: boolean;
  table: boolean;
}

const byReview = (id: string) => sql`v.review = ${id}`;
/** The store's own facts belong to no review: those of its members are meant. */
const ofMembers = (id: string) => sql`v.nct_id in (select m.nct_id from trialdrift.members m where m.review = ${id})`;
/** The history of a number that the registry retired goes on under its survivor: it stays with the review that tracked it. */
const ofMembersAndRetired = (id: string) => sql`(${ofMembers(id)} or v.nct_id in (
  select p.nct_id from trialdrift.memberships p where p.review = ${id} and p.state = 'merged'))`;
/** A run for all reviews has no review in its column, but one entry for each that it worked on. */
const ofRuns = (id: string) =>
  sql`v.run_id in (select r.run_id from trialdrift.runs r where r.review = ${id} or r.reviews -> ${id}::text is not null)`;
const published = (run: SQL) => (instant: SQL) =>
  sql`${run} in (select r.run_id from trialdrift.runs r where r.published_at >= ${instant})`;
const printedOrder = sql`array_position(array(select jsonb_array_elements_text(${JSON.stringify(COLUMNS)}::jsonb)), v.column_name)`;

/** Drift has no run of its own in the view: the run that made the derivation readers see is the one meant. */
const driftSince = (instant: SQL) => sql`exists (
  select from trialdrift.members m
    join trialdrift.derivations d on d.derivation_id = m.derivation_id
    join trialdrift.runs r on r.run_id = d.run_id
   where m.review = v.review and m.nct_id = v.nct_id and r.published_at >= ${instant})`;
const membersSince = (instant: SQL) => sql`exists (
  select from trialdrift.member_events e
    join trialdrift.runs r on r.run_id = e.run_id
   where e.nct_id = v.nct_id and e.review = v.review and e.watchlist = v.watchlist and r.published_at >= ${instant})`;

const BARE = { review: null, kind: null, since: null, nct: false, table: false };
const STORE = { ...BARE, order: sql`v.nct_id`, review: ofMembers, nct: true };
const CHANGE = {
  ...STORE,
  review: ofMembersAndRetired,
  order: sql`v.change_id`,
  kind: { column: "kind", words: CHANGE_KINDS },
  since: published(sql`v.run_id`),
};

/** TABLE OF NOUNS: default order and what the filters of the command line mean for each view. */
export const NOUNS: Record<ViewName, Noun> = {
  trials: { ...STORE, order: sql`v.review, v.table_no, v.nct_id`, review: byReview, table: true },
  studies: STORE,
  records: STORE,
  cells: { ...STORE, order: sql`v.review, v.nct_id, ${printedOrder}, v.column_name`, review: byReview },
  drift: {
    order: sql`v.review, v.table_no, v.nct_id, ${printedOrder}, v.column_name`,
    review: byReview,
    kind: { column: "kind", words: DRIFT_KINDS },
    since: driftSince,
    nct: true,
    table: true,
  },
  changes: CHANGE,
  status_changes: CHANGE,
  flags: {
    order: sql`array_position(array['high', 'medium', 'low', 'info'], v.severity), v.flag_id`,
    review: byReview,
    kind: { column: "kind", words: FLAG_KINDS },
    since: published(sql`v.run_id`),
    nct: true,
    table: true,
  },
  members: {
    order: sql`v.review, v.watchlist, v.nct_id`,
    review: byReview,
    kind: { column: "state", words: ["present", "left", "merged", "tombstone"] },
    since: membersSince,
    nct: true,
    table: false,
  },
  member_events: {
    ...STORE,
    order: sql`v.event_id`,
    review: byReview,
    kind: { column: "event", words: ["entered", "returned", "left", "merged", "tombstone", "query_changed"] },
    since: published(sql`v.run_id`),
  },
  versions: { ...STORE, order: sql`v.nct_id, v.valid_from, v.valid_to`, since: published(sql`v.run_id`) },
  runs: {
    ...BARE,
    order: sql`v.run_id desc`,
    review: ofRuns,
    kind: { column: "job", words: ["sync", "backfill", "recompute"] },
    // A run that never published is placed where it ended.
    since: (instant) => sql`coalesce(v.published_at, v.finished_at, v.started_at) >= ${instant}`,
  },
  curated: {
    ...STORE,
    order: sql`v.review, v.table_no, v.version, v.nct_id, ${printedOrder}`,
    review: byReview,
    table: true,
  },
  claims: {
    ...BARE,
    order: sql`v.review, v.claim`,
    review: byReview,
    kind: { column: "state", words: CLAIM_STATES },
    since: published(sql`v.run_id`),
  },
  decisions: {
    ...STORE,
    order: sql`v.id`,
    review: byReview,
    kind: { column: "decision", words: DECISION_KINDS },
    since: (instant) => sql`v.at >= ${instant}`,
  },
  quarantine: {
    ...STORE,
    order: sql`v.quarantine_id`,
    kind: { column: "state", words: ["held", "recovered"] },
    since: (instant) => sql`v.last_seen_at >= ${instant}`,
  },
  reviews: { ...BARE, order: sql`v.review`, review: byReview, since: published(sql`v.last_run_id`) },
  freshness: { ...BARE, order: sql`v.review`, review: byReview },
  contract: { ...BARE, order: sql`v.version` },
};

function refuse(message: string, next: string): never {
  throw new TrialdriftError({ code: "usage", message, state: "nothing was read or changed", next });
}

/**
 * Reads `--since`: a date (its UTC midnight), an instant (UTC where it names no zone), or run:N. Errors: `usage`.
 */
export function parseSince(text: string): Since {
  const run = /^run:([1-9]\d{0,14})$/.exec(text)?.[1];
  if (run !== undefined) return { run: Number(run) };
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const midnight = new Date(`${day}T00:00:00Z`);
  const at = new Date(`${day}T${time ?? "00:00:00"}${zone ?? "Z"}`);
  // Date takes the 30th of February for the 2nd of March; a day that does not come back is no day.
  if (Number.isNaN(at.getTime()) || Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day)
    refuse(`"${text}" is no date, instant or run`, "write 2026-11-20, 2026-11-20T15:30:00Z or run:12");
  return { at: at.toISOString() };
}

/** The instant that rows are measured against. A run is looked up, because one that never published has none. */
async function instantOf(db: Db, since: Since): Promise<SQL> {
  if ("at" in since) return sql`${since.at}::timestamptz`;
  const [found] = await rows<{ at: string | null }>(
    db,
    sql`select published_at::text as at from trialdrift.runs where run_id = ${since.run}`,
  );
  if (found === undefined) refuse(`there is no run ${since.run}`, "see `trialdrift runs`");
  if (found.at === null) refuse(`run ${since.run} has published nothing`, "see `trialdrift runs` for published ones");
  return sql`${found.at}::timestamptz`;
}

function kindTest(view: ViewName, kinds: readonly string[]): SQL {
  const kind = NOUNS[view].kind ?? refuse(`${view} has no kinds`, "leave --kind out");
  const unknown = kinds.filter((one) => kind.words !== null && !kind.words.includes(one));
  if (unknown.length > 0)
    refuse(`${view} has no kind ${unknown.join(", ")}`, `take from: ${(kind.words ?? []).join(", ")}`);
  return sql`v.${sql.identifier(kind.column)} in ${texts(kinds)}`;
}

async function conditions(db: Db, view: ViewName, filter: Filter): Promise<SQL[]> {
  const noun = NOUNS[view];
  const tests: SQL[] = [];
  if (filter.review !== undefined)
    tests.push((noun.review ?? refuse(`${view} is not by review`, "leave --review out"))(filter.review));
  if (filter.table !== undefined) {
    if (!noun.table) refuse(`${view} is not by table`, "leave --table out");
    tests.push(sql`v.table_no = ${filter.table}`);
  }
  if (filter.nctIds !== undefined) {
    if (!noun.nct) refuse(`${view} is not by study`, "leave the NCT ids out");
    tests.push(sql`v.nct_id = any(array${texts(filter.nctIds)})`);
  }
  if (filter.kinds !== undefined) tests.push(kindTest(view, filter.kinds));
  if (filter.since !== undefined) {
    const since = noun.since ?? refuse(`${view} has no time that --since could be held against`, "leave --since out");
    tests.push(since(await instantOf(db, filter.since)));
  }
  return tests;
}

/** Postgres writes timestamps in JSON with the session's offset and microseconds; readers get UTC, as Date prints it. */
function inUtc(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row))
    if ((name === "at" || name.endsWith("_at")) && typeof value === "string") row[name] = new Date(value).toISOString();
  return row;
}

/**
 * The rows of a public view as plain objects, keys in the order of its columns: dates yyyy-mm-dd, timestamps ISO in UTC,
 * whole numbers as numbers (bigint too: ids stay below 2^53), lists as arrays. The row travels as JSON, which is what
 * makes the two drivers answer alike. `T` is the caller's word for the row (pipeline/report/rows.ts).
 * Errors: `usage` for a filter that the view does not have, an unknown kind, or a run that did not publish.
 */
export async function readView<T = Record<string, unknown>>(db: Db, view: ViewName, filter: Filter = {}): Promise<T[]> {
  const tests = await conditions(db, view, filter);
  const where = tests.length === 0 ? sql`` : sql`where ${sql.join(tests, sql` and `)}`;
  const found = await rows<{ row: Record<string, unknown> }>(
    db,
    sql`select row_to_json(v) as row from review.${sql.identifier(view)} v ${where} order by ${NOUNS[view].order}`,
  );
  return found.map(({ row }) => inUtc(row) as T);
}
