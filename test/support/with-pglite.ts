import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { TestProject } from "vitest/node";

/** An empty PGlite, not migrated: a folder to copy, and a dump to load into memory. */
interface Empty {
  folder: string;
  dump: string;
}

async function make(home: string): Promise<Empty> {
  const [folder, dump] = [join(home, "pglite"), join(home, "pglite.tar")];
  const code = process.exitCode;
  const made = await PGlite.create({ dataDir: folder });
  writeFileSync(dump, Buffer.from(await (await made.dumpDataDir("none")).arrayBuffer()));
  await made.close();
  process.exitCode = code;
  return { folder, dump };
}

/** Each project loads this file anew; they run in one process and share what is made. */
const shared = globalThis as { emptyPglite?: { home: string; made: Promise<Empty> } };

/**
 * Makes it once, for all projects that ask for it: making one takes seven times the processor time of opening a copy, and
 * most tests are about what comes after.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  if (shared.emptyPglite === undefined) {
    const home = mkdtempSync(join(tmpdir(), "trialdrift-pglite-"));
    shared.emptyPglite = { home, made: make(home) };
  }
  const { home, made } = shared.emptyPglite;
  project.provide("pglite", await made);
  return () => rmSync(home, { recursive: true, force: true });
}

declare module "vitest" {
  export interface ProvidedContext {
    pglite: Empty;
  }
}
