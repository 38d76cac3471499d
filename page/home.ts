import { SEVERITIES } from "../db/model.ts";
import { readUndelivered } from "../db/outbox.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { undeliveredWords } from "../pipeline/news.ts";
import type { ClaimAnswer } from "../pipeline/report/claim-answer.ts";
import { claimItem } from "../pipeline/report/claims-html.ts";
import { type Digest, GRAVEST_FIRST, hasNews, headline, type ReviewNews } from "../pipeline/report/digest.ts";
import { statusWords } from "../pipeline/report/digest-text.ts";
import { type Html, html } from "../pipeline/report/html.ts";
import type { FlagRow, ReviewRow, RunRow, StatusChangeRow } from "../pipeline/report/rows.ts";
import { severityMark } from "../pipeline/report/table-html-cell.ts";
import { claimWords, counted, tally } from "../pipeline/report/words.ts";
import type { Read } from "./kept.ts";
import { at } from "./links.ts";

/** Does the review still hold, how old is what we know, and what waits for a person? */

export interface FreshnessRow {
  review: string;
  data_date: string | null;
  last_complete_at: string | null;
  last_state: string | null;
  age_hours: number | null;
  open_flags: number;
  undelivered: number;
}

export interface HomeData {
  reviews: readonly ReviewRow[];
  fresh: readonly FreshnessRow[];
  /** Open ones. */
  flags: readonly FlagRow[];
  claims: readonly ClaimAnswer[];
  /** What the last runs found, the newest first. */
  digests: readonly Digest[];
  /** A sentence each. */
  undelivered: readonly string[];
}

/** Runs that home tells of. */
const MOST_RUNS = 5;
const MOST_NEWS = 12;

/** What a run had to tell, from the views: what it opened and which statuses changed. */
function digestOf(
  run: RunRow,
  data: {
    reviews: readonly ReviewRow[];
    flags: readonly FlagRow[];
    statuses: ReadonlyMap<string, readonly StatusChangeRow[]>;
  },
): Digest {
  const reviewNews = ({ review, title }: ReviewRow): ReviewNews => {
    const flags = data.flags.filter((one) => one.review === review && one.run_id === run.run_id);
    const first = flags.filter(({ baseline }) => baseline);
    return {
      id: review,
      title,
      baseline: first.length > 0 ? first.length : null,
      opened: flags.filter(({ baseline }) => !baseline),
      resolved: 0,
      changes: 0,
      statusChanges: (data.statuses.get(review) ?? []).filter(({ run_id }) => run_id === run.run_id),
      queryChanged: [],
    };
  };
  return {
    runId: run.run_id,
    dataDate: run.data_date,
    incomplete: run.error === null ? [] : run.error.split("\n"),
    reviews: data.reviews.map(reviewNews),
    undelivered: [],
  };
}

/** What the last runs found of all reviews. */
async function readDigests(db: Db, reviews: readonly ReviewRow[], flags: readonly FlagRow[]): Promise<Digest[]> {
  const runs = (await readView<RunRow>(db, "runs")).filter(({ published_at }) => published_at !== null).slice(0, 20);
  const oldest = runs.at(-1)?.published_at ?? null;
  const statuses = new Map<string, StatusChangeRow[]>();
  if (oldest !== null)
    for (const { review } of reviews)
      statuses.set(review, await readView<StatusChangeRow>(db, "status_changes", { review, since: { at: oldest } }));
  const digests = runs.map((run) => digestOf(run, { reviews, flags, statuses })).filter(hasNews);
  return digests.slice(0, MOST_RUNS);
}

/** What stays as it is until something is published or a flag is answered; the rest is read for every visitor. */
export type StandingNews = Pick<HomeData, "reviews" | "flags" | "claims" | "digests">;

export async function readStanding(db: Db): Promise<StandingNews> {
  const reviews = await readView<ReviewRow>(db, "reviews");
  const flags = await readView<FlagRow>(db, "flags");
  return {
    reviews,
    flags: flags.filter(({ state }) => state === "open"),
    claims: await readView<ClaimAnswer>(db, "claims"),
    digests: await readDigests(db, reviews, flags),
  };
}

export async function readHome(db: Db, standing: Read<StandingNews>): Promise<HomeData> {
  return {
    ...(await standing(db, "")),
    fresh: await readView<FreshnessRow>(db, "freshness"),
    undelivered: undeliveredWords(await readUndelivered(db)),
  };
}

function age(hours: number | null): string {
  if (hours === null) return "never checked whole";
  if (hours < 1) return "checked within the last hour";
  return hours < 48
    ? `checked ${counted(Math.round(hours), "hour")} ago`
    : `checked ${Math.round(hours / 24)} days ago`;
}

