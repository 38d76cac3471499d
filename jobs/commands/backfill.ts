import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { TrialdriftError } from "../../db/errors.ts";
import { type Backfill, openSpecs, readBackfill } from "../../db/parts.ts";
import { distinctIds } from "../../pipeline/registry/query.ts";
import { isPartialDate } from "../../pipeline/registry/study.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { conclude, fileAsked, prepare, targetId, toolsOf, workThrough } from "../backfill.ts";
import { closeFiles, openedFile, type Tools } from "../backfill-parts.ts";
import { type Asked, type AskedSource, estimate, planParts } from "../backfill-plan.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import type { Into } from "../part.ts";
import { enqueue, openQueue, type Queue } from "../queue.ts";
import { stopSignal } from "../stop.ts";

/** `backfill`: a manual load, cut into parts, resumable. */

interface BackfillFlags {
  ids?: string;
  file?: string;
  review?: string;
  from?: string;
  to?: string;
  archive?: string;
  into?: string;
  history?: boolean;
  resume?: boolean;
  queue?: boolean;
  dryRun?: boolean;
}

const wrong = (message: string, next: string): TrialdriftError =>
  new TrialdriftError({ code: "usage", message, state: "nothing was fetched or changed", next });

function idsOf(text: string, where: string): string[] {
  const ids = text.split(/[\s,;|]+/).filter((one) => one !== "");
  if (ids.length === 0) throw wrong(`there is no id in ${where}`, "name at least one, e.g. NCT01374854");
  return distinctIds(ids);
}

function fileIds(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw wrong(`${file} cannot be read: ${(cause as Error).message}`, "check the path");
  }
  return idsOf(text, file);
}

function windowAsked(from: string | undefined, to: string | undefined): AskedSource {
  for (const day of [from, to])
    if (day === undefined || day.length !== 10 || !isPartialDate(day))
      throw wrong(`${day ?? "nothing"} is no day`, "give --from and --to as 2024-03-15, both inclusive");
  if ((from ?? "") > (to ?? "")) throw wrong(`${from} is after ${to}`, "give the earlier day as --from");
  return { kind: "window", from: from ?? "", to: to ?? "" };
}

/** What to load; null where nothing is said, which only --resume understands. */
function sourceOf(flags: BackfillFlags): AskedSource | null {
  const given = [flags.ids, flags.file, flags.review, flags.from ?? flags.to, flags.archive];
  const count = given.filter((one) => one !== undefined).length;
  const choices = "one of --ids, --file, --review, --from with --to, or --archive";
  if (count > 1) throw wrong("there is more than one source", `give ${choices}`);
  if (flags.ids !== undefined) return { kind: "ids", ids: idsOf(flags.ids, "--ids") };
  if (flags.file !== undefined) return { kind: "ids", ids: fileIds(flags.file) };
  if (flags.review !== undefined) return { kind: "review", review: flags.review };
  if (flags.archive !== undefined) return fileAsked(flags.archive);
  if (count === 1) return windowAsked(flags.from, flags.to);
  if (flags.resume === true) return null;
  throw wrong("nothing is said to be loaded", `give ${choices}`);
}

