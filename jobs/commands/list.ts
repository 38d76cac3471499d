import { TrialdriftError } from "../../db/errors.ts";
import type { Db } from "../../db/sql.ts";
import { parseSince, readView } from "../../db/read.ts";
import { list, LISTS } from "../../pipeline/report/list.ts";
import type { ListRows, Noun } from "../../pipeline/report/list-columns.ts";
import { membersBox } from "../../pipeline/report/members-box.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import type { Command } from "commander";
import { formatOption, reviewOption } from "../options.ts";

export interface ListFlags {
  review?: string;
  since?: string;
  kind?: string;
  format: "text" | "csv" | "json";
}

/** A noun lists the view of its name. Reads only; csv and json print every row. */
export async function listNoun(context: Context, noun: Noun, flags: ListFlags): Promise<number> {
  const since = flags.since === undefined ? undefined : parseSince(flags.since);
  const database = await context.openDatabase("reader");
  if (flags.review !== undefined) {
    const known = await readView<{ review: string }>(database.db, "reviews");
    if (!known.some(({ review }) => review === flags.review))
      throw new TrialdriftError({
        code: "usage",
        message: `there is no review ${flags.review} in the database`,
        next: `reviews there: ${known.map(({ review }) => review).join(", ") || "none; run trialdrift sync"}`,
      });
  }
  const rows = await readView<ListRows[typeof noun]>(database.db, noun, {
    ...(flags.review === undefined ? {} : { review: flags.review }),
    ...(since === undefined ? {} : { since }),
    ...(flags.kind === undefined ? {} : { kinds: flags.kind.split(",").map((kind) => kind.trim()) }),
  });
  await print(
    list(noun, rows as ListRows[Noun][], {
      format: flags.format,
      width: width(),
      colour: process.stdout.isTTY === true,
    }),
  );
  if (noun === "members" && flags.format === "text" && since === undefined && flags.kind === undefined)
    await print(await boxes(database.db, rows as ListRows["members"][], flags.review));
  // Of several listings, each is asked for its own rows alone.
  const alarms = (LISTS[noun].alarm as ((all: typeof rows) => string[]) | undefined)?.(rows) ?? [];
  for (const alarm of alarms) context.log.error(alarm);
  return alarms.length === 0 ? 0 : 3;
}

/** Below the list of members: how the studies of each review were found and screened. */
async function boxes(db: Db, rows: readonly ListRows["members"][], review: string | undefined): Promise<string> {
  const fresh = await readView<{ review: string; data_date: string | null }>(db, "freshness");
  const dates = new Map(fresh.map((row) => [row.review, row.data_date]));
  const known = (await readView<ListRows["reviews"]>(db, "reviews")).filter(
    (row) => row.review === (review ?? row.review),
  );
  return known.map((row) => `\n${membersBox(row, rows, dates.get(row.review) ?? null, width())}`).join("");
}

/** As wide as the terminal, within what reads well; behind a pipe to a pager stderr still knows it, elsewhere the default. */
export function width(): number {
  return Math.min(Math.max(process.stdout.columns ?? process.stderr.columns ?? 96, 60), 140);
}

/** Nouns of the command line, the view each lists, and what that is. */
const NOUNS: readonly [command: string, view: Noun, about: string][] = [
  ["drift", "drift", "curated cells against the registry's"],
  ["changes", "changes", "the registry before against after"],
  ["status-changes", "status_changes", "changes of recruitment status"],
  ["flags", "flags", "open questions for a person"],
  ["claims", "claims", "sentences of the review, held against its trials"],
  ["members", "members", "studies that the reviews track, and how they came"],
  ["runs", "runs", "what ran, with its ledger"],
  ["quarantine", "quarantine", "records that could not be loaded"],
  ["reviews", "reviews", "reviews in the database"],
];

export function listCommands(program: Command): void {
  for (const [name, view, about] of NOUNS)
    program
      .command(name)
      .description(about)
      .addOption(reviewOption())
      .option("--since <when>", "a date (UTC midnight, inclusive), an instant, or run:N")
      .option("--kind <kinds>", "only these kinds, separated by commas")
      .addOption(formatOption("text", "csv", "json"))
      .action((options: ListFlags) => perform((context) => listNoun(context, view, options)));
}

/** The noun that another file adds its verbs to. */
export function nounNamed(program: Command, name: string): Command {
  const noun = program.commands.find((command) => command.name() === name);
  if (noun === undefined) throw new RangeError(`no noun is named ${name}`);
  return noun;
}
