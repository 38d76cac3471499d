import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readArchive, writeArchive } from "../../db/archive.ts";
import { dumpLines, restoreLines } from "../../db/backup.ts";
import { forgetMigrations, MIGRATION_NAMES, migrate } from "../../db/migrate.ts";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { openMemory, openTestDatabase } from "../support/pglite.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, tableState, viewState } from "../support/store-state.ts";

/** One archive that either database and any later version reads. */

const folder = mkdtempSync(join(tmpdir(), "trialdrift-backup-"));
const quiet = () => {};
const later = { stamp: "2022-09-28" };
let source: Database;
let played: Played;
let review: ReviewFolder;
const opened: Database[] = [];

async function open(kind: "same" | "embedded"): Promise<Database> {
  const database = await (kind === "same" ? openTestDatabase() : openMemory(inject("pglite").dump));
  opened.push(database);
  return database;
}

async function linesOf(database: Database): Promise<string[]> {
  const lines: string[] = [];
  await dumpLines(database, async (line) => void lines.push(line), quiet);
  return lines;
}

async function archive(database: Database, name: string): Promise<string> {
  const file = join(folder, name);
  await writeArchive(file, (write) => dumpLines(database, write, quiet));
  return file;
}

beforeAll(async () => {
  source = await open("same");
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(1), trial(2, { title: 'Tab\t, back\\slash, "quote", \n line' }), trial(3)] },
    { date: "2022-09-28", records: [trial(1, { ...later, status: "COMPLETED" }), trial(2, { ...later, count: 9 })] },
  );
  review = reviewFolder("kept", { cond: "lupus", rows: [{ n: 1, cells: { enrollment: 20, country: ["Finland"] } }] });
  await runOnce(source, review.read(), played);
  await played.show(2);
  await runOnce(source, review.read(), played);
});
afterAll(async () => {
  await played?.close();
  review?.remove();
  for (const database of opened) await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a round trip", () => {
  test("to the embedded database and back gives every row of every table as it was", async () => {
    const there = await open("embedded");
    const first = await archive(source, "first");
    await restoreLines(there, readArchive(first), quiet);
    expect(await linesOf(there)).toEqual(await linesOf(source));
    const back = await open("same");
    await restoreLines(back, readArchive(await archive(there, "second")), quiet);
    expect(await linesOf(back)).toEqual(await linesOf(source));
    expect(await viewState(back.db)).toEqual(await viewState(source.db));
    expect(await countOf(back.db, "trialdrift.changes")).toBeGreaterThan(0);
  });

  test("goes on as if nothing had happened: a run finds nothing new, and numbers go on after the last", async () => {
    const restored = await open("same");
    await restoreLines(restored, readArchive(await archive(source, "third")), quiet);
    const before = await tableState(restored.db);
    const report = await runOnce(restored, review.read(), played);
    expect(report).toMatchObject({ state: "published", exitCode: 0, runId: 3 });
    expect(await tableState(restored.db)).toEqual(before);
  });

  test("the same state makes the same bytes", async () => {
    const [one, two] = [await archive(source, "one"), await archive(source, "two")];
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
    const lines = await linesOf(source);
    for (const pause of [0, 2]) {
      const file = join(folder, `a pause of ${pause} ms`);
      await writeArchive(file, async (write) => {
        for (const line of lines) {
          await write(line);
          if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
        }
      });
      expect(readFileSync(one).equals(readFileSync(file)), file).toBe(true);
    }
  });
});

/** A value of each column type, so that a row can be put into any table of any released schema. */
const VALUES: Record<string, string> = {
  text: "words",
  "text[]": '{a,"b c"}',
  "integer[]": "{1,2}",
  integer: "7",
  bigint: "8",
  boolean: "true",
  jsonb: '{"a": [1, "é"]}',
  bytea: "\\x00ff",
  uuid: "6f9619ff-8b86-4011-b42d-00c04fc964ff",
  date: "2022-02-28",
  "double precision": "1.5",
  "timestamp with time zone": "2022-03-04T05:06:07.123456Z",
};

