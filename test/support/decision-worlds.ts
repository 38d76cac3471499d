import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import type { TableFile } from "../../pipeline/review/table-file.ts";
import { type Curator, curatorOf } from "./deciding.ts";
import { openTestDatabase } from "./pglite.ts";
import { type Day, nct, type Played, playRegistry, trial } from "./small-registry.ts";
import { type Printed, type ReviewFolder, reviewFolder, runOnce } from "./small-review.ts";

/** Small reviews to decide on, each with an id and trials of its own, in one database; a second one to build them again in. */

const printed = (n: number): Printed => ({
  n,
  cells: {
    enrollment: 25,
    start_date: "2019-03",
    status: null,
    phase: ["Phase 1"],
    country: ["Finland"],
    results: "Not available",
  },
});

export interface World {
  played: Played;
  folder: ReviewFolder;
  curator: Curator;
}

/** A table's file as it stands. */
export const file = ({ folder }: Pick<World, "folder">): TableFile =>
  JSON.parse(readFileSync(join(folder.directory, folder.id, "table-1.json"), "utf8")) as TableFile;

export async function cell(db: Database, review: string, n: number, column = "enrollment"): Promise<string> {
  const [found] = await rows<{ said: string }>(
    db.db,
    sql`select concat_ws(' | ', coalesce(curated, '-'), coalesce(registry, '-'), kind, basis, decision) as said
          from review.drift where review = ${review} and nct_id = ${nct(n)} and column_name = ${column}`,
  );
  return found?.said ?? "none";
}

/** What readers see of a review's table and decisions: every version in force, every cell, drift and decision. */
export async function seen(db: Database, review: string): Promise<unknown> {
  return {
    curated: await rows(
      db.db,
      sql`select nct_id, column_name, value from review.curated where review = ${review} and current order by 1, 2`,
    ),
    drift: await rows(
      db.db,
      sql`select nct_id, column_name, curated, registry, kind, basis, decision, decision_id from review.drift
           where review = ${review} order by 1, 2`,
    ),
    cells: await rows(
      db.db,
      sql`select nct_id, column_name, value, decided_by from review.cells where review = ${review} order by 1, 2`,
    ),
    decisions: await rows(
      db.db,
      sql`select id, undoes, "by", "table", nct_id, "column", decision, value, old, registry_then, data_date::text, table_version
            from review.decisions where review = ${review} order by id`,
    ),
  };
}

export interface Worlds {
  database: Database;
  /** Where reviews are built again. */
  other: Database;
  /** Called after the test. */
  closers: (() => unknown)[];
  /** Three trials of which two are printed; those are printed with 25 participants, the registry says 20. */
  world(id: string, base: number, ...more: Day[]): Promise<World>;
  flagOf(review: string, n: number, kind: string): Promise<string[]>;
  /** The same folder and the same records in a database that never saw a decision being taken. */
  rebuilt(world: World): Promise<unknown>;
}

/** Registers the hooks of a test file; the databases are there before its first test. */
export function openWorlds(): Worlds {
  const begun: Omit<Worlds, "database" | "other"> = {
    closers: [],
    async world(id, base, ...more) {
      const records = [1, 2, 3].map((n) => trial(base + n));
      const played = await playRegistry({ date: "2022-01-21", records }, ...more);
      const folder = reviewFolder(id, { cond: "lupus", rows: [printed(base + 1), printed(base + 2)] });
      worlds.closers.push(
        () => played.close(),
        () => folder.remove(),
      );
      await runOnce(worlds.database, folder.read(), played);
      return { played, folder, curator: curatorOf(worlds.database, folder) };
    },
    async flagOf(review, n, kind) {
      const found = await rows<{ state: string }>(
        worlds.database.db,
        sql`select state || ' ' || coalesce(column_name, '') as state from review.flags
             where review = ${review} and nct_id = ${nct(n)} and kind = ${kind} order by flag_id`,
      );
      return found.map(({ state }) => state);
    },
    async rebuilt({ folder, played }) {
      await runOnce(worlds.other, folder.read(), played);
      return seen(worlds.other, folder.id);
    },
  };
  const worlds = begun as Worlds;
  beforeAll(async () => {
    worlds.database = await openTestDatabase();
    worlds.other = await openTestDatabase();
  });
  afterAll(async () => {
    await worlds.database?.close();
    await worlds.other?.close();
  });
  afterEach(async () => {
    for (const close of worlds.closers.splice(0)) await close();
  });
  return worlds;
}
