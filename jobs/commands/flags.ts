import { TrialdriftError } from "../../db/errors.ts";
import { type AnsweredFlag, answerFlags, type FlagAnswer } from "../../db/flags.ts";
import { clean } from "../../pipeline/report/text.ts";
import { flagWords } from "../../pipeline/report/words.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { nameOf } from "../person.ts";
import type { Command } from "commander";
import { nounNamed } from "./list.ts";

function refuse(message: string, next: string): never {
  throw new TrialdriftError({ code: "usage", message, state: "no flag was changed", next });
}

/** Numbers of flags as they are typed; those that are none are named together. Fifteen digits are exact in a number. */
function flagIds(given: readonly string[]): number[] {
  const wrong = given.filter((text) => !/^[1-9]\d{0,14}$/.test(text));
  if (wrong.length > 0)
    refuse(
      `no number of a flag: ${wrong.map((text) => JSON.stringify(text)).join(", ")}`,
      "take them from `trialdrift flags`",
    );
  return given.map(Number);
}

function said(flag: AnsweredFlag): string {
  const place = flag.table === 0 ? flag.review : `${flag.review}, table ${flag.table}`;
  const about = `${[flagWords(flag.kind), flag.nctId].filter((part) => part !== "").join(", ")} (${place})`;
  const { by, at, note } = flag.before ?? { by: null, at: null, note: null };
  const earlier = `${by === null ? "" : ` by ${by}`}${at === null ? "" : ` on ${at.slice(0, 10)}`}${note === null ? "" : `: ${note}`}`;
  if (flag.state === flag.was)
    return clean(`flag ${flag.flagId} was ${flag.was} already${earlier}; left as it is, ${about}`);
  return clean(`flag ${flag.flagId} ${flag.state}: ${about}: ${flag.message}`);
}

/**
 * `flags ack|resolve`: a person's answer to flags, all or none; one line a flag on stdout. What is answered already is left
 * as it is and said. Errors: `usage` for a wrong or unknown number, an empty note or name; nothing is changed then.
 */
export async function answer(
  context: Context,
  given: readonly string[],
  state: FlagAnswer,
  options: { note: string; by?: string },
): Promise<number> {
  const ids = flagIds(given);
  const note = options.note.trim() || refuse("--note is empty", "say in a few words why");
  const by = nameOf(options.by, "no flag was changed");
  const database = await context.openDatabase("writer");
  const answered = await answerFlags(database.db, ids, { state, by, note });
  await print(answered.map(said).join("\n"));
  return 0;
}

/** What a person may answer to flags. */
const ANSWERS: readonly { verb: string; state: FlagAnswer; about: string }[] = [
  { verb: "ack", state: "acknowledged", about: "seen and still open; ends when what it flags ends" },
  { verb: "resolve", state: "resolved", about: "done; opens anew only when the value has left and come back" },
];

/** Plain `flags` lists; these two answer. */
export function answerCommands(program: Command): void {
  for (const { verb, state, about } of ANSWERS)
    nounNamed(program, "flags")
      .command(`${verb} <id...>`)
      .description(about)
      .requiredOption("--note <text>", "why, in a few words")
      .option("--by <name>", "who answers (default: this account's name)")
      .action((ids: string[], options: { note: string; by?: string }) =>
        perform((context) => answer(context, ids, state, options)),
      );
}
