import { TrialdriftError } from "../../db/errors.ts";
import { readRetired } from "../../db/history.ts";
import { readView, type ViewName } from "../../db/read.ts";
import type { Db } from "../../db/sql.ts";
import { distinctIds } from "../../pipeline/registry/query.ts";
import {
  SHOWN_COLUMNS,
  show as printStudies,
  type Shown,
  type ShownColumn,
  type ShownViews,
} from "../../pipeline/report/show.ts";
import type { ChangeRow } from "../../pipeline/report/rows.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { width } from "./list.ts";
import { Argument, type Command, Option } from "commander";
import { formatOption, reviewOption } from "../options.ts";

export interface ShowFlags {
  review?: string;
  column?: ShownColumn;
  format: "text" | "json";
}

/** Views read for each study, in the order of the JSON's keys. */
const VIEWS = [
  "studies",
  "trials",
  "members",
  "curated",
  "cells",
  "drift",
  "changes",
  "status_changes",
  "flags",
  "decisions",
  "quarantine",
  "versions",
] as const satisfies readonly (ViewName & keyof ShownViews)[];

/** Facts of the store belong to no review; everything else of another review than the one asked for is left out. */
function ofReview<R>(rows: readonly R[], review: string | undefined): R[] {
  return rows.filter((row) => review === undefined || ((row as { review?: string }).review ?? review) === review);
}

async function readStudies(db: Db, nctIds: readonly string[], flags: ShowFlags): Promise<Shown[]> {
  const read = new Map<string, { nct_id: string }[]>();
  for (const view of VIEWS)
    read.set(view, ofReview(await readView<{ nct_id: string }>(db, view, { nctIds }), flags.review));
  const wanted = flags.column !== undefined && flags.format === "text";
  const records = wanted ? await readView<{ nct_id: string; record: unknown }>(db, "records", { nctIds }) : [];
  const merged = await readRetired(db, nctIds);
  const retired = await readView<ChangeRow>(db, "changes", { nctIds: [...merged.values()].flat() });
  return nctIds.map((nctId) => {
    const own = VIEWS.map((view) => [view, (read.get(view) ?? []).filter((row) => row.nct_id === nctId)]);
    return {
      nctId,
      views: Object.fromEntries(own) as ShownViews,
      retired: retired.filter(({ nct_id }) => merged.get(nctId)?.includes(nct_id) === true),
      record: records.find((row) => row.nct_id === nctId)?.record ?? null,
    };
  });
}

/** How many characters of two ids differ: a mistyped id is the likeliest reason why one is not found. */
function distance(a: string, b: string): number {
  return [...a].filter((character, at) => character !== b[at]).length;
}

/** Studies nearest to a missing id that an error names. */
const NEAREST = 5;

async function refuseMissing(db: Db, studies: readonly Shown[], review: string | undefined): Promise<void> {
  const missing = studies.filter(({ views }) => {
    const known = [views.members, views.curated, ...(review === undefined ? [views.studies, views.flags] : [])];
    return known.every((rows) => rows.length === 0);
  });
  const [first] = missing;
  if (first === undefined) return;
  const members = await readView<{ nct_id: string }>(db, "members", review === undefined ? {} : { review });
  const tracked = [...new Set(members.map(({ nct_id }) => nct_id))];
  const nearest = tracked.toSorted((a, b) => distance(a, first.nctId) - distance(b, first.nctId) || a.localeCompare(b));
  const held = missing.some(({ views }) => views.quarantine.length > 0);
  const steps = [
    ...(held ? ["its record lies in quarantine: see `trialdrift quarantine`"] : []),
    tracked.length === 0
      ? "nothing is tracked yet: run `trialdrift sync`"
      : `${tracked.length} tracked (\`trialdrift members\` lists them), nearest: ${nearest.slice(0, NEAREST).join(", ")}`,
    "to track a study, add its id to `pinned` of a watchlist in the review's review.json and run `trialdrift sync`",
  ];
  const ids = missing.map(({ nctId }) => nctId).join(", ");
  throw new TrialdriftError({
    code: "usage",
    message: review === undefined ? `not in the database: ${ids}` : `not tracked by review ${review}: ${ids}`,
    state: "nothing was printed or changed",
    next: steps.join("; "),
  });
}

async function refuseUnknownReview(db: Db, review: string | undefined): Promise<void> {
  if (review === undefined) return;
  const known = (await readView<{ review: string }>(db, "reviews")).map((one) => one.review);
  if (known.includes(review)) return;
  throw new TrialdriftError({
    code: "usage",
    message: `there is no review ${review} in the database`,
    state: "nothing was printed or changed",
    next: `reviews there: ${known.join(", ") || "none; run trialdrift sync"}`,
  });
}

/** `show`: studies as the last run published them, whole or one column of each. Reads only; ids in any spelling. */
export async function show(context: Context, ids: readonly string[], flags: ShowFlags): Promise<number> {
  const nctIds = distinctIds(ids);
  const { db } = await context.openDatabase("reader");
  await refuseUnknownReview(db, flags.review);
  const studies = await readStudies(db, nctIds, flags);
  await refuseMissing(db, studies, flags.review);
  await print(
    printStudies(studies, {
      format: flags.format,
      column: flags.column ?? null,
      width: width(),
      colour: process.stdout.isTTY === true,
    }),
  );
  return 0;
}

export function showCommand(program: Command): void {
  program
    .command("show")
    .description("one study: status, changes, membership, cells with their words, drift, open flags")
    .addArgument(new Argument("<nct...>", "ids of studies"))
    .addOption(reviewOption())
    .addOption(
      new Option("--column <name>", "only this column: both sides, words, rule, why this kind").choices(SHOWN_COLUMNS),
    )
    .addOption(formatOption("text", "json"))
    .action((ids: string[], options: ShowFlags) => perform((context) => show(context, ids, options)));
}
