import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { migrate as migrateServer } from "drizzle-orm/postgres-js/migrator";
import { TrialdriftError } from "./errors.ts";
import type { Database } from "./open.ts";
import { type Db, rows } from "./sql.ts";

const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));
const VIEWS = fileURLToPath(new URL("./views", import.meta.url));

interface Journal {
  entries: { tag: string; when: number }[];
}

function journal(): Journal {
  return JSON.parse(readFileSync(`${MIGRATIONS}/meta/_journal.json`, "utf8")) as Journal;
}

/** Every migration that this version knows, in order: what a backup says of the schema that it was written under. */
export const MIGRATION_NAMES: readonly string[] = journal().entries.map(({ tag }) => tag);

/** Content hash of the first `count` migrations as drizzle stores it, in journal order. */
function expectedHashes(count = MIGRATION_NAMES.length): string[] {
  return MIGRATION_NAMES.slice(0, count).map((tag) =>
    createHash("sha256")
      .update(readFileSync(`${MIGRATIONS}/${tag}.sql`))
      .digest("hex"),
  );
}

async function appliedHashes(db: Db): Promise<Set<string>> {
  const [exists] = await rows<{ there: boolean }>(
    db,
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  );
  if (exists?.there !== true) return new Set();
  const found = await rows<{ hash: string }>(db, sql`select hash from drizzle.__drizzle_migrations`);
  return new Set(found.map(({ hash }) => hash));
}

/** Names of the migrations applied, in order. */
export async function appliedMigrations(db: Db): Promise<string[]> {
  const applied = await appliedHashes(db);
  const hashes = expectedHashes();
  return MIGRATION_NAMES.filter((_, at) => applied.has(hashes[at] ?? ""));
}

/** Takes down an empty schema, so that an earlier one can be made in its place. Grants on schema review stay. */
export async function forgetMigrations({ db }: Database): Promise<void> {
  await db.execute(sql`drop schema if exists trialdrift cascade`);
  const known = [...(await appliedHashes(db))].filter((hash) => expectedHashes().includes(hash));
  for (const hash of known) await db.execute(sql`delete from drizzle.__drizzle_migrations where hash = ${hash}`);
}

/** Drizzle applies a whole folder: the first `count` migrations are a folder of their own for as long as it takes. */
async function withFolder(count: number, work: (folder: string) => Promise<void>): Promise<void> {
  if (count === MIGRATION_NAMES.length) return work(MIGRATIONS);
  const folder = mkdtempSync(join(tmpdir(), "trialdrift-migrations-"));
  try {
    mkdirSync(join(folder, "meta"));
    for (const tag of MIGRATION_NAMES.slice(0, count)) cpSync(`${MIGRATIONS}/${tag}.sql`, join(folder, `${tag}.sql`));
    const { entries, ...rest } = journal();
    writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify({ ...rest, entries: entries.slice(0, count) }));
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The views of the public contract in file order, which is their order of dependence: NN-name.sql. */
function viewFiles(): { name: string; text: string; hash: string }[] {
  return readdirSync(VIEWS)
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => {
      const text = readFileSync(`${VIEWS}/${file}`, "utf8");
      return { name: file, text, hash: createHash("sha256").update(text).digest("hex") };
    });
}

/**
 * Views are created or replaced when their text changed; the hashes are kept as the comment of schema `review`, which
 * counts only while the views are there: they go with the tables under them.
 */
async function replaceViews(db: Db): Promise<void> {
  const [there] = await rows<{ there: boolean }>(db, sql`select to_regnamespace('review') is not null as there`);
  // Asked first: "if not exists" demands the right to create one even where it exists, and a writer has none.
  if (there?.there !== true) await db.execute(sql`create schema review`);
  const [found] = await rows<{ note: string | null }>(
    db,
    sql`select obj_description('review'::regnamespace, 'pg_namespace') as note
         where to_regclass('review.studies') is not null`,
  );
  const files = viewFiles();
  const note = `trialdrift views ${createHash("sha256")
    .update(files.map(({ hash }) => hash).join())
    .digest("hex")
    .slice(0, 32)}`;
  if (found?.note === note) return;
  await db.transaction(async (tx) => {
    for (const { text } of files) await tx.execute(sql.raw(text));
    await tx.execute(sql.raw(`comment on schema review is '${note}'`));
  });
}

/**
 * Brings the schema up to date, once over all processes: drizzle's migrator has no lock of its own (three concurrent calls
 * ran a migration three times) and skips in silence what is older than the newest applied, so every hash is checked after.
 * `count`: only the first migrations and no views, for a backup that was written under an earlier schema.
 */
export async function migrate(database: Database, count = MIGRATION_NAMES.length): Promise<void> {
  const release = await database.lock(["migrations"]);
  try {
    const expected = expectedHashes(count);
    const before = await appliedHashes(database.db);
    if (expected.some((hash) => !before.has(hash))) {
      const run = database.kind === "embedded" ? migratePglite : migrateServer;
      // The two migrators differ only in the driver type that they declare.
      const apply = run as (db: Db, config: { migrationsFolder: string }) => Promise<void>;
      await withFolder(count, (migrationsFolder) => apply(database.db, { migrationsFolder }));
      const after = await appliedHashes(database.db);
      const missing = MIGRATION_NAMES.slice(0, count).filter((_, at) => !after.has(expected[at] ?? ""));
      if (missing.length > 0)
        throw new TrialdriftError({
          code: "migration_missing",
          message: `migrations not applied although newer ones are: ${missing.join(", ")}`,
          state: "the database has a mixture of two branches of the program",
          next: "restore a backup into a fresh database with this version",
        });
    }
    if (count === MIGRATION_NAMES.length) await replaceViews(database.db);
  } finally {
    await release();
  }
}

/** For readers, who never migrate: throws with the command to run where the schema is older than the program. */
export async function assertMigrated(database: Database): Promise<void> {
  const applied = await appliedHashes(database.db);
  if (expectedHashes().every((hash) => applied.has(hash))) return;
  throw new TrialdriftError({
    code: "migration_missing",
    message:
      applied.size === 0
        ? `there is nothing in the database at ${database.place} yet`
        : `the database at ${database.place} was written by an older version`,
    state: "nothing was read or changed",
    next: "run `trialdrift sync` (it brings the database up to date)",
  });
}
