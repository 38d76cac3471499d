import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { asksVersion, type Fault } from "../support/registry-faults.ts";
import { type Day, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { loadRecords, type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf } from "../support/store-state.ts";

/** What two runs on the same study do to each other, and where older input goes. */

let database: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function world(id: string, ...days: Day[]): Promise<{ played: Played; folder: ReviewFolder }> {
  const played = await playRegistry(...days);
  const folder = reviewFolder(id, { cond: "lupus" });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  return { played, folder };
}

/** Runs something when the walk asks for the version a second time: all is derived by then, nothing published. */
function beforePublication(work: () => Promise<unknown>): Fault {
  let versions = 0;
  return async (request) => {
    if (!asksVersion(request)) return false;
    versions += 1;
    if (versions === 2) await work();
    return false;
  };
}

async function timeline(n: number): Promise<string[]> {
  const found = await rows<{ said: string }>(
    database.db,
    sql`select left(f.data_at, 10) || ' -> ' || left(t.data_at, 10) || ' ' || coalesce(c.old, '-') || ' -> ' ||
               coalesce(c.new, '-') || case when c.historic then ' historic' else '' end ||
               case when c.superseded then ' superseded' else '' end as said
          from trialdrift.changes c
          join trialdrift.versions f on f.version_id = c.from_version
          join trialdrift.versions t on t.version_id = c.to_version
         where c.nct_id = ${nct(n)} order by f.data_at, t.data_at`,
  );
  return found.map(({ said }) => said);
}

const at = (n: number, status: string) => trial(n, { status });

describe("a head that another run moves between derivation and publication", () => {
  test("to an older data date: the study is derived again, against the new head", async () => {
    const { played, folder } = await world(
      "moved",
      { date: "2022-01-21", records: [at(301, "RECRUITING"), trial(302)] },
      { date: "2022-09-28", records: [at(301, "COMPLETED"), trial(302, { count: 50 })] },
    );
    const review = folder.read();
    await runOnce(database, review, played);
    await played.show(2);
    played.asked();
    played.fault = beforePublication(() => loadRecords(database, "2022-05-01", [at(301, "SUSPENDED")]));
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ state: "published", exitCode: 0 });
    expect(played.asked().filter((path) => path.startsWith("/studies"))).toHaveLength(1);
    expect(await timeline(301)).toEqual([
      "2022-01-21 -> 2022-05-01 RECRUITING -> SUSPENDED",
      "2022-05-01 -> 2022-09-28 SUSPENDED -> COMPLETED",
    ]);
    expect(await timeline(302)).toEqual(["2022-01-21 -> 2022-09-28 20 -> 50"]);
    expect(await countOf(database.db, `trialdrift.versions where nct_id = '${nct(301)}' and published`)).toBe(3);
  });

  test("to a newer data date: what the walk brought goes behind it", async () => {
    const { played, folder } = await world(
      "overtaken",
      { date: "2022-01-21", records: [at(311, "RECRUITING")] },
      { date: "2022-05-01", records: [at(311, "SUSPENDED")] },
    );
    const review = folder.read();
    await runOnce(database, review, played);
    await played.show(2);
    played.fault = beforePublication(() => loadRecords(database, "2022-09-28", [at(311, "COMPLETED")]));
    const report = await runOnce(database, review, played);
    expect(report.harvest.arrivals.get(nct(311))?.outcome).toBe("older");
    expect(await timeline(311)).toEqual([
      "2022-01-21 -> 2022-05-01 RECRUITING -> SUSPENDED historic",
      "2022-01-21 -> 2022-09-28 RECRUITING -> COMPLETED superseded",
      "2022-05-01 -> 2022-09-28 SUSPENDED -> COMPLETED historic",
    ]);
    const [head] = await rows(database.db, sql`select status from review.studies where nct_id = ${nct(311)}`);
    expect(head).toEqual({ status: "COMPLETED" });
  });

  test("to the very same record: one version, one change", async () => {
    const { played, folder } = await world(
      "same",
      { date: "2022-01-21", records: [at(321, "RECRUITING")] },
      { date: "2022-09-28", records: [at(321, "COMPLETED")] },
    );
    const review = folder.read();
    await runOnce(database, review, played);
    await played.show(2);
    played.fault = beforePublication(() => loadRecords(database, "2022-09-28", [at(321, "COMPLETED")]));
    const report = await runOnce(database, review, played);
    expect(report.exitCode).toBe(0);
    expect(await timeline(321)).toHaveLength(1);
    expect(await countOf(database.db, `review.flags where nct_id = '${nct(321)}' and kind = 'completed'`)).toBe(1);
  });

  test("news that another run publishes while a review settles is not lost to it", async () => {
    const { played, folder } = await world("news", { date: "2022-01-21", records: [at(331, "RECRUITING")] });
    const review = folder.read();
    await runOnce(database, review, played);
    let armed = false;
    let loaded = false;
    const settled: Database = {
      ...database,
      // Asked at the start of the publication; the next transaction is the publication itself.
      assertHeld: async () => {
        armed = true;
        await database.assertHeld();
      },
      db: new Proxy(database.db, {
        get(db, name) {
          if (name !== "transaction" || !armed || loaded) return Reflect.get(db, name) as unknown;
          return async (...given: Parameters<typeof db.transaction>) => {
            loaded = true;
            await loadRecords(database, "2022-09-28", [at(331, "TERMINATED")]);
            return db.transaction(...given);
          };
        },
      }),
    };
    await runOnce(settled, review, played);
    expect(loaded).toBe(true);
    await runOnce(database, review, played);
    expect(await countOf(database.db, `review.flags where nct_id = '${nct(331)}' and kind = 'stopped_early'`)).toBe(1);
  });
});

