import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import postgres from "postgres";
import { TrialdriftError } from "../../db/errors.ts";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import * as faults from "../support/registry-faults.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { reviewFolder, runOnce } from "../support/small-review.ts";
import { tableState } from "../support/store-state.ts";

/** Whole runs over real HTTP while something fails: docs/reliability.md names the promise of each. */

let database: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

let base = 300;
async function world(count = 3) {
  base += 10;
  const records = Array.from({ length: count }, (_, at) => trial(base + at));
  const later = records.map((_, at) => trial(base + at, { stamp: "2022-01-16", count: 90 + at }));
  const played: Played = await playRegistry({ date: "2022-01-15", records }, { date: "2022-01-16", records: later });
  const folder = reviewFolder(`fault-${base}`, { cond: "lupus" });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  return { played, review: folder.read() };
}

async function lastRun(): Promise<Record<string, unknown>> {
  const [found] = await rows<Record<string, unknown>>(
    database.db,
    sql`select state, exit_code, announced, received, distinct_studies as "distinct", new, retries, published_at is not null as published, error,
               array(select jsonb_object_keys(steps)) as steps
          from trialdrift.runs order by run_id desc limit 1`,
  );
  return found ?? {};
}

/** Small limits, so that what stalls or swells is told in milliseconds. */
const LIMITS = { timeoutMs: 1500, maxBytes: 2_000_000 };

/** TABLE OF FAULTS that pass: the answer is asked for again. `retries` where the number of attempts is certain. */
const PASSING: readonly [fault: string, one: faults.Fault, said: RegExp][] = [
  ["429 with Retry-After", faults.status(429, { "retry-after": "0" }), /HTTP 429/],
  ["429 without Retry-After", faults.status(429), /HTTP 429/],
  ["500", faults.status(500), /HTTP 500/],
  ["502", faults.status(502), /HTTP 502/],
  ["503", faults.status(503), /HTTP 503/],
  ["504", faults.status(504), /HTTP 504/],
  ["a hang-up before the answer", faults.hangUp, /GET .*6 times/],
  ["a reset in the middle of the body", faults.resetMidBody, /the body was cut/],
  ["a body cut below its length", faults.cutInHalf, /the body was cut/],
  ["truncated JSON", faults.truncatedJson, /not whole JSON/],
  ["HTML with 200", faults.htmlPage, /text\/html/],
  ["a wrong content type", faults.wrongContentType, /text\/plain instead of JSON/],
];