function intoOf(context: Context, text: string | undefined): Into | null {
  if (text === undefined) return null;
  const [id = "", wanted] = text.split("/");
  const { watchlists } = context.reviews(id)[0] ?? { watchlists: [] };
  const watchlist = wanted === undefined ? watchlists[0] : watchlists.find((one) => one.id === wanted);
  if (watchlist === undefined)
    throw wrong(
      `review ${id} has no watchlist ${wanted ?? ""}`,
      `its watchlists: ${watchlists.map((one) => one.id).join(", ") || "none"}`,
    );
  return { review: id, watchlist: watchlist.id };
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** What is to come: of a backfill that is to go on, what is left of it. */
async function sayEstimate(
  context: Context,
  tools: Tools,
  id: string,
  asked: Asked | null,
  resume: boolean,
  review: Review | null,
) {
  const { db } = tools.database;
  const known = resume ? await readBackfill(db, id) : null;
  const specs = known === null && asked !== null ? await planParts(tools, asked, review) : await openSpecs(db, id);
  const { rate } = context.config;
  const history = known?.history ?? asked?.history ?? false;
  const { parts, studies, requests, minutes } = estimate(specs, history, rate);
  const time =
    requests === 0 ? "no request" : `${many(requests, "request")}, ${minutes.toFixed(1)} minutes at ${rate}/s`;
  await print(`${id}: ${many(parts, "part")}, ${many(studies, "record")}, ${time}`);
}

const quoted = (word: string): string => (/^[\w./,:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command that goes on with this backfill. */
function resumeCommand(): string {
  const words = process.argv.slice(2).filter((word) => word !== "--resume" && word !== "--dry-run");
  return ["trialdrift", ...words, "--resume"].map(quoted).join(" ");
}

async function backfill(context: Context, flags: BackfillFlags): Promise<number> {
  const source = sourceOf(flags);
  const into = intoOf(context, flags.into);
  const asked = source === null ? null : { source, into, history: flags.history === true };
  const review = source?.kind === "review" ? (context.reviews(source.review)[0] ?? null) : null;
  const signal = stopSignal();
  let queue: Queue | null = null;
  try {
    // A cut archive is told before a database is opened or made.
    if (source?.kind === "records") await openedFile(source.path);
    if (flags.queue === true && flags.dryRun !== true) queue = await openQueue(context);
    const database = await context.openDatabase("writer");
    const tools = toolsOf(context, database, signal);
    const id = await targetId(database, asked);
    if (flags.dryRun === true) {
      await sayEstimate(context, tools, id, asked, flags.resume === true, review);
      return 0;
    }
    const release = await database.lock([`backfill ${id}`]);
    try {
      const how = { id, resume: flags.resume === true, queued: queue !== null };
      const found = await prepare(tools, asked, how, review);
      return await carryOut(context, tools, found, queue, signal);
    } finally {
      await release();
    }
  } finally {
    await queue?.close();
    await closeFiles();
  }
}

async function carryOut(
  context: Context,
  tools: Tools,
  found: Backfill,
  queue: Queue | null,
  signal: AbortSignal,
): Promise<number> {
  const { log } = context;
  if (found.finished) {
    log.info(`${found.backfillId} is done already; without --resume it is loaded again`);
    return 0;
  }
  if (queue !== null) {
    const sent = await enqueue(tools, queue, found.backfillId);
    log.info(`${found.backfillId}: ${many(sent, "part")} queued; \`trialdrift worker\` takes them, on any host`);
    return 0;
  }
  try {
    const { exitCode, left } = await workThrough(context, tools, found, signal);
    if (left > 0) log.warn(`${many(left, "part")} left; to go on: ${resumeCommand()}`);
    const concluded = await conclude(context, tools.database, found);
    return Math.max(exitCode, concluded);
  } catch (error) {
    log.warn(`to go on: ${resumeCommand()}`);
    if (!signal.aborted) throw error;
    log.warn(`${signal.reason instanceof Error ? signal.reason.message : "stopped"}: what is done is kept`);
    return 3;
  }
}

export function backfillCommand(program: Command): void {
  program
    .command("backfill")
    .description("a manual load in resumable parts: ids, a review, a window of posting dates, an archive or files")
    .option("--ids <ids>", "NCT ids, separated by commas")
    .option("--file <file>", "a file of NCT ids, separated by lines, spaces or commas")
    .option("--review <id>", "what this review tracks: its watchlists, pins and printed rows")
    .option("--from <day>", "studies whose last update was posted on or after this day; needs --to")
    .option("--to <day>", "… on or before this day")
    .option("--archive <path>", "the registry's json.zip, a folder of NCT*.json, or .jsonl[.gz]")
    .option("--into <review>", "pin what it loads to REVIEW or REVIEW/WATCHLIST (default: its first watchlist)")
    .option("--history", "also the registry's version history before the first version held (undocumented interface)")
    .option("--resume", "go on with it where it stopped; without a source: the newest that is not finished")
    .option("--queue", "leave the parts to `trialdrift worker` processes; needs DATABASE_URL")
    .option("--dry-run", "say how many requests and minutes it takes, load nothing")
    .action((flags: BackfillFlags) => perform((context) => backfill(context, flags)));
}
