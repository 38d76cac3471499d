import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { forgetReview, isKnownReview, renameReview } from "../../db/reviews.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, viewState } from "../support/store-state.ts";

/** A review renamed or forgotten in the database; its folder is a person's. */

let database: Database;
let played: Played;
beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry({ date: "2022-01-21", records: [trial(1), trial(2)] });
  for (const id of ["one", "other"]) {
    const folder = reviewFolder(id, { cond: "lupus", rows: [{ n: 1, cells: { enrollment: 20 } }] });
    await runOnce(database, folder.read(), played);
    folder.remove();
  }
});
afterAll(async () => {
  await played?.close();
  await database?.close();
});

/** Rows of every view that name a review. */
async function naming(review: string): Promise<number> {
  const state = await viewState(database.db);
  return Object.values(state)
    .flat()
    .filter((row) => new RegExp(`[(,]${review}[,)]`).test(row)).length;
}

test("renamed: every row goes on under the new name, and no other review's", async () => {
  const [mine, others] = [await naming("one"), await naming("other")];
  expect(mine).toBeGreaterThan(10);
  await renameReview(database.db, "one", "first");
  expect([await naming("one"), await naming("first"), await naming("other")]).toEqual([0, mine, others]);
  const [fresh] = await rows<{ state: string }>(
    database.db,
    sql`select last_state as state from review.freshness where review = 'first'`,
  );
  expect(fresh?.state).toBe("published");
});

test("forgotten: nothing names it, its studies and the other review stay, and it can begin anew", async () => {
  const [studies, others] = [await countOf(database.db, "review.studies"), await naming("other")];
  await forgetReview(database.db, "first");
  expect(await isKnownReview(database.db, "first")).toBe(false);
  expect([await naming("first"), await naming("other")]).toEqual([0, others]);
  expect(await countOf(database.db, "review.studies")).toBe(studies);
  const folder = reviewFolder("first", { cond: "lupus" });
  const report = await runOnce(database, folder.read(), played);
  expect(report.settled[0]?.said.baseline).toBe(true);
  folder.remove();
});
