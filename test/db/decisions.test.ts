import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { appendDecisions } from "../../pipeline/review/decisions.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import type { TableFile } from "../../pipeline/review/table-file.ts";
import { type Curator, curatorOf } from "../support/deciding.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { type Day, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type Printed, type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** Decisions: files are the truth, the database holds their projection (design 4.5). */

let database: Database;
/** Where reviews are built again; each has an id and trials of its own, so that one is enough. */
let other: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
  other = await openTestDatabase();
});
afterAll(async () => {
  await database?.close();
  await other?.close();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const printed = (n: number, more: Printed["cells"] = {}): Printed => ({
  n,
  cells: {
    enrollment: 25,
    start_date: "2019-03",
    status: null,
    phase: ["Phase 1"],
    country: ["Finland"],
    results: "Not available",
    ...more,
  },
});

interface World {
  played: Played;
  folder: ReviewFolder;
  curator: Curator;
  base: number;
}

/** Three trials of which two are printed; the first two are printed with 25 participants, the registry says 20. */
async function world(id: string, base: number, ...more: Day[]): Promise<World> {
  const records = [1, 2, 3].map((n) => trial(base + n));
  const played = await playRegistry({ date: "2022-01-21", records }, ...more);
  const folder = reviewFolder(id, { cond: "lupus", rows: [printed(base + 1), printed(base + 2)] });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  await runOnce(database, folder.read(), played);
  return { played, folder, curator: curatorOf(database, folder), base };
}

const file = ({ folder }: Pick<World, "folder">): TableFile =>
  JSON.parse(readFileSync(join(folder.directory, folder.id, "table-1.json"), "utf8")) as TableFile;

async function cell(db: Database, review: string, n: number, column = "enrollment"): Promise<string> {
  const [found] = await rows<{ said: string }>(
    db.db,
    sql`select concat_ws(' | ', coalesce(curated, '-'), coalesce(registry, '-'), kind, basis, decision) as said
          from review.drift where review = ${review} and nct_id = ${nct(n)} and column_name = ${column}`,
  );
  return found?.said ?? "none";
}

async function flagOf(review: string, n: number, kind: string): Promise<string[]> {
  const found = await rows<{ state: string }>(
    database.db,
    sql`select state || ' ' || coalesce(column_name, '') as state from review.flags
         where review = ${review} and nct_id = ${nct(n)} and kind = ${kind} order by flag_id`,
  );
  return found.map(({ state }) => state);
}

/** What readers see of a review's table and decisions: every version in force, every cell, drift and decision. */
async function seen(db: Database, review: string): Promise<unknown> {
  return {
    curated: await rows(
      db.db,
      sql`select nct_id, column_name, value from review.curated where review = ${review} and current order by 1, 2`,
    ),
    drift: await rows(
      db.db,
      sql`select nct_id, column_name, curated, registry, kind, basis, decision, decision_id from review.drift
           where review = ${review} order by 1, 2`,
    ),
    cells: await rows(
      db.db,
      sql`select nct_id, column_name, value, decided_by from review.cells where review = ${review} order by 1, 2`,
    ),
    decisions: await rows(
      db.db,
      sql`select id, undoes, "by", "table", nct_id, "column", decision, value, old, registry_then, data_date::text, table_version
            from review.decisions where review = ${review} order by id`,
    ),
  };
}

/** The same folder and the same records in a database that never saw a decision being taken. */
async function rebuilt({ folder, played }: World): Promise<unknown> {
  await runOnce(other, folder.read(), played);
  return seen(other, folder.id);
}

describe("accept", () => {
  test("writes the registry's value into the next version, resolves the flag, and a rebuilt database says the same", async () => {
    const one = await world("accepting", 100);
    expect(await cell(database, "accepting", 101)).toBe("25 | 20 | moved | edited_since");
    expect(await flagOf("accepting", 101, "cell_moved")).toEqual(["open enrollment"]);
    const { decisions, versions } = await one.curator.accept(101, { column: ["enrollment"] });
    expect([...versions]).toEqual([[1, 2]]);
    expect(file(one)).toMatchObject({
      version: 2,
      rows: [{ cells: { enrollment: 20, results: "Not available" } }, { cells: { enrollment: 25 } }],
      log: [
        {
          version: 2,
          by: "Eva",
          changes: [{ nct_id: nct(101), column: "enrollment", old: 25, new: 20, decision: decisions[0]?.id }],
        },
      ],
    });
    expect(await cell(database, "accepting", 101)).toBe("20 | 20 | same | accepted");
    expect(await cell(database, "accepting", 102)).toBe("25 | 20 | moved | edited_since");
    expect(await flagOf("accepting", 101, "cell_moved")).toEqual(["resolved enrollment"]);
    expect(await seen(database, "accepting")).toMatchObject({
      decisions: [
        {
          id: decisions[0]?.id,
          decision: "accepted",
          value: 20,
          old: 25,
          registry_then: "20",
          data_date: "2022-01-21",
          table_version: 2,
        },
      ],
    });
    expect(await rebuilt(one)).toEqual(await seen(database, "accepting"));
    const before = await tableState(database.db);
    await runOnce(database, one.folder.read(), one.played);
    expect(await tableState(database.db)).toEqual(before);
  });

  test("of an accepted cell, only another value of the registry is drift again", async () => {
    const later = { date: "2022-09-28", records: [trial(111, { posted: "2022-09-01", title: "Renamed" })] };
    const moved = { date: "2023-01-10", records: [trial(111, { posted: "2023-01-02", count: 12 })] };
    const one = await world("accepted-later", 110, later, moved);
    await one.curator.accept(111, { column: ["enrollment"] });
    await one.played.show(2);
    await runOnce(database, one.folder.read(), one.played);
    expect(await cell(database, "accepted-later", 111)).toBe("20 | 20 | same | accepted");
    await one.played.show(3);
    await runOnce(database, one.folder.read(), one.played);
    expect(await cell(database, "accepted-later", 111)).toBe("20 | 12 | moved | history | accepted");
    expect(await flagOf("accepted-later", 111, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
  });

  test("a stopped trial's status is answered by its word in the table; a running one prints a blank", async () => {
    const one = await world("status", 120, {
      date: "2022-09-28",
      records: [trial(121, { status: "TERMINATED", posted: "2022-09-01" })],
    });
    await one.played.show(2);
    await runOnce(database, one.folder.read(), one.played);
    expect(await flagOf("status", 121, "stopped_early")).toEqual(["open status"]);
    await one.curator.accept(121, { column: ["status"] });
    expect(await cell(database, "status", 121, "status")).toBe("TERMINATED | TERMINATED | same | accepted");
    expect(await flagOf("status", 121, "stopped_early")).toEqual(["resolved status"]);
    await expect(one.curator.accept(122, { column: ["status"] })).rejects.toThrow("prints just that already");
  });

  test("takes a new study in as the last row, and out again", async () => {
    const one = await world("row", 130);
    expect(await cell(database, "row", 133, "*")).toMatch(/^- \| Cells in trial 133 \| omitted_at_publication/);
    const { decisions } = await one.curator.accept(133, { column: ["*"] });
    expect(file(one).rows.at(-1)).toMatchObject({
      nct_id: nct(133),
      cite: "ClinicalTrials.gov, data of 2022-01-21",
      cells: {
        enrollment: 20,
        status: null,
        results: null,
        country: ["Finland"],
        phase: ["Phase 1"],
        route: { codes: ["intravenous"] },
      },
    });
    expect(await cell(database, "row", 133)).toBe("20 | 20 | same");
    expect(await flagOf("row", 133, "new_trial")).toEqual(["resolved *"]);
    expect(await rebuilt(one)).toEqual(await seen(database, "row"));
    await one.curator.undo(decisions[0]?.id ?? "");
    expect(file(one).rows.map(({ nct_id }) => nct_id)).toEqual([nct(131), nct(132)]);
  });
});

describe("reject", () => {
  test("silences that value of the registry only, and writes no version", async () => {
    const moved = { date: "2022-09-28", records: [trial(141, { posted: "2022-09-01", count: 12 })] };
    const one = await world("rejecting", 140, moved);
    const bytes = JSON.stringify(file(one));
    await one.curator.reject(141, { column: ["enrollment"] });
    expect(JSON.stringify(file(one))).toBe(bytes);
    expect(await cell(database, "rejecting", 141)).toBe("25 | 20 | moved | edited_since | rejected");
    expect(await flagOf("rejecting", 141, "cell_moved")).toEqual(["resolved enrollment"]);
    await expect(one.curator.reject(141, { column: ["enrollment"] })).rejects.toThrow("rejected already, by Eva");
    await runOnce(database, one.folder.read(), one.played);
    expect(await flagOf("rejecting", 141, "cell_moved")).toEqual(["resolved enrollment"]);
    expect(await rebuilt(one)).toEqual(await seen(database, "rejecting"));
    await one.played.show(2);
    await runOnce(database, one.folder.read(), one.played);
    expect(await cell(database, "rejecting", 141)).toBe("25 | 12 | moved | edited_since");
    expect(await flagOf("rejecting", 141, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
  });

  test("of a new study ends its flag", async () => {
    const one = await world("not-taken", 150);
    expect(await flagOf("not-taken", 153, "new_trial")).toEqual(["open *"]);
    await one.curator.reject(153, { column: ["*"] });
    expect(await flagOf("not-taken", 153, "new_trial")).toEqual(["resolved *"]);
    expect(await cell(database, "not-taken", 153, "*")).toContain("| rejected");
  });
});

describe("a curator's own value", () => {
  test("survives syncs, and is flagged when the registry's value moves", async () => {
    const untouched = { date: "2022-09-28", records: [trial(161, { posted: "2022-09-01", title: "Renamed" })] };
    const moved = { date: "2023-01-10", records: [trial(161, { posted: "2023-01-02", count: 12 })] };
    const one = await world("own", 160, untouched, moved);
    await one.curator.accept(161, { column: ["enrollment"], value: "22" });
    expect(await cell(database, "own", 161)).toBe("22 | 20 | differed_when_printed | history | own");
    await one.played.show(2);
    await runOnce(database, one.folder.read(), one.played);
    expect(await cell(database, "own", 161)).toBe("22 | 20 | differed_when_printed | history | own");
    expect(await flagOf("own", 161, "cell_moved")).toEqual(["resolved enrollment"]);
    await one.played.show(3);
    await runOnce(database, one.folder.read(), one.played);
    expect(await cell(database, "own", 161)).toBe("22 | 12 | moved | history | own");
    expect(await flagOf("own", 161, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
  });

  test("of the results sentence and of publications has no drift row, and is a decision all the same", async () => {
    const one = await world("sentence", 170);
    await one.curator.accept(171, { column: ["results"], value: "Better" });
    await one.curator.accept(171, { column: ["publications"], value: "30000001,30000002" });
    await one.curator.reject(171, { column: ["publications"], value: "30000003" });
    expect(file(one).rows[0]?.cells).toMatchObject({ results: "Better", publications: ["30000001", "30000002"] });
    const decisions = await rows(
      database.db,
      sql`select "column", decision, registry_then from review.decisions where review = 'sentence' order by id`,
    );
    expect(decisions).toEqual([
      { column: "results", decision: "own", registry_then: "none" },
      { column: "publications", decision: "accepted", registry_then: "30000001" },
      { column: "publications", decision: "accepted", registry_then: "30000002" },
      { column: "publications", decision: "rejected", registry_then: "30000003" },
    ]);
    const decidedBy = await rows(
      database.db,
      sql`select column_name from review.cells where review = 'sentence' and decided_by = 'curator'`,
    );
    expect(decidedBy).toEqual([{ column_name: "results" }]);
    expect(await rebuilt(one)).toEqual(await seen(database, "sentence"));
  });
});

describe("undo", () => {
  test("brings the cell back in a next version; a later decision on the cell goes first", async () => {
    const one = await world("undoing", 180);
    const before = (await seen(database, "undoing")) as { drift: unknown };
    const first = (await one.curator.accept(181, { column: ["enrollment"] })).decisions[0]?.id ?? "";
    const second = (await one.curator.accept(181, { column: ["enrollment"], value: "22" })).decisions[0]?.id ?? "";
    await expect(one.curator.undo(first)).rejects.toThrow(`undo ${second} first`);
    await one.curator.undo(second);
    expect(await cell(database, "undoing", 181)).toBe("20 | 20 | same | accepted");
    await expect(one.curator.undo(second)).rejects.toThrow("taken back already");
    await one.curator.undo(first);
    expect(file(one)).toMatchObject({ version: 5, rows: [{ cells: { enrollment: 25 } }, {}] });
    expect(((await seen(database, "undoing")) as { drift: unknown }).drift).toEqual(before.drift);
    expect(await flagOf("undoing", 181, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
    expect(await rebuilt(one)).toEqual(await seen(database, "undoing"));
  });

  test("of a rejection asks again", async () => {
    const one = await world("unrejecting", 190);
    const id = (await one.curator.reject(191, { column: ["enrollment"] })).decisions[0]?.id ?? "";
    await one.curator.undo(id);
    expect(await cell(database, "unrejecting", 191)).toBe("25 | 20 | moved | edited_since");
    expect(await flagOf("unrejecting", 191, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
    expect(file(one).version).toBe(1);
  });
});

/** An edit by hand of one cell, in the file as it stands. */
function editByHand(one: World, enrollment: number): void {
  const path = join(one.folder.directory, one.folder.id, "table-1.json");
  const content = file(one);
  const rows = content.rows.map((row, at) => (at === 0 ? { ...row, cells: { ...row.cells, enrollment } } : row));
  writeFileSync(path, JSON.stringify({ ...content, rows }));
}

describe("an edit by hand", () => {
  test("is refused until it is imported, is a version, and the next decision writes it into the log", async () => {
    const one = await world("by-hand", 200);
    editByHand(one, 23);
    await expect(one.curator.accept(202, { column: ["enrollment"] })).rejects.toThrow(
      "not as the last run imported it",
    );
    await runOnce(database, one.folder.read(), null);
    expect(await cell(database, "by-hand", 201)).toBe("23 | 20 | moved | edited_since");
    const { versions } = await one.curator.accept(202, { column: ["enrollment"] });
    expect([...versions]).toEqual([[1, 3]]);
    expect(file(one).log).toMatchObject([
      { version: 2, by: null, changes: [{ nct_id: nct(201), column: "enrollment", old: 25, new: 23, decision: null }] },
      { version: 3, by: "Eva", changes: [{ nct_id: nct(202), column: "enrollment", old: 25, new: 20 }] },
    ]);
    expect(await rebuilt(one)).toEqual(await seen(database, "by-hand"));
  });

  test("over a decision ends it: the cell is the hand's", async () => {
    const one = await world("over", 210);
    const id = (await one.curator.accept(211, { column: ["enrollment"] })).decisions[0]?.id ?? "";
    editByHand(one, 24);
    await runOnce(database, one.folder.read(), null);
    expect(await cell(database, "over", 211)).toBe("24 | 20 | moved | edited_since");
    await expect(one.curator.undo(id)).rejects.toThrow("edited since");
    expect(await rebuilt(one)).toEqual(await seen(database, "over"));
  });

  test("that puts the file back to before a decision is a version too, and carries nothing out again", async () => {
    const one = await world("revert", 220);
    const path = join(one.folder.directory, "revert", "table-1.json");
    const original = readFileSync(path);
    await one.curator.accept(221, { column: ["enrollment"] });
    writeFileSync(path, original);
    await runOnce(database, one.folder.read(), null);
    expect(readFileSync(path)).toEqual(original);
    expect(await cell(database, "revert", 221)).toBe("25 | 20 | moved | edited_since");
    expect(
      await countOf(database.db, "review.curated where review = 'revert' and version = 3 and current"),
    ).toBeGreaterThan(0);
    const { versions } = await one.curator.accept(222, { column: ["enrollment"] });
    expect([...versions]).toEqual([[1, 4]]);
    expect(file(one).log?.map(({ version, by }) => [version, by])).toEqual([
      [2, null],
      [3, null],
      [4, "Eva"],
    ]);
  });
});

describe("a crash between the steps", () => {
  test("after the decision's line: the next import carries it out, and ends like the undisturbed one", async () => {
    const one = await world("cut", 230);
    const copy = mkdtempSync(join(tmpdir(), "trialdrift-cut-"));
    closers.push(() => rmSync(copy, { recursive: true, force: true }));
    cpSync(one.folder.directory, copy, { recursive: true });
    const read = () => readReview(copy, "cut", one.folder.read().place.lexicons);
    await runOnce(other, read(), one.played);
    const { decisions } = await one.curator.accept(231, { column: ["enrollment"] });
    appendDecisions(read(), decisions);
    expect((await seen(other, "cut")) as object).toMatchObject({ decisions: [] });
    await runOnce(other, read(), null);
    expect(await seen(other, "cut")).toEqual(await seen(database, "cut"));
    const [here, there] = [one.folder.directory, copy].map((at) =>
      readFileSync(join(at, "cut", "table-1.json"), "utf8"),
    );
    expect(there).toBe(here);
    const before = await tableState(other.db);
    await runOnce(other, read(), null);
    expect(await tableState(other.db)).toEqual(before);
  });

  test("in the middle of the line: the torn end was never a decision, and the next one stands alone", async () => {
    const one = await world("torn", 240);
    const path = join(one.folder.directory, "torn", "decisions.jsonl");
    writeFileSync(path, '{"id":"01J0000000000000000000000');
    await runOnce(database, one.folder.read(), null);
    const { decisions } = await one.curator.accept(241, { column: ["enrollment"] });
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(decisions[0])}\n`);
  });
});
