import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { quarantine } from "../../db/schema/quarantine.ts";
import { insertAll, rows } from "../../db/sql.ts";
import { pack } from "../../db/store.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { type RunReport, run } from "../../pipeline/run.ts";
import { storedSource } from "../../pipeline/sources/stored.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { type Json, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";

/** Held records on their second way in: what an earlier, stricter version of the rules refused. */

let database: Database;
let played: Played;
let folders: ReviewFolder[];
beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: "2022-01-15", records: [trial(621), trial(622)] },
    { date: "2022-03-15", records: [trial(621, { status: "TERMINATED", why: "No money", posted: "2022-02-01" })] },
  );
  folders = ["first", "second"].map((id) =>
    reviewFolder(id, { cond: "lupus", rows: [{ n: 621, cells: { enrollment: 20 } }] }),
  );
  for (const folder of folders) await runOnce(database, folder.read(), played);
});
afterAll(async () => {
  await played?.close();
  for (const folder of folders ?? []) folder.remove();
  await database?.close();
});

let last = 0;
/** Puts a record into quarantine as a run of an earlier version would have left it, and returns its number. */
async function hold(record: Json, n: number | null): Promise<number> {
  last += 1;
  await insertAll(database.db, quarantine, [
    {
      nctId: n === null ? null : nct(n),
      source: "first/list",
      path: "$.hasResults",
      reason: "refused by an earlier version",
      hash: `00000000-0000-0000-0000-${String(last).padStart(12, "0")}`,
      raw: pack(JSON.stringify(record)),
      firstSeenAt: "2022-02-15T15:30:00Z",
      lastSeenAt: "2022-02-16T15:30:00Z",
      count: 2,
      state: "held",
    },
  ]);
  const [found] = await rows<{ id: number }>(
    database.db,
    sql`select max(quarantine_id)::int as id from trialdrift.quarantine`,
  );
  return found?.id ?? 0;
}

const retry = (reviews: Review[], ...ids: number[]): Promise<RunReport> =>
  run({
    database,
    job: "recompute",
    review: null,
    reviews,
    registry: null,
    source: storedSource(
      database.db,
      ids.map((quarantineId) => ({ quarantineId })),
    ),
    now: () => new Date().toISOString(),
    onProgress: () => {},
  });

const flagsOf = (runId: number) =>
  rows(
    database.db,
    sql`select review, kind, nct_id from review.flags where run_id = ${runId} order by review, kind, nct_id`,
  );
const standing = async (id: number) =>
  (await rows(database.db, sql`select state, count from review.quarantine where quarantine_id = ${id}`))[0];

test("a record that got well is loaded as of its own day, and is news to every review that tracks it", async () => {
  const stopped = { status: "TERMINATED", why: "No money", posted: "2022-02-01", stamp: "2022-02-15" };
  const id = await hold(trial(621, stopped), 621);
  const report = await retry(
    folders.map((folder) => folder.read()),
    id,
  );
  expect(report).toMatchObject({ exitCode: 0, state: "published", problems: [] });
  expect(await standing(id)).toEqual({ state: "recovered", count: 2 });
  expect(await flagsOf(report.runId)).toEqual(
    ["first", "second"].map((review) => ({ review, kind: "stopped_early", nct_id: nct(621) })),
  );
  const [now] = await rows(
    database.db,
    sql`select status, data_date::text as data_date from review.trials where review = 'second' and nct_id = ${nct(621)}`,
  );
  expect(now).toEqual({ status: "TERMINATED", data_date: "2022-02-15" });
  const [ledger] = await rows(
    database.db,
    sql`select received, "distinct", changed, quarantined from review.runs where run_id = ${report.runId}`,
  );
  expect(ledger).toEqual({ received: 1, distinct: 1, changed: 1, quarantined: 0 });
});

test("memberships stay as they are, and the next walk finds no news in what was retried", async () => {
  const members = () =>
    rows(database.db, sql`select review, nct_id, state from review.members order by review, nct_id`);
  const before = await members();
  expect(before).toHaveLength(4);
  await played.show(2);
  for (const folder of folders) {
    const report = await runOnce(database, folder.read(), played);
    expect(report).toMatchObject({ exitCode: 0 });
    expect(await flagsOf(report.runId)).toEqual([]);
  }
  expect(await members()).toEqual(before);
});

test("a study never stored before comes in; an id-less one that is still refused stays, uncounted", async () => {
  const fine = await hold(trial(629, { condition: "Asthma", stamp: "2022-02-15" }), 629);
  const broken = await hold({ protocolSection: { identificationModule: {} } }, null);
  const report = await retry(
    folders.map((folder) => folder.read()),
    fine,
    broken,
  );
  expect(report, "another reason than the one it is held for is told").toMatchObject({ exitCode: 3 });
  expect(await standing(fine)).toEqual({ state: "recovered", count: 2 });
  expect(await standing(broken)).toEqual({ state: "held", count: 2 });
  const [again] = await rows<{ id: number; count: number }>(
    database.db,
    sql`select max(quarantine_id)::int as id, max(count) filter (where reason not like 'refused by%') as count from trialdrift.quarantine`,
  );
  expect(again?.count).toBe(1);
  const known = await retry([folders[0]?.read() as Review], again?.id ?? 0);
  expect(known, "the same refusal again is no news").toMatchObject({ exitCode: 0, problems: [] });
  expect(await standing(again?.id ?? 0)).toEqual({ state: "held", count: 1 });
  expect(await rows(database.db, sql`select 1 from review.studies where nct_id = ${nct(629)}`)).toHaveLength(1);
});
