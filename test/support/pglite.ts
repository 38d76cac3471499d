import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import postgres from "postgres";
import { inject } from "vitest";
import { copyIntoEmbedded } from "../../db/copy-in.ts";
import { migrate } from "../../db/migrate.ts";
import type { Database } from "../../db/open.ts";
import { openServer } from "../../db/server.ts";

/** PGlite in memory, migrated, with its views: nothing is written to disk. `dump` is an empty one to begin with. */
export async function openMemory(dump: string | null = null): Promise<Database> {
  const exitCode = process.exitCode;
  const client = await PGlite.create(dump === null ? {} : { loadDataDir: new Blob([readFileSync(dump)]) });
  process.exitCode = exitCode;
  const database: Database = {
    db: drizzle(client),
    kind: "embedded",
    place: "memory",
    lock: async () => async () => {},
    async assertHeld() {},
    copy: copyIntoEmbedded(client),
    async checkpoint() {},
    async close() {
      const code = process.exitCode;
      await client.close();
      process.exitCode = code;
    },
  };
  await migrate(database);
  return database;
}

/** A database of its own on the server at `url`, migrated; closing drops it. The user must be allowed to create one. */
export async function openFresh(url: string): Promise<Database> {
  const name = `trialdrift_test_${randomUUID().replaceAll("-", "")}`;
  const owner = postgres(url, { max: 1, onnotice: () => {} });
  await owner.unsafe(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const drop = async () => {
    await owner.unsafe(`drop database if exists ${name} with (force)`);
    await owner.end({ timeout: 5 });
  };
  try {
    const opened = await openServer({ url: own.href, dataDir: "", lockWaitMs: 10_000, onWait: () => {} });
    const close = async () => {
      await opened.close();
      await drop();
    };
    await migrate(opened);
    return { ...opened, close };
  } catch (error) {
    await drop();
    throw error;
  }
}

/**
 * The one way to a database for a test file: in memory, or a fresh one on the server that the project provides
 * (with-postgres.ts), so that the same files run on both. Ask for it once a file and close it after.
 */
export function openTestDatabase(): Promise<Database> {
  const url = inject("postgres") as string | undefined;
  return url === undefined ? openMemory(inject("pglite").dump) : openFresh(url);
}
