import { readTableHeads } from "../db/curated.ts";
import { TrialdriftError } from "../db/errors.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import type { TableInput } from "../pipeline/report/table.ts";
import type { CellRow, CuratedCellRow, DriftRow, FlagRow, TrialRow } from "../pipeline/report/rows.ts";
import { readClaims } from "./claims.ts";
import type { Context } from "./context.ts";
import { tableAsOf, tableOfRun, type Then } from "./table-then.ts";

/** What a review's tables are made of, now or at an earlier moment: for the command, the export and the page alike. */

export interface TableAsked {
  review?: string | undefined;
  /** Number of the one table asked for. */
  table?: number | undefined;
  /** yyyy-mm-dd; excludes `run`. */
  asOf?: string | undefined;
  run?: number | undefined;
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

/** Which rows the tables are made of: those in force, those of a day, or those that a run left published. */
async function rowsOf(context: Context, db: Db, review: string, { asOf, run }: TableAsked): Promise<Then> {
  if (asOf !== undefined) return tableAsOf(context, db, review, asOf);
  if (run !== undefined) return tableOfRun(db, review, run);
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

/** The tables asked for, by number. Flags are of now: an earlier moment has none. Errors: `usage`. */
export async function readTables(context: Context, db: Db, asked: TableAsked): Promise<TableInput[]> {
  const review = choose(asked.review, await readView<Known>(db, "reviews"));
  const { tables, ...rows } = await rowsOf(context, db, review, asked);
  const held = await readTableHeads(db, review, tables);
  const numbers = held.map(({ table }) => table);
  const heads = held.filter(({ table }) => asked.table === undefined || table === asked.table);
  if (heads.length === 0)
    throw new TrialdriftError({
      code: "usage",
      message: `review ${review} has no ${asked.table === undefined ? "curated table" : `table ${asked.table}`}`,
      state: "nothing was printed or changed",
      next:
        numbers.length > 0
          ? `--table one of: ${numbers.join(", ")}`
          : "see `trialdrift members` for the studies that it tracks",
    });
  const moment = asked.asOf !== undefined ? { as_of: asked.asOf } : asked.run !== undefined ? { run: asked.run } : null;
  const curated = await readView<CuratedCellRow>(db, "curated", { review });
  const flags =
    moment === null
      ? (await readView<FlagRow>(db, "flags", { review })).filter(({ state }) => state !== "resolved")
      : [];
  // What a run left published is asked of the table alone: the sentences are held against trials of now or of a day.
  const claims = asked.run === undefined ? await readClaims(context, db, review, asked.asOf) : [];
  return heads.map((head) => ({ head, ...rows, curated, flags, claims, moment }));
}
