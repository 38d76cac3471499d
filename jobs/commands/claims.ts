import { type Command, Option } from "commander";
import { TrialdriftError } from "../../db/errors.ts";
import { CLAIM_STATES } from "../../db/model.ts";
import { readView } from "../../db/read.ts";
import { list } from "../../pipeline/report/list.ts";
import { readClaims } from "../claims.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { calendarDay } from "../options.ts";
import { type ListFlags, listNoun, nounNamed, width } from "./list.ts";

interface ClaimFlags extends ListFlags {
  /** yyyy-mm-dd */
  asOf?: string;
}

function kindsOf(text: string | undefined): readonly string[] {
  const kinds = text?.split(",").map((kind) => kind.trim()) ?? CLAIM_STATES;
  const unknown = kinds.filter((kind) => !(CLAIM_STATES as readonly string[]).includes(kind));
  if (unknown.length === 0) return kinds;
  throw new TrialdriftError({
    code: "usage",
    message: `claims have no state ${unknown.join(", ")}`,
    state: "nothing was read or changed",
    next: `take from: ${CLAIM_STATES.join(", ")}`,
  });
}

/** `claims`: as the last run found them; with --as-of, today's sentences held against the trials of a day. Reads only. */
async function claims(context: Context, flags: ClaimFlags): Promise<number> {
  const { asOf } = flags;
  if (asOf === undefined) return listNoun(context, "claims", flags);
  const kinds = kindsOf(flags.kind);
  const { db } = await context.openDatabase("reader");
  const only = flags.review === undefined ? {} : { review: flags.review };
  const reviews = await readView<{ review: string; active: boolean }>(db, "reviews", only);
  const claiming = reviews.filter(
    ({ review, active }) => active && (context.reviews(review)[0]?.claims.length ?? 0) > 0,
  );
  const found = await Promise.all(claiming.map(({ review }) => readClaims(context, db, review, asOf)));
  const rows = found.flat().filter(({ state }) => kinds.includes(state));
  await print(list("claims", rows, { format: flags.format, width: width(), colour: process.stdout.isTTY === true }));
  return 0;
}

/** Adds --as-of to the noun. */
export function claimsCommand(program: Command): void {
  nounNamed(program, "claims")
    .addOption(
      new Option("--as-of <date>", "held against the trials as they stood on a day")
        .argParser(calendarDay)
        .conflicts("since"),
    )
    .action((options: ClaimFlags) => perform((context) => claims(context, options)));
}
