import { readOutdatedHeads } from "../db/renewal.ts";
import type { Db } from "../db/sql.ts";
import { readRecords, stageVersions } from "../db/store.ts";
import { FACTS_VERSION } from "./derive.ts";
import { factsOf } from "./normalize/facts.ts";
import type { Study } from "./registry/study.ts";
import { rowOf } from "./row.ts";

/** After an upgrade: every stored head read again by today's rules of normalize/, members of a review or not. */

/** Read together: bounds how many whole records are in memory (200 of 20 KB). */
const BATCH = 200;

/** Stages a row by today's rules for each head that has none; publication moves the pointers. Returns how many. */
export async function renewRows(db: Db, onProgress: (line: string, records: number) => void): Promise<number> {
  let renewed = 0;
  for (let after = ""; ; ) {
    const heads = await readOutdatedHeads(db, FACTS_VERSION, after, BATCH);
    const last = heads.at(-1);
    if (last === undefined) return renewed;
    const records = await readRecords(
      db,
      heads.map(({ versionId }) => versionId),
    );
    const rows = heads.map(({ versionId }) =>
      rowOf(factsOf(records.get(versionId) as Study), versionId, FACTS_VERSION),
    );
    await stageVersions(db, [], rows);
    renewed += heads.length;
    after = last.nctId;
    onProgress("read again by newer rules", heads.length);
  }
}
