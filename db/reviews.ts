import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/** A review as such in the database: under another name, or no longer. The studies belong to no review and stay. */

/** Tables that name a review in a column of that name, whichever there are; runs are a ledger and treated apart. */
async function tablesOfReviews(db: Db): Promise<string[]> {
  const found = await rows<{ name: string }>(
    db,
    sql`select c.relname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'trialdrift'::regnamespace and c.relkind = 'r' and a.attname = 'review' and not a.attisdropped
           and c.relname <> 'runs' order by 1`,
  );
  return found.map(({ name }) => name);
}

const table = (name: string) => sql`trialdrift.${sql.identifier(name)}`;

export async function isKnownReview(db: Db, review: string): Promise<boolean> {
  return (await rows(db, sql`select from trialdrift.reviews where review = ${review}`)).length > 0;
}

/** Everything that is held of a review goes on under another name. The caller holds the locks of both. */
export async function renameReview(db: Db, from: string, to: string): Promise<void> {
  await db.transaction(async (tx) => {
    for (const name of await tablesOfReviews(tx))
      await tx.execute(sql`update ${table(name)} set review = ${to} where review = ${from}`);
    await tx.execute(
      sql`update trialdrift.runs set review = case when review = ${from} then ${to} else review end,
                 reviews = case when reviews ? ${from} then (reviews - ${from}::text) || jsonb_build_object(${to}::text, reviews -> ${from}::text) else reviews end
           where review = ${from} or reviews ? ${from}`,
    );
  });
}

/** Members, cells, drift, flags, curated versions and decisions of a review go; studies, changes and the ledger of runs stay. */
export async function forgetReview(db: Db, review: string): Promise<void> {
  await db.transaction(async (tx) => {
    for (const name of await tablesOfReviews(tx))
      await tx.execute(sql`delete from ${table(name)} where review = ${review}`);
    await tx.execute(sql`update trialdrift.runs set reviews = reviews - ${review}::text where reviews ? ${review}`);
  });
}
