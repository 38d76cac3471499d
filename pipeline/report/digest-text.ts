import { FLAG_KINDS, type Severity } from "../../db/model.ts";
import { type Digest, type FlagNews, GRAVEST_FIRST, hasNews, type ReviewNews, type StatusNews } from "./digest.ts";
import { fromTo, spoken } from "./list-columns.ts";
import { markdownLine } from "./markdown.ts";
import { type Ink, ink, WIDTH } from "./text.ts";
import { changeWords, counted, flagWords } from "./words.ts";

/** The digest as Markdown that reads as plain text too: for a terminal, for mail by cron, for feeds. */

export interface DigestOptions {
  width?: number;
  colour?: boolean;
}

/** More studies than this under one sentence are counted: a sponsor renamed in the whole registry is one piece of news. */
const MOST_NAMED = 5;

/** Flags that say the same of several studies, as one entry. */
function flagEntry(flags: readonly FlagNews[]): string {
  const [first] = flags;
  if (first === undefined) return "";
  const names = flags.map(({ nct_id, review }) => nct_id ?? review);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  const numbers = flags.map(({ flag_id }) => flag_id).filter((id) => id > 0);
  const many = numbers.length > MOST_NAMED ? `${numbers.length} flags` : `flags ${numbers.join(", ")}`;
  const about = [
    ...(numbers.length === 0 ? [] : [numbers.length === 1 ? `flag ${numbers[0]}` : many]),
    ...(first.table_no === null ? [] : [`table ${first.table_no}`]),
  ];
  const brackets = about.length === 0 ? "" : ` (${about.join(", ")})`;
  return `${names.slice(0, MOST_NAMED).join(", ")}${more}${brackets}: ${first.message}`;
}

/** Flags of one kind stand together; what to do is said once, before them. */
function kindText(flags: readonly FlagNews[], width: number, pen: Ink): string {
  const [first] = flags;
  if (first === undefined) return "";
  const sorted = flags.toSorted((a, b) => (a.nct_id ?? "").localeCompare(b.nct_id ?? "") || a.flag_id - b.flag_id);
  const alike = Map.groupBy(sorted, ({ message, table_no }) => `${table_no} ${message}`);
  return [
    `${pen.strong(`**${flagWords(first.kind)}**`)}\n${markdownLine(first.advice, width)}`.trimEnd(),
    ...[...alike.values()].map((group) => markdownLine(flagEntry(group), width, "- ")),
  ].join("\n");
}

function severityText(severity: Severity, flags: readonly FlagNews[], width: number, pen: Ink): string[] {
  if (flags.length === 0) return [];
  const head = `### ${severity[0]?.toUpperCase()}${severity.slice(1)}: ${counted(flags.length, "new flag")}`;
  const kinds = Map.groupBy(
    flags.toSorted((a, b) => FLAG_KINDS.indexOf(a.kind) - FLAG_KINDS.indexOf(b.kind)),
    ({ kind, advice }) => `${kind} ${advice}`,
  );
  return [
    severity === "high" ? pen.alarm(head) : pen.strong(head),
    ...[...kinds.values()].map((group) => kindText(group, width, pen)),
  ];
}

/** One change of status in words: which, by what, and the reason given. */
export function statusWords(change: StatusNews): string {
  const when = change.posted === null ? "by the registry's calendar" : `posted ${change.posted}`;
  const undated = change.posted === null && change.cause === "submitted" ? "without a new update date" : when;
  const why = change.why_stopped === null ? "" : `; reason given: "${change.why_stopped}"`;
  const pair = spoken(fromTo(change.from_status, change.to_status));
  return `${change.nct_id}: ${pair} (${changeWords(change.kind)}, ${undated})${why}`;
}

/** What is told of a review in one line each: first run, edited queries, resolved flags, changes. */
export function closingLines(news: ReviewNews, runId: number): string[] {
  const { id, baseline, queryChanged, resolved, changes } = news;
  const list = (noun: string) => `trialdrift ${noun} --review ${id}`;
  return [
    ...(baseline === null
      ? []
      : [
          `First run of ${id}: ${counted(baseline, "flag")} on how its tables stand today (baseline, not news). List them: ${list("flags")}`,
        ]),
    ...queryChanged.map(
      (watchlist) =>
        `The query of ${id}/${watchlist} was edited: what it no longer finds left for that reason and raises no flag.`,
    ),
    ...(resolved > 0 ? [`${counted(resolved, "flag")} resolved: the registry or the table came to agree.`] : []),
    ...(changes > 0
      ? [
          `${counted(changes, "registry change")} in tracked studies. List them: ${list("changes")} --since run:${runId}`,
        ]
      : []),
  ];
}

function reviewText(news: ReviewNews, runId: number, width: number, pen: Ink): string[] {
  const statuses = news.statusChanges.map((change) => markdownLine(statusWords(change), width, "- "));
  const closing = closingLines(news, runId).map((line) => markdownLine(line, width, "- "));
  return [
    pen.strong(markdownLine(`${news.title} (${news.id})`, width, "## ", "oneLine")),
    ...GRAVEST_FIRST.flatMap((severity) =>
      severityText(
        severity,
        news.opened.filter((flag) => flag.severity === severity),
        width,
        pen,
      ),
    ),
    ...(statuses.length === 0 ? [] : [[pen.strong("### Status changes"), ...statuses].join("\n")]),
    ...(closing.length === 0 ? [] : [closing.join("\n")]),
  ];
}

function listOf(head: string, lines: readonly string[], width: number): string[] {
  return lines.length === 0 ? [] : [[head, ...lines.map((line) => markdownLine(line, width, "- "))].join("\n")];
}

/**
 * A run's news: incompleteness first, then review by review new flags from high to info with what to do, status changes and
 * one line each for the rest, at last what earlier news has not arrived. Empty when there is no news, so that cron mails
 * news only.
 */
export function digestText(digest: Digest, options: DigestOptions = {}): string {
  if (!hasNews(digest)) return "";
  const width = options.width ?? WIDTH;
  const pen = ink(options.colour ?? false);
  const data = digest.dataDate === null ? "from the stored records" : `registry data of ${digest.dataDate}`;
  return `${[
    pen.strong(`# trialdrift run ${digest.runId}, ${data}`),
    ...listOf(pen.alarm("## INCOMPLETE: not everything could be read"), digest.incomplete, width),
    ...digest.reviews.flatMap((news) => reviewText(news, digest.runId, width, pen)),
    ...listOf(pen.strong("## Earlier news that has not arrived"), digest.undelivered, width),
  ].join("\n\n")}\n`;
}
