import { readTableHeads } from "../db/curated.ts";
import { readStated } from "../db/evidence.ts";
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
  /** The review whose table, cells and flags are shown; null: the study is stored, but no review knows it. */
  review: string | null;
  /** Other reviews that know the study. */
  others: readonly string[];
  heads: readonly TableHead[];
  views: Views;
}

/** A link to this page, for other pages; text alone where the id is none. */
export function studyLink(nctId: string, review: string, text = nctId): Html {
  if (!/^NCT\d{8}$/.test(nctId)) return html`${text}`;
  return html`<a href="/study/${nctId}?review=${encodeURIComponent(review)}">${text}</a>`;
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

/** Facts of the store belong to no review; of everything else only that of one review is shown. */
function ofReview<R extends object>(rows: readonly R[], review: string | null): R[] {
  return rows.filter((row) => !("review" in row) || row.review === review);
}

async function headsOf(db: Db, review: string): Promise<TableHead[]> {
  const heads = await readTableHeads(db, review);
  if (heads.length > 0) return heads;
  const [known] = await readView<{ title: string }>(db, "reviews", { review });
  return [noTable(review, known?.title ?? review)];
}

/**
 * Everything the page of a study needs, by the review asked for (null: the first by id that knows it); null where the study
 * is not known to that review, or to nobody. Reads several views: call it in a transaction of one snapshot where a run may
 * publish meanwhile.
 */
export async function readStudyPage(db: Db, nctId: string, review: string | null): Promise<StudyPageData | null> {
  const read = <R extends object>(view: ViewName) => readView<R>(db, view, { nctIds: [nctId] });
  const studies = await read<StudyRow>("studies");
  const members = await read<MemberRow>("members");
  const curated = (await read<ShownCurated>("curated")).filter(({ current }) => current);
  const known = [...new Set([...members, ...curated].map((row) => row.review))].toSorted();
  const chosen = review ?? known[0] ?? null;
  if (chosen === null ? studies.length === 0 : !known.includes(chosen)) return null;
  const mine = async <R extends object>(view: ViewName) => ofReview(await read<R>(view), chosen);
  const [fresh] =
    chosen === null ? [] : await readView<{ data_date: string | null }>(db, "freshness", { review: chosen });
  return {
    nctId,
    review: chosen,
    others: known.filter((one) => one !== chosen),
    heads: chosen === null ? [] : await headsOf(db, chosen),
    views: {
      studies,
      members: ofReview(members, chosen),
      curated: ofReview(curated, chosen),
      trials: await mine("trials"),
      cells: await mine("cells"),
      drift: await mine("drift"),
      flags: (await mine<FlagRow>("flags")).filter(({ state }) => state !== "resolved"),
    },
    stated: await readStated(db, nctId),
    changes: await read("changes"),
    events: await mine<MemberEvent>("member_events"),
    until: fresh?.data_date ?? null,
  };
}

/** The study as a block of a table; nothing where the table does not show it. */
function blocksIn({ views, until, nctId }: StudyPageData, head: TableHead): Block[] {
  const input = { head, dataDate: until, ...views, flags: [] };
  return blocksOf(input).filter((block) => block.nctId === nctId);
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

function facts({ nctId, views, stated, review, others }: StudyPageData): Html {
  const [study] = views.studies;
  const survivor = views.members.find((row) => row.survivor !== null)?.survivor ?? null;
  return html`<p>The registry's own record: ${recordLink(nctId)}.
      ${survivor !== null && html` The registry merged this number into ${recordLink(survivor)}.`}</p>
    ${study !== undefined && html`<p>Status: <b>${statusWords(study.status, study.last_known_status)}</b>${study.why_stopped !== null && html`; reason stated: <q>${study.why_stopped}</q>`}. First posted ${study.first_posted ?? "on an unknown date"}, last update posted ${study.last_update_posted ?? "on an unknown date"}.</p>`}
    ${publicationList(stated)}
    ${review !== null && others.length > 0 && html`<p>As review <b>${review}</b> sees it. Also known to ${others.map((one, at) => [at > 0 && ", ", studyLink(nctId, one, one)])}.</p>`}`;
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
  const heads = data.heads.filter((head) => blocksIn(data, head).length > 0);
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
