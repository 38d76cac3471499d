import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyWriter } from "../../db/copy.ts";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { STAGED, type StagedRow, type StagedVersion, stageEncoded, stageVersions } from "../../db/store.ts";
import { type RunReport, run } from "../../pipeline/run.ts";
import { fileSource } from "../../pipeline/sources/files.ts";
import { openReaders } from "../../pipeline/sources/readers.ts";
import type { Source } from "../../pipeline/sources/source.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, trial } from "../support/small-registry.ts";
import { countOf } from "../support/store-state.ts";

/** The fast way in: read in worker threads, copied in binary. It must tell and store what the plain way does. */

let database: Database;
let folder: string;
beforeAll(async () => {
  database = await openTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "trialdrift-load-"));
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

const load = (source: Source): Promise<RunReport> =>
  run({
    database,
    job: "backfill",
    review: null,
    reviews: [],
    registry: null,
    source,
    now: () => "2026-01-01T00:00:00.000Z",
    onProgress: () => {},
  });

async function loadLines(lines: readonly string[], name = "records-2024-01-02.jsonl"): Promise<RunReport> {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  const readers = openReaders();
  try {
    return await load(readers.serve(fileSource(file)));
  } finally {
    await readers.close();
  }
}

async function ledgerOf(runId: number): Promise<Record<string, unknown> | undefined> {
  const [ledger] = await rows<Record<string, unknown>>(
    database.db,
    sql`select received, duplicates, "distinct", new, changed, derived_only, unchanged, older, quarantined
          from review.runs where run_id = ${runId}`,
  );
  return ledger;
}

const NONE = { duplicates: 0, new: 0, changed: 0, derived_only: 0, unchanged: 0, older: 0, quarantined: 0 };
const line = (n: number, said: Parameters<typeof trial>[1] = {}): string =>
  JSON.stringify(trial(n, { stamp: "2024-01-02", ...said }));

describe("a load through worker threads", () => {
  const many = Array.from({ length: 320 }, (_, n) => 2000 + n);

  test("stores every record once; what cannot be read is quarantined with its bytes", async () => {
    const bad = ["{ not json", line(2400, { start: "2019-02-30" }), "[]"];
    const report = await loadLines([...many.map((n) => line(n)), line(2000), ...bad]);
    expect(report.exitCode).toBe(3);
    expect(await ledgerOf(report.runId)).toEqual({
      ...NONE,
      received: 324,
      duplicates: 1,
      distinct: 323,
      new: 320,
      quarantined: 3,
    });
    expect(await countOf(database.db, "trialdrift.versions where published and nct_id like 'NCT0000%'")).toBe(320);
  });

  test("again, with white space and another stamp, writes its own run row and nothing else", async () => {
    const before = await countOf(database.db, "trialdrift.versions");
    const again = many.map((n) => JSON.stringify(trial(n, { stamp: "2024-01-05" }), null, 1).replaceAll("\n", " "));
    const report = await loadLines(again);
    expect(await ledgerOf(report.runId)).toEqual({ ...NONE, received: 320, distinct: 320, unchanged: 320 });
    expect(await countOf(database.db, "trialdrift.versions")).toBe(before);
  });

  test("tells changed, derived_only and older as the plain way does", async () => {
    const lines = many.map((n) => {
      if (n % 3 === 0) return line(n, { count: 99, stamp: "2024-02-02" });
      if (n % 3 === 1) return line(n, { heading: "Lupus Nephritis", stamp: "2024-02-02" });
      return line(n, { count: 7, stamp: "2023-06-01" });
    });
    const report = await loadLines(lines);
    const third = (rest: number): number => many.filter((n) => n % 3 === rest).length;
    expect(await ledgerOf(report.runId)).toEqual({
      ...NONE,
      received: 320,
      distinct: 320,
      changed: third(0),
      derived_only: third(1),
      older: third(2),
    });
    const found = await rows<{ kind: string; n: number }>(
      database.db,
      sql`select kind, count(*)::int as n from trialdrift.changes where run_id = ${report.runId} and not historic group by kind`,
    );
    expect(found).toEqual(
      expect.arrayContaining([
        { kind: "enrollment_changed", n: third(0) },
        { kind: "derived_only", n: third(1) },
      ]),
    );
  });
});

