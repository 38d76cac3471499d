import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TrialdriftError } from "../../db/errors.ts";
import { normalizeNctId } from "../registry/query.ts";
import { parseReview } from "./parse.ts";
import { NAME, NAME_RULE } from "./shape.ts";

/** Begins a review: its folder with a review.json that is ready to sync (design 4.1, 4.4). */

/** What a person says of a new review. Queries are the registry's own, passed as written. */
export interface NewReview {
  id: string;
  title: string;
  query: { cond?: string; intr?: string; term?: string };
  pinned: readonly string[];
}

/** A new review.json: the smallest that has all that a sync needs. */
export interface Definition {
  id: string;
  title: string;
  watchlists: [{ id: string; query?: NewReview["query"]; pinned?: string[] }];
}

/** A person may rename it; it is the first watchlist of the review. */
const WATCHLIST = "main";

function refuse(message: string, next: string, cause?: unknown): never {
  throw new TrialdriftError({ code: "usage", message, state: "nothing was written", next, cause });
}

/**
 * Ids of a file, one a line, each once and in the order given; blank lines are nothing. Eight digits are asked for although
 * the registry fills up shorter ids: a lost digit would pin another study. Error: `usage`, with every wrong line's number.
 */
export function parsePins(text: string, file: string): string[] {
  const lines = text.split(/\r?\n/).map((line, at) => ({ line: line.trim(), number: at + 1 }));
  const written = lines.filter(({ line }) => line !== "");
  const idOf = (line: string): string | null => (/^nct\d{8}$/i.test(line) ? normalizeNctId(line) : null);
  const wrong = written.filter(({ line }) => idOf(line) === null);
  if (wrong.length > 0)
    refuse(
      `not every line is an NCT id:\n  ${wrong.map(({ line, number }) => `${file} line ${number}: expected NCT and 8 digits, found ${JSON.stringify(line)}`).join("\n  ")}`,
      "write one id a line, e.g. NCT01374854",
    );
  if (written.length === 0) refuse(`${file} holds no ids`, "write one NCT id a line, or leave --pin out");
  return [...new Set(written.flatMap(({ line }) => idOf(line) ?? []))];
}

/** The review.json of a new review, checked as one that a person wrote. Error: `usage`. */
export function definitionOf({ id, title, query, pinned }: NewReview): Definition {
  if (!NAME.test(id)) refuse(`"${id}" is no id for a review: ${NAME_RULE}`, "choose another id, e.g. msc-gvhd");
  if (title.trim() === "") refuse("the title is empty", "say with --title what the review is about");
  const blank = Object.entries(query).filter(([, text]) => text.trim() === "");
  if (blank.length > 0)
    refuse(`nothing is asked for with ${blank.map(([key]) => `--${key}`).join(", ")}`, "write words, or leave it out");
  const asks = Object.keys(query).length > 0;
  if (!asks && pinned.length === 0)
    refuse("a review without a query and without studies tracks nothing", "give --cond, --intr, --term or --pin");
  const watchlist = {
    id: WATCHLIST,
    ...(asks ? { query } : {}),
    ...(pinned.length > 0 ? { pinned: [...pinned] } : {}),
  };
  const definition: Definition = { id, title, watchlists: [watchlist] };
  const problems: string[] = [];
  if (parseReview(definition, "review.json", problems) === null || problems.length > 0)
    refuse(`these make no review:\n  ${problems.join("\n  ")}`, "correct what is named");
  return definition;
}

/**
 * Writes <reviewsDir>/<id>/review.json and returns its path; the directory of reviews is made where it is missing. Errors:
 * `usage` where the folder is there already, `config` where it cannot be written; either way nothing of ours is left.
 */
export function writeReview(reviewsDir: string, definition: Definition): string {
  const folder = join(reviewsDir, definition.id);
  const file = join(folder, "review.json");
  let made = false;
  try {
    mkdirSync(reviewsDir, { recursive: true });
    mkdirSync(folder);
    made = true;
    writeFileSync(file, `${JSON.stringify(definition, null, 2)}\n`, { flag: "wx" });
    return file;
  } catch (cause) {
    if (made) rmSync(folder, { recursive: true, force: true });
    if (!made && (cause as NodeJS.ErrnoException).code === "EEXIST")
      refuse(`${folder} is there already`, "choose another id, or edit the review.json in it", cause);
    throw new TrialdriftError({
      code: "config",
      message: `${file} cannot be written`,
      state: "nothing was written",
      next: "make the directory writable, or set TRIALDRIFT_REVIEWS to one that is",
      cause,
    });
  }
}
