import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { copyIntoEmbedded } from "./copy-in.ts";
import { lockDirectory } from "./datadir-lock.ts";
import { TrialdriftError } from "./errors.ts";
import type { Database, OpenOptions } from "./open.ts";

/**
 * PGlite in a directory of its own, behind our lock. It survives a killed process (tried: SIGKILL mid-write, always the
 * last acknowledged row) but not a power loss: it never calls fsync. The README says so.
 */
export async function openEmbedded(options: OpenOptions): Promise<Database> {
  const directory = resolve(options.dataDir, "pglite");
  mkdirSync(dirname(directory), { recursive: true });
  const lock = await lockDirectory(directory, options.lockWaitMs, options.onWait, options.signal);
  // PGlite sets process.exitCode while it starts and closes in some versions; the exit code is ours to choose.
  const exitCode = process.exitCode;
  let client: PGlite;
  try {
    client = await PGlite.create({ dataDir: directory });
  } catch (cause) {
    lock.release();
    throw new TrialdriftError({
      code: "database_unreachable",
      message: `the embedded database in ${directory} does not open`,
      state: "nothing was changed",
      next: "see that its disk has room; else move the directory away and restore a backup",
      cause,
    });
  }
  process.exitCode = exitCode;
  return {
    db: drizzle(client),
    kind: "embedded",
    place: directory,
    // The directory's lock already excludes every other process.
    lock: async () => async () => {},
    assertHeld: async () => lock.assertHeld(),
    copy: copyIntoEmbedded(client),
    checkpoint: async () => {
      await client.exec("checkpoint");
    },
    close: async () => {
      const code = process.exitCode;
      await client.close();
      process.exitCode = code;
      lock.release();
    },
  };
}