test("a batch that the database refuses is split until the one bad record is found", async () => {
  await database.db.execute(sql`
    create function trialdrift.refuse() returns trigger language plpgsql as
    $$ begin if new.enrollment = 4242 then raise exception 'not this one' using errcode = '22023'; end if; return new; end $$`);
  await database.db.execute(
    sql`create trigger refuse before insert on trialdrift.rows for each row execute function trialdrift.refuse()`,
  );
  try {
    const report = await loadLines(
      [2501, 2502, 2503, 2504, 2505].map((n) => line(n, { count: n === 2504 ? 4242 : 10 })),
      "refused-2024-01-02.jsonl",
    );
    expect(report.problems).toEqual([
      expect.stringMatching(`^quarantined ${nct(2504)}: the database refuses it: .*not this one`),
    ]);
    expect(await ledgerOf(report.runId)).toEqual({ ...NONE, received: 5, distinct: 5, new: 4, quarantined: 1 });
    expect(await countOf(database.db, `trialdrift.versions where nct_id = '${nct(2504)}'`)).toBe(0);
  } finally {
    await database.db.execute(sql`drop trigger refuse on trialdrift.rows`);
  }
});

describe("rows copied in binary", () => {
  const version = (n: number, raw: Uint8Array): StagedVersion => ({
    versionId: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    nctId: nct(n),
    coreHash: "00000000-0000-4000-8000-00000000000a",
    derivedHash: "00000000-0000-4000-8000-00000000000b",
    dataAt: "2024-01-02T00:00:00",
    raw,
    lastUpdatePosted: n % 2 === 0 ? null : "2024-01-01",
    runId: 1_234_567_890_123,
  });
  const row = (n: number): StagedRow => ({
    versionId: version(n, new Uint8Array()).versionId,
    factsVersion: 1,
    nctId: nct(n),
    title: 'NUL \0, quote ", \u{1f9ec}, half \ud83e and back\\slash\t',
    country: ["Türkiye", "a,b", "", "\0"],
    status: "COMPLETED",
    startDate: "0099-03",
    startDateFrom: "0099-03-01",
    startDateTo: "1999-12-31",
    completionDateFrom: "2000-01-01",
    completionDateTo: "9999-12-31",
    phase: [],
    enrollment: n % 2 === 0 ? null : 2_147_483_647,
    whoMasked: [],
    armsTotal: 0,
    primaryOutcomes: ["x".repeat(5000)],
    conditions: [],
    results: "none",
    hasResults: true,
    publications: ["1"],
  });
  const encoded = (...given: number[]) => {
    const to = { versions: copyWriter<StagedVersion>(STAGED.versions), rows: copyWriter<StagedRow>(STAGED.rows) };
    for (const n of given) {
      to.versions.add(version(n, Uint8Array.of(0, 255, 10, 92)));
      to.rows.add(row(n));
    }
    return { versions: to.versions.end(), rows: to.rows.end() };
  };
  const stored = (...given: number[]) =>
    rows(
      database.db,
      sql`select to_jsonb(v) - 'seq' - 'version_id' - 'nct_id' as version, to_jsonb(r) - 'version_id' - 'nct_id' as row
            from trialdrift.versions v join trialdrift.rows r using (version_id)
           where v.nct_id in (${sql.join(given.map(nct), sql`, `)}) order by v.nct_id`,
    );

  test("are the rows that are inserted", async () => {
    await stageVersions(database.db, [version(3001, Uint8Array.of(0, 255, 10, 92))], [row(3001)]);
    await stageVersions(database.db, [version(3002, Uint8Array.of(0, 255, 10, 92))], [row(3002)]);
    await stageEncoded(database, encoded(3003, 3004), 0, 2);
    expect(await stored(3003, 3004)).toEqual(await stored(3001, 3002));
  });

  test("leave what is there already, and add the rest", async () => {
    const four = encoded(3005, 3004, 3006, 3007);
    await stageEncoded(database, four, 0, 3);
    expect(await stored(3004, 3005, 3006, 3007)).toHaveLength(3);
    await stageEncoded(database, four, 3, 4);
    expect(await stored(3007)).toHaveLength(1);
  });

  test("a row without a binary form is left out whole", () => {
    const to = copyWriter<StagedRow>(STAGED.rows);
    expect(() => to.add({ ...row(3008), startDateTo: "2019-02-30x" })).toThrow(RangeError);
    expect(() => to.add({ ...row(3008), enrollment: 2 ** 40 })).toThrow(RangeError);
    to.add(row(3009));
    const [end] = to.end().ends;
    expect(to.end().ends).toHaveLength(1);
    expect(to.end().bytes.length).toBe(end);
  });
});
