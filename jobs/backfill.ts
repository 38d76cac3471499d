import { realpathSync, statSync } from "node:fs";
import { TrialdriftError } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import {
  type Backfill,
  claimPart,
  closeBackfill,
  countParts,
  freeLocal,
  freeParts,
  readBackfill,
  type Spec,
  sumBackfill,
  unfinishedBackfills,
  writeBackfill,
} from "../db/parts.ts";
import { contentId } from "../pipeline/hash.ts";
import type { Review } from "../pipeline/review/review.ts";
import { run } from "../pipeline/run.ts";
import type { Tools } from "./backfill-parts.ts";
import { type Asked, planParts } from "./backfill-plan.ts";
import type { Context } from "./context.ts";
import { intoOf, ownerName, performPart } from "./part.ts";
import { type Meter, openMeter } from "./progress.ts";

/** A backfill: planned once, then worked through part by part. The parts table alone says what is done. */

function backfillId({ source, into, history }: Asked): string {
  const stat = source.kind === "records" ? statSync(source.path, { throwIfNoEntry: false }) : undefined;
  const file = stat === undefined ? null : [stat.size, stat.mtimeMs];
  return `${source.kind}-${contentId(JSON.stringify([source, file, into, history])).slice(0, 8)}`;
}

/** The path as every process finds it, so that asking from another directory is the same backfill. */
export function fileAsked(path: string): { kind: "records"; path: string } {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return { kind: "records", path: realpathSync(path) };
  throw new TrialdriftError({ code: "usage", message: `there is no file or folder ${path}`, next: "check the path" });
}

/** What parts work with; the registry is asked no more once `signal` is given. */
export function toolsOf(context: Context, database: Database, signal: AbortSignal): Tools {
  let registry: ReturnType<Context["openRegistry"]> | null = null;
  return {
    database,
    registry: () => (registry ??= context.openRegistry({ signal })),
    historyUrl: context.config.historyUrl,
  };
}

function nothingToResume(): TrialdriftError {
  return new TrialdriftError({
    code: "usage",
    message: "there is no unfinished backfill",
    state: "nothing was fetched or changed",
    next: "say what to load: --ids, --file, --review, --from and --to, or --archive",
  });
}

/** The id of what is asked for, or of the newest backfill that is not finished. Error: usage where there is none. */
export async function targetId({ db }: Database, asked: Asked | null): Promise<string> {
  if (asked !== null) return backfillId(asked);
  const [newest] = await unfinishedBackfills(db);
  if (newest === undefined) throw nothingToResume();
  return newest.backfillId;
}

/** The backfill asked for: found and freed from dead processes to go on, or planned anew. */
export async function prepare(
  tools: Tools,
  asked: Asked | null,
  how: { id: string; resume: boolean; queued: boolean },
  review: Review | null,
): Promise<Backfill> {
  const { db } = tools.database;
  const known = await readBackfill(db, how.id);
  if (known !== null && (how.resume || asked === null)) {
    await freeLocal(db, known.backfillId);
    return known;
  }
  if (asked === null) throw nothingToResume();
  const specs = await planParts(tools, asked, review);
  const { source, into, history } = asked;
  const said: Spec = { source: source.kind === "ids" ? { kind: "ids", count: source.ids.length } : source, into };
  const backfill = { backfillId: backfillId(asked), asked: said, history, queued: how.queued };
  await writeBackfill(db, backfill, specs);
  return { ...backfill, finished: false };
}

export interface Worked {
  exitCode: 0 | 3;
  /** Stopped on request, or parts are left that others hold or that did not add up. */
  left: number;
}

/** Works through the parts that wait, one after the other, until none is left or `signal`. */
export async function workThrough(
  context: Context,
  tools: Tools,
  backfill: Backfill,
  signal: AbortSignal,
): Promise<Worked> {
  const { db } = tools.database;
  const { backfillId } = backfill;
  const counts = await countParts(db, backfillId);
  const meter: Meter = openMeter(context.log, backfillId, counts);
  const owner = ownerName("local");
  let exitCode: 0 | 3 = 0;
  const onProgress = (line: string, records: number): void =>
    records === 0 ? context.log.warn(line) : meter.records(records);
  // A part that did not add up waits again: it is the next --resume's, or this one would never end.
  const tried = new Set<number>();
  const untried = async () => (await freeParts(db, backfillId)).filter((part) => !tried.has(part));
  try {
    for (let parts = await untried(); parts.length > 0 && !signal.aborted; parts = await untried()) {
      for (const part of parts) {
        tried.add(part);
        const claim = signal.aborted ? null : await claimPart(db, backfillId, owner, part);
        if (claim === null) continue;
        const end = await performPart({ tools, backfill, signal, onProgress }, claim);
        if (end.exitCode === 3) exitCode = 3;
        for (const problem of end.report?.problems ?? []) context.log.error(problem);
        if (end.state === "done") meter.part(end.more.length);
        await tools.database.checkpoint();
      }
    }
  } finally {
    meter.end();
  }
  const { total, done } = await countParts(db, backfillId);
  return { exitCode: total === done ? exitCode : 3, left: total - done };
}

/** Closes a backfill whose parts are all done; where it pins to a review, that review is settled on what came in. */
export async function conclude(context: Context, database: Database, backfill: Backfill): Promise<0 | 3> {
  const { db } = database;
  const { backfillId } = backfill;
  if (!(await closeBackfill(db, backfillId))) return 0;
  const sums = await sumBackfill(db, backfillId);
  const exitCode = sums.incomplete > 0 ? 3 : 0;
  const { total, refetched } = await countParts(db, backfillId);
  const news = `${sums.new} new, ${sums.changed} changed, ${sums.older} older, ${sums.quarantined} quarantined`;
  context.log.info(
    `${backfillId} is done: ${total} parts, ${refetched} fetched again, ${sums.distinct} records: ${news}`,
  );
  const into = intoOf(backfill);
  if (into === null) return exitCode;
  const settled = await run({
    database,
    job: "recompute",
    review: into.review,
    reviews: context.reviews(into.review),
    registry: null,
    now: () => new Date().toISOString(),
    onProgress: () => {},
  });
  context.log.info(`run ${settled.runId}: pinned to ${into.review}/${into.watchlist}; see \`trialdrift members\``);
  return exitCode;
}
