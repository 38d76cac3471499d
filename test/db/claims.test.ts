import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TRIAL_COLUMNS } from "../../pipeline/review/claim-columns.ts";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { tableState } from "../support/store-state.ts";

/** Sentences of a review over runs: since when, by which trials, and nothing where nothing changed. */

let database: Database;
let played: Played;
let folder: ReviewFolder;

function claim(claims: unknown): void {
  const file = join(folder.directory, folder.id, "review.json");
  const definition = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...definition, claims }));
}
const none = {
  id: "none-completed",
  sentence: "None has been completed.",
  place: "Conclusions",
  table: 1,
  where: { in_curated: true },
  expect: { none: { status: "COMPLETED" } },
};
const printed = {
  id: "twenty-each",
  sentence: "Each enrolled twenty.",
  place: "Methods",
  where: { "curated.enrollment": { stated: true } },
  expect: { all: { "curated.enrollment": "20" } },
};

beforeAll(async () => {
  database = await openTestDatabase();
  const later = { stamp: "2022-09-28" };
  const done = trial(801, { ...later, status: "COMPLETED", posted: "2022-05-01" });
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(801), trial(802)] },
    { date: "2022-09-28", records: [done, trial(802, later)] },
    { date: "2022-10-01", records: [trial(801, { stamp: "2022-10-01" })] },
  );
  folder = reviewFolder("claimed", { cond: "lupus", rows: [{ n: 801, cells: { enrollment: 20, status: null } }] });
  claim([none, printed]);
});
afterAll(async () => {
  await played?.close();
  folder?.remove();
  await database?.close();
});

const answers = () =>
  rows<Record<string, unknown>>(
    database.db,
    sql`select claim, state, since::text, trials, run_id::int from review.claims order by claim`,
  );
const broken = () =>
  rows(
    database.db,
    sql`select table_no, column_name, state, severity, baseline, message from review.flags where kind = 'claim_broken' order by flag_id`,
  );

describe("claims", () => {
  test("hold on the first date; the second run of the same data writes nothing", async () => {
    const first = await runOnce(database, folder.read(), played);
    expect(await answers()).toEqual([
      { claim: "none-completed", state: "holds", since: "2022-01-21", trials: [], run_id: first.runId },
      { claim: "twenty-each", state: "holds", since: "2022-01-21", trials: [], run_id: first.runId },
    ]);
    const before = await tableState(database.db);
    await runOnce(database, folder.read(), played);
    expect(await tableState(database.db)).toEqual(before);
  });

  test("no longer hold from the date on which a trial breaks them, with a flag that names it", async () => {
    await played.show(2);
    const second = await runOnce(database, folder.read(), played);
    const [first] = await answers();
    expect(first).toEqual({
      claim: "none-completed",
      state: "no_longer_holds",
      since: "2022-09-28",
      trials: [nct(801)],
      run_id: second.runId,
    });
    expect(await broken()).toEqual([
      {
        table_no: 1,
        column_name: "none-completed",
        state: "open",
        severity: "high",
        baseline: false,
        message: `"None has been completed." (Conclusions) no longer holds: ${nct(801)}`,
      },
    ]);
  });

  test("a recompute of the same state writes nothing; a reworded sentence keeps since and flag", async () => {
    const before = await tableState(database.db);
    await runOnce(database, folder.read(), null);
    expect(await tableState(database.db)).toEqual(before);
    claim([{ ...none, sentence: "Not one has been completed." }, printed]);
    await runOnce(database, folder.read(), null);
    expect((await answers())[0]).toMatchObject({ state: "no_longer_holds", since: "2022-09-28" });
    expect(await broken()).toHaveLength(1);
  });

  test("hold again when the record goes back: the run resolves the flag", async () => {
    await played.show(3);
    await runOnce(database, folder.read(), played);
    expect((await answers())[0]).toMatchObject({ state: "holds", since: "2022-10-01", trials: [] });
    expect(await broken()).toMatchObject([{ state: "resolved" }]);
  });

  test("a claim taken out of the folder leaves the view, not the table", async () => {
    claim([printed]);
    await runOnce(database, folder.read(), null);
    expect((await answers()).map(({ claim }) => claim)).toEqual(["twenty-each"]);
    const [kept] = await rows<{ count: number }>(
      database.db,
      sql`select count(*)::int as count from trialdrift.claim_states where claim = 'none-completed'`,
    );
    expect(kept?.count).toBeGreaterThan(1);
  });

  test("columns that a claim may ask for are columns of the view", async () => {
    const found = await rows<{ name: string }>(
      database.db,
      sql`select column_name as name from information_schema.columns where table_schema = 'review' and table_name = 'trials'`,
    );
    const names = found.map(({ name }) => name);
    for (const column of TRIAL_COLUMNS) expect(names).toContain(column);
  });

  test("reviews check names a wrong column with its place", () => {
    claim([{ ...none, where: { completed: true } }]);
    expect(() => folder.read()).toThrow(/\$\.claims\[0\]: expected a column of review\.trials .*"completed"/);
  });
});
