import type { Outgoing } from "../db/outbox.ts";
import type { NewsTarget } from "../db/model.ts";
import type { Conclusion } from "../db/publish.ts";
import { contentId } from "./hash.ts";
import type { FlagRow } from "./report/rows.ts";
import { type Digest, type FlagNews, type ReviewNews, reviewHasNews, type StatusNews } from "./report/digest.ts";
import type { Settled } from "./settle.ts";
import type { UnseenChange } from "./unseen.ts";

/** What a run has to tell, from what it settled; pure. The flags have no numbers yet: publication gives them. */

const word = (detail: UnseenChange["detail"], name: string): string | null => {
  const value = detail[name];
  return typeof value === "string" ? value : null;
};

function statusNews({ nctId, kind, detail, posted, cause }: UnseenChange): StatusNews {
  return {
    nct_id: nctId,
    kind,
    from_status: word(detail, "from_status"),
    to_status: word(detail, "to_status"),
    posted,
    cause,
    why_stopped: word(detail, "why_stopped"),
  };
}

function flagNews(flag: Settled["flags"]["open"][number]): FlagNews & Pick<FlagRow, "baseline"> {
  const { review, table, nctId, column, kind, severity, message, advice, baseline } = flag;
  return {
    flag_id: 0,
    review,
    table_no: table === 0 ? null : table,
    nct_id: nctId === "" ? null : nctId,
    column_name: column === "" ? null : column,
    kind,
    severity,
    message,
    advice,
    baseline,
  };
}

function reviewNews({ review, said, flags, news, events }: Settled): ReviewNews {
  const changes = news.filter(({ kind }) => kind !== "derived_only");
  const opened = flags.open.map(flagNews);
  const edited = events.filter(({ event }) => event === "query_changed").map(({ watchlist }) => watchlist);
  return {
    id: review.id,
    title: review.title,
    baseline: said.baseline ? opened.filter(({ baseline }) => baseline).length : null,
    opened: opened.filter(({ baseline }) => !baseline).map(({ baseline: _, ...flag }) => flag),
    resolved: flags.resolve.length,
    changes: changes.length,
    statusChanges: changes.filter(({ column }) => column === "status").map(statusNews),
    queryChanged: [...new Set(edited)],
  };
}

/** Earlier digests that have not arrived, a sentence each. */
export function undeliveredWords(waiting: readonly Outgoing[]): string[] {
  return waiting.map(({ runId, createdAt, target, attempts, givenUp, lastError }) => {
    const tries = `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
    const why = attempts === 0 ? "not sent yet" : `${lastError ?? "an attempt was cut off"}, ${tries}`;
    const end = givenUp ? `given up: ${why}` : why;
    return `The digest of run ${runId} (${createdAt.slice(0, 10)}) has not reached the ${target}: ${end}.`;
  });
}

export function newsOf(run: {
  runId: number;
  dataAt: string | null;
  problems: readonly string[];
  settled: readonly Settled[];
  undelivered: readonly string[];
}): Digest {
  return {
    runId: run.runId,
    dataDate: run.dataAt?.slice(0, 10) ?? null,
    incomplete: run.problems,
    reviews: run.settled.map(reviewNews),
    undelivered: run.undelivered,
  };
}

/**
 * One row a target, where there is news; `opened`: reviews of which a flag was opened that the news does not hold yet. The
 * flags stand in the store under the run and get their numbers there. The key names the digest and the instant it was
 * planned at, so that another installation's run of the same number has another.
 */
export function outboxOf(
  news: Digest,
  opened: ReadonlySet<string>,
  targets: readonly NewsTarget[],
  at: string,
): Conclusion["outbox"] {
  const reviews = news.reviews.filter((one) => reviewHasNews(one) || opened.has(one.id));
  if (reviews.length === 0 && news.incomplete.length === 0) return [];
  const payload = { ...news, reviews: reviews.map((one) => ({ ...one, opened: [] })) };
  return targets.map((target) => ({
    runId: news.runId,
    review: "",
    target,
    idempotencyKey: contentId(JSON.stringify([target, at, news])),
    payload,
    createdAt: at,
  }));
}
