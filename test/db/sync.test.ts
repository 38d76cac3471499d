import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { readHeads, readRecords } from "../../db/store.ts";
import { nightly } from "../../jobs/nightly.ts";
import { openRegistry } from "../../pipeline/registry/client.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, type Said, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** The main path on one small registry at three dates. */

const NULS: Said = { title: "Cells \0 in the fourth", summary: "First\0second, and a lone \ud800 surrogate." };
const DAY_ONE = [trial(101), trial(102), trial(103), trial(104, NULS), trial(105, { condition: "Asthma" }), trial(106)];
const later = (n: number, said: Said = {}) => trial(n, { stamp: "2022-09-28", ...said });
const DAY_THREE = [
  later(101, { status: "TERMINATED", why: "No money", posted: "2022-05-01" }),
  later(102, { count: 31 }),
  later(103, { completion: "2024-06", posted: "2022-06-01" }),
  later(104, NULS),
  later(106, { heading: "Lupus Nephritis" }),
  later(107),
];

let database: Database;
let played: Played;
let folder: ReviewFolder;
beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: "2022-01-21", records: DAY_ONE },
    { date: "2022-01-22", records: DAY_ONE },
    { date: "2022-09-28", records: DAY_THREE },
    { date: "2022-10-01", records: [later(106, { heading: "Lupus of the skin" })] },
  );
  folder = reviewFolder("sync", { cond: "lupus", pinned: [105], rows: [{ n: 101, cells: { enrollment: 20 } }] });
});
afterAll(async () => {
  await played?.close();
  folder?.remove();
  await database?.close();
});

interface ChangeRow {
  said: string;
}
async function changesOf(runId: number): Promise<string[]> {
  const found = await rows<ChangeRow>(
    database.db,
    sql`select nct_id || ' ' || column_name || ' ' || kind || ' ' || coalesce(old, '-') || ' ' || coalesce(new, '-') ||
               ' ' || coalesce(posted, 'dateless') || ' ' || cause as said
          from review.changes where run_id = ${runId} order by 1`,
  );
  return found.map(({ said }) => said);
}

/** Steps of a run that its row has seconds of, and whether they fit between its start and its end. */
async function stepsOf(runId: number): Promise<string[]> {
  const [run] = await rows<{ steps: Record<string, number>; took: number }>(
    database.db,
    sql`select steps, extract(epoch from finished_at - started_at)::float8 as took from review.runs where run_id = ${runId}`,
  );
  const seconds = Object.values(run?.steps ?? {});
  for (const one of seconds) expect(one).toBeGreaterThanOrEqual(0);
  // Two clocks: ours to the millisecond, and the database's.
  expect(seconds.reduce((sum, one) => sum + one, 0)).toBeLessThan((run?.took ?? 0) + 0.1);
  return Object.keys(run?.steps ?? {});
}

