import { migrate } from "../db/migrate.ts";
import { openDatabase } from "../db/open.ts";
import { run } from "../pipeline/run.ts";
import { MSC, recordsOf } from "./corpus.ts";
import { loadFile } from "./load-file.ts";
import { measure, tell } from "./measured.ts";
import { REVIEW, reviewOfAll } from "./reviews.ts";

/**
 * The review load: the MSC records loaded and made members of our review, with extraction, cells, drift and flags, as a
 * process of its own. Usage: review.ts DATABASE_URL
 */

const [url = ""] = process.argv.slice(2);
const database = await openDatabase({ url, dataDir: "", lockWaitMs: 0, onWait: () => {} });
await migrate(database);
const review = reviewOfAll((await recordsOf(MSC)).map(({ id }) => id));
tell(
  await measure(database, async () => {
    const records = await loadFile(database, MSC);
    const report = await run({
      database,
      job: "recompute",
      review: REVIEW,
      reviews: [review],
      registry: null,
      now: () => new Date().toISOString(),
      onProgress: () => {},
    });
    const [settled] = report.settled;
    if (settled === undefined || settled.derived < records) throw new Error(`only ${settled?.derived} were derived`);
    return records;
  }),
);
await database.close();
