import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { nightly } from "../../jobs/nightly.ts";
import { RULE_VERSIONS } from "../../pipeline/derive.ts";
import { openRegistry } from "../../pipeline/registry/client.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { type Day, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type Printed, type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** Rows, drift and flags again from our own store. */

let database: Database;
const closers: (() => unknown)[] = [];
const rules = { ...RULE_VERSIONS };
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  Object.assign(RULE_VERSIONS, rules);
  for (const close of closers.splice(0)) await close();
});

const printed = (n: number, enrollment: number, start = "2019-03"): Printed => ({
  n,
  cells: { enrollment, start_date: start, status: null, phase: ["Phase 1"], country: ["Finland"] },
});

async function world(id: string, base: number, ...more: Day[]): Promise<{ played: Played; folder: ReviewFolder }> {
  const records = [1, 2, 3].map((n) => trial(base + n));
  const played = await playRegistry({ date: "2022-01-21", records }, ...more);
  const folder = reviewFolder(id, { cond: "lupus", rows: [printed(base + 1, 20), printed(base + 2, 20)] });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  return { played, folder };
}

async function driftOf(review: string): Promise<Map<string, string>> {
  const found = await rows<{ cell: string; said: string }>(
    database.db,
    sql`select nct_id || ' ' || column_name as cell,
               concat_ws(' | ', coalesce(curated, '-'), coalesce(registry, '-'), kind, basis) as said
          from review.drift where review = ${review} order by 1`,
  );
  return new Map(found.map(({ cell, said }) => [cell, said]));
}

/** The whole nightly job: the gate, then a run. */
async function nightlyOnce(review: Review, played: Played): Promise<{ state: string; exitCode: number }> {
  const registry = openRegistry({ baseUrl: played.url, rate: 1000, userAgent: "" });
  const now = () => new Date().toISOString();
  try {
    return await nightly({
      database,
      registry,
      reviews: [review],
      review: null,
      dryRun: false,
      now,
      onProgress: () => {},
    });
  } finally {
    await registry.close();
  }
}

describe("an edited table", () => {
  test("recomputed without the registry, changes exactly the edited cell's drift and is version 2", async () => {
    const { played, folder } = await world("edited", 400);
    await runOnce(database, folder.read(), played);
    const before = await driftOf("edited");
    expect(before.get(`${nct(401)} enrollment`)).toBe("20 | 20 | same");
    const changes = await countOf(database.db, "trialdrift.changes");
    folder.write({ cond: "lupus", rows: [printed(401, 25), printed(402, 20)] });
    const report = await runOnce(database, folder.read(), null);
    expect(report).toMatchObject({ exitCode: 0, state: "published" });
    const after = await driftOf("edited");
    const differing = [...after].filter(([cell, said]) => before.get(cell) !== said);
    expect(differing).toEqual([[`${nct(401)} enrollment`, "25 | 20 | moved | edited_since"]]);
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect(await countOf(database.db, "trialdrift.changes")).toBe(changes);
    const versions = await rows(
      database.db,
      sql`select distinct version, current from review.curated where review = 'edited' order by version`,
    );
    expect(versions).toEqual([
      { version: 1, current: false },
      { version: 2, current: true },
    ]);
    expect(await countOf(database.db, "review.drift where review = 'edited' and table_version <> 2")).toBe(0);
    const flags = await rows(
      database.db,
      sql`select kind, nct_id, column_name, state, baseline from review.flags where review = 'edited' and kind = 'cell_moved'`,
    );
    expect(flags).toEqual([
      { kind: "cell_moved", nct_id: nct(401), column_name: "enrollment", state: "open", baseline: false },
    ]);
  });

  test("put back, is version 3 and resolves what the edit had opened", async () => {
    const { played, folder } = await world("reverted", 410);
    await runOnce(database, folder.read(), played);
    const before = await driftOf("reverted");
    folder.write({ cond: "lupus", rows: [printed(411, 25), printed(412, 20)] });
    await runOnce(database, folder.read(), null);
    folder.write({ cond: "lupus", rows: [printed(411, 20), printed(412, 20)] });
    await runOnce(database, folder.read(), null);
    expect(await driftOf("reverted")).toEqual(before);
    const [review] = await rows(database.db, sql`select tables from review.reviews where review = 'reverted'`);
    expect(review).toEqual({ tables: { "1": 3 } });
    const flags = await rows(
      database.db,
      sql`select state from review.flags where review = 'reverted' and kind = 'cell_moved'`,
    );
    expect(flags).toEqual([{ state: "resolved" }]);
  });

  test("is taken up by the next sync by itself, although the registry has not moved", async () => {
    const { played, folder } = await world("picked-up", 420);
    expect(await nightlyOnce(folder.read(), played)).toMatchObject({ state: "published" });
    expect(await nightlyOnce(folder.read(), played)).toMatchObject({ state: "skipped" });
    folder.write({ cond: "lupus", rows: [printed(421, 20, "2018-01"), printed(422, 20)] });
    expect(await nightlyOnce(folder.read(), played)).toMatchObject({ state: "published" });
    expect((await driftOf("picked-up")).get(`${nct(421)} start_date`)).toBe("2018-01 | 2019-03 | moved | edited_since");
    expect(await nightlyOnce(folder.read(), played)).toMatchObject({ state: "skipped" });
  });
});

