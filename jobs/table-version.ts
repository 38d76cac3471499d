import { readCuratedHistory } from "../db/curated.ts";
import { TrialdriftError } from "../db/errors.ts";
import type { CuratedColumn } from "../db/model.ts";
import type { Db } from "../db/sql.ts";
import { readVersionsAsOf } from "../db/standing.ts";
import { readHeads, readRecords } from "../db/store.ts";
import { rowsAsOf } from "../pipeline/as-of.ts";
import type { Study } from "../pipeline/registry/study.ts";
import { logText } from "../pipeline/report/table-log.ts";
import { table as printTable, type TableInput, type TableOptions } from "../pipeline/report/table.ts";
import { WIDTH } from "../pipeline/report/text.ts";
import { printCurated } from "../pipeline/review/columns.ts";
import { readTableFile } from "../pipeline/review/decisions.ts";
import type { CuratedRow, CuratedValue, Review } from "../pipeline/review/review.ts";
import { editsOf, type FileRow, type LogEntry, rowsAtVersion } from "../pipeline/review/table-file.ts";
import type { Context } from "./context.ts";

/** An earlier version of a curated table against the registry of today, and who changed what in it. */

interface Version {
  rows: FileRow[];
  log: LogEntry[];
}

/** From what the imports kept; where this database never saw the version, from the file with its log undone. */
async function readVersion(db: Db, review: Review, table: number, version: number): Promise<Version> {
  const file = readTableFile(review, table);
  const history = await readCuratedHistory(db, review.id, table);
  const log = [...(file.log ?? []), ...editsOf(file, history)].toSorted((a, b) => a.version - b.version);
  const rows = history.find((one) => one.version === version)?.rows ?? rowsAtVersion(file, version);
  if (rows !== null) return { rows, log };
  const known = [...new Set([...history, ...log].map((one) => one.version))].toSorted((a, b) => a - b);
  throw new TrialdriftError({
    code: "usage",
    message: `table ${table} of ${review.id} has no version ${version}`,
    state: "nothing was read or changed",
    next: `versions: ${known.join(", ") || "none yet"}`,
  });
}

const asCurated = (row: FileRow): CuratedRow => ({
  nctId: row.nct_id,
  footnotes: row.footnotes ?? [],
  cite: row.cite ?? "",
  cells: row.cells as CuratedRow["cells"],
});

/** The input of a table as published, with the rows of an earlier version in place of those in force. */
async function inputOf(
  db: Db,
  review: Review,
  now: TableInput,
  version: number,
  rows: readonly FileRow[],
): Promise<TableInput> {
  const table = now.head.table ?? 0;
  const printed = rows.map(asCurated);
  const then = {
    ...review,
    tables: review.tables.map((one) => (one.table === table ? { ...one, version, rows: printed } : one)),
  };
  const listed = now.trials.filter((trial) => trial.table_no === table).map((trial) => trial.nct_id);
  const ids = [...new Set([...printed.map(({ nctId }) => nctId), ...listed])];
  const heads = new Map((await readHeads(db, ids)).map((head) => [head.nct_id, head]));
  const asOf =
    review.asOf.from === null ? new Map<string, string>() : await readVersionsAsOf(db, ids, review.asOf.from);
  const versions = [...heads.values()].map(({ version_id }) => version_id);
  const records = await readRecords(db, [...new Set([...versions, ...asOf.values()])]);
  const record = (id: string | undefined) => (records.get(id ?? "") as Study | undefined) ?? null;
  const members = ids.map((nctId) => ({
    nctId,
    tables: [table],
    study: record(heads.get(nctId)?.version_id),
    asOf: record(asOf.get(nctId)),
    dataDate: heads.get(nctId)?.data_at.slice(0, 10) ?? null,
    kept: listed.includes(nctId),
  }));
  return {
    ...now,
    ...rowsAsOf(then, members),
    // Flags ask about the version in force.
    flags: [],
    head: { ...now.head, version, order: printed.map(({ nctId }) => nctId) },
    curated: printed.flatMap(({ nctId, footnotes, cite, cells }) =>
      Object.entries(cells).map(([column, value]) => ({
        nct_id: nctId,
        table_no: table,
        version,
        column_name: column,
        value: printCurated(column as CuratedColumn, (value ?? null) as CuratedValue),
        footnotes,
        cite,
      })),
    ),
  };
}

/** A version in the format asked for; text and Markdown end with the log. Errors: `usage` for a version that is not known. */
export async function printVersion(
  context: Context,
  db: Db,
  now: TableInput,
  version: number,
  options: TableOptions,
): Promise<string> {
  const [review] = context.reviews(now.head.review);
  if (review === undefined) throw new RangeError(`no folder of review ${now.head.review}`);
  const { rows, log } = await readVersion(db, review, now.head.table ?? 0, version);
  const text = printTable(await inputOf(db, review, now, version, rows), options);
  if (options.format !== "text" && options.format !== "md") return text;
  const said = logText(log, version, options.width ?? WIDTH);
  return said === "" ? text : `${text}\n${options.format === "md" ? `\`\`\`\n${said}\n\`\`\`` : said}\n`;
}
