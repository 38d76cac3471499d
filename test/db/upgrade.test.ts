import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { migrate as migrateServer } from "drizzle-orm/postgres-js/migrator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { assertMigrated, migrate } from "../../db/migrate.ts";
import type { Database } from "../../db/open.ts";
import { type Db, rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";

/** Upgrading: a database left by each earlier schema is brought up to date by the first command that writes, rows kept. */

const MIGRATIONS = fileURLToPath(new URL("../../db/migrations", import.meta.url));
interface Journal {
  entries: { tag: string }[];
}
const journal = JSON.parse(readFileSync(join(MIGRATIONS, "meta/_journal.json"), "utf8")) as Journal;

let database: Database;
const folder = mkdtempSync(join(tmpdir(), "trialdrift-migrations-"));
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const schema of ["review", "trialdrift", "drizzle"])
    await database.db.execute(sql`drop schema if exists ${sql.identifier(schema)} cascade`);
});

/** The database as the program had it when only the first `count` migrations were known. */
async function asOf(count: number): Promise<void> {
  cpSync(MIGRATIONS, folder, { recursive: true });
  const known = { ...journal, entries: journal.entries.slice(0, count) };
  writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify(known));
  const apply = (database.kind === "embedded" ? migratePglite : migrateServer) as (
    db: Db,
    config: { migrationsFolder: string },
  ) => Promise<void>;
  await apply(database.db, { migrationsFolder: folder });
}

const tables = async () =>
  rows<{ name: string }>(
    database.db,
    sql`select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull as name
          from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace in ('trialdrift'::regnamespace, 'review'::regnamespace) and c.relkind in ('r', 'v')
           and a.attnum > 0 and not a.attisdropped order by 1`,
  );

describe("a database of an earlier schema", () => {
  test.each(journal.entries.slice(0, -1).map(({ tag }, at) => [tag, at + 1] as const))(
    "%s becomes what a new one is, and keeps its runs",
    async (_, count) => {
      await migrate(database);
      const fresh = await tables();
      for (const schema of ["review", "trialdrift", "drizzle"])
        await database.db.execute(sql`drop schema ${sql.identifier(schema)} cascade`);
      await asOf(count);
      await database.db.execute(sql`
        insert into trialdrift.runs (job, state, reviews, walks, unknown, rule_versions) values ('sync', 'failed', '{}', '[]', '{}', '{}')`);
      await expect(assertMigrated(database)).rejects.toMatchObject({ code: "migration_missing", exitCode: 2 });
      await migrate(database);
      await assertMigrated(database);
      expect(await tables()).toEqual(fresh);
      expect(await rows(database.db, sql`select job, state from review.runs`)).toEqual([
        { job: "sync", state: "failed" },
      ]);
    },
  );
});
