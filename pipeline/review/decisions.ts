import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { readCuratedHistory } from "../../db/curated.ts";
import { lockFile } from "../../db/datadir-lock.ts";
import { TrialdriftError } from "../../db/errors.ts";
import type { Db } from "../../db/sql.ts";
import { type Decision, parseDecisions, tornTail } from "./decision.ts";
import { DECISIONS_FILE, readReview, sha } from "./folder.ts";
import type { Review } from "./review.ts";
import { carriedOut, editsOf, pendingOf, type TableFile } from "./table-file.ts";

/**
 * Decisions on disk (design 4.5): under `<folder>/.lock` a decision is appended and flushed, then the table's file replaced,
 * then both are imported. What a crash leaves between the first two is carried out by the next import.
 */

const folderOf = ({ id, place }: Review): string => join(place.reviews, id);

/** Path of a table's file; review.json names it. */
export function tablePath(review: Review, table: number): string {
  const named = (review.definition["tables"] ?? []) as { table: number; file: string }[];
  return join(folderOf(review), named.find((one) => one.table === table)?.file ?? "");
}

/** A table's file as it stands, with all its keys. */
export function readTableFile(review: Review, table: number): TableFile {
  return JSON.parse(readFileSync(tablePath(review, table), "utf8")) as TableFile;
}

export function readAgain({ id, place }: Review): Review {
  return readReview(place.reviews, id, place.lexicons);
}

function notWritable(folder: string, cause?: unknown): TrialdriftError {
  return new TrialdriftError({
    code: "config",
    message: `the review folder ${folder} cannot be written to`,
    state: "nothing was decided",
    next: "decide where the folder may be written (a clone of its repository), or make it writable for this account",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Throws `config` (exit 2) where this account may not write, or where the folder is marked read-only for everybody. */
export function assertWritable(review: Review): void {
  const folder = folderOf(review);
  const files = [folder, ...review.tables.map(({ table }) => tablePath(review, table)), join(folder, DECISIONS_FILE)];
  for (const path of files.filter(existsSync)) {
    // Root may write anything; a mode without any w says that nobody should.
    if ((statSync(path).mode & 0o222) === 0) throw notWritable(folder);
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      throw notWritable(folder, error);
    }
  }
}

/** Holds `<folder>/.lock` while `work` runs. Throws `locked` (exit 4) naming the holder after the wait. */
export async function withFolder<T>(
  review: Review,
  wait: { ms: number; tell: (message: string) => void },
  work: () => Promise<T>,
): Promise<T> {
  const guarded = {
    name: `the review folder ${folderOf(review)}`,
    instead: "wait for it: another decision is being taken",
  };
  const lock = await lockFile(join(folderOf(review), ".lock"), guarded, wait.ms, wait.tell);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Appends decisions and flushes them to the disk; cuts off what a crash left of an earlier append. */
export function appendDecisions(review: Review, decisions: readonly Decision[]): void {
  const path = join(folderOf(review), DECISIONS_FILE);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const torn = tornTail(before);
  const file = openSync(path, "a");
  try {
    if (torn !== "") ftruncateSync(file, Buffer.byteLength(before) - Buffer.byteLength(torn));
    const gap = torn === "" && before !== "" && !before.endsWith("\n") ? "\n" : "";
    writeSync(file, gap + decisions.map((one) => `${JSON.stringify(one)}\n`).join(""));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  flushFolder(folderOf(review));
}

/** The names in a folder are written only with the folder itself. */
function flushFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Replaces a file whole, if it is still what was read. */
function replaceFile(path: string, content: string, read: string): void {
  const next = `${path}.next`;
  const file = openSync(next, "w", statSync(path).mode);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (sha(readFileSync(path)) !== read) {
    rmSync(next);
    throw new TrialdriftError({
      code: "config",
      message: `${path} was edited while a decision was being written to it`,
      state: "the decision is in decisions.jsonl; the table's file is as its editor left it",
      next: "run `trialdrift recompute`: it takes the edit up and carries the decision out on it",
    });
  }
  renameSync(next, path);
  flushFolder(join(path, ".."));
}

/** Writes the next version of a table's file with decisions that are in decisions.jsonl already. */
async function writeTable(db: Db, review: Review, table: number, decisions: readonly Decision[]): Promise<void> {
  const path = tablePath(review, table);
  const text = readFileSync(path, "utf8");
  const file = JSON.parse(text) as TableFile;
  const imported = await readCuratedHistory(db, review.id, table);
  const last = imported.at(-1);
  const edited = last !== undefined && last.fileHash !== sha(text);
  const now = { version: (last?.version ?? 0) + 1, at: decisions[0]?.at ?? "", rows: file.rows };
  const next = carriedOut(file, decisions, editsOf(file, edited ? [...imported, now] : imported));
  replaceFile(path, `${JSON.stringify(next, null, 2)}\n`, sha(text));
}

/** Decisions, by table, that neither the table's file nor an imported version has reached. */
function waiting(
  { tables }: Review,
  decisions: readonly Decision[],
  imported: ReadonlyMap<number, { version: number }>,
): Map<number, Decision[]> {
  return new Map(
    tables.flatMap(({ table, version }) => {
      const pending = pendingOf(decisions, table, Math.max(version, imported.get(table)?.version ?? 0));
      return pending.length === 0 ? [] : [[table, pending] as const];
    }),
  );
}

/** A run reads its folders before it waits for its lock, and whoever held the lock may have been deciding. */
function withDecisionsSince(review: Review): Review {
  const path = join(folderOf(review), DECISIONS_FILE);
  const taken = existsSync(path) ? parseDecisions(readFileSync(path, "utf8"), path, []).length : 0;
  return taken === review.decisions.length ? review : readAgain(review);
}

/**
 * Carries out what a crash left undone, and returns the review as its folder then stands. Where another process holds the
 * folder, it is that process's own to finish.
 */
export async function carryOutPending(
  db: Db,
  given: Review,
  imported: ReadonlyMap<number, { version: number }>,
): Promise<Review> {
  const review = withDecisionsSince(given);
  if (waiting(review, review.decisions, imported).size === 0) return review;
  try {
    return await withFolder(review, { ms: 0, tell: () => {} }, async () => {
      assertWritable(review);
      const now = readAgain(review);
      for (const [table, pending] of waiting(now, now.decisions, imported)) await writeTable(db, now, table, pending);
      return readAgain(review);
    });
  } catch (error) {
    if (error instanceof TrialdriftError && error.code === "locked") return review;
    throw error;
  }
}

/**
 * Writes decisions down and into their tables' files; the import is the caller's next step. The caller holds the folder.
 * Errors: `config` where the folder cannot be written.
 */
export async function writeDecisions(
  db: Db,
  review: Review,
  decisions: readonly Decision[],
  imported: ReadonlyMap<number, { version: number }>,
): Promise<void> {
  appendDecisions(review, decisions);
  for (const [table, pending] of waiting(review, decisions, imported)) await writeTable(db, review, table, pending);
}
