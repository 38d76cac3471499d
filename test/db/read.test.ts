import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { readTableHeads } from "../../db/curated.ts";
import { parseSince, readView } from "../../db/read.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { NCT } from "./views-names.ts";
import { fillStore } from "./views-store.ts";

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  await fillStore(database.db);
});
afterAll(() => database?.close());

const ids = (found: { nct_id?: unknown }[]) => found.map(({ nct_id }) => nct_id);
const read = (...args: Parameters<typeof readView> extends [unknown, ...infer Rest] ? Rest : never) =>
  readView(database.db, ...args);

describe("filters", () => {
  test("--since is held against the publication of the run", async () => {
    const since = (text: string) => ({ since: parseSince(text) });
    expect(ids(await read("changes", since("run:3")))).toEqual([NCT(1), NCT(9)]);
    expect(ids(await read("changes", since("2022-01-21")))).toHaveLength(3);
    expect(ids(await read("changes", since("2022-01-21T10:00:00Z")))).toHaveLength(3);
    expect(ids(await read("changes", since("2022-01-21T10:00:01Z")))).toHaveLength(2);
    expect(ids(await read("flags", since("2022-01-22")))).toEqual([NCT(1)]);
    expect(ids(await read("members", since("run:3")))).toEqual([NCT(3)]);
    expect(ids(await read("drift", since("run:2")))).toEqual([NCT(6), NCT(6)]);
    expect((await read("runs", since("2022-01-24"))).map(({ run_id }) => run_id)).toEqual([5, 4]);
    expect(await read("quarantine", since("2022-01-23"))).toEqual([]);
    expect((await read("reviews", since("run:3"))).map(({ review }) => review)).toEqual(["r1"]);
    expect(await read("reviews", since("2022-01-24"))).toEqual([]);
  });

  test("--kind takes the words of the view; --review means its members where the view has no review", async () => {
    expect(ids(await read("changes", { kinds: ["slipped"] }))).toEqual([NCT(1)]);
    expect(ids(await read("drift", { kinds: ["overlap", "moved"], table: 1 }))).toEqual([NCT(1), NCT(6)]);
    expect(ids(await read("members", { kinds: ["left"] }))).toEqual([NCT(5)]);
    expect(ids(await read("changes", { review: "r1" }))).toEqual([NCT(1), NCT(1)]);
    expect(await read("runs", { review: "r1" })).toHaveLength(5);
    expect(await read("runs", { review: "r2" })).toEqual([]);
    expect(await read("studies", { nctIds: [] })).toEqual([]);
  });

  test("words of a user are values, never SQL", async () => {
    const nasty = "x') or true --";
    expect(await read("trials", { review: nasty })).toEqual([]);
    expect(await read("trials", { nctIds: [nasty, "\u0027;drop table"] })).toEqual([]);
    await expect(read("flags", { kinds: [nasty] })).rejects.toMatchObject({ code: "usage" });
  });

  test("a filter that a view lacks is refused", async () => {
    const usage = { code: "usage" };
    await expect(read("drift", { kinds: ["moving"] })).rejects.toMatchObject(usage);
    await expect(read("reviews", { kinds: ["open"] })).rejects.toMatchObject(usage);
    await expect(read("runs", { nctIds: [NCT(1)] })).rejects.toMatchObject(usage);
    await expect(read("runs", { table: 1 })).rejects.toMatchObject(usage);
    await expect(read("contract", { review: "r1" })).rejects.toMatchObject(usage);
    await expect(read("studies", { since: { at: "2022-01-01T00:00:00Z" } })).rejects.toMatchObject(usage);
    await expect(read("changes", { since: { run: 99 } })).rejects.toMatchObject(usage);
    await expect(read("changes", { since: { run: 4 } })).rejects.toMatchObject(usage);
  });

  test("since is read as a date at UTC midnight, an instant, or a run", () => {
    expect(parseSince("2026-11-20")).toEqual({ at: "2026-11-20T00:00:00.000Z" });
    expect(parseSince("2026-11-20T15:30+02:00")).toEqual({ at: "2026-11-20T13:30:00.000Z" });
    expect(parseSince("2026-11-20 15:30")).toEqual({ at: "2026-11-20T15:30:00.000Z" });
    expect(parseSince("run:12")).toEqual({ run: 12 });
    for (const bad of ["", "yesterday", "2026-02-30", "2026-13-01", "run:0", "run:x", "2026-11-20T25:00"])
      expect(() => parseSince(bad)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

test("the head of a table: citation, footnotes, printed order of the version in force", async () => {
  expect(await readTableHeads(database.db, "r1")).toEqual([
    {
      review: "r1",
      title: "Review one",
      citation: "Somebody, 2018",
      codes: null,
      table: 1,
      tableTitle: "First table",
      version: 2,
      footnotes: { "‡": "a note" },
      order: [NCT(2), NCT(1)],
    },
  ]);
  expect(await readTableHeads(database.db, "nobody")).toEqual([]);
});
