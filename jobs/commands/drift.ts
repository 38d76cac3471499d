import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { TrialdriftError } from "../../db/errors.ts";
import { CURATED_COLUMNS, type DecidedColumn } from "../../db/model.ts";
import { readView } from "../../db/read.ts";
import type { Db } from "../../db/sql.ts";
import { distinctIds } from "../../pipeline/registry/query.ts";
import { decidedText, decisionLine } from "../../pipeline/report/decided.ts";
import { Refusal, undo } from "../../pipeline/review/deciding.ts";
import type { Review } from "../../pipeline/review/review.ts";
import type { Context } from "../context.ts";
import { decide, type Decided } from "../decide.ts";
import { perform, print } from "../exit.ts";
import { reviewOption, whole } from "../options.ts";
import { askOnTerminal, nameOf } from "../person.ts";
import { propose, type Proposal, type Wanted } from "../propose.ts";
import { nounNamed } from "./list.ts";

/** `drift accept|reject|undo`: a curator's decisions (design 4.5). */

const NOTHING = "nothing was decided";

interface PersonFlags {
  note?: string;
  by?: string;
}

export interface DecideFlags extends PersonFlags, Wanted {
  review?: string;
  yes?: boolean;
}

function refuse(message: string, next: string): never {
  throw new TrialdriftError({ code: "usage", message, state: NOTHING, next });
}

/** The review meant: the one named, or the only one with a folder that compares these studies. No other folder is read. */
async function chooseReview(
  context: Context,
  db: Db,
  named: string | undefined,
  nctIds: readonly string[],
): Promise<Review> {
  const comparing = new Set((await readView<{ review: string }>(db, "drift", { nctIds })).map(({ review }) => review));
  const ids = named === undefined ? context.reviewIds().filter((id) => comparing.has(id)) : [named];
  if (ids.length > 1) refuse("more than one review compares these studies", `--review one of: ${ids.join(", ")}`);
  const [only] = ids.flatMap((id) => context.reviews(id));
  return (
    only ??
    refuse(`no review's table is compared with ${nctIds.join(", ")}`, "see `trialdrift drift` and `trialdrift members`")
  );
}

/** --all is never taken silently: what it would do is listed, and a person says yes. */
async function confirm(proposal: Proposal, verb: string, yes: boolean): Promise<void> {
  const left =
    proposal.left.length === 0
      ? []
      : ["left to you, one by one with --column:", ...proposal.left.map((line) => `  ${line}`)];
  if (proposal.drafts.length === 0)
    refuse(
      `there is nothing that --all could ${verb}`,
      left.length === 0 ? "see `trialdrift drift`" : left.join("\n    "),
    );
  const listed = [...proposal.drafts.map((draft) => `${verb} ${decisionLine(draft)}`), ...left];
  process.stderr.write(`${listed.join("\n")}\n`);
  if (yes) return;
  const answer = await askOnTerminal(`${verb} these ${proposal.drafts.length}?`);
  if (answer === null)
    refuse("--all asks before it decides, and there is no terminal", "read the list above, then add --yes");
  if (!answer) refuse("not confirmed", "name single cells with --column");
}

function checkFlags(verb: "accept" | "reject", flags: DecideFlags): void {
  const columns = flags.column ?? [];
  const next = "see `trialdrift drift accept --help`";
  if ((flags.all === true) === columns.length > 0) refuse("name cells with --column, or give --all", next);
  if (flags.value === undefined) {
    if (columns.includes("publications")) refuse("publications need --value PMID[,PMID]", next);
    return;
  }
  if (columns.length !== 1) refuse("--value belongs to one --column", next);
  if (verb === "reject" && columns[0] !== "publications")
    refuse("reject keeps the printed value: --value is for accept", next);
}

/** `drift accept|reject`: all or none. Errors: `usage` with every cell that cannot be decided so; those of `decide`. */
export async function decideCells(
  context: Context,
  verb: "accept" | "reject",
  given: readonly string[],
  flags: DecideFlags,
): Promise<number> {
  checkFlags(verb, flags);
  if (given.length === 0) refuse("no study is named", "write its NCT number, or several");
  const nctIds = distinctIds(given);
  const by = nameOf(flags.by, NOTHING);
  const database = await context.openDatabase("writer");
  const review = await chooseReview(context, database.db, flags.review, nctIds);
  const person = { by, note: flags.note?.trim() || null };
  const decided = await decide(context, database, review, nctIds, person, async (room) => {
    const proposal = propose(room, verb, nctIds, flags);
    if (proposal.refused.length > 0)
      refuse(
        `cannot ${verb}:\n  ${proposal.refused.join("\n  ")}`,
        "see `trialdrift show NCT… --column C` for both sides",
      );
    if (flags.all === true) await confirm(proposal, verb, flags.yes === true);
    return proposal.drafts;
  });
  return tell(decided);
}

