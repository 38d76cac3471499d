import { readFileSync } from "node:fs";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { ERROR_CODES } from "../db/errors.ts";
import type { FlagAnswer } from "../db/flags.ts";
import type { Noun } from "../pipeline/report/list-columns.ts";
import { SHOWN_COLUMNS } from "../pipeline/report/show.ts";
import { demo } from "./commands/demo.ts";
import { doctor, type DoctorFlags, hoursOf } from "./commands/doctor.ts";
import { extract } from "./commands/extract.ts";
import { answer } from "./commands/flags.ts";
import { type ListFlags, listNoun } from "./commands/list.ts";
import { recompute } from "./commands/recompute.ts";
import { replay } from "./commands/replay.ts";
import { checkReviews, initReview, type InitFlags } from "./commands/reviews.ts";
import { show, type ShowFlags } from "./commands/show.ts";
import { sync } from "./commands/sync.ts";
import { table, type TableFlags } from "./commands/table.ts";
import { perform } from "./exit.ts";

/** The command line: flags in, one call, one format out. A verb starts work, a noun lists the view of its name. */

const version = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string })
  .version;
const program = new Command("trialdrift")
  .description("Keeps a published review's trial tables in step with ClinicalTrials.gov")
  .version(version, "-V", "print the program's version")
  .enablePositionalOptions()
  .showHelpAfterError("(trialdrift --help lists the commands)")
  .exitOverride()
  .addHelpText(
    "after",
    `
Exit codes: 0 fine, also with open flags; 1 failed, nothing published; 2 wrong usage or configuration;
3 finished but incomplete; 4 another process holds the lock; 69 registry or database unreachable.
stdout is data, stderr is log. Settings come from the environment (README).`,
  );

const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`Needs a whole number from ${least}.`);
    return value;
  };
const review = () => new Option("--review <id>", "only this review");
const format = (...choices: string[]) =>
  new Option("--format <format>", "what to print").choices(choices).default("text");

program
  .command("sync")
  .description("one nightly run now: fetch, compare, publish; prints the news")
  .addOption(review())
  .option("--dry-run", "do everything but publish")
  .action((options: { review?: string; dryRun?: boolean }) => perform((context) => sync(context, options)));

program
  .command("recompute")
  .description("cells, drift and flags again from our own store, without the registry")
  .addOption(review())
  .action((options: { review?: string }) => perform((context) => recompute(context, options)));

program
  .command("table")
  .description("the review's table: what is printed, and where the registry differs")
  .addOption(review())
  .addOption(new Option("--table <number>", "only this table").argParser(whole(1)))
  .addOption(
    new Option("--values <side>", "curated: printed values, differences beside them; registry: the registry's alone")
      .choices(["curated", "registry"])
      .default("curated"),
  )
  .option("--wide", "every column, not only the cells that differ")
  .addOption(format("text", "md", "csv", "json"))
  .action((options: TableFlags) => perform((context) => table(context, options)));

/** Nouns of the command line, the view each lists, and what that is. */
const NOUNS: readonly [command: string, view: Noun, about: string][] = [
  ["drift", "drift", "curated cells against the registry's"],
  ["changes", "changes", "the registry before against after"],
  ["status-changes", "status_changes", "changes of recruitment status"],
  ["flags", "flags", "open questions for a person"],
  ["members", "members", "studies that the reviews track, and how they came"],
  ["runs", "runs", "what ran, with its ledger"],
  ["quarantine", "quarantine", "records that could not be loaded"],
  ["reviews", "reviews", "reviews in the database"],
];

/** Noun and verb: what a person may answer to flags. */
const ANSWERS: readonly { verb: string; state: FlagAnswer; about: string }[] = [
  { verb: "ack", state: "acknowledged", about: "seen and still open; ends when what it flags ends" },
  { verb: "resolve", state: "resolved", about: "done; opens anew only when the value has left and come back" },
];

