import { sql } from "drizzle-orm";
import type { Database } from "./open.ts";
import { rows } from "./sql.ts";

/** What grows without being history: receipts of news that arrived, and claims on due times long past. Runs, versions and changes stay. */

/** A quarter: long enough to answer "did the news of that night arrive", and what a scheduler did around it. */
const KEEP = sql`interval '90 days'`;

export interface Tidied {
  news: number;
  slots: number;
}

/** Deletes what is older than 90 days; the newest claim of each job stays, whatever its age. */
export async function tidy(database: Database): Promise<Tidied> {
  const { db } = database;
  const news = await rows(
    db,
    sql`delete from trialdrift.outbox where delivered_at < now() - ${KEEP} returning outbox_id`,
  );
  const slots = await rows(
    db,
    sql`delete from trialdrift.slots s
         where s.slot < now() - ${KEEP} and s.slot < (select max(n.slot) from trialdrift.slots n where n.job = s.job)
        returning s.job`,
  );
  // A server's autovacuum does this by itself; PGlite has no background process and would keep dead rows and old statistics.
  if (database.kind === "embedded") {
    await db.execute(sql`vacuum (analyze)`);
    await database.checkpoint();
  }
  return { news: news.length, slots: slots.length };
}
