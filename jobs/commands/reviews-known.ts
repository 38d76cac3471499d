import type { Command } from "commander";
import { TrialdriftError } from "../../db/errors.ts";
import { readView } from "../../db/read.ts";
import { forgetReview, isKnownReview, renameReview } from "../../db/reviews.ts";
import type { Db } from "../../db/sql.ts";
import { NAME, NAME_RULE } from "../../pipeline/review/shape.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { nounNamed } from "./list.ts";

/** `reviews rename|forget`: what the database holds of a review. Folders are a person's: these read and write none. */

async function assertKnown(db: Db, review: string): Promise<void> {
  if (await isKnownReview(db, review)) return;
  const known = await readView<{ review: string }>(db, "reviews");
  throw new TrialdriftError({
    code: "usage",
    message: `there is no review ${review} in the database`,
    state: "nothing was changed",
    next: `reviews there: ${known.map((one) => one.review).join(", ") || "none"}`,
  });
}

async function rename(context: Context, from: string, to: string): Promise<number> {
  if (!NAME.test(to))
    throw new TrialdriftError({ code: "usage", message: `"${to}" is no id of a review`, next: NAME_RULE });
  const database = await context.openDatabase("writer");
  const release = await database.lock([from, to].toSorted().map((id) => `review ${id}`));
  try {
    await assertKnown(database.db, from);
    if (await isKnownReview(database.db, to))
      throw new TrialdriftError({
        code: "usage",
        message: `there is a review ${to} in the database already`,
        state: "nothing was changed",
        next: `\`trialdrift reviews forget ${to} --yes\` first, if it is not wanted`,
      });
    await renameReview(database.db, from, to);
  } finally {
    await release();
  }
  await print(`${from} is ${to} now, with its history; its folder and the id in review.json must be named so too`);
  return 0;
}

async function forget(context: Context, review: string, { yes }: { yes?: boolean }): Promise<number> {
  const database = await context.openDatabase("writer");
  const release = await database.lock([`review ${review}`]);
  try {
    await assertKnown(database.db, review);
    if (yes !== true)
      throw new TrialdriftError({
        code: "usage",
        message: `members, cells, flags, table versions and decisions of ${review} would go from the database`,
        state: "nothing was changed",
        next: "add --yes if that is meant; `trialdrift backup FILE` keeps a copy",
      });
    await forgetReview(database.db, review);
  } finally {
    await release();
  }
  await print(`${review} is forgotten; its studies stay. While its folder is there, the next sync begins it anew.`);
  return 0;
}

export function knownReviewCommands(program: Command): void {
  const reviews = nounNamed(program, "reviews");
  reviews
    .command("rename <id> <new-id>")
    .description("what the database holds of a review goes on under another id")
    .action((from: string, to: string) => perform((context) => rename(context, from, to)));
  reviews
    .command("forget <id>")
    .description("what the database holds of a review goes; the studies stay")
    .option("--yes", "it is meant")
    .action((id: string, options: { yes?: boolean }) => perform((context) => forget(context, id, options)));
}
