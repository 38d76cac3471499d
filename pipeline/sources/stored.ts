import { readRefused, type Refused } from "../../db/quarantine.ts";
import type { Db } from "../../db/sql.ts";
import { unpack } from "../../db/store.ts";
import { versionHolder } from "./files.ts";
import type { Source } from "./source.ts";

/** Read together: bounds how many whole records are in memory. */
const BATCH = 250;

/**
 * Refused records out of our own store, on the same way in as any other. Each is as of the day that is stamped into it, as
 * a file's is; one without a stamp stays in quarantine for that reason. They were seen before: a refusal is no new sighting.
 */
export function storedSource(db: Db, held: readonly Pick<Refused, "quarantineId">[]): Source {
  async function* batches() {
    for (let from = 0; from < held.length; from += BATCH) {
      const ids = held.slice(from, from + BATCH).map(({ quarantineId }) => quarantineId);
      const records = (await readRefused(db, ids)).map(({ raw }) => unpack(raw));
      yield { records, announced: null };
    }
  }
  return {
    name: "quarantine",
    announces: "lines",
    batches,
    fates: new Map(),
    seenBefore: true,
    dataAt(record) {
      const date = versionHolder(record);
      return date === null ? null : `${date}T00:00:00`;
    },
  };
}
