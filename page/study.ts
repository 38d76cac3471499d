import { readTableHeads } from "../db/curated.ts";
import { readStated } from "../db/history.ts";
import { readView, type ViewName } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { type Html, html, link, recordLink } from "../pipeline/report/html.ts";
import { needsYou } from "../pipeline/report/needs-html.ts";
import type { FlagRow, MemberRow, TableHead } from "../pipeline/report/rows.ts";
import type { ShownCell, ShownCurated, ShownTrial, ShownViews, StudyRow } from "../pipeline/report/show-rows.ts";
import { statusWords } from "../pipeline/report/show-words.ts";
import { type Block, blocksOf } from "../pipeline/report/table-blocks.ts";
import { evidenceOf, kindMark, placeOf } from "../pipeline/report/table-html-cell.ts";
import { FILLINGS } from "./plots/statuses.ts";
import { publicationList, studyFigure } from "./plots/study-figure.ts";
import type { MemberEvent, StudyTime } from "./plots/study-lanes.ts";

/** One study on a page: its lane of time, what waits for a person, and each cell with its words and where they stand. */

type Views = Pick<ShownViews, "drift"> & {
  studies: StudyRow[];
  trials: ShownTrial[];
  members: MemberRow[];
  curated: ShownCurated[];
  cells: ShownCell[];
  flags: FlagRow[];
};

export interface StudyPageData extends StudyTime {
  /** The reviews shown: the one asked for, or all that know the study. */
  reviews: readonly { review: string; heads: readonly TableHead[] }[];
  views: Views;
}

/** A link to this page, for other pages; text alone where the id is none. */
export function studyLink(nctId: string, review: string): Html {
  if (!/^NCT\d{8}$/.test(nctId)) return html`${nctId}`;
  return html`<a href="/study/${nctId}?review=${encodeURIComponent(review)}">${nctId}</a>`;
}

/** Facts of the store belong to no review; of everything else only the review asked for is shown. */
function ofReview<R extends object>(rows: readonly R[], review: string | null): R[] {
  return rows.filter((row) => review === null || !("review" in row) || row.review === review);
}

/** What a review without a table prints its studies under. */
const noTable = (review: string, title: string): TableHead => ({
  review,
  title,
  citation: null,
  table: null,
  tableTitle: "studies found",
  version: null,
  footnotes: {},
  order: [],
  codes: null,
});

/**
 * Everything the page of a study needs, of one review or of all that know it; null where the study is not known (to that
 * review). Reads several views: call it in a transaction of one snapshot where a run may publish meanwhile.
 */
export async function readStudyPage(db: Db, nctId: string, review: string | null): Promise<StudyPageData | null> {
  const read = async <R extends object>(view: ViewName) =>
    ofReview(await readView<R>(db, view, { nctIds: [nctId] }), review);
  const views: Views = {
    studies: await read("studies"),
    trials: await read("trials"),
    members: await read("members"),
    curated: (await read<ShownCurated>("curated")).filter(({ current }) => current),
    cells: await read("cells"),
    drift: await read("drift"),
    flags: (await read<FlagRow>("flags")).filter(({ state }) => state !== "resolved"),
  };
  const known = [...new Set([...views.members, ...views.curated].map((row) => row.review))].toSorted();
  if (known.length === 0 && (review !== null || views.studies.length === 0)) return null;
  const reviews = [];
  for (const id of known) {
    const heads = await readTableHeads(db, id);
    const [said] = await readView<{ title: string }>(db, "reviews", { review: id });
    reviews.push({ review: id, heads: heads.length > 0 ? heads : [noTable(id, said?.title ?? id)] });
  }
  const fresh = await readView<{ review: string; data_date: string | null }>(db, "freshness");
  const dates = fresh.filter((row) => known.includes(row.review)).flatMap(({ data_date }) => data_date ?? []);
  return {
    nctId,
    reviews,
    views,
    stated: await readStated(db, nctId),
    changes: await read("changes"),
    events: await read<MemberEvent>("member_events"),
    until: dates.toSorted().at(-1) ?? null,
  };
}