describe("three dates", () => {
  test("the first sync brings every study, adds up, and makes no change", async () => {
    const report = await runOnce(database, folder.read(), played);
    expect(report).toMatchObject({ state: "published", exitCode: 0, problems: [], dataAt: "2022-01-21T09:00:01" });
    const [run] = await rows<Record<string, unknown>>(
      database.db,
      sql`select announced, received, "distinct", duplicates, new, unchanged, quarantined, state, exit_code
            from review.runs where run_id = ${report.runId}`,
    );
    expect(run).toEqual({
      announced: 6,
      received: 6,
      distinct: 6,
      duplicates: 0,
      new: 6,
      unchanged: 0,
      quarantined: 0,
      state: "published",
      exit_code: 0,
    });
    expect(await stepsOf(report.runId)).toEqual(["walk", "settle", "publish"]);
    const members = await rows<{ said: string }>(
      database.db,
      sql`select nct_id || ' ' || state || ' ' || array_to_string(how, '+') as said from review.members order by 1`,
    );
    expect(members.map(({ said }) => said)).toEqual([
      `${nct(101)} present matched+curated`,
      `${nct(102)} present matched`,
      `${nct(103)} present matched`,
      `${nct(104)} present matched`,
      `${nct(105)} present pinned`,
      `${nct(106)} present matched`,
    ]);
    expect(await countOf(database.db, "review.changes")).toBe(0);
    expect(await countOf(database.db, "review.trials")).toBe(6);
  });

  test("a record comes back deep-equal, NULs and lone surrogates included; SQL readers get it without", async () => {
    const [head] = await readHeads(database.db, [nct(104)]);
    const stored = await readRecords(database.db, [head?.version_id ?? ""]);
    expect(stored.get(head?.version_id ?? "")).toEqual(DAY_ONE[3]);
    const [read] = await rows<{ title: string; record: { protocolSection: { descriptionModule: unknown } } }>(
      database.db,
      sql`select s.title, r.record from review.studies s join review.records r using (nct_id) where nct_id = ${nct(104)}`,
    );
    expect(read?.title).toBe("Cells  in the fourth");
    expect(read?.record.protocolSection.descriptionModule).toEqual({
      briefSummary: "Firstsecond, and a lone \ufffd surrogate.",
    });
  });

  test("a second walk, at the same and at the next data date, writes its own run row and nothing else", async () => {
    const before = await tableState(database.db);
    const runsBefore = await countOf(database.db, "trialdrift.runs");
    for (const day of [1, 2]) {
      await played.show(day);
      const report = await runOnce(database, folder.read(), played);
      expect(report.exitCode).toBe(0);
      expect(report.settled[0]?.flags).toEqual({ open: [], resolve: [], markGone: [] });
    }
    expect(await tableState(database.db)).toEqual(before);
    expect(await countOf(database.db, "trialdrift.runs")).toBe(runsBefore + 2);
  });

  test("the gate asks once and stops where nothing can have changed", async () => {
    const before = await tableState(database.db);
    played.asked();
    const registry = openRegistry({ baseUrl: played.url, rate: 1000, userAgent: "" });
    const now = () => new Date().toISOString();
    const report = await nightly({
      database,
      registry,
      reviews: [folder.read()],
      review: null,
      dryRun: false,
      now,
      onProgress: () => {},
    });
    await registry.close();
    expect(report).toMatchObject({ state: "skipped", exitCode: 0 });
    expect(played.asked()).toEqual(["/version"]);
    expect(await tableState(database.db)).toEqual(before);
    expect(await stepsOf(report.runId)).toEqual(["walk"]);
  });

  test("a dry run publishes nothing", async () => {
    await played.show(3);
    const before = await tableState(database.db);
    const report = await runOnce(database, folder.read(), played, { dryRun: true });
    expect(report.settled[0]?.flags.open.map(({ kind }) => kind).toSorted()).toEqual(["new_trial", "stopped_early"]);
    const after = await tableState(database.db);
    // What it staged is gone again; an imported table's row may stand, unseen.
    expect(after).toEqual(before);
    expect(await stepsOf(report.runId)).toEqual(["walk", "settle"]);
  });

  test("another date gives exactly its changes", async () => {
    const report = await runOnce(database, folder.read(), played);
    expect(await changesOf(report.runId)).toEqual([
      `${nct(101)} status stopped_early RECRUITING TERMINATED 2022-05-01 submitted`,
      `${nct(102)} enrollment enrollment_changed 20 31 dateless submitted`,
      `${nct(103)} completion_date slipped 2023-06 2024-06 2022-06-01 submitted`,
      `${nct(106)} derived derived_only - - dateless calendar`,
    ]);
    const [run] = await rows<Record<string, number>>(
      database.db,
      sql`select new, changed, derived_only, unchanged, older, quarantined from review.runs where run_id = ${report.runId}`,
    );
    expect(run).toEqual({ new: 1, changed: 3, derived_only: 1, unchanged: 2, older: 0, quarantined: 0 });
  });

  test("new headings alone are put in place: one change each time, no version", async () => {
    const versions = await countOf(database.db, "trialdrift.versions");
    await played.show(4);
    const report = await runOnce(database, folder.read(), played);
    expect(await countOf(database.db, "trialdrift.versions")).toBe(versions);
    expect(await countOf(database.db, `trialdrift.versions where nct_id = '${nct(106)}'`)).toBe(1);
    expect(await changesOf(report.runId)).toEqual([`${nct(106)} derived derived_only - - dateless calendar`]);
    const [head] = await readHeads(database.db, [nct(106)]);
    const stored = await readRecords(database.db, [head?.version_id ?? ""]);
    expect(stored.get(head?.version_id ?? "")).toEqual(later(106, { heading: "Lupus of the skin" }));
    const [read] = await rows<{ heading: string }>(
      database.db,
      sql`select record #>> '{derivedSection,conditionBrowseModule,meshes,0,term}' as heading from review.records where nct_id = ${nct(106)}`,
    );
    expect(read?.heading).toBe("Lupus of the skin");
    const before = await tableState(database.db);
    await runOnce(database, folder.read(), played);
    expect(await tableState(database.db)).toEqual(before);
  });
});
