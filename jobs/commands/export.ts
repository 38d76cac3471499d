import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { readColumns, readReferences, readWatchlists } from "../../db/describe.ts";
import { TrialdriftError } from "../../db/errors.ts";
import { readTrialsAt } from "../../db/history.ts";
import { type Filter, readView, VIEW_NAMES, type ViewName } from "../../db/read.ts";
import type { Db } from "../../db/sql.ts";
import { readCodebook } from "../../pipeline/report/codebook.ts";
import { csv } from "../../pipeline/report/csv.ts";
import { dataPackage, type PackageInput } from "../../pipeline/report/datapackage.ts";
import { parquet } from "../../pipeline/report/parquet.ts";
import { ris } from "../../pipeline/report/ris.ts";
import { type TableOptions, tables } from "../../pipeline/report/table.ts";
import type { ViewColumn } from "../../pipeline/report/view-types.ts";
import { RULE_VERSIONS } from "../../pipeline/derive.ts";
import { readClaims } from "../claims.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { calendarDay, reviewOption } from "../options.ts";
import { readTables } from "../table-input.ts";

/** `export`: what the views say as files for a notebook, a reference manager or an archive. The same state, the same bytes. */

interface ExportFlags {
  review?: string;
  /** yyyy-mm-dd */
  asOf?: string;
}

type Row = Record<string, unknown>;
interface View {
  name: ViewName;
  columns: ViewColumn[];
  rows: Row[];
}

const CODEBOOK = new URL("../../docs/schema.md", import.meta.url);

/** Columns that change with our clock alone: with them the same state would not be the same bytes. */
const CLOCKS: Partial<Record<ViewName, readonly string[]>> = { freshness: ["age_hours"] };

/** Views without a column review are of the whole installation. */
const WHOLE: readonly ViewName[] = ["quarantine", "contract"];

/** Of an earlier day: what a day has. Flags, drift and members are of now. */
async function viewsOn(context: Context, db: Db, review: string, day: string): Promise<Map<ViewName, Row[]>> {
  const until = ({ data_date }: { data_date?: unknown }) => String(data_date) <= day;
  const changes = await readView<Row>(db, "changes", { review });
  const statuses = await readView<Row>(db, "status_changes", { review });
  return new Map<ViewName, Row[]>([
    ["trials", await readTrialsAt(db, review, day)],
    ["changes", changes.filter(until)],
    ["status_changes", statuses.filter(until)],
    ["claims", (await readClaims(context, db, review, day)).map((one) => ({ ...one }))],
  ]);
}

async function viewsNow(db: Db, review: string | undefined): Promise<Map<ViewName, Row[]>> {
  const found = new Map<ViewName, Row[]>();
  for (const name of VIEW_NAMES) {
    const filter: Filter = review === undefined || WHOLE.includes(name) ? {} : { review };
    found.set(name, await readView<Row>(db, name, filter));
  }
  return found;
}

/** The folder, made where it is missing. One that holds other files is left alone. */
function prepare(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === 0 || existsSync(join(folder, "datapackage.json"))) return;
  throw new TrialdriftError({
    code: "usage",
    message: `${folder} holds files that are no export of ours`,
    state: "nothing was written",
    next: "name an empty or new folder; an earlier export may be written over",
  });
}

const DOCUMENTS: readonly { format: TableOptions["format"]; ending: string; mediatype: string }[] = [
  { format: "html", ending: "html", mediatype: "text/html" },
  { format: "md", ending: "md", mediatype: "text/markdown" },
];

/** The tables of a review for reading, and each as CSV; none where the review prints none. */
async function documentsOf(
  context: Context,
  db: Db,
  review: string,
  flags: ExportFlags,
): Promise<{ path: string; title: string; mediatype: string; text: string }[]> {
  const [known] = await readView<{ tables: Record<string, number> }>(db, "reviews", { review });
  if (Object.keys(known?.tables ?? {}).length === 0) return [];
  const inputs = await readTables(context, db, { review, asOf: flags.asOf });
  const print_ = (format: TableOptions["format"], some: typeof inputs) =>
    tables(some, { format, values: "curated", wide: true, width: 96, colour: false });
  const whole = DOCUMENTS.map(({ format, ending, mediatype }) => ({
    path: `tables-${review}.${ending}`,
    title: `Tables of ${review}`,
    mediatype,
    text: print_(format, inputs),
  }));
  const sheets = inputs.map((input) => ({
    path: `table-${review}-${input.head.table ?? 0}.csv`,
    title: `Table ${input.head.table ?? 0} of ${review} as a spreadsheet`,
    mediatype: "text/csv",
    text: print_("csv", [input]),
  }));
  return [...whole, ...sheets];
}

