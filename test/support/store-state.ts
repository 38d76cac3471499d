import { sql } from "drizzle-orm";
import { type Db, rows } from "../../db/sql.ts";

/** What a database holds, in forms that two moments or two databases can be compared by. */

async function namesIn(db: Db, schema: string, kind: "r" | "v"): Promise<string[]> {
  const found = await rows<{ name: string }>(
    db,
    sql`select relname as name from pg_class where relnamespace = ${schema}::regnamespace and relkind = ${kind} order by 1`,
  );
  return found.map(({ name }) => name);
}

/** "rows hash" by table of schema trialdrift; `runs` is left out, because every run writes its own row there. */
export async function tableState(db: Db): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const name of await namesIn(db, "trialdrift", "r")) {
    if (name === "runs") continue;
    const [found] = await rows<{ state: string }>(
      db,
      sql`select count(*) || ' ' || md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as state
            from ${sql.raw(`trialdrift.${name}`)} t`,
    );
    state[name] = found?.state ?? "";
  }
  return state;
}

export async function countOf(db: Db, from: string): Promise<number> {
  const [found] = await rows<{ count: number }>(db, sql`select count(*)::int as count from ${sql.raw(from)}`);
  return found?.count ?? -1;
}

/**
 * Numbers that are given out in order of arrival, how long something took or is ago, and how the last run ended: one that found
 * all done already, because it was killed after its publication, is skipped when repeated.
 */
const ARBITRARY = new Set([
  "run_id",
  "last_run_id",
  "change_id",
  "flag_id",
  "quarantine_id",
  "event_id",
  "age_hours",
  "steps",
  "last_state",
]);

/** A column as it is compared: "run 7" in a text is an id like any other. */
const shownAs = (name: string): string =>
  name === "answered_by" ? `regexp_replace(${name}, '^run [0-9]+$', 'a run')` : `"${name}"`;

/**
 * Every row of every view of schema review, sorted by its bytes, without ids, run ids and clocks: equal for two stores that say the
 * same. Of the runs only published ones: a killed run leaves its row by design.
 */
export async function viewState(db: Db): Promise<Record<string, string[]>> {
  const state: Record<string, string[]> = {};
  for (const name of await namesIn(db, "review", "v")) {
    const columns = await rows<{ name: string; type: string }>(
      db,
      sql`select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
           where attrelid = ${`review.${name}`}::regclass and attnum > 0 order by attnum`,
    );
    const kept = columns.filter((one) => !ARBITRARY.has(one.name) && one.type !== "timestamp with time zone");
    const only = name === "runs" ? "where published_at is not null" : "";
    const found = await rows<{ row: string }>(
      db,
      sql.raw(
        `select row(${kept.map(({ name }) => shownAs(name)).join(", ")})::text as row from review.${name} ${only}`,
      ),
    );
    state[name] = found.map(({ row }) => row).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
  return state;
}