async function oneRowEach(database: Database): Promise<string[]> {
  const columns = await rows<{ name: string; column: string; type: string; own: boolean }>(
    database.db,
    sql`select c.relname as name, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, a.attidentity <> '' as own
          from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'trialdrift'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
  );
  await database.db.execute(sql`set session_replication_role = replica`);
  const names = [...Map.groupBy(columns, ({ name }) => name)];
  for (const [name, list] of names) {
    const row = Object.fromEntries(
      list.filter(({ own }) => !own).map(({ column, type }) => [column, VALUES[type] ?? `no value of ${type}`]),
    );
    const json = JSON.stringify(row, (_, value: unknown) => value);
    const to = sql`${sql.identifier("trialdrift")}.${sql.identifier(name)}`;
    const cast = list
      .filter(({ own }) => !own)
      .map(({ column, type }) => sql`(${json}::jsonb ->> ${column})::${sql.raw(type)}`);
    await database.db.execute(
      sql`insert into ${to} (${sql.join(
        list.filter(({ own }) => !own).map(({ column }) => sql.identifier(column)),
        sql`, `,
      )}) select ${sql.join(cast, sql`, `)}`,
    );
  }
  await database.db.execute(sql`set session_replication_role = origin`);
  return names.map(([name]) => name);
}

describe("every released schema", () => {
  let old: Database;
  let restored: Database;
  // Opened once: opening is two to five seconds, and each schema begins by taking the one before down.
  beforeAll(async () => {
    [old, restored] = await Promise.all([open("embedded"), open("embedded")]);
  });
  test.each(MIGRATION_NAMES.map((name, at) => [name, at + 1] as const))(
    "%s: upgrades in place, and its backup restores into today's",
    async (_, count) => {
      await forgetMigrations(old);
      await forgetMigrations(restored);
      await migrate(old, count);
      const names = await oneRowEach(old);
      expect(names.length).toBeGreaterThan(10);
      const file = await archive(old, `released-${count}`);
      await migrate(old);
      await restoreLines(restored, readArchive(file), quiet);
      expect(await linesOf(restored)).toEqual(await linesOf(old));
      for (const name of names) expect(await countOf(restored.db, `trialdrift.${name}`), name).toBe(1);
    },
  );
});

describe("what is refused leaves an empty database", () => {
  let database: Database;
  beforeAll(async () => {
    database = await open("same");
  });
  const refused = async (lines: AsyncIterable<string>) => {
    const error = await restoreLines(database, lines, quiet).catch((thrown: unknown) => thrown);
    const [there] = await rows<{ runs: string | null }>(
      database.db,
      sql`select to_regclass('trialdrift.runs')::text as runs`,
    );
    expect(there?.runs === null ? 0 : await countOf(database.db, "trialdrift.runs")).toBe(0);
    return error;
  };

  test("a cut archive, an altered one, one of a later version, a file of something else; then a sound one", async () => {
    const file = await archive(source, "sound");
    const bytes = readFileSync(file);
    const put = (name: string, content: Uint8Array | string) => {
      writeFileSync(join(folder, name), content);
      return readArchive(join(folder, name));
    };
    const text = zstdDecompressSync(bytes).toString("utf8");
    const cutLine = text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1);
    expect(await refused(put("cut", bytes.subarray(0, bytes.length - 40)))).toMatchObject({ code: "usage" });
    expect(await refused(put("no end", zstdCompressSync(cutLine)))).toMatchObject({
      message: expect.stringContaining("was cut"),
    });
    expect(await refused(put("altered", zstdCompressSync(text.replace("Finland", "Sweden!"))))).toMatchObject({
      message: expect.stringContaining("not what was written"),
    });
    const newer = text.replace(/"migrations":\[/, '"migrations":["9999_of_tomorrow",');
    expect(await refused(put("newer", zstdCompressSync(newer)))).toMatchObject({
      message: expect.stringContaining("later version"),
      next: expect.stringContaining("update"),
    });
    expect(await refused(put("words", "only words"))).toMatchObject({ code: "usage" });
    expect(await refused(readArchive(join(folder, "absent")))).toMatchObject({
      message: expect.stringContaining("no such"),
    });
  });

  test("a database that holds runs, and a file that exists", async () => {
    const file = await archive(source, "again");
    await expect(restoreLines(source, readArchive(file), quiet)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("holds runs"),
    });
    await expect(archive(source, "again")).rejects.toMatchObject({ message: expect.stringContaining("exists") });
    await expect(writeArchive(join(folder, "no/such/place"), async () => {})).rejects.toMatchObject({ code: "usage" });
  });
});
