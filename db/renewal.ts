import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/** Heads whose row an earlier version of the rules made: which they are, and how they all come to show the newer one. */

/** The next heads by id, after the one given, whose row is not by this version of the rules. */
export function readOutdatedHeads(
  db: Db,
  factsVersion: number,
  after: string,
  most: number,
): Promise<{ nctId: string; versionId: string }[]> {
  return rows(
    db,
    sql`select nct_id as "nctId", version_id as "versionId" from trialdrift.studies
         where facts_version <> ${factsVersion} and nct_id > ${after} order by nct_id limit ${most}`,
  );
}

/** Shows of every head the row by this version of the rules, where there is one: no version, no change of the registry. */
export async function showRenewed(tx: Db, factsVersion: number): Promise<void> {
  await tx.execute(
    sql`update trialdrift.studies s set facts_version = ${factsVersion}
         where s.facts_version <> ${factsVersion}
           and exists (select from trialdrift.rows w where w.version_id = s.version_id and w.facts_version = ${factsVersion})`,
  );
}
