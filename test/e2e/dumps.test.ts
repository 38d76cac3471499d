import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import { openFresh, openMemory } from "../support/pglite.ts";
import { POSTGRES_15, type PostgresServer, startPostgres } from "../support/postgres-server.ts";
import { type Day, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { loadRecords, type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { viewState } from "../support/store-state.ts";

/**
 * The same runs on PGlite, Postgres 15 and Postgres 18 leave the same rows in every view. Compared are whole dumps without
 * ids, clocks and ages, each row as text, ordered by its bytes.
 */

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));

function recorded(date: string): Day {
  const lines = readFileSync(fixture(`recordings/${date}.jsonl`), "utf8").split("\n");
  return { date, records: lines.filter((line) => line !== "").map((line) => JSON.parse(line) as unknown) };
}

/** What a store can come to hold: changes of many kinds, gone, left, merged and returned, odd text, a refused record. */
const DAYS: Day[] = [
  { date: "2022-01-21", records: [1, 2, 3, 4, 5, 6, 7].map((n) => trial(n)) },
  {
    date: "2022-02-01",
    records: [
      trial(1, { count: 30, posted: "2022-01-30" }),
      trial(2, { status: "TERMINATED", why: 'Zoë ran out of 水 \u{1F4A7}, "quoted"; NUL \0 and a lone \ud800' }),
      trial(3, { condition: "Gout" }),
      trial(4, { status: "UNKNOWN", lastKnown: "RECRUITING" }),
      trial(5, { aliases: [nct(6)] }),
      { protocolSection: { identificationModule: { nctId: nct(8), briefTitle: "Lupus" } } },
    ],
    gone: [nct(7)],
  },
  {
    date: "2022-03-01",
    records: [trial(3, { start: "2019-03-05", completion: "2024" }), trial(7, { heading: "Lupus, other" }), trial(9)],
  },
];

/** Every step of the sequence; each database goes through all of them. */
async function fill(database: Database, demo: Played, small: Played, folder: ReviewFolder): Promise<void> {
  const review = readReview(fixture("reviews"), "msc-t1d-sle", fixture("lexicons"));
  for (const step of [1, 2]) {
    await demo.show(step);
    await runOnce(database, review, demo);
  }
  for (const at of DAYS.keys()) {
    await small.show(at + 1);
    folder.write({
      cond: "Lupus",
      pinned: [9],
      version: at + 1,
      rows: [{ n: 1, cells: { enrollment: at === 2 ? 30 : 20, completion_date: "2023-06", country: ["Finland"] } }],
    });
    await runOnce(database, folder.read(), small);
  }
  await loadRecords(database, "2021-06-01", [trial(1, { count: 12 }), trial(2, { status: "SUSPENDED" })]);
  await runOnce(database, folder.read(), null);
  await runOnce(database, review, null);
}

let demo: Played;
let small: Played;
let folder: ReviewFolder;
const dumps = new Map<string, Record<string, string[]>>();
let server: PostgresServer | null = null;
const has15 = existsSync(`${POSTGRES_15}/initdb`);

beforeAll(async () => {
  demo = await playRegistry(recorded("2022-01-21"), recorded("2026-11-20"));
  small = await playRegistry(...DAYS);
  folder = reviewFolder("small", { cond: "Lupus" });
  if (has15) server = await startPostgres(POSTGRES_15);
  const url15 = server?.url;
  const places: [string, () => Promise<Database>][] = [
    ["PGlite", () => openMemory(inject("pglite").dump)],
    ["Postgres 18", () => openFresh(inject("postgres"))],
    ...(url15 === undefined
      ? []
      : [["Postgres 15", () => openFresh(url15)] satisfies [string, () => Promise<Database>]]),
  ];
  for (const [name, open] of places) {
    const database = await open();
    try {
      await fill(database, demo, small, folder);
      const [{ version } = { version: "" }] = await rows<{ version: string }>(
        database.db,
        sql`select current_setting('server_version') as version`,
      );
      expect(version).toMatch(name === "Postgres 15" ? /^15\./ : /^1[78]\./);
      dumps.set(name, await viewState(database.db));
    } finally {
      await database.close();
    }
  }
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await small?.close();
  folder?.remove();
  await server?.stop();
});

test("the sequence leaves rows in every view", () => {
  const dump = dumps.get("PGlite") ?? {};
  expect(Object.keys(dump).length).toBeGreaterThan(15);
  // Views of parts that no run of this sequence is about may be empty; these may not.
  for (const view of [
    "trials",
    "studies",
    "records",
    "versions",
    "cells",
    "drift",
    "changes",
    "status_changes",
    "flags",
  ])
    expect(dump[view]?.length, view).toBeGreaterThan(0);
  for (const view of ["members", "member_events", "runs", "curated", "quarantine", "reviews", "freshness", "contract"])
    expect(dump[view]?.length, view).toBeGreaterThan(0);
});

test("Postgres 18 shows what PGlite shows", () => expect(dumps.get("Postgres 18")).toEqual(dumps.get("PGlite")));

test.skipIf(!has15)(
  `Postgres 15 shows what PGlite shows${has15 ? "" : " (skipped: Debian's package postgresql-15 is not installed)"}`,
  () => expect(dumps.get("Postgres 15")).toEqual(dumps.get("PGlite")),
);
