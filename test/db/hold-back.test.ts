import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { loadRecords, type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";

/**
 * The registry's record stood at 20 participants on 21 January and still on 1 March, by two complete runs. A file says that
 * on 10 February it was 30: older input, history, and no news.
 */

let database: Database;
let played: Played;
let folder: ReviewFolder;

type Row = Record<string, unknown>;
const sizes = async (n: number): Promise<unknown[]> =>
  rows(
    database.db,
    sql`select v.valid_from::text as day, t.enrollment from review.versions v
          cross join lateral (select enrollment from review.trials_at(v.valid_from) x where x.nct_id = v.nct_id) t
         where v.nct_id = ${nct(n)} order by 1`,
  );

beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(1), trial(2)] },
    { date: "2022-03-01", records: [trial(3)] },
    { date: "2022-03-02", records: [] },
  );
  folder = reviewFolder("held", { cond: "Lupus" });
  for (const day of [1, 2]) {
    await played.show(day);
    await runOnce(database, folder.read(), played);
  }
}, 60_000);
afterAll(async () => {
  await played?.close();
  await database?.close();
  folder?.remove();
});

test("newer than the head's first appearance, older than its confirmation: goes behind, and the present stays", async () => {
  const { runId } = await loadRecords(database, "2022-02-10", [trial(1, { count: 30, status: "SUSPENDED" })]);
  const [run] = (await readView<Row>(database.db, "runs")).filter(({ run_id }) => run_id === runId);
  expect(run).toMatchObject({ older: 1, changed: 0, state: "published" });
  expect(await readView(database.db, "studies", { nctIds: [nct(1)] })).toMatchObject([
    { enrollment: 20, status: "RECRUITING", data_date: "2022-03-01" },
  ]);
  expect(await readView(database.db, "records", { nctIds: [nct(1)] })).toHaveLength(1);
  expect(await sizes(1)).toEqual([
    { day: "2022-01-21", enrollment: 20 },
    { day: "2022-02-10", enrollment: 30 },
    { day: "2022-03-01", enrollment: 20 },
  ]);
  const changes = await readView<Row>(database.db, "status_changes", { nctIds: [nct(1)] });
  expect(changes.map(({ kind, data_date }) => [kind, data_date])).toEqual([
    ["stopped_early", "2022-02-10"],
    ["reopened", "2022-03-01"],
  ]);
});

test("the next run finds no news in it and raises no flag", async () => {
  const flags = await readView(database.db, "flags");
  await played.show(3);
  const { harvest } = await runOnce(database, folder.read(), played);
  expect([...harvest.arrivals.values()].map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged", "unchanged"]);
  expect(await readView(database.db, "flags")).toEqual(flags);
  const trials = await readView<Row>(database.db, "trials", { nctIds: [nct(1)] });
  expect(trials).toMatchObject([{ enrollment: 20, route: ["intravenous"], data_date: "2022-03-01" }]);
});

test("newer than the last confirmation, it is the present", async () => {
  await loadRecords(database, "2022-03-05", [trial(2, { count: 40 })]);
  expect(await readView(database.db, "studies", { nctIds: [nct(2)] })).toMatchObject([
    { enrollment: 40, data_date: "2022-03-05" },
  ]);
});

test("a study that no review tracks was confirmed by nobody", async () => {
  await loadRecords(database, "2022-01-05", [trial(9, { condition: "Gout" })]);
  await loadRecords(database, "2022-01-06", [trial(9, { condition: "Gout", count: 21 })]);
  expect(await readView(database.db, "studies", { nctIds: [nct(9)] })).toMatchObject([{ enrollment: 21 }]);
});
