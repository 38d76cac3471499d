import { sql } from "drizzle-orm";
import { TrialdriftError } from "./errors.ts";
import { appliedMigrations, forgetMigrations, MIGRATION_NAMES, migrate } from "./migrate.ts";
import type { Database } from "./open.ts";
import { type Db, rows } from "./sql.ts";

/**
 * A database as lines of JSON and back: every table of schema trialdrift, rows as Postgres prints them in JSON, at the
 * migration that they were written under. Restoring makes the schema of that migration, fills it, and then migrates on, so
 * that a later version reads what an earlier one wrote by the same code that upgrades a live database.
 */

interface Header {
  trialdrift: "backup";
  format: 1;
  /** Names of the migrations applied, in order. */
  migrations: string[];
}

/** Tables in an order in which each comes after those that it refers to, with the columns of their primary keys. */
async function tablesOf(db: Db): Promise<{ name: string; key: string[] }[]> {
  const found = await rows<{ name: string; key: string[]; refers: string[] }>(
    db,
    sql`select c.relname as name,
               (select json_agg(a.attname order by k.place)
                  from pg_index i, unnest(i.indkey::int2[]) with ordinality as k(attnum, place), pg_attribute a
                 where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and a.attnum = k.attnum) as key,
               coalesce((select json_agg(distinct r.relname) from pg_constraint x join pg_class r on r.oid = x.confrelid
                          where x.conrelid = c.oid and x.contype = 'f' and x.confrelid <> c.oid), '[]') as refers
          from pg_class c where c.relnamespace = 'trialdrift'::regnamespace and c.relkind = 'r' order by c.relname`,
  );
  const ordered: typeof found = [];
  while (ordered.length < found.length) {
    const ready = found.filter(
      (one) => !ordered.includes(one) && one.refers.every((name) => ordered.some((done) => done.name === name)),
    );
    if (ready.length === 0) throw new Error("tables of schema trialdrift refer to each other in a circle");
    ordered.push(...ready);
  }
  return ordered.map(({ name, key }) => ({ name, key }));
}

const table = (name: string) => sql`${sql.identifier("trialdrift")}.${sql.identifier(name)}`;

/** The lines of a backup, all of one moment. `onTable` is told each table's rows once they are out. */
export async function dumpLines(
  database: Database,
  write: (line: string) => Promise<void>,
  onTable: (name: string, count: number) => void,
): Promise<void> {
  await database.db.transaction(
    async (tx) => {
      await tx.execute(sql`set local timezone = 'UTC'`);
      const header: Header = { trialdrift: "backup", format: 1, migrations: await appliedMigrations(tx) };
      await write(JSON.stringify(header));
      for (const { name, key } of await tablesOf(tx)) {
        const order = sql.join(
          key.map((column) => sql.identifier(column)),
          sql`, `,
        );
        await tx.execute(
          sql`declare backup no scroll cursor for select to_jsonb(t)::text as row from ${table(name)} t order by ${order}`,
        );
        await write(JSON.stringify(["table", name]));
        let count = 0;
        for (;;) {
          // Written back as one parameter: 200 versions of 5 KB are 2 MB of hex.
          const batch = await rows<{ row: string }>(tx, sql`fetch 200 from backup`);
          if (batch.length === 0) break;
          count += batch.length;
          await write(`["rows",[${batch.map(({ row }) => row).join(",")}]]`);
        }
        await tx.execute(sql`close backup`);
        onTable(name, count);
      }
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

function refuse(message: string, next: string): never {
  throw new TrialdriftError({ code: "usage", message, state: "nothing was restored", next });
}

function headerOf(line: string | undefined): Header {
  let said: unknown = null;
  try {
    said = JSON.parse(line ?? "null");
  } catch {
    said = null;
  }
  const header = said as Partial<Header> | null;
  if (header?.trialdrift !== "backup" || !Array.isArray(header.migrations))
    refuse("this file is no backup of ours", "name a file that `trialdrift backup` wrote");
  if (header.format !== 1)
    refuse(`this backup has format ${String(header.format)}, written by a later version`, "update trialdrift first");
  const unknown = header.migrations.filter((name) => !MIGRATION_NAMES.includes(name));
  if (unknown.length > 0)
    refuse(`this backup was written by a later version (${unknown.join(", ")})`, "update trialdrift first");
  return header as Header;
}

/** Columns that number themselves: their sequences must go on after the greatest restored value. */
async function advanceSequences(db: Db): Promise<void> {
  const found = await rows<{ table_name: string; column_name: string }>(
    db,
    sql`select c.relname as table_name, a.attname as column_name from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'trialdrift'::regnamespace and c.relkind = 'r' and a.attidentity <> ''`,
  );
  for (const one of found)
    await db.execute(
      sql`select setval(pg_get_serial_sequence(${`trialdrift.${one.table_name}`}, ${one.column_name}),
                        coalesce((select max(${sql.identifier(one.column_name)}) from ${table(one.table_name)}), 0) + 1, false)`,
    );
}

async function fill(
  tx: Db,
  lines: AsyncIterator<string>,
  onTable: (name: string, count: number) => void,
): Promise<void> {
  const known = new Set((await tablesOf(tx)).map(({ name }) => name));
  let name = "";
  let count = 0;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const line = next.value;
    if (line.startsWith('["table",')) {
      if (name !== "") onTable(name, count);
      name = (JSON.parse(line) as [string, string])[1];
      count = 0;
      if (!known.has(name)) refuse(`the backup holds a table ${name} that its migrations do not make`, "report it");
      continue;
    }
    if (!line.startsWith('["rows",') || name === "")
      refuse("the backup has a line that cannot be read", "take another copy");
    const batch = line.slice('["rows",'.length, -1);
    const inserted = await rows(
      tx,
      sql`insert into ${table(name)} overriding system value
          select * from jsonb_populate_recordset(null::${table(name)}, ${batch}::jsonb) returning 1`,
    );
    count += inserted.length;
  }
  if (name !== "") onTable(name, count);
}

/**
 * Fills an empty database from the lines of a backup and brings it up to date. Errors: `usage` where the database holds runs
 * already, where the backup is of a later version or broken; the database is then as empty as before.
 */
export async function restoreLines(
  database: Database,
  lines: AsyncIterable<string>,
  onTable: (name: string, count: number) => void,
): Promise<void> {
  const { db } = database;
  const [there] = await rows<{ runs: boolean }>(db, sql`select to_regclass('trialdrift.runs') is not null as runs`);
  if (there?.runs === true) {
    const held = await rows(db, sql`select 1 from trialdrift.runs limit 1`);
    if (held.length > 0)
      refuse(
        `the database at ${database.place} holds runs already`,
        "restore into a fresh database: another DATABASE_URL or TRIALDRIFT_DATA_DIR",
      );
  }
  const from = lines[Symbol.asyncIterator]();
  try {
    const header = headerOf((await from.next()).value as string | undefined);
    await forgetMigrations(database);
    await migrate(database, header.migrations.length);
    await db.transaction(async (tx) => {
      await tx.execute(sql`set local timezone = 'UTC'`);
      await fill(tx, from, onTable);
      await advanceSequences(tx);
    });
    await database.checkpoint();
    await migrate(database);
  } finally {
    await from.return?.();
  }
}
