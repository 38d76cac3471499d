import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPublished, readStandAfter, readStandAt } from "../../db/history.ts";
import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { loadRecords, type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";

/** What readers saw on each of four days and after each run can be had back, after everything that came later. */

const DAYS = ["2022-01-21", "2022-02-01", "2022-03-01", "2022-04-01"];
const PRINTED = { enrollment: 20, completion_date: "2023-06" };
let database: Database;
let played: Played;
let folder: ReviewFolder;

type Row = Record<string, unknown>;
/** What the three views held at the end of each day. */
const seen: { trials: Row[]; cells: Row[]; drift: Row[] }[] = [];
const runIds: number[] = [];

const trialsAt = async (day: string): Promise<Row[]> =>
  (
    await rows<{ row: Row }>(
      database.db,
      sql`select row_to_json(t) as row from review.trials_at(${day}::date) t order by review, table_no, nct_id`,
    )
  ).map(({ row }) => row);

beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: DAYS[0] ?? "", records: [trial(1), trial(2), trial(3)] },
    // 1 grows, 3 leaves the query, 4 comes
    {
      date: DAYS[1] ?? "",
      records: [trial(1, { count: 30 }), trial(3, { condition: "Gout" }), trial(4)],
    },
    // 2 is gone, 3 returns
    { date: DAYS[2] ?? "", records: [trial(3)], gone: [nct(2)] },
    { date: DAYS[3] ?? "", records: [trial(1, { count: 30, status: "COMPLETED" })] },
    { date: "2022-05-01", records: [trial(4, { count: 31 })] },
  );
  folder = reviewFolder("then", { cond: "Lupus", rows: [{ n: 1, cells: PRINTED }] });
  for (const at of DAYS.keys()) {
    await played.show(at + 1);
    // The table is edited before the third day.
    if (at === 2)
      folder.write({
        cond: "Lupus",
        version: 2,
        rows: [
          { n: 1, cells: { ...PRINTED, enrollment: 30 } },
          { n: 4, cells: PRINTED },
        ],
      });
    runIds.push((await runOnce(database, folder.read(), played)).runId);
    const read = (view: "trials" | "cells" | "drift") => readView<Row>(database.db, view);
    seen.push({ trials: await read("trials"), cells: await read("cells"), drift: await read("drift") });
  }
}, 60_000);
afterAll(async () => {
  await played?.close();
  await database?.close();
  folder?.remove();
});

test("the days differ, or the tests below would show nothing", () => {
  expect(seen.map(({ trials }) => trials.map(({ nct_id }) => nct_id))).toEqual([
    [nct(1), nct(2), nct(3)],
    [nct(1), nct(2), nct(4)],
    [nct(1), nct(3), nct(4)],
    [nct(1), nct(3), nct(4)],
  ]);
});

test("review.trials_at(day) is review.trials as it was at the end of that day", async () => {
  for (const [at, day] of DAYS.entries()) expect(await trialsAt(day), day).toEqual(seen[at]?.trials);
  const between = await trialsAt("2022-02-20");
  expect(between).toEqual(seen[1]?.trials);
  expect(await trialsAt("2022-01-20")).toEqual([]);
});

test("what a run left published: trials, cells, drift and the table then in force", async () => {
  const sorted = (list: readonly object[]): string[] =>
    list.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  const columns = ["table_no", "nct_id", "title", "director", "country", "status", "last_known_status", "why_stopped"];
  const part = (row: Row, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, row[name]]));
  for (const [at, runId] of runIds.entries()) {
    const stand = await readStandAfter(database.db, "then", runId);
    expect(stand).toEqual({ tables: { 1: at < 2 ? 1 : 2 }, dataDate: DAYS[at] });
    const then = await readPublished<Row, Row, Row>(database.db, "then", runId, stand?.tables ?? {});
    const names = [...columns, "first_posted", "last_update_posted", "data_date", "in_curated"];
    expect(then.trials.map((row) => part(row, names))).toEqual(seen[at]?.trials.map((row) => part(row, names)));
    const words = ["nct_id", "column_name", "value", "source_path", "span", "confidence", "rule", "decided_by"];
    expect(sorted(then.cells.map((row) => part(row, words)))).toEqual(
      sorted((seen[at]?.cells ?? []).map((row) => part(row, words))),
    );
    expect(sorted(then.drift)).toEqual(sorted(seen[at]?.drift ?? []));
  }
  expect(await readStandAfter(database.db, "then", (runIds[0] ?? 0) - 1)).toBeNull();
});

test("versions are in force from their data date to the next; a day before the first run has the first table", async () => {
  const found = await readView<Row>(database.db, "versions", { nctIds: [nct(1)] });
  expect(found).toEqual(
    [
      [DAYS[0], DAYS[1]],
      [DAYS[1], DAYS[3]],
      [DAYS[3], null],
    ].map(([from, to], at) => ({
      nct_id: nct(1),
      data_date: from,
      valid_from: from,
      valid_to: to,
      last_update_posted: "2021-03-01",
      dated: "observed",
      run_id: [runIds[0], runIds[1], runIds[3]][at],
    })),
  );
  expect(await readStandAt(database.db, "then", "2001-01-01")).toEqual({ tables: { 1: 1 }, dataDate: null });
});

test("older input makes an earlier day readable", async () => {
  await loadRecords(database, "2021-12-01", [trial(1, { count: 12 })]);
  expect(await trialsAt("2021-12-15")).toMatchObject([
    { nct_id: nct(1), enrollment: 12, data_date: "2021-12-01", in_curated: true, confirmed_data_date: null, route: [] },
  ]);
  expect(await trialsAt(DAYS[0] ?? "")).toEqual(seen[0]?.trials);
});

test("the reader's role may call trials_at and read no table behind it", async () => {
  const reader = `history_reader_${process.pid}`;
  await database.db.execute(sql.raw(`create role ${reader} nologin`));
  try {
    await database.db.execute(sql.raw(`grant usage on schema review to ${reader}`));
    await database.db.execute(sql.raw(`grant select on all tables in schema review to ${reader}`));
    const [found] = await database.db.transaction(async (tx) => {
      await tx.execute(sql.raw(`set local role ${reader}`));
      return rows<{ n: number }>(tx, sql`select count(*)::int as n from review.trials_at('2022-01-21')`);
    });
    expect(found?.n).toBe(3);
  } finally {
    await database.db.execute(sql.raw(`drop owned by ${reader}`));
    await database.db.execute(sql.raw(`drop role ${reader}`));
  }
});

test("members of before their states were kept get one, by the run that made what readers see", async () => {
  const state = async () =>
    rows<Row>(
      database.db,
      sql`select nct_id, run_id::int as run from trialdrift.member_states where review = 'then' order by 1, 2`,
    );
  await database.db.execute(sql`delete from trialdrift.member_states`);
  const { tables } = (await readStandAfter(database.db, "then", runIds[3] ?? 0)) ?? { tables: {} };
  const unkept = await readPublished<Row, Row, Row>(database.db, "then", runIds[3] ?? 0, tables);
  expect(unkept.trials.map(({ nct_id }) => nct_id)).toEqual([nct(1), nct(3), nct(4)]);
  await played.show(5);
  const { runId } = await runOnce(database, folder.read(), played);
  expect(await state()).toEqual([
    { nct_id: nct(1), run: runIds[3] },
    { nct_id: nct(3), run: runIds[2] },
    { nct_id: nct(4), run: runIds[2] },
    { nct_id: nct(4), run: runId },
  ]);
});
