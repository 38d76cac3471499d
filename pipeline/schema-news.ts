import { readDescriptionBody, readDescriptions, readMetUnknown } from "../db/metadata.ts";
import type { Db } from "../db/sql.ts";
import type { SchemaNews } from "./flags/schema.ts";
import { contentId } from "./hash.ts";
import {
  type Described,
  describedFields,
  describedValues,
  type DescriptionKind,
  DESCRIPTIONS,
  differenceWords,
  isSame,
  type SchemaDifference,
  schemaDifference,
} from "./registry/description.ts";

/** What is new about the registry's format to a review: in its own description, and in the records of this run. */

/** How two held answers of a kind differ. */
async function heldDifference(
  db: Db,
  kind: DescriptionKind,
  hashes: { before: string; after: string; metadata: string | null },
): Promise<SchemaDifference> {
  const metadata = hashes.metadata === null ? null : await readDescriptionBody(db, "metadata", hashes.metadata);
  const read = async (hash: string): Promise<Described> => {
    const body = await readDescriptionBody(db, kind, hash);
    return kind === "metadata" ? describedFields(body) : describedValues(body, metadata);
  };
  return schemaDifference(await read(hashes.before), await read(hashes.after));
}

const WORDS: Record<DescriptionKind, string> = { metadata: "fields", enums: "values" };

/** The answer that stood when the review ran last against the one that stands now; the first answer ever is a baseline. */
async function describedNews(db: Db, lastRunId: number): Promise<SchemaNews[]> {
  const held = await readDescriptions(db);
  if (!held.some(({ runId }) => runId >= lastRunId)) return [];
  const news: SchemaNews[] = [];
  const metadata = held.findLast(({ kind }) => kind === "metadata")?.hash ?? null;
  for (const kind of DESCRIPTIONS) {
    const answers = held.filter((one) => one.kind === kind);
    const after = answers.at(-1);
    const before = answers.findLast(({ runId }) => runId < lastRunId) ?? answers[0];
    if (after === undefined || before === undefined || after.hash === before.hash) continue;
    const difference = await heldDifference(db, kind, { before: before.hash, after: after.hash, metadata });
    if (isSame(difference)) continue;
    const said = `the registry describes other ${WORDS[kind]} than before: ${differenceWords(difference)}`;
    news.push({ name: `${kind} ${before.hash} ${after.hash}`, said, difference });
  }
  return news;
}

/** `a.b[].c=VALUE` as known-paths.ts names it, as the path of the field. */
const fieldOf = (unknown: string): string => unknown.replace(/=.*$/s, "").replaceAll("[]", "").replace(/\.\*$/, "");

/**
 * A review's news of the format since its last run; none on its first, which finds how things stand. `unknown`: fields and
 * values that this run met in records and the program does not know, with how many records hold each.
 */
export async function schemaNews(
  db: Db,
  review: string,
  lastRunId: number | null,
  unknown: ReadonlyMap<string, number>,
): Promise<SchemaNews[]> {
  if (lastRunId === null) return [];
  const news = await describedNews(db, lastRunId);
  if (unknown.size === 0) return news;
  const met = await readMetUnknown(db, review);
  const added = [...unknown.keys()].filter((name) => !met.has(name)).toSorted();
  if (added.length === 0) return news;
  const difference = { added, removed: [], retyped: [], paths: [...new Set(added.map(fieldOf))] };
  const most = Math.max(...added.map((name) => unknown.get(name) ?? 0));
  const said = `records hold what this program does not know (in up to ${most}): ${differenceWords(difference)}`;
  return [...news, { name: `records ${contentId(JSON.stringify(added))}`, said, difference }];
}
