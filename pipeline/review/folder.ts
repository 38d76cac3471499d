import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { TrialdriftError } from "../../db/errors.ts";
import { type Lexicon, parseLexicon } from "../extract/lexicon.ts";
import { parseNotation } from "./codes.ts";
import { type Decision, parseDecisions } from "./decision.ts";
import { parseReview, parseTable } from "./parse.ts";
import type { Review } from "./review.ts";

/** Reads review folders (design 4.4); the shapes are checked in parse.ts. */

/** Names a file's content: another hash of a table's file is another version of the table. */
export const sha = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

function readJson(file: string, problems: string[]): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    problems.push(`${file}: cannot be read`);
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    problems.push(`${file}: not JSON (${(error as Error).message})`);
    return undefined;
  }
}

/** A lexicon is looked for beside the reviews, then among ours. */
function lexiconFolder(name: string, reviewsDir: string, ownLexicons: string): string | null {
  return (
    [join(reviewsDir, "..", "lexicons", name), join(reviewsDir, "lexicons", name), join(ownLexicons, name)].find(
      existsSync,
    ) ?? null
  );
}

const lexicons = new Map<string, { lexicon: Lexicon; hash: string }>();

function readLexiconFolder(folder: string, problems: string[]): { lexicon: Lexicon; hash: string } | null {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .toSorted();
  const hash = sha(files.map((file) => `${file} ${sha(readFileSync(join(folder, file)))}`).join("\n"));
  const known = lexicons.get(`${folder} ${hash}`);
  if (known !== undefined) return known;
  const contents = Object.fromEntries(files.map((file) => [file, readJson(join(folder, file), problems)]));
  if (problems.length > 0) return null;
  const read = { lexicon: parseLexicon(contents), hash };
  lexicons.set(`${folder} ${hash}`, read);
  return read;
}

/** A lexicon by name, for use without a review; null when there is none. Throws review_invalid when it is wrong. */
export function readLexicon(name: string, reviewsDir: string, ownLexicons: string): Lexicon | null {
  const place = lexiconFolder(name, reviewsDir, ownLexicons);
  const problems: string[] = [];
  const read = place === null ? null : readLexiconFolder(place, problems);
  if (problems.length > 0) refuse(name, problems);
  return read?.lexicon ?? null;
}

/** Beside the tables; append-only (design 4.5). */
export const DECISIONS_FILE = "decisions.jsonl";

function readDecisions(folder: string, problems: string[]): { decisions: Decision[]; hash: string | null } {
  const file = join(folder, DECISIONS_FILE);
  if (!existsSync(file)) return { decisions: [], hash: null };
  const text = readFileSync(file, "utf8");
  return { decisions: parseDecisions(text, file, problems), hash: sha(text) };
}

function refuse(id: string, problems: readonly string[]): never {
  throw new TrialdriftError({
    code: "review_invalid",
    message: `review ${id} cannot be used:\n  ${problems.join("\n  ")}`,
    state: "nothing was fetched or changed",
    next: "mend the files named above",
  });
}

/** Codes are compiled by every run: what it could not compile is found before it begins. */
function checkCodes(codes: unknown, file: string, problems: string[]): void {
  try {
    parseNotation(codes);
  } catch (error) {
    if (!(error instanceof TrialdriftError)) throw error;
    problems.push(`${file} $.codes: ${error.message}`);
  }
}

/** Reads one review folder with its tables and lexicon. Throws review_invalid with every problem found. */
export function readReview(reviewsDir: string, id: string, ownLexicons: string): Review {
  const folder = join(reviewsDir, id);
  const problems: string[] = [];
  const definition = readJson(join(folder, "review.json"), problems);
  const review = definition === undefined ? null : parseReview(definition, join(folder, "review.json"), problems);
  if (review === null) refuse(id, problems);
  if (review.id !== id) problems.push(`${folder}/review.json $.id: "${review.id}" is not the folder's name`);
  checkCodes(review.codes, join(folder, "review.json"), problems);
  const tables = review.tables.map((named) => {
    const file = join(folder, named.file);
    const content = readJson(file, problems);
    const table = content === undefined ? null : parseTable(content, file, named, problems);
    return table === null ? null : { ...table, fileHash: sha(readFileSync(file)) };
  });
  const { decisions, hash } = readDecisions(folder, problems);
  const place = review.lexicon === null ? null : lexiconFolder(review.lexicon, reviewsDir, ownLexicons);
  if (review.lexicon !== null && place === null)
    problems.push(`${folder}/review.json $.lexicon: there is no lexicon "${review.lexicon}"`);
  const read = place === null ? null : readLexiconFolder(place, problems);
  if (problems.length > 0) refuse(id, problems);
  return {
    id,
    title: review.title,
    source: review.source,
    asOf: review.asOf,
    watchlists: review.watchlists.map((one) => ({
      ...one,
      queryHash: one.query === null ? null : sha(JSON.stringify(Object.entries(one.query).toSorted())).slice(0, 16),
    })),
    tables: tables.filter((table) => table !== null),
    lexicon: read?.lexicon ?? null,
    lexiconHash: read?.hash ?? null,
    screening: review.screening,
    codes: review.codes,
    claims: review.claims,
    decisions,
    place: { reviews: reviewsDir, lexicons: ownLexicons },
    folderHash: sha(
      JSON.stringify([definition, tables.map((table) => table?.fileHash ?? null), ...(hash === null ? [] : [hash])]),
    ),
    definition: definition as Record<string, unknown>,
  };
}

/** Ids of the reviews in a directory: folders that hold a review.json, in order. */
export function reviewIds(reviewsDir: string): string[] {
  if (!existsSync(reviewsDir))
    throw new TrialdriftError({
      code: "config",
      message: `there is no reviews directory ${reviewsDir}`,
      next: "set TRIALDRIFT_REVIEWS to the directory that holds your review folders",
    });
  return readdirSync(reviewsDir)
    .filter(
      (name) => statSync(join(reviewsDir, name)).isDirectory() && existsSync(join(reviewsDir, name, "review.json")),
    )
    .toSorted();
}
