import { TrialdriftError } from "../../db/errors.ts";
import { readTableHeads } from "../../db/curated.ts";
import { readView } from "../../db/read.ts";
import type { Db } from "../../db/sql.ts";
import type { CellRow, CuratedCellRow, DriftRow, TrialRow } from "../../pipeline/report/rows.ts";
import { table as printTable } from "../../pipeline/report/table.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { width } from "./list.ts";
import { type Command, Option } from "commander";
import { calendarDay, formatOption, reviewOption, whole } from "../options.ts";
import { tableAsOf, tableOfRun, type Then } from "./table-then.ts";

export interface TableFlags {
  review?: string;
  table?: number;
  values: "curated" | "registry";
  wide?: boolean;
  asOf?: string;
  run?: number;
  format: "text" | "md" | "csv" | "json";
}

interface Known {
  review: string;
  /** Version in force by table number. */
  tables: Record<string, number>;
}

/** The review meant: the one named, or the only one with tables (a watchlist-only review has nothing to print here). */
function choose(named: string | undefined, known: readonly Known[]): string {
  if (named !== undefined && known.some(({ review }) => review === named)) return named;
  const printed = known.filter(({ tables }) => Object.keys(tables).length > 0).map(({ review }) => review);
  const [only] = printed;
  if (named === undefined && only !== undefined && printed.length === 1) return only;
  const none =
    known.length === 0 ? "none; run trialdrift sync first" : "none; see `trialdrift members` for the studies";
  throw new TrialdriftError({
    code: "usage",
    message:
      named !== undefined
        ? `there is no review ${named} in the database`
        : printed.length === 0
          ? "no review in the database has a curated table"
          : "there is more than one review with tables",
    next: `--review one of: ${printed.join(", ") || none}`,
  });
}

/** Which rows the table is made of: those in force, those of a day, or those that a run left published. */
async function read(context: Context, db: Db, review: string, flags: TableFlags): Promise<Then> {
  if (flags.asOf !== undefined) return tableAsOf(context, db, review, flags.asOf);
  if (flags.run !== undefined) return tableOfRun(db, review, flags.run);
  const filter = { review };
  const [known] = await readView<Known>(db, "reviews", filter);
  const [fresh] = await readView<{ data_date: string | null }>(db, "freshness", filter);
  return {
    tables: known?.tables ?? {},
    dataDate: fresh?.data_date ?? null,
    trials: await readView<TrialRow>(db, "trials", filter),
    cells: await readView<CellRow>(db, "cells", filter),
    drift: await readView<DriftRow>(db, "drift", filter),
  };
}

/** `table`: the review's table as published by the last run, or as it stood on a day or after a run. Reads only. */
export async function table(context: Context, flags: TableFlags): Promise<number> {
  const { db } = await context.openDatabase("reader");
  const review = choose(flags.review, await readView<Known>(db, "reviews"));
  const { tables, ...rows } = await read(context, db, review, flags);
  const heads = (await readTableHeads(db, review, tables)).filter(
    ({ table }) => flags.table === undefined || table === flags.table,
  );
  if (heads.length === 0)
    throw new TrialdriftError({
      code: "usage",
      message: `review ${review} has no ${flags.table === undefined ? "curated table" : `table ${flags.table}`}`,
      next: "see `trialdrift members` for the studies that it tracks",
    });
  const curated = await readView<CuratedCellRow>(db, "curated", { review });
  const moment = flags.asOf !== undefined ? { as_of: flags.asOf } : flags.run !== undefined ? { run: flags.run } : null;
  const options = {
    format: flags.format,
    values: flags.values,
    wide: flags.wide ?? false,
    width: width(),
    colour: process.stdout.isTTY === true,
  };
  const [first, ...more] = heads.map((head) => printTable({ head, ...rows, curated, moment }, options));
  if (flags.format === "csv" && more.length > 0)
    throw new TrialdriftError({
      code: "usage",
      message: `review ${review} has ${heads.length} tables, and a CSV file holds one`,
      next: `--table one of: ${heads.map((head) => head.table).join(", ")}`,
    });
  const whole = [first ?? "", ...more];
  await print(
    flags.format === "json" && more.length > 0 ? `[${whole.map((text) => text.trim()).join(",\n")}]` : whole.join("\n"),
  );
  return 0;
}

export function tableCommand(program: Command): void {
  program
    .command("table")
    .description("the review's table: what is printed, and where the registry differs")
    .addOption(reviewOption())
    .addOption(new Option("--table <number>", "only this table").argParser(whole(1)))
    .addOption(
      new Option("--values <side>", "curated: printed values, differences beside them; registry: the registry's alone")
        .choices(["curated", "registry"])
        .default("curated"),
    )
    .addOption(
      new Option("--as-of <date>", "the registry as posted on a day, by today's rules, and the version then in force")
        .argParser(calendarDay)
        .conflicts("run"),
    )
    .addOption(new Option("--run <id>", "what was published once this run had ended").argParser(whole(1)))
    .option("--wide", "every column, not only the cells that differ")
    .addOption(formatOption("text", "md", "csv", "json"))
    .action((options: TableFlags) => perform((context) => table(context, options)));
}
