import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import ipaddr from "ipaddr.js";
import { TrialdriftError } from "../../db/errors.ts";
import { answerFlags } from "../../db/flags.ts";
import type { Database } from "../../db/open.ts";
import { readCuratedVersions } from "../../db/standing.ts";
import type { Acts, Outlook, Wish } from "../../page/acts.ts";
import { contentId } from "../../pipeline/hash.ts";
import { readCodebook } from "../../pipeline/report/codebook.ts";
import { decisionLine } from "../../pipeline/report/decided.ts";
import { clean } from "../../pipeline/report/text.ts";
import { type Draft, Refusal, undo } from "../../pipeline/review/deciding.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { address } from "../config.ts";
import type { Context } from "../context.ts";
import { decide, isWriting, type Room, standingVersion } from "../decide.ts";
import { perform } from "../exit.ts";
import { type Proposal, propose } from "../propose.ts";
import { shareDatabase } from "../shared-database.ts";
import { readTables } from "../table-input.ts";

/** `serve`: the review's page, until a signal. The only file that knows of the room page/. */

export interface ServeFlags {
  port?: { host: string; port: number };
  decide?: boolean;
}

/** Where nothing is said: beside the port of `schedule` in the Compose file. */
const DEFAULT = { host: "127.0.0.1", port: 9465 };

const SCHEMA = new URL("../../docs/schema.md", import.meta.url);

const AGAIN = "open the table again";