/** The study as a block of each table that shows it. */
function blocksIn({ views, until, nctId }: StudyPageData, head: TableHead): Block[] {
  const mine = <R extends { review: string }>(rows: readonly R[]) =>
    rows.filter(({ review }) => review === head.review);
  return blocksOf({
    head,
    dataDate: until,
    trials: mine(views.trials),
    curated: mine(views.curated),
    cells: mine(views.cells),
    drift: mine(views.drift),
    flags: [],
  }).filter((block) => block.nctId === nctId);
}

function cellsOf(data: StudyPageData, head: TableHead): Html[] {
  return blocksIn(data, head).map((block) => {
    const { table } = head;
    const name = table === null ? "Cells" : `Cells of Table ${table}`;
    const standing = block.inCurated ? "printed by the review" : "not printed by the review";
    return html`<section id="${placeOf(table, data.nctId)}">
      <h2>${name}</h2>
      <p>${head.title} (${head.review}): ${head.tableTitle}. This study is ${standing}. ${block.row !== null && kindMark(block.row.kind, block.row.basis)}</p>
      <ul class="cells">${block.cells.map((cell) => evidenceOf(block, cell, "curated", placeOf(table, data.nctId, cell.column)))}</ul>
    </section>`;
  });
}

function facts({ nctId, views, stated }: StudyPageData): Html {
  const [study] = views.studies;
  const survivor = views.members.find((row) => row.survivor !== null)?.survivor ?? null;
  return html`<p>The registry's own record: ${recordLink(nctId)}.
      ${survivor !== null && html` The registry merged this number into ${recordLink(survivor)}.`}</p>
    ${study !== undefined && html`<p>Status: <b>${statusWords(study.status, study.last_known_status)}</b>${study.why_stopped !== null && html`; reason stated: <q>${study.why_stopped}</q>`}. First posted ${study.first_posted ?? "on an unknown date"}, last update posted ${study.last_update_posted ?? "on an unknown date"}.</p>`}
    ${publicationList(stated)}`;
}

function members({ views }: StudyPageData): Html | null {
  if (views.members.length === 0) return null;
  return html`<section><h2>Membership</h2><ul>${views.members.map((row) => {
    const left = row.left_at === null ? "" : `, left ${row.left_at.slice(0, 10)}`;
    const screened = row.screened === null ? "" : `; screened ${row.screened}`;
    const how = row.how.join(", ") || "no longer matched";
    return html`<li><b>${row.review}/${row.watchlist}</b>: ${row.state} since ${row.entered_at.slice(0, 10)}${left} (${how})${screened}${row.reason !== null && `: ${row.reason}`}</li>`;
  })}</ul></section>`;
}

/** The content of the page, from its heading on; the document around it is the server's. */
export function studyPage(data: StudyPageData): Html {
  const heads = data.reviews.flatMap(({ heads }) => heads).filter((head) => blocksIn(data, head).length > 0);
  const sections = heads.flatMap((head) => cellsOf(data, head));
  const places = new Set(
    heads.flatMap((head) =>
      blocksIn(data, head).flatMap(({ cells }) => [
        placeOf(head.table, data.nctId),
        ...cells.map(({ column }) => placeOf(head.table, data.nctId, column)),
      ]),
    ),
  );
  const none = html`<p>No review shows this study in a table, so there are no cells.</p>`;
  return html`${FILLINGS}<header>
    <h1>${data.nctId}: ${data.views.studies[0]?.title ?? "the registry has not shown us this study"}</h1>
    ${facts(data)}
    <nav aria-label="On this page"><ul><li>${link("#lane", "Through time")}</li><li>${link("#needs-you", "Needs you")}</li>${heads.map(({ table }) => html`<li>${link(`#${placeOf(table, data.nctId)}`, table === null ? "Cells" : `Cells of Table ${table}`)}</li>`)}</ul></nav>
  </header>
  ${studyFigure(data)}
  ${needsYou(data.views.flags, places)}
  ${sections.length === 0 ? none : sections}
  ${members(data)}`;
}