for (const [name, view, about] of NOUNS) {
  const noun = program
    .command(name)
    .description(about)
    .addOption(review())
    .option("--since <when>", "a date (UTC midnight, inclusive), an instant, or run:N")
    .option("--kind <kinds>", "only these kinds, separated by commas")
    .addOption(format("text", "csv", "json"))
    .action((options: ListFlags) => perform((context) => listNoun(context, view, options)));
  if (name === "flags") addFlagVerbs(noun);
  if (name === "reviews") addReviewVerbs(noun);
}

/** Plain `reviews` lists what is in the database; these two read and write review folders. */
function addReviewVerbs(reviews: Command): void {
  reviews
    .command("check [id...]")
    .description("every error in the review folders at once, or one line a sound review; no database")
    .action((ids: string[]) => perform((context) => checkReviews(context, ids)));
  reviews
    .command("init <id>")
    .description("a new review folder, ready to sync; needs at least one of --cond, --intr, --term, --pin")
    .requiredOption("--title <title>", "what the review is about")
    .option("--cond <query>", "the registry's condition query, as written")
    .option("--intr <query>", "the registry's intervention query, as written")
    .option("--term <query>", "the registry's query of all fields, as written")
    .option("--pin <file>", "studies to track whatever the query finds: one NCT id a line")
    .action((id: string, options: InitFlags) => perform((context) => initReview(context, id, options)));
}

/** Plain `flags` lists; these two answer. */
function addFlagVerbs(flags: Command): void {
  for (const { verb, state, about } of ANSWERS) {
    flags
      .command(`${verb} <id...>`)
      .description(about)
      .requiredOption("--note <text>", "why, in a few words")
      .option("--by <name>", "who answers (default: this account's name)")
      .action((ids: string[], options: { note: string; by?: string }) =>
        perform((context) => answer(context, ids, state, options)),
      );
  }
}

program
  .command("show")
  .description("one study: status, changes, membership, cells with their words, drift, open flags")
  .addArgument(new Argument("<nct...>", "ids of studies"))
  .addOption(review())
  .addOption(
    new Option("--column <name>", "only this column: both sides, words, rule, why this kind").choices(SHOWN_COLUMNS),
  )
  .addOption(format("text", "json"))
  .action((ids: string[], options: ShowFlags) => perform((context) => show(context, ids, options)));

program
  .command("extract")
  .description("what the rules read in each record of files, with the words; no database")
  .addArgument(new Argument("<path...>", ".jsonl[.gz] files or folders of NCT*.json"))
  .option("--lexicon <name>", "which lexicon reads", "msc")
  .addOption(format("text", "json"))
  .action((paths: string[], options: { lexicon: string; format: "text" | "json" }) =>
    perform((context) => extract(context, paths, options)),
  );

program
  .command("replay")
  .description("serve recorded studies as the registry's API on loopback")
  .addArgument(new Argument("<path...>", ".jsonl[.gz] files or folders, applied in order"))
  .addOption(new Option("--port <number>", "port to listen on (default: any free one)").argParser(whole(0)))
  .addOption(new Option("--step <number>", "the state after the first N paths").argParser(whole(1)))
  .action((paths: string[], options: { port?: number; step?: number }) =>
    perform((context) => replay(context, paths, options)),
  );

program
  .command("demo")
  .description("the whole job on recorded answers of two dates, in a database of its own")
  .action(() => perform((context) => demo(context)));

program
  .command("doctor")
  .description("database, registry, clock, age of each review, and what to do; 3 when one is stale")
  .addOption(
    new Option("--max-age <time>", "36h, 90m or 2d: how long a complete run may be ago (a weekday schedule: 80h)")
      .default(36, "36h")
      .argParser((text: string): number => {
        const hours = hoursOf(text);
        if (hours === null) throw new InvalidArgumentError("Needs a time such as 36h, 90m or 2d.");
        return hours;
      }),
  )
  .option("--roles", "print the SQL of the role trialdrift_reader, and make it on a server")
  .action((options: DoctorFlags) => perform((context) => doctor(context, options)));

try {
  await program.parseAsync();
} catch (error) {
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  if (code === undefined || !code.startsWith("commander.")) throw error;
  process.exitCode = exitCode === 0 ? 0 : ERROR_CODES.usage;
}
