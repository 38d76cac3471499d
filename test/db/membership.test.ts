import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { altered, always, asksQuery } from "../support/registry-faults.ts";
import { type Day, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, type ReviewSaid, runOnce } from "../support/small-review.ts";

/** How a study comes to a watchlist and leaves it, over real HTTP and the real database. */

let database: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function world(id: string, said: ReviewSaid, ...days: Day[]): Promise<{ played: Played; folder: ReviewFolder }> {
  const played = await playRegistry(...days);
  const folder = reviewFolder(id, said);
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  return { played, folder };
}

async function membersOf(review: string): Promise<string[]> {
  const found = await rows<{ said: string }>(
    database.db,
    sql`select nct_id || ' ' || state || ' ' || array_to_string(how, '+') || coalesce(' -> ' || survivor, '') ||
               case when left_at is null then '' else ' (left)' end as said
          from review.members where review = ${review} order by 1`,
  );
  return found.map(({ said }) => said);
}

async function eventsOf(review: string, runId: number): Promise<string[]> {
  const found = await rows<{ said: string }>(
    database.db,
    sql`select nct_id || ' ' || event as said from trialdrift.member_events
         where review = ${review} and run_id = ${runId} order by 1`,
  );
  return found.map(({ said }) => said);
}

async function flagsOf(review: string, state = "open"): Promise<string[]> {
  const found = await rows<{ said: string }>(
    database.db,
    sql`select nct_id || ' ' || kind as said from review.flags
         where review = ${review} and state = ${state} and kind in ('left_watchlist', 'merged') order by 1`,
  );
  return found.map(({ said }) => said);
}

const lupus = (n: number) => trial(n);
const asthma = (n: number) => trial(n, { condition: "Asthma" });

