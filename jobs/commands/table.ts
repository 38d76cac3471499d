import { TrialdriftError } from "../../db/errors.ts";
import { readTableHeads, readView } from "../../db/read.ts";
import type { CellRow, CuratedCellRow, DriftRow, TrialRow } from "../../pipeline/report/rows.ts";
import { table as printTable } from "../../pipeline/report/table.ts";
import type { Context } from "../context.ts";
import { print } from "../exit.ts";
import { width } from "./list.ts";

export interface TableFlags {
  review?: string;
  table?: number;
  values: "curated" | "registry";
  wide?: boolean;
  format: "text" | "md" | "csv" | "json";
}

/** The review meant: the one named, or the only one there is. */
function choose(named: string | undefined, known: readonly string[]): string {
  const [only] = known;
  if (named === undefined && known.length === 1 && only !== undefined) return only;
  if (named !== undefined && known.includes(named)) return named;
  throw new TrialdriftError({
    code: "usage",
    message: named === undefined ? "there is more than one review" : `there is no review ${named} in the database`,
    next: `--review one of: ${known.join(", ") || "none; run trialdrift sync first"}`,
  });
}

/** `table`: the review's table as published by the last run. Reads only. */
export async function table(context: Context, flags: TableFlags): Promise<number> {
  const { db } = await context.openDatabase("reader");
  const review = choose(
    flags.review,
    (await readView<{ review: string }>(db, "reviews")).map((one) => one.review),
  );
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
  const [first, ...more] = heads.map((head) => printTable({ head, dataDate, trials, drift, cells, curated }, options));
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
