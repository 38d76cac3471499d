import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { rows } from "../../db/sql.ts";
import { cell, file, openWorlds, seen } from "../support/decision-worlds.ts";
import { nct, trial } from "../support/small-registry.ts";
import { runOnce } from "../support/small-review.ts";
import { tableState } from "../support/store-state.ts";

/** Decisions: files are the truth, the database holds their projection (design 4.5). */

const worlds = openWorlds();

describe("accept", () => {
  test("writes the registry's value into the next version, resolves the flag, and a rebuilt database says the same", async () => {
    const one = await worlds.world("accepting", 100);
    expect(await cell(worlds.database, "accepting", 101)).toBe("25 | 20 | moved | edited_since");
    expect(await worlds.flagOf("accepting", 101, "cell_moved")).toEqual(["open enrollment"]);
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
    expect(await cell(worlds.database, "accepting", 101)).toBe("20 | 20 | same | accepted");
    expect(await cell(worlds.database, "accepting", 102)).toBe("25 | 20 | moved | edited_since");
    expect(await worlds.flagOf("accepting", 101, "cell_moved")).toEqual(["resolved enrollment"]);
    expect(await seen(worlds.database, "accepting")).toMatchObject({
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
    expect(await worlds.rebuilt(one)).toEqual(await seen(worlds.database, "accepting"));
    const before = await tableState(worlds.database.db);
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await tableState(worlds.database.db)).toEqual(before);
  });

  test("of an accepted cell, only another value of the registry is drift again", async () => {
    const later = { date: "2022-09-28", records: [trial(111, { posted: "2022-09-01", title: "Renamed" })] };
    const moved = { date: "2023-01-10", records: [trial(111, { posted: "2023-01-02", count: 12 })] };
    const one = await worlds.world("accepted-later", 110, later, moved);
    await one.curator.accept(111, { column: ["enrollment"] });
    await one.played.show(2);
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await cell(worlds.database, "accepted-later", 111)).toBe("20 | 20 | same | accepted");
    await one.played.show(3);
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await cell(worlds.database, "accepted-later", 111)).toBe("20 | 12 | moved | history | accepted");
    expect(await worlds.flagOf("accepted-later", 111, "cell_moved")).toEqual([
      "resolved enrollment",
      "open enrollment",
    ]);
  });

  test("a stopped trial's status is answered by its word in the table; a running one prints a blank", async () => {
    const one = await worlds.world("status", 120, {
      date: "2022-09-28",
      records: [trial(121, { status: "TERMINATED", posted: "2022-09-01" })],
    });
    await one.played.show(2);
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await worlds.flagOf("status", 121, "stopped_early")).toEqual(["open status"]);
    await one.curator.accept(121, { column: ["status"] });
    expect(await cell(worlds.database, "status", 121, "status")).toBe("TERMINATED | TERMINATED | same | accepted");
    expect(await worlds.flagOf("status", 121, "stopped_early")).toEqual(["resolved status"]);
    await expect(one.curator.accept(122, { column: ["status"] })).rejects.toThrow("prints just that already");
  });

  test("takes a new study in as the last row, and out again", async () => {
    const one = await worlds.world("row", 130);
    expect(await cell(worlds.database, "row", 133, "*")).toMatch(/^- \| Cells in trial 133 \| omitted_at_publication/);
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
    expect(await cell(worlds.database, "row", 133)).toBe("20 | 20 | same");
    expect(await worlds.flagOf("row", 133, "new_trial")).toEqual(["resolved *"]);
    expect(await worlds.rebuilt(one)).toEqual(await seen(worlds.database, "row"));
    await one.curator.undo(decisions[0]?.id ?? "");
    expect(file(one).rows.map(({ nct_id }) => nct_id)).toEqual([nct(131), nct(132)]);
  });
});

describe("reject", () => {
  test("silences that value of the registry only, and writes no version", async () => {
    const moved = { date: "2022-09-28", records: [trial(141, { posted: "2022-09-01", count: 12 })] };
    const one = await worlds.world("rejecting", 140, moved);
    const bytes = JSON.stringify(file(one));
    await one.curator.reject(141, { column: ["enrollment"] });
    expect(JSON.stringify(file(one))).toBe(bytes);
    expect(await cell(worlds.database, "rejecting", 141)).toBe("25 | 20 | moved | edited_since | rejected");
    expect(await worlds.flagOf("rejecting", 141, "cell_moved")).toEqual(["resolved enrollment"]);
    await expect(one.curator.reject(141, { column: ["enrollment"] })).rejects.toThrow("rejected already, by Eva");
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await worlds.flagOf("rejecting", 141, "cell_moved")).toEqual(["resolved enrollment"]);
    expect(await worlds.rebuilt(one)).toEqual(await seen(worlds.database, "rejecting"));
    await one.played.show(2);
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await cell(worlds.database, "rejecting", 141)).toBe("25 | 12 | moved | edited_since");
    expect(await worlds.flagOf("rejecting", 141, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
  });

  test("of a new study ends its flag", async () => {
    const one = await worlds.world("not-taken", 150);
    expect(await worlds.flagOf("not-taken", 153, "new_trial")).toEqual(["open *"]);
    await one.curator.reject(153, { column: ["*"] });
    expect(await worlds.flagOf("not-taken", 153, "new_trial")).toEqual(["resolved *"]);
    expect(await cell(worlds.database, "not-taken", 153, "*")).toContain("| rejected");
  });
});

