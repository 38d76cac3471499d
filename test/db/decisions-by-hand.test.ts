import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { appendDecisions } from "../../pipeline/review/decisions.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import { cell, file, openWorlds, seen, type World } from "../support/decision-worlds.ts";
import { nct } from "../support/small-registry.ts";
import { runOnce } from "../support/small-review.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** A table's file that a person edited, and decisions that were cut short, are taken up by the next import (design 4.5). */

const worlds = openWorlds();

/** An edit by hand of one cell, in the file as it stands. */
function editByHand(one: World, enrollment: number): void {
  const path = join(one.folder.directory, one.folder.id, "table-1.json");
  const content = file(one);
  const rows = content.rows.map((row, at) => (at === 0 ? { ...row, cells: { ...row.cells, enrollment } } : row));
  writeFileSync(path, JSON.stringify({ ...content, rows }));
}

describe("an edit by hand", () => {
  test("is refused until it is imported, is a version, and the next decision writes it into the log", async () => {
    const one = await worlds.world("by-hand", 200);
    editByHand(one, 23);
    await expect(one.curator.accept(202, { column: ["enrollment"] })).rejects.toThrow(
      "not as the last run imported it",
    );
    await runOnce(worlds.database, one.folder.read(), null);
    expect(await cell(worlds.database, "by-hand", 201)).toBe("23 | 20 | moved | edited_since");
    const { versions } = await one.curator.accept(202, { column: ["enrollment"] });
    expect([...versions]).toEqual([[1, 3]]);
    expect(file(one).log).toMatchObject([
      { version: 2, by: null, changes: [{ nct_id: nct(201), column: "enrollment", old: 25, new: 23, decision: null }] },
      { version: 3, by: "Eva", changes: [{ nct_id: nct(202), column: "enrollment", old: 25, new: 20 }] },
    ]);
    expect(await worlds.rebuilt(one)).toEqual(await seen(worlds.database, "by-hand"));
  });

  test("over a decision ends it: the cell is the hand's", async () => {
    const one = await worlds.world("over", 210);
    const id = (await one.curator.accept(211, { column: ["enrollment"] })).decisions[0]?.id ?? "";
    editByHand(one, 24);
    await runOnce(worlds.database, one.folder.read(), null);
    expect(await cell(worlds.database, "over", 211)).toBe("24 | 20 | moved | edited_since");
    await expect(one.curator.undo(id)).rejects.toThrow("edited since");
    expect(await worlds.rebuilt(one)).toEqual(await seen(worlds.database, "over"));
  });

  test("that puts the file back to before a decision is a version too, and carries nothing out again", async () => {
    const one = await worlds.world("revert", 220);
    const path = join(one.folder.directory, "revert", "table-1.json");
    const original = readFileSync(path);
    await one.curator.accept(221, { column: ["enrollment"] });
    writeFileSync(path, original);
    await runOnce(worlds.database, one.folder.read(), null);
    expect(readFileSync(path)).toEqual(original);
    expect(await cell(worlds.database, "revert", 221)).toBe("25 | 20 | moved | edited_since");
    expect(
      await countOf(worlds.database.db, "review.curated where review = 'revert' and version = 3 and current"),
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
    const one = await worlds.world("cut", 230);
    const copy = mkdtempSync(join(tmpdir(), "trialdrift-cut-"));
    worlds.closers.push(() => rmSync(copy, { recursive: true, force: true }));
    cpSync(one.folder.directory, copy, { recursive: true });
    const read = () => readReview(copy, "cut", one.folder.read().place.lexicons);
    await runOnce(worlds.other, read(), one.played);
    const { decisions } = await one.curator.accept(231, { column: ["enrollment"] });
    appendDecisions(read(), decisions);
    expect((await seen(worlds.other, "cut")) as object).toMatchObject({ decisions: [] });
    await runOnce(worlds.other, read(), null);
    expect(await seen(worlds.other, "cut")).toEqual(await seen(worlds.database, "cut"));
    const [here, there] = [one.folder.directory, copy].map((at) =>
      readFileSync(join(at, "cut", "table-1.json"), "utf8"),
    );
    expect(there).toBe(here);
    const before = await tableState(worlds.other.db);
    await runOnce(worlds.other, read(), null);
    expect(await tableState(worlds.other.db)).toEqual(before);
  });

  test("in the middle of the line: the torn end was never a decision, and the next one stands alone", async () => {
    const one = await worlds.world("torn", 240);
    const path = join(one.folder.directory, "torn", "decisions.jsonl");
    writeFileSync(path, '{"id":"01J0000000000000000000000');
    await runOnce(worlds.database, one.folder.read(), null);
    const { decisions } = await one.curator.accept(241, { column: ["enrollment"] });
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(decisions[0])}\n`);
  });
});