describe("a study and a query", () => {
  test("enters, leaves with a flag, returns and resolves it", async () => {
    const { played, folder } = await world(
      "leaving",
      { cond: "lupus" },
      { date: "2022-01-21", records: [lupus(201), lupus(202)] },
      { date: "2022-02-01", records: [asthma(202)] },
      { date: "2022-03-01", records: [lupus(202)] },
    );
    const review = folder.read();
    const one = await runOnce(database, review, played);
    expect(await eventsOf(review.id, one.runId)).toEqual([`${nct(201)} entered`, `${nct(202)} entered`]);

    await played.show(2);
    const two = await runOnce(database, review, played);
    expect(two).toMatchObject({ exitCode: 0, problems: [] });
    expect(await eventsOf(review.id, two.runId)).toEqual([`${nct(202)} left`]);
    expect(await membersOf(review.id)).toEqual([`${nct(201)} present matched`, `${nct(202)} left matched (left)`]);
    expect(await flagsOf(review.id)).toEqual([`${nct(202)} left_watchlist`]);
    const [ledger] = await rows(
      database.db,
      sql`select announced, "distinct", "left", merged, tombstone from review.runs where run_id = ${two.runId}`,
    );
    expect(ledger).toEqual({ announced: 2, distinct: 1, left: 1, merged: 0, tombstone: 0 });
    const shown = await rows(database.db, sql`select nct_id from review.trials where review = ${review.id}`);
    expect(shown).toEqual([{ nct_id: nct(201) }]);

    await played.show(3);
    const three = await runOnce(database, review, played);
    expect(await eventsOf(review.id, three.runId)).toEqual([`${nct(202)} returned`]);
    expect(await membersOf(review.id)).toEqual([`${nct(201)} present matched`, `${nct(202)} present matched`]);
    expect(await flagsOf(review.id)).toEqual([]);
    expect(await flagsOf(review.id, "resolved")).toEqual([`${nct(202)} left_watchlist`]);
  });

  test("merged into another, or gone: looked up one by one, told apart, never deleted", async () => {
    const { played, folder } = await world(
      "merging",
      { cond: "lupus", pinned: [215, 216] },
      { date: "2022-01-21", records: [211, 212, 213, 215, 216].map(lupus) },
      {
        date: "2022-02-01",
        records: [trial(211, { aliases: [nct(212), nct(215)] })],
        gone: [nct(213), nct(216)],
      },
    );
    const review = folder.read();
    await runOnce(database, review, played);
    await played.show(2);
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    expect(await membersOf(review.id)).toEqual([
      `${nct(211)} present matched`,
      `${nct(212)} merged matched -> ${nct(211)} (left)`,
      `${nct(213)} tombstone matched (left)`,
      `${nct(215)} merged pinned -> ${nct(211)} (left)`,
      `${nct(216)} tombstone pinned (left)`,
    ]);
    expect(await eventsOf(review.id, report.runId)).toEqual([
      `${nct(212)} merged`,
      `${nct(213)} tombstone`,
      `${nct(215)} merged`,
      `${nct(216)} tombstone`,
    ]);
    expect(await flagsOf(review.id)).toEqual([
      `${nct(212)} merged`,
      `${nct(213)} left_watchlist`,
      `${nct(215)} merged`,
      `${nct(216)} left_watchlist`,
    ]);
    const [ledger] = await rows(
      database.db,
      sql`select announced, "distinct", merged, tombstone, "left" from review.runs where run_id = ${report.runId}`,
    );
    expect(ledger).toEqual({ announced: 5, distinct: 1, merged: 2, tombstone: 2, left: 0 });
    const kept = await rows<{ count: number }>(
      database.db,
      sql`select count(*)::int as count from review.studies where nct_id between ${nct(211)} and ${nct(216)}`,
    );
    expect(kept).toEqual([{ count: 5 }]);
    const before = await membersOf(review.id);
    const again = await runOnce(database, review, played);
    expect(await eventsOf(review.id, again.runId)).toEqual([]);
    expect(await membersOf(review.id)).toEqual(before);
  });

  test("an edited query ends memberships as query_changed, without a flag and with one line of news", async () => {
    const { played, folder } = await world(
      "editing",
      { cond: "lupus OR asthma" },
      { date: "2022-01-21", records: [lupus(221), asthma(222)] },
    );
    await runOnce(database, folder.read(), played);
    folder.write({ cond: "lupus" });
    const review = folder.read();
    const report = await runOnce(database, review, played);
    expect(await eventsOf(review.id, report.runId)).toEqual([`${nct(222)} query_changed`]);
    expect(await membersOf(review.id)).toEqual([`${nct(221)} present matched`, `${nct(222)} left matched (left)`]);
    expect(await flagsOf(review.id)).toEqual([]);
    expect(report.settled[0]?.events.filter(({ event }) => event === "query_changed")).toHaveLength(1);
  });

  test("a recompute between the edit and the walk changes nothing about that", async () => {
    const { played, folder } = await world(
      "editing-twice",
      { cond: "lupus OR asthma" },
      { date: "2022-01-21", records: [lupus(231), asthma(232)] },
    );
    await runOnce(database, folder.read(), played);
    folder.write({ cond: "lupus" });
    const review = folder.read();
    const offline = await runOnce(database, review, null);
    expect(await eventsOf(review.id, offline.runId)).toEqual([]);
    const report = await runOnce(database, review, played);
    expect(await eventsOf(review.id, report.runId)).toEqual([`${nct(232)} query_changed`]);
    expect(await flagsOf(review.id)).toEqual([]);
  });

  test("an incomplete walk records no departure, says why, and ends with 3 after three tries", async () => {
    const { played, folder } = await world(
      "incomplete",
      { cond: "lupus", pinned: [243] },
      { date: "2022-01-21", records: [241, 242, 243].map(lupus) },
      { date: "2022-02-01", records: [trial(241, { count: 99 })] },
    );
    const review = folder.read();
    await runOnce(database, review, played);
    const before = await membersOf(review.id);
    expect(before).toEqual([
      `${nct(241)} present matched`,
      `${nct(242)} present matched`,
      `${nct(243)} present matched+pinned`,
    ]);
    await played.show(2);
    played.fault = always(
      asksQuery,
      altered((listing) => ({ ...listing, studies: listing.studies.slice(0, 1) })),
    );
    played.asked();
    const report = await runOnce(database, review, played);
    expect(played.asked().filter((path) => path.includes("countTotal"))).toHaveLength(3);
    expect(report).toMatchObject({ state: "incomplete", exitCode: 3 });
    expect(report.problems.join()).toMatch(/announced 3, received 1/);
    expect(await eventsOf(review.id, report.runId)).toEqual([]);
    expect(await membersOf(review.id)).toEqual(before);
    expect(await flagsOf(review.id)).toEqual([]);
    const [sound] = await rows(database.db, sql`select enrollment from review.studies where nct_id = ${nct(241)}`);
    expect(sound).toEqual({ enrollment: 99 });
    const [row] = await rows(
      database.db,
      sql`select state, exit_code, error from trialdrift.runs where run_id = ${report.runId}`,
    );
    expect(row).toMatchObject({
      state: "incomplete",
      exit_code: 3,
      error: expect.stringContaining("announced 3, received 1"),
    });
  });
});