describe("a curator's own value", () => {
  test("survives syncs, and is flagged when the registry's value moves", async () => {
    const untouched = { date: "2022-09-28", records: [trial(161, { posted: "2022-09-01", title: "Renamed" })] };
    const moved = { date: "2023-01-10", records: [trial(161, { posted: "2023-01-02", count: 12 })] };
    const one = await worlds.world("own", 160, untouched, moved);
    await one.curator.accept(161, { column: ["enrollment"], value: "22" });
    expect(await cell(worlds.database, "own", 161)).toBe("22 | 20 | differed_when_printed | history | own");
    await one.played.show(2);
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await cell(worlds.database, "own", 161)).toBe("22 | 20 | differed_when_printed | history | own");
    expect(await worlds.flagOf("own", 161, "cell_moved")).toEqual(["resolved enrollment"]);
    await one.played.show(3);
    await runOnce(worlds.database, one.folder.read(), one.played);
    expect(await cell(worlds.database, "own", 161)).toBe("22 | 12 | moved | history | own");
    expect(await worlds.flagOf("own", 161, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
  });

  test("of the results sentence and of publications has no drift row, and is a decision all the same", async () => {
    const one = await worlds.world("sentence", 170);
    await one.curator.accept(171, { column: ["results"], value: "Better" });
    await one.curator.accept(171, { column: ["publications"], value: "30000001,30000002" });
    await one.curator.reject(171, { column: ["publications"], value: "30000003" });
    expect(file(one).rows[0]?.cells).toMatchObject({ results: "Better", publications: ["30000001", "30000002"] });
    const decisions = await rows(
      worlds.database.db,
      sql`select "column", decision, registry_then from review.decisions where review = 'sentence' order by id`,
    );
    expect(decisions).toEqual([
      { column: "results", decision: "own", registry_then: "none" },
      { column: "publications", decision: "accepted", registry_then: "30000001" },
      { column: "publications", decision: "accepted", registry_then: "30000002" },
      { column: "publications", decision: "rejected", registry_then: "30000003" },
    ]);
    const decidedBy = await rows(
      worlds.database.db,
      sql`select column_name from review.cells where review = 'sentence' and decided_by = 'curator'`,
    );
    expect(decidedBy).toEqual([{ column_name: "results" }]);
    expect(await worlds.rebuilt(one)).toEqual(await seen(worlds.database, "sentence"));
  });
});

describe("undo", () => {
  test("brings the cell back in a next version; a later decision on the cell goes first", async () => {
    const one = await worlds.world("undoing", 180);
    const before = (await seen(worlds.database, "undoing")) as { drift: unknown };
    const first = (await one.curator.accept(181, { column: ["enrollment"] })).decisions[0]?.id ?? "";
    const second = (await one.curator.accept(181, { column: ["enrollment"], value: "22" })).decisions[0]?.id ?? "";
    await expect(one.curator.undo(first)).rejects.toThrow(`undo ${second} first`);
    await one.curator.undo(second);
    expect(await cell(worlds.database, "undoing", 181)).toBe("20 | 20 | same | accepted");
    await expect(one.curator.undo(second)).rejects.toThrow("taken back already");
    await one.curator.undo(first);
    expect(file(one)).toMatchObject({ version: 5, rows: [{ cells: { enrollment: 25 } }, {}] });
    expect(((await seen(worlds.database, "undoing")) as { drift: unknown }).drift).toEqual(before.drift);
    expect(await worlds.flagOf("undoing", 181, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
    expect(await worlds.rebuilt(one)).toEqual(await seen(worlds.database, "undoing"));
  });

  test("of a rejection asks again", async () => {
    const one = await worlds.world("unrejecting", 190);
    const id = (await one.curator.reject(191, { column: ["enrollment"] })).decisions[0]?.id ?? "";
    await one.curator.undo(id);
    expect(await cell(worlds.database, "unrejecting", 191)).toBe("25 | 20 | moved | edited_since");
    expect(await worlds.flagOf("unrejecting", 191, "cell_moved")).toEqual(["resolved enrollment", "open enrollment"]);
    expect(file(one).version).toBe(1);
  });
});
