import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { readView, VIEW_NAMES } from "../../db/read.ts";
import { rows, sqlState } from "../../db/sql.ts";
import { LISTS } from "../../pipeline/report/list.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { NCT } from "./views-names.ts";
import { fillStore } from "./views-store.ts";

const SCHEMA = readFileSync(new URL("../../docs/schema.md", import.meta.url), "utf8");
let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  await fillStore(database.db);
});
afterAll(() => database?.close());

const ids = (found: { nct_id?: unknown }[]) => found.map((row) => row.nct_id);
const read = (...args: Parameters<typeof readView> extends [unknown, ...infer Rest] ? Rest : never) =>
  readView(database.db, ...args);

/** "view column type" of every column, in the order of the views. */
async function columnsInDatabase(): Promise<string[]> {
  const found = await rows<{ said: string }>(
    database.db,
    sql`select c.relname || ' ' || a.attname || ' ' ||
               replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz') as said
          from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'review'::regnamespace and a.attnum > 0 order by c.relname, a.attnum`,
  );
  return found.map(({ said }) => said);
}

function columnsInDocument(): string[] {
  const views = SCHEMA.split(/^### review\./m).slice(1);
  return views
    .toSorted((a, b) => ((a.split("\n")[0] ?? "") < (b.split("\n")[0] ?? "") ? -1 : 1))
    .flatMap((text) => {
      const section = text.split(/^## /m)[0] ?? "";
      const name = section.split("\n")[0];
      return [...section.matchAll(/^\| (\w+) \| ([\w ]+(?:\[\])?) \| \S/gm)]
        .filter(([, , type]) => type !== "type")
        .map(([, column, type]) => `${name} ${column} ${type}`);
    });
}

describe("contract", () => {
  test("docs/schema.md names every column of every view with its type, and no other", async () => {
    const documented = columnsInDocument();
    expect(documented.length).toBeGreaterThan(150);
    const byView = (all: string[], view: string) => all.filter((one) => one.startsWith(`${view} `));
    const actual = await columnsInDatabase();
    for (const view of VIEW_NAMES) expect(byView(documented, view)).toEqual(byView(actual, view));
    expect(documented.toSorted()).toEqual(actual.toSorted());
    expect(await read("contract")).toEqual([{ version: "1.3" }]);
  });

  test("lists print the columns of their views in CSV", async () => {
    const actual = await columnsInDatabase();
    for (const [noun, { fields }] of Object.entries(LISTS))
      expect(fields).toEqual(actual.filter((one) => one.startsWith(`${noun} `)).map((one) => one.split(" ")[1]));
  });

  test("the reader's role sees the views and no table", async () => {
    const shown = /```sql\n(create role trialdrift_reader[^`]+)```/.exec(SCHEMA)?.[1] ?? "";
    const [reader, dashboard] = [1, 2].map((n) => `reader_${n}_${process.pid}`);
    const statements = shown.replaceAll("trialdrift_reader", `${reader}`).replaceAll("dashboard", `${dashboard}`);
    const use = (statement: string) =>
      database.db.transaction(async (tx) => {
        await tx.execute(sql.raw(`set local role ${dashboard}`));
        return rows(tx, sql.raw(statement));
      });
    const refusal = (statement: string) => use(statement).then(() => "allowed", sqlState);
    for (const one of statements.split(";").filter((text) => text.trim() !== ""))
      await database.db.execute(sql.raw(one));
    try {
      for (const view of VIEW_NAMES) await use(`select * from review.${view}`);
      expect(await refusal("select * from trialdrift.studies")).toBe("42501");
      expect(await refusal("delete from review.runs")).toBe("42501");
    } finally {
      for (const role of [dashboard, reader]) await database.db.execute(sql.raw(`drop owned by ${role}`));
      for (const role of [dashboard, reader]) await database.db.execute(sql.raw(`drop role ${role}`));
    }
  });
});

describe("visibility", () => {
  test("a staged version is in no view, and neither is a study whose only version is staged", async () => {
    expect(ids(await read("studies"))).toEqual([1, 2, 3, 4, 5, 7].map(NCT));
    expect(await read("studies", { nctIds: [NCT(1)] })).toMatchObject([
      { status: "RECRUITING", title: "Study 1 by rules 2", data_date: "2022-01-21", start_date_to: "2014-04-30" },
    ]);
    for (const view of ["studies", "trials"] as const)
      expect((await read(view, { nctIds: [NCT(1)] }))[0]?.["publications"]).toEqual(["12345678"]);
    expect(ids(await read("trials", { review: "r1" }))).not.toContain(NCT(6));
    expect(await read("records", { nctIds: [NCT(1), NCT(6)] })).toEqual([
      { nct_id: NCT(1), data_date: "2022-01-21", record: { id: NCT(1) } },
    ]);
  });

  test("cells and drift are those of the derivation that the member points at", async () => {
    const cells = await read("cells", { review: "r1" });
    expect(cells.map(({ nct_id, value }) => [nct_id, value])).toEqual([
      [NCT(1), "iv and ipa"],
      [NCT(6), "gone"],
    ]);
    expect(cells[0]).toMatchObject({ neutral: ["intravenous"], evidence: [{ path: "a.b" }], extractor_version: "x1" });
    const drift = await read("drift", { nctIds: [NCT(1)] });
    expect(drift.map(({ column_name, registry }) => [column_name, registry])).toEqual([
      ["director", "A"],
      ["route", "iv and ipa"],
    ]);
    expect(drift[0]?.["last_update_posted"]).toBe("2021-12-23");
    expect((await read("drift", { nctIds: [NCT(6)] }))[0]?.["last_update_posted"]).toBeNull();
  });

  test("superseded changes and table versions not in force are left out; running runs are not", async () => {
    expect(ids(await read("changes"))).toEqual([NCT(1), NCT(1), NCT(9)]);
    const curated = await read("curated", { review: "r1", table: 1 });
    expect(curated.map(({ version, nct_id, current }) => [version, nct_id, current])).toEqual([
      [1, NCT(1), false],
      [2, NCT(1), true],
      [2, NCT(2), true],
    ]);
    expect((await read("runs")).map(({ run_id }) => run_id)).toEqual([5, 4, 3, 2, 1]);
  });
});

describe("trials", () => {
  test("holds screened-in, printed and still pinned studies, under each of their tables", async () => {
    expect(
      (await read("trials", { review: "r1" })).map(({ table_no, nct_id, in_curated }) => [
        table_no,
        nct_id,
        in_curated,
      ]),
    ).toEqual([
      [1, NCT(1), true],
      [1, NCT(2), true],
      [1, NCT(4), false],
      [2, NCT(1), false],
    ]);
  });

  test("a review without tables has its trials under no table", async () => {
    expect(await read("trials", { review: "r2" })).toMatchObject([
      { nct_id: NCT(7), table_no: null, in_curated: false, route: [], confirmed_data_date: null },
    ]);
  });

  test("columns come from the head and the derivation, confirmed by the last complete run that asked the registry", async () => {
    expect((await read("trials", { review: "r1", table: 1, nctIds: [NCT(1)] }))[0]).toMatchObject({
      country: ["Sweden", "Norway"],
      phase: ["PHASE1"],
      enrollment: 20,
      arms_total: 2,
      has_results: false,
      route: ["iv"],
      cell_source: ["UC-MSCs"],
      tissue: ["umbilical_cord"],
      donor: null,
      extractor_version: "x1",
      data_date: "2022-01-21",
      confirmed_data_date: "2022-01-21",
    });
  });
});

describe("what runs found", () => {
  test("status changes carry the statuses apart", async () => {
    expect((await read("status_changes", { review: "r1" }))[0]).toMatchObject({
      change_id: 1,
      run_id: 1,
      data_date: "2022-01-21",
      detected_at: "2022-01-21T10:00:00.000Z",
      dateless: true,
      from_status: "UNKNOWN",
      to_status: "TERMINATED",
      from_last_known: "RECRUITING",
      to_last_known: null,
      why_stopped: "no money",
    });
    expect(ids(await read("status_changes"))).toEqual([NCT(1), NCT(9)]);
  });

  test("flags say null for none, worst first", async () => {
    const found = await read("flags", { review: "r1" });
    expect(found.map(({ severity }) => severity)).toEqual(["high", "high", "info"]);
    expect(found[2]).toMatchObject({ table_no: null, nct_id: null, column_name: null, evidence: { a: 1 } });
    expect(await read("flags", { table: 1 })).toMatchObject([{ nct_id: NCT(1), column_name: "status" }]);
  });

  test("members stand once a watchlist, with why they left or how they were screened", async () => {
    const found = await read("members", { review: "r1" });
    expect(found.map(({ watchlist, nct_id, screened, reason }) => [watchlist, nct_id, screened, reason])).toEqual([
      ["w", NCT(1), "in", "screened in"],
      ["w", NCT(3), "out", "screened out"],
      ["w", NCT(4), "out", "screened out"],
      ["w", NCT(5), "out", "query_changed"],
      ["wide", NCT(1), "in", "screened in"],
    ]);
    expect(found[0]).toMatchObject({ how: ["matched", "curated"], entered_at: "2022-01-21T08:00:00.123Z" });
  });

  test("runs, reviews, quarantine and freshness", async () => {
    const found = await read("runs");
    expect(found[4]).toMatchObject({
      distinct: 2,
      duplicates: 1,
      left: 4,
      new: 2,
      data_date: "2022-01-21",
      announced: null,
    });
    expect(await read("reviews", { review: "r1" })).toMatchObject([
      { tables: { 1: 2, 2: 1 }, members: 3, last_run_id: 3 },
    ]);
    expect(await read("quarantine")).toMatchObject([{ nct_id: null, count: 2, hash: expect.stringMatching(/^0{8}-/) }]);
    const fresh = await read("freshness");
    // The idle run of the 24th found nothing to do: in step. The dead run of the 25th is how the last one ended.
    expect(fresh).toMatchObject([
      {
        review: "r1",
        data_date: "2022-01-21",
        last_complete_at: "2022-01-24T10:00:00.000Z",
        last_state: "abandoned",
        open_flags: 2,
      },
      { review: "r2", data_date: null, last_complete_at: null, last_state: null, age_hours: null, open_flags: 0 },
    ]);
    expect(fresh[0]?.["age_hours"]).toBeGreaterThan(24 * 365);
  });
});
