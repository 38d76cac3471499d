import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { rows } from "../../db/sql.ts";
import { FACTS_VERSION } from "../../pipeline/derive.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { loadRecords, type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** An upgrade of the rules of normalize/: recompute reads every stored head again, and nothing of it is a registry change. */

/** More than two batches. */
const STORED = 405;
let database: Database;
let played: Played;
let folder: ReviewFolder;

beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry({ date: "2022-01-21", records: [trial(1), trial(2)] });
  folder = reviewFolder("upgraded", { cond: "Lupus" });
  await runOnce(database, folder.read(), played);
  const others = Array.from({ length: STORED }, (_, at) => trial(at + 10, { condition: "Gout" }));
  await loadRecords(database, "2022-01-20", others);
}, 60_000);
afterAll(async () => {
  await played?.close();
  await database?.close();
  folder?.remove();
});

test("every stored head shows the row by today's rules; the old row stays, and no version or change is made", async () => {
  // As an earlier version of the rules would have left it.
  await database.db.execute(sql`update trialdrift.rows set facts_version = 0, title = 'by old rules'`);
  await database.db.execute(sql`update trialdrift.studies set facts_version = 0`);
  const versions = await readView(database.db, "versions");
  const { renewed } = (await runOnce(database, folder.read(), null)).harvest;
  expect(renewed).toBe(STORED + 2);
  const shown = await rows<{ version: number; n: number }>(
    database.db,
    sql`select facts_version as version, count(*)::int as n from trialdrift.studies group by 1`,
  );
  expect(shown).toEqual([{ version: FACTS_VERSION, n: STORED + 2 }]);
  const [outsider] = await readView(database.db, "studies", { nctIds: [nct(STORED + 9)] });
  expect(outsider).toMatchObject({ title: `Cells in trial ${STORED + 9}`, data_date: "2022-01-20" });
  expect(await countOf(database.db, "trialdrift.rows where facts_version = 0")).toBe(STORED + 2);
  expect(await readView(database.db, "versions")).toEqual(versions);
  expect(await readView(database.db, "changes")).toEqual([]);
}, 60_000);

test("a second recompute writes its run row alone", async () => {
  const before = await tableState(database.db);
  const { renewed } = (await runOnce(database, folder.read(), null)).harvest;
  expect(renewed).toBe(0);
  expect(await tableState(database.db)).toEqual(before);
});
