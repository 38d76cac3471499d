import { afterAll, beforeAll, expect, test } from "vitest";
import { readRetired } from "../../db/history.ts";
import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";

/** A number that the registry retires keeps its history, and the survivor leads to it, through as many mergers as there were. */

let database: Database;
let played: Played;
let folder: ReviewFolder;

beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(1), trial(2), trial(3)] },
    { date: "2022-02-01", records: [trial(2, { count: 30 })] },
    { date: "2022-03-01", records: [trial(1, { aliases: [nct(2)] })] },
    { date: "2022-04-01", records: [trial(3, { aliases: [nct(1), nct(2)] })] },
  );
  folder = reviewFolder("merging", { cond: "Lupus" });
  for (const day of [1, 2, 3, 4]) {
    await played.show(day);
    await runOnce(database, folder.read(), played);
  }
}, 60_000);
afterAll(async () => {
  await played?.close();
  await database?.close();
  folder?.remove();
});

test("changes name the survivor of a retired number; its own rows stay under its own number", async () => {
  const changes = await readView(database.db, "changes", { nctIds: [nct(1), nct(2)] });
  expect(changes.map(({ nct_id, kind, survivor }) => [nct_id, kind, survivor])).toEqual([
    [nct(2), "enrollment_changed", nct(1)],
    [nct(1), "other", nct(3)],
  ]);
  expect(await readView(database.db, "changes", { review: "merging", nctIds: [nct(1), nct(2)] })).toEqual(changes);
  expect(changes[0]?.["detail"]).toMatchObject({ planned: 30, actual: null });
});

test("a survivor leads to all numbers that became it", async () => {
  const ids = [1, 2, 3].map(nct);
  expect(await readRetired(database.db, ids)).toEqual(
    new Map([
      [nct(1), [nct(2)]],
      [nct(3), [nct(1), nct(2)]],
    ]),
  );
});

test("the ledger of memberships has every event with the query's hash, in order", async () => {
  const events = await readView(database.db, "member_events");
  expect(events.map(({ nct_id, event, survivor }) => [nct_id, event, survivor])).toEqual([
    ...[1, 2, 3].map((n) => [nct(n), "entered", null]),
    [nct(2), "merged", nct(1)],
    [nct(1), "merged", nct(3)],
  ]);
  for (const { query_hash } of events) expect(query_hash).toMatch(/^[0-9a-f-]+$/);
  expect(await readView(database.db, "member_events", { kinds: ["merged"], review: "merging" })).toHaveLength(2);
});
