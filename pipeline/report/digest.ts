import { SEVERITIES } from "../../db/model.ts";
import type { FlagRow, StatusChangeRow } from "./rows.ts";

/** What one run has to tell: the one thing that stdout, webhook and feeds print, each in its form. Pure. */

/** A flag as news tells it; its number is 0 where it is not published. */
export type FlagNews = Pick<
  FlagRow,
  "flag_id" | "review" | "table_no" | "nct_id" | "column_name" | "kind" | "severity" | "message" | "advice"
>;

/** A change of recruitment status; `posted` null: no update stands behind it. */
export type StatusNews = Pick<
  StatusChangeRow,
  "nct_id" | "kind" | "from_status" | "to_status" | "posted" | "cause" | "why_stopped"
>;

/** What a run has to tell of one review. Empty lists, zeros and null are no news. */
export interface ReviewNews {
  id: string;
  title: string;
  /** Flags on how things stand, where this run was the review's first; else null. */
  baseline: number | null;
  /** Flags that this run opened, without those of a baseline. */
  opened: readonly FlagNews[];
  /** Flags that this run resolved. */
  resolved: number;
  /** Registry changes that became news by this run, changes of status included. */
  changes: number;
  statusChanges: readonly StatusNews[];
  /** Watchlists whose query was edited. */
  queryChanged: readonly string[];
}

export interface Digest {
  runId: number;
  /** yyyy-mm-dd; null where the registry was not asked. */
  dataDate: string | null;
  /** A sentence each: why this run is not complete. */
  incomplete: readonly string[];
  /** The reviews of the run; what is told leaves out those without news. */
  reviews: readonly ReviewNews[];
  /** A sentence each: earlier news that has not reached its receiver. No news by itself. */
  undelivered: readonly string[];
}

export function reviewHasNews(news: ReviewNews): boolean {
  const lists = [news.opened, news.statusChanges, news.queryChanged];
  return news.baseline !== null || news.resolved > 0 || news.changes > 0 || lists.some((list) => list.length > 0);
}

export const hasNews = (digest: Digest): boolean => digest.incomplete.length > 0 || digest.reviews.some(reviewHasNews);

/** The digest with the reviews that have news. */
export const newsOnly = (digest: Digest): Digest => ({ ...digest, reviews: digest.reviews.filter(reviewHasNews) });

/**
 * The digest with the flags that its run published, numbered; they are given as the store has them, of any runs. A baseline
 * is counted here again, because flags on the review's sentences are found only as the run publishes.
 */
export function withFlags(digest: Digest, flags: readonly (FlagNews & Pick<FlagRow, "run_id" | "baseline">)[]): Digest {
  const ofRun = flags.filter(({ run_id }) => run_id === digest.runId);
  const news = ofRun.filter(({ baseline }) => !baseline);
  const standing = ofRun.filter(({ baseline }) => baseline);
  return newsOnly({
    ...digest,
    reviews: digest.reviews.map((one) => ({
      ...one,
      baseline: one.baseline === null ? null : standing.filter(({ review }) => review === one.id).length,
      opened: news
        .filter(({ review }) => review === one.id)
        .map(({ run_id: _run, baseline: _baseline, ...flag }) => flag),
    })),
  });
}

/** The gravest first. */
export const GRAVEST_FIRST = SEVERITIES.toReversed();

/** The whole digest in one line: "run 7, data of 2022-01-21: 2 high and 1 low flag, 3 status changes". */
export function headline(digest: Digest): string {
  const { reviews, incomplete, dataDate, runId } = digest;
  const opened = reviews.flatMap((one) => one.opened);
  const bySeverity = GRAVEST_FIRST.flatMap((severity) => {
    const count = opened.filter((flag) => flag.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const statuses = reviews.reduce((sum, { statusChanges }) => sum + statusChanges.length, 0);
  const said = [
    ...(incomplete.length > 0 ? ["incomplete"] : []),
    ...(bySeverity.length > 0 ? [`${bySeverity.join(", ")} ${opened.length === 1 ? "flag" : "flags"}`] : []),
    ...(statuses > 0 ? [`${statuses} status ${statuses === 1 ? "change" : "changes"}`] : []),
    ...reviews.filter(({ baseline }) => baseline !== null).map(({ id }) => `first run of ${id}`),
  ];
  const about = dataDate === null ? `run ${runId}` : `run ${runId}, data of ${dataDate}`;
  return said.length === 0 ? about : `${about}: ${said.join("; ")}`;
}
