import { sql } from "drizzle-orm";
import type { CuratedColumn } from "./model.ts";
import { type Db, rows } from "./sql.ts";

/** Curated tables as the database holds them, in force or of an earlier version. */

/** A published version of a curated table, with its cells as in the table's file. */
export interface CuratedVersion {
  version: number;
  /** Instant of its import, UTC. */
  at: string;
  fileHash: string;
  rows: {
    nct_id: string;
    footnotes: string[];
    cite: string;
    cells: Partial<Record<CuratedColumn, unknown>>;
  }[];
}

/** Every version of a table up to the one in force, oldest first, rows in the order of their file. */
export async function readCuratedHistory(db: Db, review: string, table: number): Promise<CuratedVersion[]> {
  const found = await rows<Omit<CuratedVersion, "rows"> & { rows: CuratedVersion["rows"] | null }>(
    db,
    sql`select t.version, t.imported_at::text as at, t.file_hash as "fileHash",
               (select json_agg(json_build_object('nct_id', c.nct_id, 'footnotes', c.footnotes, 'cite', coalesce(c.cite, ''), 'cells', c.cells)
                                order by c.position)
                  from (select nct_id, position, footnotes, cite, json_object_agg(column_name, neutral) as cells
                          from trialdrift.curated_cells k
                         where k.review = t.review and k.table_no = t.table_no and k.version = t.version
                         group by nct_id, position, footnotes, cite) c) as rows
          from trialdrift.curated_tables t join trialdrift.reviews r using (review)
         where t.review = ${review} and t.table_no = ${table} and t.version <= (r.tables ->> t.table_no::text)::int
         order by t.version`,
  );
  return found.map((one) => ({ ...one, at: new Date(one.at).toISOString(), rows: one.rows ?? [] }));
}

/** What stands over a table: names and source, and the order in which the paper prints its rows. */
export interface TableHead {
  review: string;
  title: string;
  citation: string | null;
  table: number;
  tableTitle: string;
  version: number;
  footnotes: Record<string, string>;
  order: string[];
  /** The review's notation, as review.json has it. */
  codes: unknown;
}

/**
 * The tables of a review by number, those in force or of the versions given; empty for a review without curated tables or
 * one not known.
 */
export function readTableHeads(
  db: Db,
  review: string,
  versions: Readonly<Record<string, number>> | null = null,
): Promise<TableHead[]> {
  const meant = versions === null ? sql`r.tables` : sql`${JSON.stringify(versions)}::jsonb`;
  return rows<TableHead>(
    db,
    sql`select r.review, r.title, r.definition -> 'source' ->> 'citation' as citation, r.definition -> 'codes' as codes,
               t.table_no as "table", t.title as "tableTitle", t.version,
               coalesce(t.definition -> 'footnotes', '{}'::jsonb) as footnotes,
               (select coalesce(jsonb_agg(c.nct_id order by c.position), '[]'::jsonb)
                  from (select nct_id, min(position) as position from trialdrift.curated_cells k
                         where k.review = t.review and k.table_no = t.table_no and k.version = t.version
                         group by nct_id) c) as "order"
          from trialdrift.reviews r
          join trialdrift.curated_tables t
            on t.review = r.review and t.version = (${meant} ->> t.table_no::text)::integer
         where r.review = ${review}
         order by t.table_no`,
  );
}

/** A printed row of a version as its file had it: `cells` by column, values unread. */
export interface CuratedRows {
  table: number;
  title: string;
  version: number;
  fileHash: string;
  definition: { statusConvention?: string | null; footnotes?: Record<string, string> };
  rows: { nctId: string; footnotes: string[]; cite: string | null; cells: Record<string, unknown> }[];
}

/** The content of some versions of a review's tables, rows in printed order. */
export function readCuratedRows(
  db: Db,
  review: string,
  versions: Readonly<Record<string, number>>,
): Promise<CuratedRows[]> {
  return rows<CuratedRows>(
    db,
    sql`select t.table_no as "table", t.title, t.version, t.file_hash as "fileHash", t.definition,
               coalesce((select jsonb_agg(c.one order by c.position) from (
                 select min(k.position) as position,
                        jsonb_build_object('nctId', k.nct_id, 'footnotes', k.footnotes, 'cite', k.cite,
                                           'cells', jsonb_object_agg(k.column_name, k.neutral)) as one
                   from trialdrift.curated_cells k
                  where k.review = t.review and k.table_no = t.table_no and k.version = t.version
                  group by k.nct_id, k.footnotes, k.cite) c), '[]'::jsonb) as rows
          from trialdrift.curated_tables t
         where t.review = ${review}
           and t.version = (${JSON.stringify(versions)}::jsonb ->> t.table_no::text)::integer
         order by t.table_no`,
  );
}
