import type { Command } from "commander";
import { ERROR_CODES, TrialdriftError } from "../../db/errors.ts";
import { readRefused, type Refused } from "../../db/quarantine.ts";
import type { Db } from "../../db/sql.ts";
import { unpack } from "../../db/store.ts";
import { refusedRecords } from "../../pipeline/report/quarantined.ts";
import { clean } from "../../pipeline/report/text.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { run } from "../../pipeline/run.ts";
import { storedSource } from "../../pipeline/sources/stored.ts";
import type { Context } from "../context.ts";
import { deliverNews, targetsOf } from "../deliver.ts";
import { perform, print } from "../exit.ts";
import { formatOption } from "../options.ts";
import { progressOf } from "../progress.ts";
import { nounNamed } from "./list.ts";
import { digest } from "./news.ts";

function refuse(message: string): never {
  throw new TrialdriftError({
    code: "usage",
    message,
    state: "nothing was read or changed",
    next: "take the numbers from `trialdrift quarantine`",
  });
}

/** The records asked for. Errors: `usage` naming every number that is none or that does not exist. */
async function refusedNamed(db: Db, given: readonly string[]): Promise<Refused[]> {
  const wrong = given.filter((text) => !/^[1-9]\d{0,14}$/.test(text));
  if (wrong.length > 0) refuse(`no number of a record: ${wrong.map((text) => JSON.stringify(text)).join(", ")}`);
  const ids = [...new Set(given.map(Number))];
  const found = await readRefused(db, ids);
  const unknown = ids.filter((id) => !found.some(({ quarantineId }) => quarantineId === id));
  if (unknown.length > 0) refuse(`quarantine has no record ${unknown.join(", ")}`);
  return found;
}

/** `quarantine show`: what is known of each record, and the record whole. */
async function show(context: Context, given: readonly string[], format: "text" | "json"): Promise<number> {
  const { db } = await context.openDatabase("reader");
  const found = await refusedNamed(db, given);
  const records = found.map(({ quarantineId, nctId, firstSeenAt, lastSeenAt, raw, ...one }) => ({
    quarantine_id: quarantineId,
    nct_id: nctId,
    source: one.source,
    path: one.path,
    reason: one.reason,
    first_seen_at: firstSeenAt,
    last_seen_at: lastSeenAt,
    count: one.count,
    state: one.state,
    record: unpack(raw),
  }));
  await print(refusedRecords(records, format));
  return 0;
}

function said({ quarantineId, nctId, state, reason }: Refused): string {
  const about = `quarantine ${quarantineId} (${nctId ?? "no id"})`;
  return clean(state === "held" ? `${about} is still held: ${reason}` : `${about} is recovered`);
}

/** The reviews that can be settled, and what is said of each that cannot. Errors: where none can, the first one's. */
function settleable(context: Context): { reviews: Review[]; leftOut: string[] } {
  const { sound, unsound } = context.soundReviews();
  const [first] = unsound;
  if (sound.length === 0 && first !== undefined) throw first.error;
  const leftOut = unsound.map(({ id, error: { code, message } }) =>
    new TrialdriftError({
      code,
      message,
      state: `${id} was left out: it does not know yet what was loaded`,
      next: `mend the files named above, then \`trialdrift recompute --review ${id}\`; the next sync does the same`,
    }).explain(),
  );
  return { reviews: sound, leftOut };
}

/**
 * `quarantine retry`: the held records once more through the main path, in one run with what they mean for every review, so
 * that their news is told at once. 3 when one is still held, or a review could not be settled on them.
 */
async function retry(context: Context, given: readonly string[]): Promise<number> {
  const { reviews, leftOut } = settleable(context);
  const database = await context.openDatabase("writer");
  const asked = await refusedNamed(database.db, given);
  const held = asked.filter(({ state }) => state === "held");
  let complete = true;
  if (held.length > 0) {
    const report = await run({
      database,
      job: "recompute",
      review: null,
      reviews,
      registry: null,
      source: storedSource(database.db, held),
      targets: targetsOf(context.config),
      now: () => new Date().toISOString(),
      onProgress: progressOf(context.log),
    });
    await print(await digest(database, report, false));
    await deliverNews(context, database);
    for (const problem of report.problems) context.log.error(problem);
    for (const line of leftOut) context.log.error(line);
    complete = report.exitCode === 0 && leftOut.length === 0;
  }
  const after = await refusedNamed(database.db, given);
  await print(after.map(said).join("\n"));
  return complete && after.every(({ state }) => state === "recovered") ? 0 : ERROR_CODES.incomplete;
}

/** Plain `quarantine` lists; these two take up single records. */
export function quarantineCommands(program: Command): void {
  const noun = nounNamed(program, "quarantine");
  noun
    .command("show <id...>")
    .description("a record that could not be loaded, whole, with path and reason")
    .addOption(formatOption("text", "json"))
    .action((ids: string[], options: { format: "text" | "json" }) =>
      perform((context) => show(context, ids, options.format)),
    );
  noun
    .command("retry <id...>")
    .description("validate and load held records again; 3 when one is still held, or a review folder is wrong")
    .action((ids: string[]) => perform((context) => retry(context, ids)));
}
