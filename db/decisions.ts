import { sql } from "drizzle-orm";
import { decisions } from "./schema/decisions.ts";
import { type Db, insertAll } from "./sql.ts";

/** The decisions of one review as its file has them; the file is the truth, the table is filled again from it. */
export interface DecisionList {
  review: string;
  rows: (typeof decisions.$inferInsert)[];
}

/** Replaces what the database holds of some reviews' decisions; part of the publishing transaction. */
export async function projectDecisions(tx: Db, lists: readonly DecisionList[]): Promise<void> {
  for (const { review, rows } of lists) {
    await tx.execute(sql`delete from trialdrift.decisions where review = ${review}`);
    await insertAll(tx, decisions, rows);
  }
}
