import { migrate } from "../db/migrate.ts";
import { openDatabase } from "../db/open.ts";
import { rows } from "../db/sql.ts";
import { sql } from "drizzle-orm";
import { run } from "../pipeline/run.ts";
import { fileSource } from "../pipeline/sources/files.ts";
import { inParts } from "../pipeline/sources/parts.ts";

/**
 * One registry load of a file, as a process of its own so that its memory is its own: prints one JSON line with seconds,
 * records, peak RSS in MB and database size. Usage: load.ts FILE DATABASE_URL|DIRECTORY
 */
const [file = "", place = ""] = process.argv.slice(2);
const database = await openDatabase({
  url: place.startsWith("postgres") ? place : null,
  dataDir: place,
  lockWaitMs: 0,
  onWait: () => {},
});
await migrate(database);
const before = performance.now();
let records = 0;
let parts = 0;
let peak = 0;
for await (const source of inParts(fileSource(file))) {
  const report = await run({
    database,
    job: "backfill",
    review: null,
    reviews: [],
    registry: null,
    source,
    now: () => new Date().toISOString(),
    onProgress: (_, count) => {
      records += count;
      peak = Math.max(peak, process.memoryUsage.rss());
    },
  });
  if (report.state !== "published") throw new Error(report.problems.slice(0, 5).join("\n"));
  parts += 1;
  // Every 4th part is about 20 MB of WAL; the embedded database keeps all of it until a checkpoint.
  if (parts % 4 === 0) await database.checkpoint();
}
const seconds = (performance.now() - before) / 1000;
const [size] = await rows<{ mb: number }>(
  database.db,
  sql`select (pg_database_size(current_database()) / 1048576)::int as mb`,
);
process.stdout.write(
  `${JSON.stringify({ records, seconds, peakMb: Math.round(peak / 1048576), databaseMb: size?.mb ?? 0 })}\n`,
);
await database.close();
