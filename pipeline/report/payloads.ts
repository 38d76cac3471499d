import { createHmac } from "node:crypto";
import { type Digest, GRAVEST_FIRST, headline, type ReviewNews } from "./digest.ts";
import { closingLines, digestText, statusWords } from "./digest-text.ts";
import { clean } from "./text.ts";
import { counted, flagWords } from "./words.ts";

/** A digest as a webhook receives it: the generic JSON, or the form that Slack and its like take. Pure. */

/** A digest on its way: what it says, the key that names it in every attempt, when it was published (ISO, UTC). */
export interface Delivery {
  key: string;
  createdAt: string;
  digest: Digest;
}

export interface WebhookRequest {
  headers: Record<string, string>;
  body: string;
}

const FORMAT_VERSION = 1;

function reviewBody(news: ReviewNews, runId: number): Record<string, unknown> {
  return {
    review: news.id,
    title: news.title,
    baseline_flags: news.baseline,
    flags: news.opened,
    resolved: news.resolved,
    changes: news.changes,
    status_changes: news.statusChanges,
    query_changed: news.queryChanged,
    notes: closingLines(news, runId),
  };
}

/** The generic body: the digest as data, and the same as Markdown. The same delivery has the same bytes in every attempt. */
function genericBody({ key, createdAt, digest }: Delivery): string {
  return JSON.stringify({
    type: "trialdrift.digest",
    version: FORMAT_VERSION,
    id: key,
    created_at: createdAt,
    run_id: digest.runId,
    data_date: digest.dataDate,
    headline: headline(digest),
    incomplete: digest.incomplete,
    reviews: digest.reviews.map((news) => reviewBody(news, digest.runId)),
    undelivered: digest.undelivered,
    markdown: digestText(digest),
  });
}

/** Slack's limits are 3,000 characters a section, 150 a header and 50 blocks; what is left out is said to be. */
const MOST_SECTION = 2900;
const MOST_HEADER = 150;
const MOST_BLOCKS = 48;

/** Slack reads three characters as markup of its own; the rest of its markup only decorates and is left to it. */
const slackText = (text: string): string =>
  clean(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function sections(lines: readonly string[]): Record<string, unknown>[] {
  const texts: string[] = [];
  for (const line of lines) {
    const cut = line.length > MOST_SECTION ? `${line.slice(0, MOST_SECTION - 1).toWellFormed()}…` : line;
    const last = texts.at(-1);
    if (last !== undefined && last.length + cut.length < MOST_SECTION) texts[texts.length - 1] = `${last}\n${cut}`;
    else texts.push(cut);
  }
  return texts.map((text) => ({ type: "section", text: { type: "mrkdwn", text } }));
}

function slackReview(news: ReviewNews, runId: number): Record<string, unknown>[] {
  const flags = GRAVEST_FIRST.flatMap((severity) =>
    news.opened
      .filter((flag) => flag.severity === severity)
      .map(
        ({ kind, flag_id, nct_id, review, message }) =>
          `• *${severity}* ${flagWords(kind)}: ${slackText(`${nct_id ?? review} (flag ${flag_id}): ${message}`)}`,
      ),
  );
  const statuses = news.statusChanges.map((change) => `• ${slackText(statusWords(change))}`);
  return sections([
    `*${slackText(`${news.title} (${news.id})`)}*`,
    ...flags,
    ...(statuses.length === 0 ? [] : ["*Status changes*", ...statuses]),
    ...closingLines(news, runId).map(slackText),
  ]);
}

function slackBody({ digest }: Delivery): string {
  const title = `trialdrift ${headline(digest)}`;
  const header = title.length > MOST_HEADER ? `${title.slice(0, MOST_HEADER - 1)}…` : title;
  const incomplete = digest.incomplete.map((why) => `• ${slackText(why)}`);
  const blocks = [
    { type: "header", text: { type: "plain_text", text: header } },
    ...(incomplete.length === 0 ? [] : sections(["*Incomplete: not everything could be read*", ...incomplete])),
    ...digest.reviews.flatMap((news) => slackReview(news, digest.runId)),
    ...(digest.undelivered.length === 0 ? [] : sections(digest.undelivered.map(slackText))),
  ];
  const left = blocks.length - MOST_BLOCKS;
  const more = left > 0 ? sections([`${counted(left, "block")} left out: see \`trialdrift flags\`.`]) : [];
  return JSON.stringify({ text: slackText(title), blocks: [...blocks.slice(0, MOST_BLOCKS), ...more] });
}

/**
 * Does this URL take Slack's form? Slack's own host does; another that takes it (Mattermost, Rocket.Chat, Discord's /slack)
 * is told by `#slack` at the end of its URL, which is never sent.
 */
export const takesSlackForm = (url: URL): boolean => url.hostname === "hooks.slack.com" || url.hash === "#slack";

/** sha256= and the hex HMAC-SHA256 of the body's bytes under the shared secret. */
export function signature(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body, "utf8").digest("hex")}`;
}

/** What is sent of a digest to a URL. `secret` null: unsigned. */
export function webhookRequest(url: URL, secret: string | null, delivery: Delivery): WebhookRequest {
  const body = takesSlackForm(url) ? slackBody(delivery) : genericBody(delivery);
  return {
    body,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "user-agent": "trialdrift",
      "idempotency-key": delivery.key,
      ...(secret === null ? {} : { "x-trialdrift-signature": signature(secret, body) }),
    },
  };
}
