import { type Command, Option } from "commander";
import { TrialdriftError } from "../../db/errors.ts";
import { type TableInput, type TableOptions, tables } from "../../pipeline/report/table.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { calendarDay, formatOption, reviewOption, whole } from "../options.ts";
import { readTables, type TableAsked } from "../table-input.ts";
import { printVersion } from "../table-version.ts";
import { width } from "./list.ts";

export interface TableFlags extends TableAsked {
  /** An earlier version of the curated table. */
  version?: number;
  values: "curated" | "registry";
  wide?: boolean;
  format: TableOptions["format"];
}

function refuse(message: string, inputs: readonly TableInput[]): never {
  const next = `--table one of: ${inputs.map(({ head }) => head.table).join(", ")}`;
  throw new TrialdriftError({ code: "usage", message, next });
}

/** `table`: the review's table as published by the last run, or as it stood on a day or after a run. Reads only. */
export async function table(context: Context, flags: TableFlags): Promise<number> {
  const { db } = await context.openDatabase("reader");
  const inputs = await readTables(context, db, flags);
  const [first, ...more] = inputs;
  const options = {
    format: flags.format,
    values: flags.values,
    wide: flags.wide ?? false,
    width: width(),
    colour: process.stdout.isTTY === true,
  };
  if (flags.version !== undefined && first !== undefined) {
    if (more.length > 0) refuse("each table has versions of its own", inputs);
    await print(await printVersion(context, db, first, flags.version, options));
    return 0;
  }
  if (flags.format === "csv" && inputs.length > 1)
    refuse(`review ${first?.head.review ?? ""} has ${inputs.length} tables, and a CSV file holds one`, inputs);
  await print(tables(inputs, options));
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
    .addOption(
      new Option("--version <number>", "an earlier version of a curated table, with who changed what")
        .argParser(whole(1))
        .conflicts(["asOf", "run"]),
    )
    .option("--wide", "every column, not only the cells that differ")
    .addOption(formatOption("text", "md", "csv", "json", "html"))
    .action((options: TableFlags) => perform((context) => table(context, options)));
}
