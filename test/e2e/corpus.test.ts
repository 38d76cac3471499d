import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { type PrintedCells, typedKinds } from "../oracle/expected-typed.ts";
import { recordsOf, statusChanges } from "../oracle/status-changes.ts";
import { cli, type Ended, freshDirectory, type Started, startCli } from "../support/cli.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** The first proof of the project: the whole review on real records of two dates, as processes in two shells. */

const corpus = (name: string): string => fileURLToPath(new URL(`../../../shared/corpus/${name}`, import.meta.url));
const JANUARY = corpus("msc-2022-01.jsonl.gz");
const SEPTEMBER = corpus("msc-2022-09.jsonl.gz");
const absent = [JANUARY, SEPTEMBER].filter((path) => !existsSync(path));
const why = absent.length === 0 ? "" : ` (skipped: the shared corpus is not on this machine)`;

interface Table {
  rows: { nct_id: string; cells: PrintedCells }[];
}
const fixture = <T>(path: string): T =>
  JSON.parse(readFileSync(new URL(`../../fixtures/reviews/msc-t1d-sle/${path}`, import.meta.url), "utf8")) as T;
const printed = ["table-1.json", "table-2.json"].flatMap((file) => fixture<Table>(file).rows);
const AS_OF = fixture<{ as_of: { from: string } }>("review.json").as_of.from;

/** Whether words in another notation count as the same or as equivalent is told by test/gold, not by the oracle. */
const quiet = (kind: string | undefined): string | undefined => (kind === "same" ? "equivalent" : kind);

describe.skipIf(absent.length > 0)(`January, then September 2022${why}`, () => {
  const place = freshDirectory(inject("pglite"));
  let replay: Started | null = null;
  let database: Database | null = null;

  async function serve(...paths: string[]): Promise<Record<string, string>> {
    await stop();
    replay = startCli(["replay", ...paths]);
    const [, url = ""] = await replay.says(/CTGOV_BASE_URL=(\S+?) /);
    return { ...place.env, CTGOV_BASE_URL: url };
  }
  async function stop(): Promise<void> {
    replay?.child.kill("SIGTERM");
    const ended = await replay?.ended;
    if (ended !== undefined) expect(ended.code).toBe(0);
    replay = null;
  }
  /** Opens the directory between two processes; nobody else may hold it. */
  async function looking<T>(look: (db: Database["db"]) => Promise<T>): Promise<T> {
    database = await openDatabase({ url: null, dataDir: place.directory, lockWaitMs: 5000, onWait: () => {} });
    try {
      return await look(database.db);
    } finally {
      await database.close();
    }
  }

  let first: Record<string, string> = {};
  let baseline: Ended;
  beforeAll(async () => {
    const env = await serve(JANUARY);
    baseline = await cli(["sync"], env);
  }, 120_000);
  afterAll(async () => {
    await stop();
    await place.dispose();
  });

  test("twenty printed trials present, a ledger that adds up, drift and baseline as the records say", async () => {
    expect(baseline, baseline.stderr).toMatchObject({ code: 0 });
    const january = recordsOf(JANUARY);
    await looking(async (db) => {
      first = await tableState(db);
      const present = await rows<{ nct_id: string }>(
        db,
        sql`select distinct t.nct_id from review.trials t join review.members m using (review, nct_id)
             where t.in_curated and m.state = 'present' order by 1`,
      );
      expect(present.map(({ nct_id }) => nct_id)).toEqual(printed.map(({ nct_id }) => nct_id).toSorted());

      const [run] = await rows<{ ledger: Record<string, number> }>(
        db,
        sql`select to_jsonb(r) as ledger from review.runs r where published_at is not null`,
      );
      const of = (name: string): number => run?.ledger[name] ?? Number.NaN;
      const outcomes = ["new", "changed", "derived_only", "unchanged", "older", "quarantined"].map(of);
      expect(outcomes.reduce((a, b) => a + b)).toBe(of("distinct"));
      expect(of("new")).toBe(await countOf(db, "review.studies"));
      const walks = await rows<{ walks: Record<string, number>[] }>(
        db,
        sql`select walks from trialdrift.runs where published_at is not null`,
      );
      for (const walk of walks[0]?.walks ?? []) {
        expect(walk["received"]).toBe((walk["distinct"] ?? 0) + (walk["duplicates"] ?? 0));
        const lost = (walk["merged"] ?? 0) + (walk["tombstone"] ?? 0) + (walk["left"] ?? 0);
        expect(walk["announced"]).toBe((walk["distinct"] ?? 0) + lost);
      }

      const drift = await rows<{ nct_id: string; column_name: string; kind: string }>(
        db,
        sql`select nct_id, column_name, kind from review.drift`,
      );
      const kinds = new Map(drift.map((one) => [`${one.nct_id} ${one.column_name}`, one.kind]));
      for (const row of printed) {
        for (const [column, verdict] of Object.entries(typedKinds(row.cells, january.get(row.nct_id), AS_OF))) {
          const cell = `${row.nct_id} ${column}`;
          expect(`${cell}: ${quiet(kinds.get(cell))}`).toBe(`${cell}: ${quiet(verdict.kind)}`);
        }
      }

      const flags = await rows<{ said: string }>(
        db,
        sql`select kind || ' ' || nct_id as said from review.flags
             where kind in ('stopped_early', 'withdrawn', 'completed') and baseline and state = 'open' order by 1`,
      );
      expect(flags.map(({ said }) => said)).toEqual([
        "completed NCT00690066",
        "stopped_early NCT02057211",
        "withdrawn NCT02579148",
      ]);
      expect(await countOf(db, "review.flags where not baseline")).toBe(0);
      expect(await countOf(db, "review.changes")).toBe(0);
    });
  });

  test("a second sync writes its own run row and nothing else", async () => {
    const again = await cli(["sync"], { ...place.env, CTGOV_BASE_URL: await currentUrl() });
    expect(again).toMatchObject({ code: 0, stdout: "" });
    await looking(async (db) => {
      expect(await tableState(db)).toEqual(first);
      expect(await countOf(db, "trialdrift.runs")).toBe(2);
    });
  });

  test("September on top yields exactly the status changes that the two files contain for tracked trials", async () => {
    const env = await serve(JANUARY, SEPTEMBER);
    const ended = await cli(["sync"], env);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    await looking(async (db) => {
      const members = await rows<{ nct_id: string }>(db, sql`select distinct nct_id from review.members`);
      const expected = statusChanges(
        JANUARY,
        SEPTEMBER,
        members.map(({ nct_id }) => nct_id),
      );
      expect(expected.length).toBeGreaterThan(0);
      const found = await rows<Record<string, unknown>>(
        db,
        sql`select nct_id as "nctId", from_status as "from", to_status as "to", from_last_known as "fromLastKnown",
                   to_last_known as "toLastKnown", dateless from review.status_changes order by nct_id`,
      );
      expect(found).toEqual(expected);
    });
    const again = await cli(["sync"], env);
    expect(again).toMatchObject({ code: 0, stdout: "" });
  });

  async function currentUrl(): Promise<string> {
    const found = await replay?.says(/CTGOV_BASE_URL=(\S+?) /);
    return found?.[1] ?? "";
  }
});
