import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/** A column of a public view. `type`: as Postgres writes it: text, text[], integer, bigint, date, jsonb, … */
export interface ViewColumn {
  view: string;
  name: string;
  type: string;
}

/** Columns of every public view, in their order. */
export function readViewColumns(db: Db): Promise<ViewColumn[]> {
  return rows<ViewColumn>(
    db,
    sql`select c.relname::text as view, a.attname::text as name, format_type(a.atttypid, null) as type
          from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'review' and c.relkind = 'v' and a.attnum > 0
         order by c.relname, a.attnum`,
  );
}