async function about(db: Db, flags: ExportFlags, version: string): Promise<Pick<PackageInput, "reviews" | "versions">> {
  const filter = flags.review === undefined ? {} : { review: flags.review };
  const reviews = await readView<{
    review: string;
    title: string;
    tables: Record<string, number>;
    last_run_id: number;
  }>(db, "reviews", filter);
  const fresh = new Map(
    (await readView<{ review: string; data_date: string | null }>(db, "freshness", filter)).map((one) => [
      one.review,
      one,
    ]),
  );
  const watchlists = await readWatchlists(db);
  const [contract] = await readView<{ version: string }>(db, "contract");
  return {
    reviews: reviews.map((one) => ({
      review: one.review,
      title: one.title,
      dataDate: flags.asOf ?? fresh.get(one.review)?.data_date ?? null,
      lastRun: one.last_run_id,
      tables: one.tables,
      queries: watchlists.get(one.review) ?? null,
    })),
    versions: { trialdrift: version, contract: contract?.version ?? "", rules: RULE_VERSIONS },
  };
}

async function exportViews(context: Context, folder: string, flags: ExportFlags, version: string): Promise<number> {
  const { db } = await context.openDatabase("reader");
  const known = (await readView<{ review: string }>(db, "reviews")).map(({ review }) => review);
  const asked = flags.review === undefined ? known : [flags.review];
  const missing = asked.filter((review) => !known.includes(review));
  if (missing.length > 0 || (flags.asOf !== undefined && asked.length !== 1))
    throw new TrialdriftError({
      code: "usage",
      message: missing.length > 0 ? `there is no review ${missing.join()} in the database` : "a day is of one review",
      state: "nothing was written",
      next: `--review one of: ${known.join(", ") || "none; run trialdrift sync"}`,
    });
  prepare(folder);
  const columns = await readColumns(db);
  const day = flags.asOf;
  const found = day === undefined ? await viewsNow(db, flags.review) : await viewsOn(context, db, asked[0] ?? "", day);
  const views: View[] = [...found].map(([name, rows]) => ({
    name,
    columns: (columns.get(name) ?? []).filter((column) => CLOCKS[name]?.includes(column.name) !== true),
    rows,
  }));
  for (const { name, columns: list, rows } of views) {
    const names = list.map((column) => column.name);
    writeFileSync(
      join(folder, `${name}.csv`),
      csv(
        names,
        rows.map((row) => names.map((column) => row[column])),
      ),
    );
    writeFileSync(join(folder, `${name}.parquet`), parquet(list, rows));
  }
  const documents = (await Promise.all(asked.map((review) => documentsOf(context, db, review, flags)))).flat();
  for (const { path, text } of documents) writeFileSync(join(folder, path), text);
  writeFileSync(join(folder, "references.ris"), ris(await readReferences(db, flags.review ?? null)));
  const described = dataPackage({
    views,
    codebook: readCodebook(readFileSync(CODEBOOK, "utf8")),
    documents: [
      ...documents.map(({ path, title, mediatype }) => ({ name: path, path, title, mediatype })),
      {
        name: "references",
        path: "references.ris",
        title: "Publications that the records link",
        mediatype: "application/x-research-info-systems",
      },
    ],
    ...(await about(db, flags, version)),
  });
  // Last, because it says that the rest is there.
  writeFileSync(join(folder, "datapackage.json"), described);
  await print(
    `${folder}: ${views.length} views as CSV and Parquet, ${documents.length} tables, references.ris, datapackage.json`,
  );
  return 0;
}

export function exportCommand(program: Command): void {
  program
    .command("export <dir>")
    .description("every view as CSV and Parquet, tables, references and a data package with its codebook")
    .addOption(reviewOption())
    .addOption(new Option("--as-of <date>", "trials, changes, claims and tables of a day").argParser(calendarDay))
    .action((folder: string, options: ExportFlags) =>
      perform((context) => exportViews(context, folder, options, program.version() ?? "0")),
    );
}