describe("recompute", () => {
  test("on an unchanged folder derives every member and writes its own run row only", async () => {
    const { played, folder } = await world("again", 430);
    await runOnce(database, folder.read(), played);
    const before = await tableState(database.db);
    const report = await runOnce(database, folder.read(), null);
    expect(report.settled[0]?.derived).toBe(3);
    expect(await tableState(database.db)).toEqual(before);
  });

  test("makes nothing fresher: the registry was not asked, and an edited query still is", async () => {
    const { played, folder } = await world("fresh", 440);
    await runOnce(database, folder.read(), played);
    const fresh = () =>
      rows(
        database.db,
        sql`select data_date::text as date, last_complete_at::text as at from review.freshness where review = 'fresh'`,
      );
    const before = await fresh();
    folder.write({ cond: "asthma", rows: [printed(441, 20), printed(442, 20)] });
    await runOnce(database, folder.read(), null);
    expect(await fresh()).toEqual(before);
    played.asked();
    expect(await nightlyOnce(folder.read(), played)).toMatchObject({ state: "published" });
    expect(played.asked().some((path) => path.includes("asthma"))).toBe(true);
  });

  test("before the first sync uses up no baseline", async () => {
    const { played, folder } = await world("early", 450);
    await runOnce(database, folder.read(), null);
    const report = await runOnce(database, folder.read(), played);
    expect(report.settled[0]?.said.baseline).toBe(true);
    expect(await countOf(database.db, "review.flags where review = 'early' and not baseline")).toBe(0);
    const next = await runOnce(database, folder.read(), played);
    expect(next.settled[0]?.said.baseline).toBe(false);
  });
});

describe("a raised rule version", () => {
  test("derives every member again and never makes a change of the registry", async () => {
    const { played, folder } = await world("rules", 460);
    await runOnce(database, folder.read(), played);
    const before = await driftOf("rules");
    const [changes, versions] = [
      await countOf(database.db, "trialdrift.changes"),
      await countOf(database.db, "trialdrift.versions"),
    ];
    for (const rule of ["extractor", "drift", "changes", "flags"]) {
      RULE_VERSIONS[rule] = `${RULE_VERSIONS[rule]}-newer`;
      const night = await nightlyOnce(folder.read(), played);
      expect(night, rule).toMatchObject({ state: "published", exitCode: 0 });
    }
    expect(await driftOf("rules")).toEqual(before);
    expect(await countOf(database.db, "trialdrift.changes")).toBe(changes);
    expect(await countOf(database.db, "trialdrift.versions")).toBe(versions);
    expect(await countOf(database.db, "review.flags where review = 'rules' and not baseline")).toBe(0);
    expect(await nightlyOnce(folder.read(), played)).toMatchObject({ state: "skipped" });
  });
});
