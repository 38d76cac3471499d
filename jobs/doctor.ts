import { sql } from "drizzle-orm";
import { ERROR_CODES } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import { readView } from "../db/read.ts";
import { makeRoles } from "../db/roles.ts";
import { readUndelivered } from "../db/outbox.ts";
import { rows } from "../db/sql.ts";
import { undeliveredWords } from "../pipeline/news.ts";
import { counted } from "../pipeline/report/words.ts";
import type { ReviewRow } from "../pipeline/report/rows.ts";
import { reviewIds } from "../pipeline/review/folder.ts";
import type { Context } from "./context.ts";
import { backfillsOf } from "./doctor-backfills.ts";
import { metadataOf, registryOf } from "./doctor-registry.ts";
import { failed, type Finding, line } from "./finding.ts";

/** What `doctor` looks at: one entry a check, each a few findings in words. Looks and says; stores nothing (but --roles). */

const STALE = ERROR_CODES.incomplete;

async function databaseOf(context: Context): Promise<{ finding: Finding; database: Database | null }> {
  try {
    const database = await context.openDatabase("reader");
    const [server] = await rows<{ server_version: string }>(database.db, sql`show server_version`);
    const what = database.kind === "embedded" ? "embedded" : "server";
    const said = `${what}, ${database.place}, Postgres ${server?.server_version ?? "?"}, migrations up to date`;
    return { finding: line("database", "ok", said), database };
  } catch (error) {
    return { finding: failed("database", error), database: null };
  }
}

function ageWords(hours: number): string {
  if (hours < 2) return `${Math.round(hours * 60)} min`;
  return hours < 72 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}

interface FreshnessRow {
  review: string;
  data_date: string | null;
  last_state: string | null;
  age_hours: number | null;
  open_flags: number;
}

function freshnessFinding(row: FreshnessRow, active: boolean, maxAge: number): Finding {
  const { review, age_hours: age, last_state: state } = row;
  if (!active) return line(review, "ok", "no longer followed: its folder is gone, what is stored can be read");
  const sync = `run \`trialdrift sync --review ${review}\` and look at what it says; is the schedule running?`;
  if (age === null)
    return line(review, "wrong", `no complete run yet, the last one ${state ?? "left no state"}`, sync, STALE);
  const said = `complete ${ageWords(age)} ago, data of ${row.data_date ?? "no date"}, ${counted(row.open_flags, "open flag")}`;
  if (age > maxAge)
    return line(review, "wrong", `stale: ${said}; more than ${ageWords(maxAge)} is too long`, sync, STALE);
  if (state === "published" || state === "skipped" || state === "running") return line(review, "ok", said);
  return line(
    review,
    "note",
    `${said}; but the last run is ${state ?? "unknown"}`,
    `see \`trialdrift runs --review ${review}\``,
  );
}

/** Every review of the database, and every folder that no run has read yet. */
async function freshnessOf(context: Context, database: Database | null, maxAge: number): Promise<Finding[]> {
  if (database === null)
    return [line("reviews", "note", "their age is not known without the database", "see database")];
  try {
    const fresh = await readView<FreshnessRow>(database.db, "freshness");
    const known = new Map((await readView<ReviewRow>(database.db, "reviews")).map((row) => [row.review, row.active]));
    const found = fresh.map((row) => freshnessFinding(row, known.get(row.review) ?? true, maxAge));
    const never = reviewIds(context.config.reviewsDir).filter((id) => !known.has(id));
    const folders = never.map((id) =>
      line(
        id,
        "wrong",
        "never run: its folder is there, the database does not know it",
        `run \`trialdrift sync --review ${id}\``,
        STALE,
      ),
    );
    if (found.length + folders.length > 0) return [...found, ...folders];
    return [line("reviews", "note", "there is none", `put a review's folder into ${context.config.reviewsDir}`)];
  } catch (error) {
    return [failed("reviews", error)];
  }
}

/** News that has not reached its receiver: no reason to fail, but for a look at the receiver. */
async function newsOf(database: Database | null): Promise<Finding[]> {
  if (database === null) return [];
  try {
    const waiting = undeliveredWords(await readUndelivered(database.db));
    if (waiting.length === 0) return [line("news", "ok", "nothing undelivered")];
    const next = "see that the receiver runs and the settings are right; `trialdrift sync` tries again";
    return [line("news", "note", waiting.join(" "), next)];
  } catch (error) {
    return [failed("news", error)];
  }
}

async function rolesFinding(database: Database | null): Promise<Finding> {
  if (database === null) return line("roles", "note", "not made: the database cannot be read", "see database");
  if (database.kind === "embedded")
    return line("roles", "note", "not made: only a server has readers", "set DATABASE_URL for dashboards");
  try {
    await makeRoles(database.db);
    return line(
      "roles",
      "ok",
      "trialdrift_reader reads schema review, trialdrift_writer runs the jobs; the last statement of each makes a login of it",
    );
  } catch (error) {
    const next = "run the SQL below as the owner of the database";
    return { ...failed("roles", error), next, exitCode: ERROR_CODES.config };
  }
}

export interface Examination {
  context: Context;
  /** Null where it cannot be read; the first finding says why. */
  database: Database | null;
  now: Date;
  /** Hours after which a review's last complete run is too long ago. */
  maxAge: number;
}

/** TABLE OF CHECKS in the order in which they are printed, after the database's own line. */
const CHECKS: readonly ((examination: Examination) => Promise<Finding[]>)[] = [
  ({ context, now }) => registryOf(context, now),
  ({ context, database }) => metadataOf(context, database),
  ({ database }) => newsOf(database),
  ({ context, database, maxAge }) => freshnessOf(context, database, maxAge),
  ({ database }) => backfillsOf(database),
];

/** Everything that `doctor` has to say of this installation, one line a thing looked at. */
export async function examine(context: Context, maxAge: number, withRoles: boolean): Promise<Finding[]> {
  const { finding, database } = await databaseOf(context);
  const examination: Examination = { context, database, now: new Date(), maxAge };
  const found = await Promise.all(CHECKS.map((check) => check(examination)));
  return [finding, ...found.flat(), ...(withRoles ? [await rolesFinding(database)] : [])];
}