function card(row: ReviewRow, { fresh, flags, claims }: HomeData): Html {
  const { review, title, tables, members, active } = row;
  const now = fresh.find((one) => one.review === review);
  const open = flags.filter((one) => one.review === review);
  const severities = GRAVEST_FIRST.flatMap((severity) => {
    const count = open.filter((one) => one.severity === severity).length;
    return count === 0
      ? []
      : [
          html`<li><a href="${at("/flags", { review, severity })}">${severityMark(severity)}<span class="count">${count}</span></a></li>`,
        ];
  });
  const states = claims.filter((one) => one.review === review).map(({ state }) => state);
  const gone = states.filter((state) => state === "no_longer_holds").length;
  const others = tally(
    new Map(
      (["holds", "cannot_tell"] as const).map((state) => [
        claimWords(state),
        states.filter((one) => one === state).length,
      ]),
    ),
  );
  const tableLinks = Object.entries(tables).map(
    ([table, version]) =>
      html`<li><a href="${at("/table", { review, table })}">Table ${table}</a> <span class="where">version ${version}</span></li>`,
  );
  return html`<li class="panel"><h2>${title}</h2>
    <dl class="facts">
      <dt>Review</dt><dd>${review}${!active && " (no folder any more: not fetched)"}</dd>
      <dt>Registry data of</dt><dd>${now?.data_date ?? "no day yet"}, ${age(now?.age_hours ?? null)}</dd>
      <dt>Last run</dt><dd>${now?.last_state ?? "none"}</dd>
      <dt>Studies tracked</dt><dd>${members}</dd>
      ${states.length > 0 && html`<dt>Its sentences</dt><dd>${gone > 0 && html`<span class="wrong">${claimWords("no_longer_holds")} ${gone}</span>${others !== "" && ", "}`}${others}</dd>`}
    </dl>
    ${tableLinks.length > 0 && html`<ul>${tableLinks}</ul>`}
    ${severities.length === 0 ? html`<p>No flag is open.</p>` : html`<p>Open flags:</p><ul>${severities}</ul>`}
  </li>`;
}

function grave(flags: readonly FlagRow[]): Html {
  const worst = [...SEVERITIES].toReversed().find((severity) => flags.some((one) => one.severity === severity));
  const listed = flags.filter(({ severity }) => severity === worst);
  const more = listed.length - MOST_NEWS;
  return html`<section id="needs-you"><h2>Needs you</h2>
    ${listed.length === 0 ? html`<p>Nothing: no flag is open.</p>` : html`<p>The gravest of ${counted(flags.length, "open flag", "open flags")}:</p>`}
    <ul>${listed.slice(0, MOST_NEWS).map((one) => html`<li>${severityMark(one.severity)} <a href="${at("/flags", { review: one.review, severity: one.severity })}">${one.nct_id ?? one.review}</a>: ${one.message}</li>`)}</ul>
    ${more > 0 && html`<p>and ${more} more.</p>`}
  </section>`;
}

/** Of all reviews; how the others stand is at the head of each table. */
function broken(claims: readonly ClaimAnswer[]): Html | null {
  const gone = claims.filter(({ state }) => state === "no_longer_holds");
  if (gone.length === 0) return null;
  return html`<section class="claims"><h2>Sentences that no longer hold</h2><ul>${gone.map(claimItem)}</ul></section>`;
}

function digest(news: Digest): Html {
  const lines = news.reviews.flatMap(({ opened, statusChanges }) => [
    ...opened.map(
      (flag) => html`<li>${severityMark(flag.severity)} ${flag.nct_id ?? flag.review}: ${flag.message}</li>`,
    ),
    ...statusChanges.map((change) => html`<li>${statusWords(change)}</li>`),
  ]);
  const more = lines.length - MOST_NEWS * 2;
  return html`<details><summary>${headline(news)}</summary>
    ${news.incomplete.length > 0 && html`<ul>${news.incomplete.map((line) => html`<li class="wrong">${line}</li>`)}</ul>`}
    ${lines.length > 0 && html`<ul>${lines.slice(0, MOST_NEWS * 2)}</ul>`}${more > 0 && html`<p>and ${more} more: see the flags.</p>`}
  </details>`;
}

export function homePage(data: HomeData): Html {
  const { reviews, flags, claims, digests, undelivered } = data;
  return html`<h1>Reviews and the registry</h1>
${undelivered.length > 0 && html`<section class="panel refused"><h2>News that has not arrived</h2><p>Nobody may have read it: check the receiver, then run a sync, which sends it again.</p><ul>${undelivered.map((line) => html`<li>${line}</li>`)}</ul></section>`}
${reviews.length === 0 ? html`<p>No review is in the database yet: run <code class="command">trialdrift sync</code>.</p>` : html`<ul class="cards">${reviews.map((row) => card(row, data))}</ul>`}
${broken(claims)}
${grave(flags)}
<section id="news"><h2>What the last runs found</h2>${digests.length === 0 ? html`<p>No run has found anything yet.</p>` : digests.map(digest)}</section>`;
}
