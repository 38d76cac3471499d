import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PGlite } from "@electric-sql/pglite";
import { getTableColumns, type SQL, sql } from "drizzle-orm";
import { PgDialect, type PgTable } from "drizzle-orm/pg-core";
import type { Sql, TransactionSql } from "postgres";
import { type CopyColumn, copyStream, type Encoded } from "./copy.ts";

/** How encoded rows get into tables: COPY in one transaction, over a socket on Postgres, as a blob on PGlite. */

/** Rows `from` up to `to` of one table. */
export interface CopyPart {
  table: PgTable;
  rows: Encoded;
  from: number;
  to: number;
}

/**
 * What a row does whose key is there already: `refuse` fails the transaction (23505), `keep` leaves the one that is
 * there. Keeping goes through a temporary table and costs Postgres 62-97 us a record of 20 KB where refusing costs 40-62
 * (5,000 records, interleaved, busy machine), so that it is the way for what was refused.
 */
export type Clash = "refuse" | "keep";
export type CopyIn = (parts: readonly CopyPart[], clash: Clash) => Promise<void>;

/** Columns that are copied: all but those that the database numbers itself. */
export function copyColumns(table: PgTable): CopyColumn[] {
  return Object.entries(getTableColumns(table))
    .filter(([, column]) => column.generatedIdentity === undefined)
    .map(([key, column]) => ({
      key,
      name: column.name,
      type: column.getSQLType(),
      missing: typeof column.default === "object" ? undefined : column.default,
    }));
}

interface Statements {
  before: SQL[];
  copy: SQL;
  after: SQL[];
}

function statementsOf(table: PgTable, clash: Clash, source: SQL): Statements {
  const names = sql.join(
    copyColumns(table).map(({ name }) => sql.identifier(name)),
    sql`, `,
  );
  const copyInto = (into: SQL): SQL => sql`copy ${into} (${names}) from ${source} with (format binary)`;
  if (clash === "refuse") return { before: [], copy: copyInto(sql`${table}`), after: [] };
  return {
    before: [sql`create temporary table arriving as select ${names} from ${table} where false`],
    copy: copyInto(sql`arriving`),
    after: [
      sql`insert into ${table} (${names}) select ${names} from arriving on conflict do nothing`,
      sql`drop table arriving`,
    ],
  };
}

const dialect = new PgDialect();
const written = (query: SQL): string => dialect.sqlToQuery(query).sql;

/**
 * Sends one COPY stream. The driver drops an error that comes after the stream's last byte: the query has been answered by
 * then, with the stream, and the stream waits for ever. So its rejection is heard here.
 */
async function send(tx: TransactionSql, statement: string, stream: readonly Uint8Array[]): Promise<void> {
  const query = tx.unsafe(statement);
  const rejectable = query as unknown as { reject(error: unknown): void };
  const drop = rejectable.reject;
  const refused = new Promise<never>((_, reject) => {
    rejectable.reject = (error) => {
      drop(error);
      reject(error as Error);
    };
  });
  refused.catch(() => {});
  const writable = await query.writable();
  await Promise.race([pipeline(Readable.from(stream), writable), refused]);
}

export function copyIntoServer(client: Sql): CopyIn {
  return async (parts, clash) => {
    await client.begin(async (tx) => {
      for (const { table, rows, from, to } of parts) {
        if (from === to) continue;
        const { before, copy, after } = statementsOf(table, clash, sql`stdin`);
        for (const one of before) await tx.unsafe(written(one));
        await send(tx, written(copy), copyStream(rows, from, to));
        for (const one of after) await tx.unsafe(written(one));
      }
    });
  };
}

export function copyIntoEmbedded(client: PGlite): CopyIn {
  return async (parts, clash) => {
    await client.transaction(async (tx) => {
      for (const { table, rows, from, to } of parts) {
        if (from === to) continue;
        const { before, copy, after } = statementsOf(table, clash, sql`'/dev/blob'`);
        for (const one of before) await tx.exec(written(one));
        await tx.query(written(copy), [], { blob: new Blob(copyStream(rows, from, to)) });
        for (const one of after) await tx.exec(written(one));
      }
    });
  };
}

/**
 * A socket that sends small packets at once. The end of a COPY is one of them: held back until the server's delayed
 * acknowledgement, it cost 40 ms a COPY (250 records took 160 ms instead of 16). Connecting still, as the driver likes it.
 */
export function promptSocket(options: { host: string[]; port: number[]; path: string | false }): Socket {
  const [host = "localhost"] = options.host;
  const socket =
    typeof options.path === "string"
      ? connect({ path: options.path })
      : connect({ host, port: options.port[0] ?? 5432 });
  socket.setNoDelay(true);
  // What the driver names the server by in TLS.
  return Object.assign(socket, { host });
}
