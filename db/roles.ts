import { sql } from "drizzle-orm";
import { type Db, rows } from "./sql.ts";

/**
 * Who may do what on a server. The owner of the database migrates; nobody else needs to. Roles are made on request, never by
 * a migration: they belong to the whole server.
 */

interface Role {
  name: string;
  create: string;
  grants: readonly string[];
  /** Makes a login of the role; left to a person, who chooses name and password. */
  login: string;
  /** Schemas whose every table or view the role must be able to read once it is made. */
  reads: readonly string[];
}

/** TABLE OF ROLES. */
const ROLES: readonly Role[] = [
  {
    name: "trialdrift_reader",
    create: "create role trialdrift_reader nologin",
    grants: [
      "grant usage on schema review to trialdrift_reader",
      "grant select on all tables in schema review to trialdrift_reader",
      "alter default privileges in schema review grant select on tables to trialdrift_reader",
    ],
    login: "create role dashboard login in role trialdrift_reader",
    reads: ["review"],
  },
  {
    name: "trialdrift_writer",
    create: "create role trialdrift_writer nologin",
    grants: [
      "grant usage on schema trialdrift, review, drizzle to trialdrift_writer",
      "grant select, insert, update, delete on all tables in schema trialdrift to trialdrift_writer",
      "grant select on all tables in schema review, drizzle to trialdrift_writer",
      "alter default privileges in schema trialdrift grant select, insert, update, delete on tables to trialdrift_writer",
      "alter default privileges in schema review grant select on tables to trialdrift_writer",
    ],
    login: "create role nightly login in role trialdrift_writer",
    reads: ["review", "trialdrift", "drizzle"],
  },
];

const statementsOf = ({ create, grants, login }: Role): string[] => [create, ...grants, login];

/** The statements by role as the docs show them; the last of each makes a login and is left to a person. */
export const ROLE_STATEMENTS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ROLES.map((role) => [role.name, statementsOf(role)]),
);

/**
 * Makes the roles, or gives existing ones what they need, all or nothing. A grant without the right to it is only a warning,
 * so the server is asked afterwards. Throws the database's own error, or one that names what a role cannot read.
 */
export async function makeRoles(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { name, create, grants, reads } of ROLES) {
      const there = await rows(tx, sql`select 1 from pg_roles where rolname = ${name}`);
      for (const statement of there.length === 0 ? [create, ...grants] : grants) await tx.execute(sql.raw(statement));
      const closed = await rows<{ relation: string }>(
        tx,
        sql`select s.nspname || '.' || c.relname as relation from pg_class c join pg_namespace s on s.oid = c.relnamespace
             where s.nspname in (select jsonb_array_elements_text(${JSON.stringify(reads)}::jsonb)) and c.relkind in ('r', 'v')
               and not (has_schema_privilege(${name}, s.oid, 'usage') and has_table_privilege(${name}, c.oid, 'select'))`,
      );
      if (closed.length > 0)
        throw new Error(`this user may not grant: ${closed.map(({ relation }) => relation).join(", ")}`);
    }
  });
}
