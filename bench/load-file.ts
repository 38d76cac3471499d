import type { Database } from "../db/open.ts";
import { run } from "../pipeline/run.ts";
import { fileSource } from "../pipeline/sources/files.ts";
import { inParts } from "../pipeline/sources/parts.ts";
import { openReaders } from "../pipeline/sources/readers.ts";

/** The registry load that is measured: a file in parts of 1,000, each a run of its own, as a backfill does. */
export async function loadFile(database: Database, file: string, onPart?: () => void): Promise<number> {
  let records = 0;
  let parts = 0;
  const readers = openReaders();
  try {
    for await (const source of inParts(readers.ahead(fileSource(file)))) {
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
        },
      });
      if (report.state !== "published") throw new Error(report.problems.slice(0, 5).join("\n"));
      parts += 1;
      // Every 4th part is about 20 MB of WAL; the embedded database keeps all of it until a checkpoint.
      if (parts % 4 === 0) await database.checkpoint();
      onPart?.();
    }
  } finally {
    await readers.close();
  }
  return records;
}
