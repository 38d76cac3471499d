import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { Database } from "../../db/open.ts";
import { openTestDatabase } from "./pglite.ts";
import { openSite, type Served } from "./site.ts";
import { nct, type Played, playRegistry, trial } from "./small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "./small-review.ts";

/** One review of three trials as three pages: one that decides, one behind a token, one that only reads. */

export const TOKEN = "a word of sixteen signs";
/** Title and reason of trials that a careless page would run. */
const NASTY = `<script>alert(1)</script>"><img src=x onerror=alert(2)>`;
export const A = nct(11);

export interface Pages {
  database: Database;
  folder: ReviewFolder;
  open: Served;
  closed: Served;
  readOnly: Served;
  /** The text of the table's file. */
  file(): string;
}

/** A cell that differs, as a form names it. */
export const wish = { review: "lupus", table: "1", nct: A, column: "enrollment" };
export const text = async (answer: Promise<Response>): Promise<string> => (await answer).text();

/** Registers the hooks of a test file; what is returned is filled before its first test. */
export function openPages(): Pages {
  const pages = { file: () => readFileSync(join(pages.folder.directory, "lupus", "table-1.json"), "utf8") } as Pages;
  let played: Played;
  beforeAll(async () => {
    const database = await openTestDatabase();
    played = await playRegistry({
      date: "2022-01-21",
      records: [trial(11), trial(12, { title: NASTY }), trial(13, { status: "TERMINATED", why: NASTY })],
    });
    const cells = {
      primary_outcomes: ["HbA1c"],
      enrollment: 25,
      start_date: "2019-05",
      status: null,
      country: ["Finland"],
      results: null,
    };
    const folder = reviewFolder("lupus", { cond: "lupus", rows: [11, 12].map((n) => ({ n, cells })) });
    Object.assign(pages, { database, folder });
    await runOnce(database, folder.read(), played);
    pages.open = await openSite(database, folder.directory);
    pages.closed = await openSite(database, folder.directory, { token: TOKEN });
    pages.readOnly = await openSite(database, folder.directory, { decide: false });
  });
  afterAll(async () => {
    const { open, closed, readOnly, database, folder } = pages;
    expect([open, closed, readOnly].flatMap(({ failures }) => failures)).toEqual([]);
    for (const one of [open, closed, readOnly, played, database]) await one?.close();
    folder?.remove();
  });
  return pages;
}
