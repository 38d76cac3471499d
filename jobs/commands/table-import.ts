import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { Option } from "commander";
import { TrialdriftError } from "../../db/errors.ts";
import { readCuratedHistory } from "../../db/curated.ts";
import { decidedText } from "../../pipeline/report/decided.ts";
import { counted } from "../../pipeline/report/words.ts";
import { accept, type Draft, Refusal } from "../../pipeline/review/deciding.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { readSheet } from "../../pipeline/review/spreadsheet.ts";
import { rowsAtVersion } from "../../pipeline/review/table-file.ts";
import type { Context } from "../context.ts";
import { decide } from "../decide.ts";
import { perform, print } from "../exit.ts";
import { reviewOption, whole } from "../options.ts";
import { nameOf } from "../person.ts";
import { nounNamed } from "./list.ts";

/** `table import`: a table that went through a spreadsheet comes back as its curator's own values. */

export interface ImportFlags {
  review?: string;
  table?: number;
  note?: string;
  by?: string;
}

const STATE = "nothing was imported";

function refuse(message: string, next: string): never {
  throw new TrialdriftError({ code: "usage", message, state: STATE, next });
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new TrialdriftError({
      code: "usage",
      message: `${file} cannot be read`,
      state: STATE,
      next: "check the path",
      cause,
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse(`${file} is not UTF-8`, 'save it in the spreadsheet as "CSV UTF-8"');
  }
}

/** The one table meant: by its flags, or the only one there is. */
function chooseTable(context: Context, flags: ImportFlags): { review: Review; table: number } {
  const all = context
    .reviews(flags.review ?? null)
    .flatMap((review) => review.tables.map(({ table }) => ({ review, table })))
    .filter(({ table }) => flags.table === undefined || flags.table === table);
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  if (only === undefined) return refuse("there is no such curated table", "see `trialdrift reviews`");
  const choices = all.map(({ review, table }) => `--review ${review.id} --table ${table}`);
  return refuse("more than one table could be meant", `one of: ${choices.join("; ")}`);
}

/** Errors: `usage` with every wrong cell at once, by line and column; those of `decide`. */
export async function importTable(context: Context, file: string, flags: ImportFlags): Promise<number> {
  const text = readText(file);
  const { review, table } = chooseTable(context, flags);
  const by = nameOf(flags.by, STATE);
  const database = await context.openDatabase("writer");
  const person = { by, note: flags.note?.trim() || null };
  const decided = await decide(context, database, review, null, person, async (room) => {
    const content =
      room.files.get(table) ?? refuse(`review ${review.id} has no table ${table}`, "see `trialdrift reviews`");
    const history = new Map(
      (await readCuratedHistory(database.db, review.id, table)).map((one) => [one.version, one.rows]),
    );
    const newest = Math.max(content.version, ...history.keys());
    const at = (version: number) =>
      version === newest ? content.rows : (history.get(version) ?? rowsAtVersion(content, version));
    const sheet = readSheet(text, { version: newest, rows: content.rows, at });
    const { problems } = sheet;
    const drafts = sheet.changes.flatMap(({ line, nctId, column, words, was }): Draft[] => {
      const answer = accept(room.see(nctId, table), column, words);
      if (!(answer instanceof Refusal)) {
        room.note(answer);
        return [answer];
      }
      problems.push(`line ${line}, column ${column}: ${answer.words}; it was ${JSON.stringify(was)}`);
      return [];
    });
    if (problems.length > 0)
      refuse(`${file} cannot be imported:\n  ${problems.join("\n  ")}`, "mend these cells and import again");
    if (sheet.aside > 0)
      context.log.info(`${counted(sheet.aside, "row")} of studies that the table does not print left aside`);
    return drafts;
  });
  await print(decided === null ? "nothing differs from the table" : decidedText(decided.decisions, decided.versions));
  return decided?.report.exitCode ?? 0;
}

export function importCommand(program: Command): void {
  nounNamed(program, "table")
    .command("import <file.csv>")
    .description("cells changed in a file of `table --format csv` become your own values; all or none")
    .addOption(reviewOption())
    .addOption(new Option("--table <number>", "this table").argParser(whole(1)))
    .option("--note <text>", "why, in a few words")
    .option("--by <name>", "who decides (default: this account's name)")
    .action((file: string, options: ImportFlags) => perform((context) => importTable(context, file, options)));
}
