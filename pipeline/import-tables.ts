import type { Database } from "../db/open.ts";
import type { Publication } from "../db/publish.ts";
import { readCuratedVersions, stageCurated } from "../db/standing.ts";
import { standingIds } from "./review/decision.ts";
import { carryOutPending } from "./review/decisions.ts";
import { printCurated } from "./review/columns.ts";
import type { CuratedTable, Review } from "./review/review.ts";

/** A curated table's file becomes a version of the table (design 4.5); it is in force once its run is published. */

/**
 * Imports each table whose file differs from the version in force, as the next version. Decisions that a crash left between
 * their line and the table's file are carried out first: `review` is then the folder as it stands after.
 */
export async function importTables(
  database: Database,
  given: Review,
): Promise<{ review: Review; tables: Record<string, number>; imported: boolean }> {
  const current = await readCuratedVersions(database.db, given.id);
  const review = await carryOutPending(database.db, given, current);
  const tables: Record<string, number> = {};
  let imported = false;
  for (const table of review.tables) {
    const known = current.get(table.table);
    if (known?.fileHash === table.fileHash) {
      tables[table.table] = known.version;
      continue;
    }
    imported = true;
    // A decision's version stands in the file, and is the next; an edit by hand keeps the file's old number.
    tables[table.table] = known === undefined ? table.version : Math.max(known.version + 1, table.version);
    await stageCurated(database.db, ...curatedRows(review, table, tables[table.table] ?? 1));
  }
  return { review, tables, imported };
}

function curatedRows(
  review: Review,
  table: CuratedTable,
  version: number,
): [Parameters<typeof stageCurated>[1], Parameters<typeof stageCurated>[2]] {
  const key = { review: review.id, tableNo: table.table, version };
  const { statusConvention, footnotes } = table;
  const cells = table.rows.flatMap((row, position) =>
    Object.entries(row.cells).map(([column, value]) => ({
      ...key,
      nctId: row.nctId,
      columnName: column,
      value: printCurated(column as keyof typeof row.cells, value ?? null),
      neutral: value ?? null,
      position,
      footnotes: row.footnotes,
      cite: row.cite,
    })),
  );
  return [{ ...key, title: table.title, fileHash: table.fileHash, definition: { statusConvention, footnotes } }, cells];
}

/** A review's decisions as the database keeps them, each with whether it stands. */
export function projectedDecisions({ id, decisions, tables }: Review): Publication["decisions"][number] {
  const standing = standingIds(decisions, tables);
  const rows = decisions.map(({ id: decisionId, by, table, nct_id, column, registry_then, ...one }, position) => ({
    decisionId,
    undoes: one.undoes,
    at: one.at,
    decidedBy: by,
    review: id,
    tableNo: table,
    nctId: nct_id,
    columnName: column,
    decision: one.decision,
    value: one.value,
    old: one.old,
    registryThen: registry_then,
    dataDate: one.data_date,
    tableVersion: one.table_version,
    note: one.note,
    position,
    stands: standing.has(decisionId),
  }));
  return { review: id, rows };
}