async function tell(decided: Decided | null): Promise<number> {
  if (decided !== null) await print(decidedText(decided.decisions, decided.versions));
  return decided?.report.exitCode ?? 0;
}

/** `drift undo`: takes one decision back. Errors: `usage` where a later decision on the cell stands, or the table was edited. */
export async function undoDecision(context: Context, id: string, flags: PersonFlags): Promise<number> {
  const by = nameOf(flags.by, NOTHING);
  const wanted = id.trim().toUpperCase();
  const { sound, unsound } = context.soundReviews();
  const review = sound.find(({ decisions }) => decisions.some((one) => one.id === wanted));
  if (review === undefined) {
    // It may be in a folder that cannot be read.
    if (unsound[0] !== undefined) throw unsound[0].error;
    return refuse(`no review folder has a decision ${id}`, "ids are in `trialdrift drift --format csv`");
  }
  const database = await context.openDatabase("writer");
  const nctIds = review.decisions.filter((one) => one.id === wanted).map(({ nct_id }) => nct_id);
  const person = { by, note: flags.note?.trim() || null };
  return tell(
    await decide(context, database, review, nctIds, person, async (room) => {
      const { decisions } = room.review;
      const table = decisions.find((one) => one.id === wanted)?.table ?? 0;
      const draft = undo(decisions, wanted, room.files.get(table)?.rows ?? []);
      return draft instanceof Refusal
        ? refuse(draft.words, "see `trialdrift show NCT…` for the cell as it stands")
        : [draft];
    }),
  );
}

const DECIDED_COLUMNS: readonly DecidedColumn[] = [...CURATED_COLUMNS, "tissue", "donor", "*"];

const isId = (name: string): boolean => /^NCT\d/i.test(name);

/** Several names may follow --column, and so may ids that belong before it: those are kept among them. */
function readColumns(text: string, before: unknown): string[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.filter((name) => !isId(name) && !DECIDED_COLUMNS.some((one) => one === name));
  if (wrong.length > 0) throw new InvalidArgumentError(`There is no column ${wrong.join(", ")}.`);
  return [...((before ?? []) as string[]), ...names];
}

const VERBS: readonly { verb: "accept" | "reject"; about: string }[] = [
  { verb: "accept", about: "the registry's value, or your own with --value, into the table's next version" },
  { verb: "reject", about: "the printed value stays; the registry's present value is not asked about again" },
];

/** Plain `drift` lists; these decide. */
export function decisionCommands(program: Command): void {
  const noun = nounNamed(program, "drift");
  const person = (command: Command): Command =>
    command
      .option("--note <text>", "why, in a few words")
      .option("--by <name>", "who decides (default: this account's name)");
  for (const { verb, about } of VERBS)
    person(
      noun
        .command(`${verb} [nct...]`)
        .description(about)
        .addOption(reviewOption())
        .addOption(new Option("--table <number>", "only this table").argParser(whole(1)))
        .addOption(
          new Option("--column <name...>", `cells: ${DECIDED_COLUMNS.join(", ")} (the whole study)`).argParser(
            readColumns,
          ),
        )
        .option("--all", "every cell that differs and that a rule has placed; lists them and asks")
        .option("--value <text>", "your own value, checked like the table's file; lists joined by ;")
        .option("--yes", "--all does not ask"),
    ).action((ids: string[], options: DecideFlags) => {
      const named: string[] = options.column ?? [];
      const column = named.filter((name) => !isId(name)) as DecidedColumn[];
      return perform((context) => decideCells(context, verb, [...ids, ...named.filter(isId)], { ...options, column }));
    });
  person(
    noun.command("undo <decision>").description("takes a decision back: the cell holds again what it held before"),
  ).action((id: string, options: PersonFlags) => perform((context) => undoDecision(context, id, options)));
}
