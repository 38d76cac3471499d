import { sql } from "drizzle-orm";
import { ERROR_CODES, TrialdriftError } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import { readView } from "../db/read.ts";
import { makeRoles } from "../db/roles.ts";
import { rows } from "../db/sql.ts";
import { openRegistry, type RegistryVersion } from "../pipeline/registry/client.ts";
import type { ReviewRow } from "../pipeline/report/rows.ts";
import { reviewIds } from "../pipeline/review/folder.ts";
import type { Context } from "./context.ts";
import { backfillsOf } from "./doctor-backfills.ts";
import { failed, type Finding, line } from "./finding.ts";

export type { Finding } from "./finding.ts";

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

/** A complete answer to /version is 100 bytes: who has not given it by then is not reachable for a run either. */
const REGISTRY_TIMEOUT_MS = 20_000;

/** One request and no second attempt, which would hide what this command is to show. */
async function versionOnce({ config }: Context): Promise<RegistryVersion> {
  const stop = new AbortController();
  const registry = openRegistry({
    baseUrl: config.baseUrl,
    rate: config.rate,
    userAgent: config.userAgent,
    timeoutMs: REGISTRY_TIMEOUT_MS,
    signal: stop.signal,
    onRetry: (line) =>
      stop.abort(
        new TrialdriftError({
          code: "registry_unreachable",
          message: line.replace(/^attempt 1 at /, "GET ").replace(/; again in [^;]*$/, ""),
          next: "check the network and CTGOV_BASE_URL; a run tries six times, so a passing failure does not matter",
        }),
      ),
  });
  try {
    return await registry.version();
  } finally {
    await registry.close();
  }
}

async function registryOf(context: Context, now: Date): Promise<Finding[]> {
  try {
    const { apiVersion, dataTimestamp } = await versionOnce(context);
    const said = `${context.config.baseUrl} answers, API ${apiVersion}, data of ${dataTimestamp}`;
    return [line("registry", "ok", said), clockFinding(dataTimestamp, now)];
  } catch (error) {
    return [
      failed("registry", error),
      line("clock", "note", "not compared: the registry did not answer", "see registry"),
    ];
  }
}

const DAY_MS = 86_400_000;
const days = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Mondays to Fridays after one day, up to and with another; both yyyy-mm-dd. */
function workingDays(after: string, upTo: string): number {
  const [first, last] = [after, upTo].map((day) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS)) as [
    number,
    number,
  ];
  const weeks = Math.floor(Math.max(0, last - first) / 7);
  let count = weeks * 5;
  // Day 0 was a Thursday: 0 is then a Sunday, 6 a Saturday.
  for (let day = first + weeks * 7 + 1; day <= last; day += 1)
    if ((day + 4) % 7 !== 0 && (day + 4) % 7 !== 6) count += 1;
  return count;
}

/**
 * Our clock against the registry's data, which is renewed every working day (ctgov-api.md 1.10): within one working day is
 * what it should be. The stamp has no zone, so that up to a day before it is no contradiction. In words alone, because a
 * registry at rest looks like a clock ahead.
 */
export function clockFinding(dataTimestamp: string, now: Date): Finding {
  const ours = `${now.toISOString().slice(0, 16)}Z`;
  const behind = Date.parse(`${dataTimestamp.slice(0, 16)}Z`) - now.getTime();
  if (behind > DAY_MS)
    return line(
      "clock",
      "wrong",
      `this machine says ${ours}, ${days(Math.floor(behind / DAY_MS), "day")} before the registry's data of ${dataTimestamp}`,
      "set the clock: runs, ages and schedules go by it",
      0,
    );
  const since = workingDays(dataTimestamp.slice(0, 10), now.toISOString().slice(0, 10));
  const said = `${ours}, ${since === 0 ? "no working day" : days(since, "working day")} after the registry's data`;
  if (since <= 1) return line("clock", "ok", said);
  return line(
    "clock",
    "note",
    said,
    "if the date is right, the registry is resting (a US holiday); otherwise set the clock",
  );
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
  const said = `complete ${ageWords(age)} ago, data of ${row.data_date ?? "no date"}, ${days(row.open_flags, "open flag")}`;
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
