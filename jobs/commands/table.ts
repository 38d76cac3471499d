import { TrialdriftError } from "../../db/errors.ts";
import { readTableHeads } from "../../db/curated.ts";
import { readView } from "../../db/read.ts";
import type { CellRow, CuratedCellRow, DriftRow, TrialRow } from "../../pipeline/report/rows.ts";
import { table as printTable } from "../../pipeline/report/table.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { printVersion } from "../table-version.ts";
import { width } from "./list.ts";
import { type Command, Option } from "commander";
import { formatOption, reviewOption, whole } from "../options.ts";

export interface TableFlags {
  review?: string;
  table?: number;
  /** An earlier version of the curated table. */
  version?: number;
  values: "curated" | "registry";
  wide?: boolean;
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

/** A version belongs to one table. */
function one<T extends { head: { table: number } }>(inputs: readonly T[]): T {
  const [first, ...more] = inputs;
  if (first !== undefined && more.length === 0) return first;
  throw new TrialdriftError({
    code: "usage",
    message: "each table has versions of its own",
    next: `--table one of: ${inputs.map(({ head }) => head.table).join(", ")}`,
  });
}

/** `table`: the review's table as published by the last run. Reads only. */
export async function table(context: Context, flags: TableFlags): Promise<number> {
  const { db } = await context.openDatabase("reader");
  const review = choose(flags.review, await readView<Known>(db, "reviews"));
  const heads = (await readTableHeads(db, review)).filter(
    ({ table }) => flags.table === undefined || table === flags.table,
  );
  if (heads.length === 0)
    throw new TrialdriftError({
      code: "usage",
      message: `review ${review} has no ${flags.table === undefined ? "curated table" : `table ${flags.table}`}`,
      next: "see `trialdrift members` for the studies that it tracks",
    });
  const filter = { review };
  const [trials, drift, cells, curated] = [
    await readView<TrialRow>(db, "trials", filter),
    await readView<DriftRow>(db, "drift", filter),
    await readView<CellRow>(db, "cells", filter),
    (await readView<CuratedCellRow & { current: boolean }>(db, "curated", filter)).filter(({ current }) => current),
  ];
  const [fresh] = await readView<{ data_date: string | null }>(db, "freshness", filter);
  const dataDate = fresh?.data_date ?? null;
  const options = {
    format: flags.format,
    values: flags.values,
    wide: flags.wide ?? false,
    width: width(),
    colour: process.stdout.isTTY === true,
  };
  const inputs = heads.map((head) => ({ head, dataDate, trials, drift, cells, curated }));
  const { version } = flags;
  if (version !== undefined) {
    await print(await printVersion(context, db, one(inputs), version, options));
    return 0;
  }
  const [first, ...more] = inputs.map((input) => printTable(input, options));
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
    .addOption(new Option("--version <number>", "an earlier version of a curated table").argParser(whole(1)))
    .option("--wide", "every column, not only the cells that differ")
    .addOption(formatOption("text", "md", "csv", "json"))
    .action((options: TableFlags) => perform((context) => table(context, options)));
}
