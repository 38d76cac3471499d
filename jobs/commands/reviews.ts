import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TrialdriftError } from "../../db/errors.ts";
import { parseNotation } from "../../pipeline/review/codes.ts";
import { readLexicon, readReview, reviewIds } from "../../pipeline/review/folder.ts";
import { definitionOf, parsePins, writeReview } from "../../pipeline/review/init.ts";
import { parseReview, parseTable, shownValue } from "../../pipeline/review/parse.ts";
import { NAME } from "../../pipeline/review/shape.ts";
import type { Review } from "../../pipeline/review/review.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import type { Command } from "commander";
import { nounNamed } from "./list.ts";

export interface InitFlags {
  title: string;
  cond?: string;
  intr?: string;
  term?: string;
  pin?: string;
}

function readJson(file: string, problems: string[]): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    problems.push(`${file} $: expected JSON, found: ${(error as Error).message}`);
    return undefined;
  }
}

/** What a part's own reader refuses, one problem a line; anything but a refusal of the review is thrown on. */
function refusals(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof TrialdriftError) || error.code !== "review_invalid") throw error;
    return error.message.replace(/^[^:]*:\s*/, "").split(/\n\s*|; (?=codes\.|[\w.-]+\.json: )/);
  }
}

/** A refusal of the codes names its place by dots; here it gets its JSON path and the value that stands there. */
function codesProblem(file: string, codes: unknown, problem: string): string {
  const [, place = "", says = problem] = /^codes\.?((?:\([^)]*\)|[^:])*): (.*)$/s.exec(problem) ?? [];
  const keys = place
    .replace(/ \([^)]*\)|^\(all\)$/g, "")
    .split(".")
    .filter((key) => key !== "");
  const found = keys.reduce((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], codes);
  const path = keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join("");
  return `${file} $.codes${path}: ${says.replace(/, received [^,]*$/, "")}, found ${shownValue(found)}`;
}

interface Named {
  table: number;
  title: string;
  file: string;
}

/** Tables that a review.json names, also one that is wrong elsewhere: their files are worth checking all the same. */
function tablesNamed(definition: unknown): Named[] {
  const tables: unknown = (definition as { tables?: unknown } | null)?.tables;
  return (Array.isArray(tables) ? (tables as Partial<Named>[]) : []).flatMap((one) =>
    typeof one?.table === "number" && typeof one.file === "string" && NAME.test(one.file)
      ? [{ table: one.table, title: String(one.title ?? ""), file: one.file }]
      : [],
  );
}

/** Every problem of one review folder; a part that is wrong does not hide those of another. */
function problemsOf(reviewsDir: string, id: string, lexiconsDir: string): string[] {
  const problems: string[] = [];
  const file = join(reviewsDir, id, "review.json");
  const definition = readJson(file, problems);
  if (definition === undefined) return problems;
  parseReview(definition, file, problems);
  const { id: written, lexicon, codes } = (definition ?? {}) as Record<string, unknown>;
  if (typeof written === "string" && NAME.test(written) && written !== id)
    problems.push(`${file} $.id: expected the folder's name ${id}, found "${written}"`);
  for (const named of tablesNamed(definition)) {
    const place = join(reviewsDir, id, named.file);
    const content = readJson(place, problems);
    if (content !== undefined) parseTable(content, place, named, problems);
  }
  if (typeof lexicon === "string" && NAME.test(lexicon)) {
    let found = true;
    const wrong = refusals(() => {
      found = readLexicon(lexicon, reviewsDir, lexiconsDir) !== null;
    });
    problems.push(...wrong.map((problem) => `lexicon ${lexicon}: ${problem}`));
    if (!found)
      problems.push(
        `${file} $.lexicon: expected a folder of lexicons/ beside the reviews or of ours, found "${lexicon}"`,
      );
  }
  problems.push(...refusals(() => parseNotation(codes)).map((problem) => codesProblem(file, codes, problem)));
  return problems;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

function inWords(review: Review): string {
  const printed = review.tables.reduce((sum, { rows }) => sum + rows.length, 0);
  return [
    `${review.id}: ${count(review.watchlists.length, "watchlist")}`,
    count(review.tables.length, "table"),
    count(printed, "printed trial"),
    review.lexicon === null ? "no lexicon" : `lexicon ${review.lexicon.id}`,
  ].join(", ");
}

/**
 * `reviews check`: the named review folders, or all. stdout: one line a sound review. Errors: `review_invalid` with every
 * problem of all of them; `usage` for an id without a folder. Opens no database.
 */
export async function checkReviews(context: Context, named: readonly string[]): Promise<number> {
  const { reviewsDir, lexiconsDir } = context.config;
  const known = reviewIds(reviewsDir);
  const missing = named.filter((id) => !known.includes(id));
  const ids = named.length === 0 ? known : [...new Set(named)];
  if (missing.length > 0 || ids.length === 0)
    throw new TrialdriftError({
      code: "usage",
      message: ids.length === 0 ? `there is no review in ${reviewsDir}` : `there is no review ${missing.join(", ")}`,
      state: "nothing was checked",
      next: `reviews in ${reviewsDir}: ${known.join(", ") || "none; trialdrift reviews init makes one"}`,
    });
  const problems = new Set<string>();
  let wrong = 0;
  for (const id of ids) {
    const found = problemsOf(reviewsDir, id, lexiconsDir);
    // Last what a sync reads: a check that it passes and a sync refuses would be worthless.
    if (found.length === 0) found.push(...refusals(() => readReview(reviewsDir, id, lexiconsDir)));
    if (found.length === 0) await print(inWords(readReview(reviewsDir, id, lexiconsDir)));
    else wrong += 1;
    for (const problem of found) problems.add(problem);
  }
  if (problems.size === 0) return 0;
  throw new TrialdriftError({
    code: "review_invalid",
    message: `${count(problems.size, "problem")} in ${count(wrong, "review")}:\n  ${[...problems].join("\n  ")}`,
    state: "nothing was changed; a sync refuses these reviews",
    next: "mend the places named above and check again",
  });
}

function readPins(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new TrialdriftError({
      code: "usage",
      message: `${file} cannot be read`,
      state: "nothing was written",
      next: "name with --pin a file of one NCT id a line",
      cause,
    });
  }
  return parsePins(text, file);
}

/** `reviews init`: writes a review folder that is ready to sync, and says what to type next. */
export async function initReview(context: Context, id: string, flags: InitFlags): Promise<number> {
  const { cond, intr, term } = flags;
  const query = {
    ...(cond === undefined ? {} : { cond }),
    ...(intr === undefined ? {} : { intr }),
    ...(term === undefined ? {} : { term }),
  };
  const pinned = flags.pin === undefined ? [] : readPins(flags.pin);
  const file = writeReview(context.config.reviewsDir, definitionOf({ id, title: flags.title, query, pinned }));
  const run = "npm run -s trialdrift --";
  await print(
    [
      `${file} is written${pinned.length === 0 ? "" : `, with ${count(pinned.length, "pinned id")}`}. What to type next:`,
      `  ${run} reviews check ${id}`,
      `  ${run} sync --review ${id} --dry-run    # asks the registry, publishes nothing`,
      `  ${run} sync --review ${id}`,
      `  ${run} members --review ${id}`,
      "A lexicon (to have products read) and printed tables: docs/your-own-review.md",
    ].join("\n"),
  );
  return 0;
}

/** Plain `reviews` lists what is in the database; these two read and write review folders. */
export function folderCommands(program: Command): void {
  const reviews = nounNamed(program, "reviews");
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