describe("older input", () => {
  test("goes between the versions held; its changes are history and open no flag", async () => {
    const { played, folder } = await world(
      "older",
      { date: "2022-01-21", records: [at(341, "RECRUITING")] },
      { date: "2022-09-28", records: [at(341, "ACTIVE_NOT_RECRUITING")] },
    );
    const review = folder.read();
    await runOnce(database, review, played);
    await played.show(2);
    await runOnce(database, review, played);
    const flags = await countOf(database.db, `review.flags where nct_id = '${nct(341)}'`);
    const load = await loadRecords(database, "2022-05-01", [at(341, "SUSPENDED")]);
    expect(load.harvest.arrivals.get(nct(341))?.outcome).toBe("older");
    expect(await timeline(341)).toEqual([
      "2022-01-21 -> 2022-05-01 RECRUITING -> SUSPENDED historic",
      "2022-01-21 -> 2022-09-28 RECRUITING -> ACTIVE_NOT_RECRUITING superseded",
      "2022-05-01 -> 2022-09-28 SUSPENDED -> ACTIVE_NOT_RECRUITING historic",
    ]);
    expect(await countOf(database.db, `review.changes where nct_id = '${nct(341)}'`)).toBe(2);
    await runOnce(database, review, played);
    expect(await countOf(database.db, `review.flags where nct_id = '${nct(341)}'`)).toBe(flags);
    const [head] = await rows(
      database.db,
      sql`select status, data_date::text as date from review.studies where nct_id = ${nct(341)}`,
    );
    expect(head).toEqual({ status: "ACTIVE_NOT_RECRUITING", date: "2022-09-28" });
  });

  test("before the first version, or equal to a neighbour, is told from that; loaded again it writes nothing", async () => {
    await loadRecords(database, "2022-06-01", [at(351, "RECRUITING")]);
    await loadRecords(database, "2022-01-01", [at(351, "NOT_YET_RECRUITING")]);
    expect(await timeline(351)).toEqual(["2022-01-01 -> 2022-06-01 NOT_YET_RECRUITING -> RECRUITING historic"]);
    const [study] = await rows(
      database.db,
      sql`select left(first_data_at, 10) as first from trialdrift.studies where nct_id = ${nct(351)}`,
    );
    expect(study).toEqual({ first: "2022-01-01" });
    for (const [date, status] of [
      ["2022-03-01", "NOT_YET_RECRUITING"],
      ["2022-05-01", "RECRUITING"],
      ["2022-01-01", "NOT_YET_RECRUITING"],
    ] as const)
      await loadRecords(database, date, [at(351, status)]);
    expect(await countOf(database.db, `trialdrift.versions where nct_id = '${nct(351)}'`)).toBe(2);
    expect(await timeline(351)).toHaveLength(1);
  });

  test("that is the record of the table's date makes history the basis of its drift", async () => {
    const folder = reviewFolder("basis", {
      cond: "lupus",
      asOf: "2020-01-01",
      rows: [{ n: 361, cells: { enrollment: 10 } }],
    });
    const played = await playRegistry({ date: "2022-01-21", records: [trial(361, { count: 30 })] });
    closers.push(
      () => folder.remove(),
      () => played.close(),
    );
    const review = folder.read();
    const drift = () =>
      rows(
        database.db,
        sql`select kind, basis from review.drift where review = 'basis' and column_name = 'enrollment'`,
      );
    await runOnce(database, review, played);
    expect(await drift()).toEqual([{ kind: "moved", basis: "edited_since" }]);
    await loadRecords(database, "2019-12-01", [trial(361, { count: 30, title: "An earlier title" })]);
    await runOnce(database, review, played);
    expect(await drift()).toEqual([{ kind: "differed_when_printed", basis: "history" }]);
  });
});