function refuse(message: string, next: string): never {
  throw new TrialdriftError({ code: "usage", message, state: "nothing was decided", next });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || (ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback");
}

/** What a wish makes of the cells as they stand: the same functions as `drift accept|reject|undo`. */
function proposed(room: Room, wish: Wish): Pick<Proposal, "drafts" | "left"> {
  const next = "open the table again for the cell as it stands";
  if (wish.verb === "undo") {
    const { decisions } = room.review;
    const table = decisions.find((one) => one.id === wish.decision)?.table ?? 0;
    const draft = undo(decisions, wish.decision, room.files.get(table)?.rows ?? []);
    return draft instanceof Refusal ? refuse(draft.words, next) : { drafts: [draft], left: [] };
  }
  const { verb, nctId, table, column, value } = wish;
  const { drafts, left, refused } = propose(room, verb === "reject" ? "reject" : "accept", [nctId], {
    table,
    ...(column === "all" ? { all: true } : { column: [column] }),
    ...(value === null ? {} : { value }),
  });
  if (refused.length > 0) refuse(`cannot ${verb === "own" ? "write it" : verb}: ${refused.join("; ")}`, next);
  return { drafts, left };
}

/** The acts of the command line, as the page takes them. */
export function actsOf(context: Context): Acts {
  function reviewOf(id: string): Review {
    const [found] = context.reviews(id);
    return found ?? refuse(`there is no review ${id}`, "see `trialdrift reviews`");
  }
  const nctOf = (review: Review, wish: Wish): string[] =>
    wish.verb === "undo"
      ? review.decisions.filter(({ id }) => id === wish.decision).map(({ nct_id }) => nct_id)
      : [wish.nctId];

  async function outlookOf({ db }: Database, room: Room, wish: Wish): Promise<{ outlook: Outlook; drafts: Draft[] }> {
    const { review } = room;
    const { drafts, left } = proposed(room, wish);
    const {
      table,
      nct_id: nctId,
      column: first,
    } = drafts[0] ??
    refuse("there is nothing to decide", left.length === 0 ? AGAIN : `left to you, one by one: ${left.join("; ")}`);
    const column = drafts.length > 1 ? "*" : first;
    const version = standingVersion(review, table, await readCuratedVersions(db, review.id));
    const nextVersion = drafts.some((draft) => isWriting(draft, review)) ? version + 1 : null;
    const fingerprint = contentId(JSON.stringify([drafts, version]));
    const lines = drafts.map(decisionLine);
    return { outlook: { table, nctId, column, version, nextVersion, lines, left, fingerprint }, drafts };
  }

  return {
    async look(database, wish) {
      const review = reviewOf(wish.review);
      let seen: Outlook | null = null;
      await decide(context, database, review, nctOf(review, wish), { by: "", note: null }, async (room) => {
        seen = (await outlookOf(database, room, wish)).outlook;
        return [];
      });
      return seen ?? refuse("there is nothing to decide", AGAIN);
    },
    async take(database, wish, person, fingerprint) {
      const review = reviewOf(wish.review);
      const by = clean(person.by) || refuse("the name names nobody", "write your name");
      const decided = await decide(context, database, review, nctOf(review, wish), { ...person, by }, async (room) => {
        const { outlook, drafts } = await outlookOf(database, room, wish);
        if (outlook.fingerprint !== fingerprint)
          refuse(
            "the cell or its table has changed since you looked",
            "open the table again and decide on what it says now",
          );
        return drafts;
      });
      return decided?.decisions.map(({ id }) => id) ?? refuse("there is nothing to decide", AGAIN);
    },
    async answer({ db }, { flagIds, state, by, note }) {
      await answerFlags(db, flagIds, {
        state,
        by: clean(by) || refuse("the name names nobody", "write your name"),
        note,
      });
    },
  };
}

/** Serves until `signal`. Errors: `config` where the page would be open to everybody, or the port cannot be had. */
export async function serve(context: Context, flags: ServeFlags, signal: AbortSignal): Promise<number> {
  const { config, log } = context;
  const at = flags.port ?? config.http ?? DEFAULT;
  if (!isLoopback(at.host) && config.pageToken === null)
    throw new TrialdriftError({
      code: "config",
      message: `the page would be open to everybody who reaches ${at.host}`,
      state: "nothing was started",
      next: "set TRIALDRIFT_PAGE_TOKEN to a word of 16 signs or more, or listen on loopback",
    });
  // Loaded here alone: a web server is time that no other command needs.
  const [{ site }, { listen }] = await Promise.all([import("../../page/site.ts"), import("../listen.ts")]);
  const isDeciding = flags.decide === true;
  const shared = shareDatabase(
    () => context.openDatabase(isDeciding ? "writer" : "reader", signal),
    config.databaseUrl !== null,
  );
  // Said at the start, not to the first visitor: no database, an older schema.
  await shared.use(async () => {});
  const app = site({
    host: at.host,
    token: config.pageToken,
    use: shared.use,
    readTables: (db, asked) => readTables(context, db, asked),
    acts: isDeciding ? actsOf(context) : null,
    codebook: readCodebook(readFileSync(SCHEMA, "utf8")),
    onFailure: (error) => log.error(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    now: Date.now,
  });
  const listening = await listen(at, app.fetch, "give another --port, or end the other process");
  log.info(
    `the review's page is at ${listening.url}/ (${isDeciding ? "decisions can be taken" : "it only reads"}); Ctrl-C ends it`,
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await listening.close();
  return 0;
}

function port(text: string): { host: string; port: number } {
  if (!/^(?:(?:[\w.-]+|\[[\da-fA-F:.]+\]):)?\d{1,5}$/.test(text))
    throw new InvalidArgumentError("Needs a port, or an address and a port.");
  return address(text) ?? DEFAULT;
}

export function serveCommand(program: Command): void {
  program
    .command("serve")
    .description("the review's page in a browser, read-only, until interrupted")
    .option(
      "--port <port>",
      `a port of loopback, or address:port (default: TRIALDRIFT_HTTP_PORT, else ${DEFAULT.port})`,
      port,
    )
    .option("--decide", "decisions and answers to flags can be given on the page")
    .action((options: ServeFlags) =>
      perform((context) => {
        const stopping = new AbortController();
        for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort());
        return serve(context, options, stopping.signal);
      }),
    );
}
