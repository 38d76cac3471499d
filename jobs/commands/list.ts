import { TrialdriftError } from "../../db/errors.ts";
import { parseSince, readView } from "../../db/read.ts";
import { list } from "../../pipeline/report/list.ts";
import type { ListRows, Noun } from "../../pipeline/report/list-columns.ts";
import type { Context } from "../context.ts";
import { print } from "../exit.ts";

export interface ListFlags {
  review?: string;
  since?: string;
  kind?: string;
  format: "text" | "csv" | "json";
}

/** A noun lists the view of its name. Reads only; csv and json print every row. */
export async function listNoun(context: Context, noun: Noun, flags: ListFlags): Promise<number> {
  const since = flags.since === undefined ? undefined : parseSince(flags.since);
  const database = await context.openDatabase("reader");
  if (flags.review !== undefined) {
    const known = await readView<{ review: string }>(database.db, "reviews");
    if (!known.some(({ review }) => review === flags.review))
      throw new TrialdriftError({
        code: "usage",
        message: `there is no review ${flags.review} in the database`,
        next: `reviews there: ${known.map(({ review }) => review).join(", ") || "none; run trialdrift sync"}`,
      });
  }
  const rows = await readView<ListRows[typeof noun]>(database.db, noun, {
    ...(flags.review === undefined ? {} : { review: flags.review }),
    ...(since === undefined ? {} : { since }),
    ...(flags.kind === undefined ? {} : { kinds: flags.kind.split(",").map((kind) => kind.trim()) }),
  });
  await print(
    list(noun, rows as ListRows[Noun][], {
      format: flags.format,
      width: width(),
      colour: process.stdout.isTTY === true,
    }),
  );
  return 0;
}

/** As wide as the terminal, within what reads well; a pipe gets the default. */
export function width(): number {
  return Math.min(Math.max(process.stdout.columns ?? 96, 60), 140);
}
