import { sql } from "drizzle-orm";
import type { ViewName } from "./read.ts";
import { type Db, rows } from "./sql.ts";

/** Columns of the public views with their Postgres types, in order: what an export writes and a codebook describes. */
export async function readColumns(db: Db): Promise<ReadonlyMap<ViewName, { name: string; type: string }[]>> {
  const found = await rows<{ view: ViewName; name: string; type: string }>(
    db,
    sql`select c.relname as view, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
          from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'review'::regnamespace and c.relkind = 'v' and a.attnum > 0 and not a.attisdropped
         order by c.relname, a.attnum`,
  );
  return new Map(
    [...Map.groupBy(found, ({ view }) => view)].map(([view, list]) => [
      view,
      list.map(({ name, type }) => ({ name, type })),
    ]),
  );
}

/** References that the current records of tracked studies link, of one review or of all. */
export function readReferences(
  db: Db,
  review: string | null,
): Promise<{ nct_id: string; pmid: string | null; type: string | null; citation: string | null }[]> {
  return rows(
    db,
    sql`select r.nct_id, x ->> 'pmid' as pmid, x ->> 'type' as type, x ->> 'citation' as citation
          from review.records r
         cross join lateral jsonb_array_elements(coalesce(r.record #> '{protocolSection,referencesModule,references}', '[]')) as x
         where ${review}::text is null or r.nct_id in (select t.nct_id from review.trials t where t.review = ${review})
         order by r.nct_id`,
  );
}

/** The watchlists of each review as review.json had them at its last run: the literal queries. */
export async function readWatchlists(db: Db): Promise<ReadonlyMap<string, unknown>> {
  const found = await rows<{ review: string; watchlists: unknown }>(
    db,
    sql`select review, definition -> 'watchlists' as watchlists from trialdrift.reviews`,
  );
  return new Map(found.map(({ review, watchlists }) => [review, watchlists]));
}
