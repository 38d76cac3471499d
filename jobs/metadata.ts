import { keepDescription, noteSeen, readDescriptionBody, readDescriptions } from "../db/metadata.ts";
import type { Db } from "../db/sql.ts";
import { contentId } from "../pipeline/hash.ts";
import type { Registry } from "../pipeline/registry/client.ts";
import {
  describedFields,
  describedValues,
  type DescriptionKind,
  DESCRIPTIONS,
  differenceWords,
  isSame,
  type SchemaDifference,
  schemaDifference,
} from "../pipeline/registry/description.ts";
import { readDescription } from "../pipeline/registry/metadata.ts";

/** The registry's description of itself, looked at once a week and by `doctor`. */

export interface Look {
  kind: DescriptionKind;
  /** Null: not served. */
  body: unknown;
  hash: string;
  /** Day on which the answer held last was seen; null: none is held, this one is the baseline. */
  heldSince: string | null;
  /** Null where it is the held answer, or the first. */
  difference: SchemaDifference | null;
}

/** Asks for both and compares each with the answer held last; stores nothing. Errors: those of the registry. */
export async function lookAtDescriptions(db: Db, registry: Registry): Promise<Look[]> {
  const held = await readDescriptions(db);
  const looks: Look[] = [];
  for (const kind of DESCRIPTIONS) {
    const body = await readDescription(registry, kind);
    const hash = contentId(JSON.stringify(body));
    const last = held.findLast((one) => one.kind === kind) ?? null;
    const look = { kind, body, hash, heldSince: last?.seen ?? null, difference: null };
    if (body === null || last === null || last.hash === hash) {
      looks.push(look);
      continue;
    }
    const metadata = looks.find((one) => one.kind === "metadata")?.body ?? null;
    const read = (answer: unknown) =>
      kind === "metadata" ? describedFields(answer) : describedValues(answer, metadata);
    const before = await readDescriptionBody(db, kind, last.hash);
    looks.push({ ...look, difference: schemaDifference(read(before), read(body)) });
  }
  return looks;
}

/** What a look found, in words; null where nothing differs. */
export const lookWords = ({ kind, difference }: Look): string | null =>
  difference === null || isSame(difference) ? null : `/studies/${kind}: ${differenceWords(difference)}`;

/**
 * The weekly job: keeps each answer that differs from the last one, so that the next run of every review flags what its
 * columns read of it; of an answer that did not change, only the day. Returns what changed, in words.
 */
export async function watchMetadata(db: Db, registry: Registry, now: () => string): Promise<string[]> {
  const { dataTimestamp } = await registry.version();
  const looks = await lookAtDescriptions(db, registry);
  for (const { kind, body, hash, heldSince, difference } of looks) {
    if (body === null) continue;
    if (heldSince === null || difference !== null)
      await keepDescription(db, { kind, hash, body, dataAt: dataTimestamp, at: now() });
    else await noteSeen(db, kind, hash, now());
  }
  return looks.flatMap((look) => lookWords(look) ?? []);
}

const WEEK_MS = 7 * 86_400_000;

/** The same once a week, for installations whose clock is cron: asked after a sync that was not idle. */
export async function watchMetadataWeekly(db: Db, registry: Registry, now: () => string): Promise<string[]> {
  const seen = (await readDescriptions(db)).map((one) => Date.parse(one.seen));
  if (seen.length > 0 && Date.parse(now()) - Math.max(...seen) < WEEK_MS) return [];
  return watchMetadata(db, registry, now);
}
