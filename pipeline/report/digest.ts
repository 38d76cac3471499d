import { FLAG_KINDS, SEVERITIES } from "../../db/model.ts";
import type { FlagRow, StatusChangeRow } from "./rows.ts";
import { fromTo } from "./list-columns.ts";
import { type Ink, ink, paragraph, WIDTH } from "./text.ts";
import { changeWords, counted, flagWords } from "./words.ts";

/** What one run has to tell. Empty lists and zeros are no news. */
export interface Digest {
  runId: number;
  reviews: readonly { id: string; title: string }[];
  dataDate: string | null;
  /** A sentence each: why this run is not complete. */
  incomplete: readonly string[];
  /** Flags this run opened, baseline flags included. */
  opened: readonly FlagRow[];
  /** Flags this run resolved. */
  resolved: number;
  /** Registry changes of members that this run made news. */
  changes: number;
  /** Status changes among them, where the caller has read them. */
  statusChanges?: readonly StatusChangeRow[];
  /** Ids of the reviews for which this run was the first. */
  baseline: readonly string[];
  /** Watchlists whose query was edited, as review/watchlist. */
  queryChanged: readonly string[];
}

export interface DigestOptions {
  width?: number;
  colour?: boolean;
}

const SEVERE = SEVERITIES.toReversed();

function hasNews(digest: Digest): boolean {
  const lists = [digest.incomplete, digest.opened, digest.baseline, digest.queryChanged, digest.statusChanges ?? []];
  return digest.resolved > 0 || digest.changes > 0 || lists.some((list) => list.length > 0);
}

function flagText(flag: FlagRow, width: number): string {
  const table = flag.table_no === null ? "" : `, table ${flag.table_no}`;
  return paragraph(`${flag.nct_id ?? flag.review} (flag ${flag.flag_id}${table}): ${flag.message}`, width, 4, 2);
}

/** Flags of one kind stand together and what to do is said once, after them. */
function kindText(flags: readonly FlagRow[], width: number, pen: Ink): string {
  const [first] = flags;
  if (first === undefined) return "";
  const about = flags.toSorted((a, b) => (a.nct_id ?? "").localeCompare(b.nct_id ?? "") || a.flag_id - b.flag_id);
  return [
    pen.strong(`  ${flagWords(first.kind)}`),
    ...about.map((flag) => flagText(flag, width)),
    ...(first.advice === "" ? [] : [pen.quiet(paragraph(`-> ${first.advice}`, width, 4, 3))]),
  ].join("\n");
}

function flagSections(digest: Digest, width: number, pen: Ink): string[] {
  const news = digest.opened.filter((flag) => !flag.baseline);
  return SEVERE.flatMap((severity) => {
    const flags = news.filter((flag) => flag.severity === severity);
    if (flags.length === 0) return [];
    const head = `${severity.toUpperCase()} - ${counted(flags.length, "new flag")}`;
    const kinds = Map.groupBy(
      flags.toSorted((a, b) => FLAG_KINDS.indexOf(a.kind) - FLAG_KINDS.indexOf(b.kind)),
      ({ kind, advice }) => `${kind} ${advice}`,
    );
    const texts = [...kinds.values()].map((group) => kindText(group, width, pen));
    return [[severity === "high" ? pen.alarm(head) : pen.strong(head), ...texts].join("\n")];
  });
}

function statusText(change: StatusChangeRow, width: number): string {
  const when = change.posted === null ? "by the registry's calendar" : `posted ${change.posted}`;
  const undated = change.posted === null && change.cause === "submitted" ? "without a new update date" : when;
  const why = change.why_stopped === null ? "" : `; reason given: "${change.why_stopped}"`;
  const pair = fromTo(change.from_status, change.to_status).toLowerCase().replaceAll("_", " ");
  return paragraph(`${change.nct_id}: ${pair} (${changeWords(change.kind)}, ${undated})${why}`, width, 2, 2);
}

function statusSection(changes: readonly StatusChangeRow[], width: number, pen: Ink): string[] {
  if (changes.length === 0) return [];
  return [[pen.strong("STATUS CHANGES"), ...changes.map((change) => statusText(change, width))].join("\n")];
}

/** A first run finds how the table stands, not what happened: one line a review (design 4.3). */
function baselineLine(review: string, digest: Digest): string {
  const flags = digest.opened.filter((flag) => flag.baseline && flag.review === review).length;
  return `First run of ${review}: ${counted(flags, "flag")} on how its tables stand today (baseline, not news). List them: trialdrift flags --review ${review}`;
}

function closing(digest: Digest): string[] {
  return [
    ...digest.baseline.map((review) => baselineLine(review, digest)),
    ...digest.queryChanged.map(
      (watchlist) =>
        `The query of ${watchlist} was edited: what it no longer finds left for that reason and raises no flag.`,
    ),
    ...(digest.resolved > 0
      ? [`${counted(digest.resolved, "flag")} resolved: the registry or the table came to agree.`]
      : []),
    ...(digest.changes > 0
      ? [
          `${counted(digest.changes, "registry change")} in tracked studies. List them: trialdrift changes --since run:${digest.runId}`,
        ]
      : []),
  ];
}

/**
 * A run's news as text: incompleteness first, new flags from high to info with what to do, status changes, then one line
 * each for baselines, edited queries, resolved flags and changes. Empty when there is no news, so that cron mails news only.
 */
export function digestText(digest: Digest, options: DigestOptions = {}): string {
  if (!hasNews(digest)) return "";
  const width = options.width ?? WIDTH;
  const pen = ink(options.colour ?? false);
  const data = digest.dataDate === null ? "from the stored records" : `registry data of ${digest.dataDate}`;
  const titles = digest.reviews.map(({ id, title }) => paragraph(`${id}: ${title}`, width, 0, 2));
  const incomplete =
    digest.incomplete.length === 0
      ? []
      : [
          [
            pen.alarm("INCOMPLETE - not everything could be read"),
            ...digest.incomplete.map((why) => paragraph(`- ${why}`, width, 2, 2)),
          ].join("\n"),
        ];
  const last = closing(digest).map((line) => paragraph(line, width, 0, 2));
  return `${[
    [pen.strong(`trialdrift run ${digest.runId}, ${data}`), ...titles].join("\n"),
    ...incomplete,
    ...flagSections(digest, width, pen),
    ...statusSection(digest.statusChanges ?? [], width, pen),
    ...(last.length === 0 ? [] : [last.join("\n")]),
  ].join("\n\n")}\n`;
}
