import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/** The role that dashboards read with: schema `review` and nothing else. Made on request, never by a migration. */

const LOGIN = "create role dashboard login in role trialdrift_reader";
const CREATE = "create role trialdrift_reader nologin";
const GRANTS = [
  "grant usage on schema review to trialdrift_reader",
  "grant select on all tables in schema review to trialdrift_reader",
  "alter default privileges in schema review grant select on tables to trialdrift_reader",
] as const;

/** The statements as docs/schema.md shows them; the last makes a login and is left to a person. */
export const READER_ROLE: readonly string[] = [CREATE, ...GRANTS, LOGIN];

/**
 * Makes the role, or gives an existing one what it needs (roles belong to the whole server), all or nothing. A grant without
 * the right to it is only a warning, so the server is asked afterwards. Throws the database's own error, or one that names
 * the views that the role cannot read.
 */
export async function makeReaderRole(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    const there = await rows(tx, sql`select 1 from pg_roles where rolname = 'trialdrift_reader'`);
    for (const statement of there.length === 0 ? [CREATE, ...GRANTS] : GRANTS) await tx.execute(sql.raw(statement));
    const closed = await rows<{ view: string }>(
      tx,
      sql`select c.relname as view from pg_class c
           where c.relnamespace = 'review'::regnamespace and c.relkind = 'v'
             and not (has_schema_privilege('trialdrift_reader', c.relnamespace, 'usage')
                      and has_table_privilege('trialdrift_reader', c.oid, 'select'))`,
    );
    if (closed.length > 0)
      throw new Error(`this user may not grant: ${closed.map(({ view }) => `review.${view}`).join(", ")}`);
  });
}