describe("a fault that passes, and one that does not", () => {
  test.each(PASSING)(
    "%s: asked for again, the same run ends well; where it stays, nothing is published",
    async (_, fault, said) => {
      const { played, review } = await world();
      played.fault = faults.first(2, faults.asksListing, fault);
      expect(await runOnce(database, review, played, { registry: LIMITS })).toMatchObject({
        exitCode: 0,
        problems: [],
      });
      expect(await lastRun()).toMatchObject({ state: "published", announced: 3, distinct: 3, new: 3, retries: 2 });

      await played.show(2);
      const before = await tableState(database.db);
      played.fault = faults.always(faults.asksListing, fault);
      const failed: unknown = await runOnce(database, review, played, { registry: LIMITS }).catch((e: unknown) => e);
      expect(failed).toMatchObject({ code: "registry_unreachable", exitCode: 69 });
      expect((failed as TrialdriftError).explain()).toMatch(said);
      expect(await lastRun()).toMatchObject({ state: "failed", published: false, exit_code: 69, steps: ["walk"] });
      expect(await tableState(database.db)).toEqual(before);

      played.fault = null;
      expect(await runOnce(database, review, played)).toMatchObject({ exitCode: 0 });
    },
  );

  test("a slow-loris body: given up at the time limit, then asked for again", async () => {
    const { played, review } = await world();
    played.fault = faults.first(1, faults.asksListing, faults.slowLoris);
    expect(await runOnce(database, review, played, { registry: LIMITS })).toMatchObject({ exitCode: 0, problems: [] });
    expect(await lastRun()).toMatchObject({ state: "published", distinct: 3, retries: 1 });
  });

  test("a gzip bomb: cut off at the limit, refused at once, never held in memory", async () => {
    const { played, review } = await world();
    played.fault = faults.always(faults.asksListing, faults.gzipBomb(300_000_000));
    const before = process.memoryUsage().rss;
    const failed: unknown = await runOnce(database, review, played, { registry: LIMITS }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: "registry_rejected", exitCode: 69 });
    expect((failed as TrialdriftError).message).toMatch(/larger than 2000000 bytes/);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
    expect(await lastRun()).toMatchObject({ state: "failed", retries: 0, published: false });
  });

  test("connection refused: six attempts, exit 69, nothing published", async () => {
    const { played, review } = await world();
    await played.close();
    const failed: unknown = await runOnce(database, review, played, { registry: LIMITS }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: "registry_unreachable", exitCode: 69 });
    expect(await lastRun()).toMatchObject({ state: "failed", retries: 5, published: false });
    closers.shift();
  });

  test("a token that expires in the middle of a walk: the walk begins again, and its counts are of one walk", async () => {
    const { played, review } = await world();
    const paged = faults.always(faults.asksQuery, faults.inPages([0, 1], [2]));
    const expiring = faults.first(1, ({ url }) => url.searchParams.has("pageToken"), faults.expiredToken);
    played.fault = async (request, response) => (await expiring(request, response)) || paged(request, response);
    expect(await runOnce(database, review, played)).toMatchObject({ exitCode: 0, problems: [] });
    expect(await lastRun()).toMatchObject({ state: "published", announced: 3, received: 3, distinct: 3, new: 3 });
  });
});

describe("the machine itself", () => {
  test("the clock jumps back a year and forth again: what is new follows the registry's data date", async () => {
    const { played, review } = await world();
    await runOnce(database, review, played, { now: () => "2022-01-15T15:30:00Z" });
    await played.show(2);
    const jumped = await runOnce(database, review, played, { now: () => "2021-01-01T00:00:00Z" });
    expect(jumped).toMatchObject({ exitCode: 0, dataAt: expect.stringMatching(/^2022-01-16/) });
    const before = await tableState(database.db);
    expect(await runOnce(database, review, played, { now: () => "2023-07-01T00:00:00Z" })).toMatchObject({
      exitCode: 0,
    });
    expect(await tableState(database.db)).toEqual(before);
    const [changes] = await rows<{ count: number }>(
      database.db,
      sql`select count(*)::int as count from review.changes where run_id = ${jumped.runId} and kind = 'enrollment_changed'`,
    );
    expect(changes?.count).toBe(3);
  });

  // PGlite has no server that could go away; its process dying is test/e2e/crash.test.ts.
  test.skipIf(inject("postgres") === undefined)(
    "the database restarts in the middle of a run: exit 69, nothing published, the next run ends well",
    async () => {
      const { played, review } = await world();
      const owner = postgres(inject("postgres") as string, { max: 1, onnotice: () => {} });
      const [here] = await rows<{ name: string }>(database.db, sql`select current_database() as name`);
      const before = await tableState(database.db);
      played.fault = faults.first(1, faults.asksListing, async () => {
        await owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${here?.name ?? ""} and pid <> pg_backend_pid()`;
        return false;
      });
      const failed: unknown = await runOnce(database, review, played).catch((e: unknown) => e);
      expect(failed).toBeInstanceOf(TrialdriftError);
      expect(failed).toMatchObject({ exitCode: expect.toSatisfy((code: number) => [4, 69].includes(code)) });
      played.fault = null;
      expect(await tableState(database.db)).toEqual(before);
      expect(await runOnce(database, review, played)).toMatchObject({ exitCode: 0, problems: [] });
      await owner.end({ timeout: 5 });
    },
  );
});
