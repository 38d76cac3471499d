import type { Database } from "../db/open.ts";
import { LARGEST_PART as PART } from "../jobs/backfill-parts.ts";
import { run } from "../pipeline/run.ts";
import { fileSource } from "../pipeline/sources/files.ts";
import { openReaders } from "../pipeline/sources/readers.ts";
import { openReel } from "../pipeline/sources/reel.ts";

/** The registry load that is measured: a file in parts of 1,000, each a run of its own, as a backfill does. */
export async function loadFile(database: Database, file: string, onPart?: () => void): Promise<number> {
  let records = 0;
  const readers = openReaders();
  const reel = openReel(fileSource(file));
  try {
    for (let part = 0; records === part * PART; part += 1) {
      const report = await run({
        database,
        job: "backfill",
        review: null,
        reviews: [],
        registry: null,
        source: readers.serve(reel.piece(part * PART, (part + 1) * PART)),
        now: () => new Date().toISOString(),
        onProgress: (_, count) => {
          records += count;
        },
      });
      if (report.state !== "published") throw new Error(report.problems.slice(0, 5).join("\n"));
      // Every 4th part is about 20 MB of WAL; the embedded database keeps all of it until a checkpoint.
      if (part % 4 === 3) await database.checkpoint();
      onPart?.();
    }
  } finally {
    await reel.close();
    await readers.close();
  }
  return records;
}
