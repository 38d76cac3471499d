import type { Stated } from "../../db/evidence.ts";
import { type Html, html, publicationLink } from "../../pipeline/report/html.ts";
import { byDays, fromTo } from "../../pipeline/report/list-columns.ts";
import type { ChangeRow } from "../../pipeline/report/rows.ts";
import { postedDate } from "../../pipeline/report/show-words.ts";
import { changeWords, columnWords, counted } from "../../pipeline/report/words.ts";
import { type Figure, figure } from "./figure.ts";
import { drawLanes, type Shape, shapeAt } from "./lane.ts";
import { statusKey } from "./statuses.ts";
import { type StudyTime, studyLanes } from "./study-lanes.ts";

/** The plot of one study through time: its key, and each mark and change in words behind it. */

type Row = (Html | string)[];

function changeRows(changes: readonly ChangeRow[]): Row[] {
  return changes.map((change) => {
    const sides =
      change.old === change.new
        ? "in details that are not printed"
        : fromTo(change.old, change.new, ["(not stated)", "(not stated)"]);
    const what = change.kind === "derived_only" || change.kind === "other" ? "" : `: ${sides}${byDays(change)}`;
    const words = `${columnWords(change.column_name)}, ${changeWords(change.kind)}${what}`;
    return ["Changes", change.data_date, "", `${words}; posted: ${postedDate(change)}`];
  });
}

const mark = (shape: Shape): Html =>
  html`<svg class="swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${shapeAt(shape, 8, 8)}</svg>`;
const bar = (filling: string): Html =>
  html`<svg class="swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><rect class="bar ${filling}" x="1" y="3" width="14" height="10"/></svg>`;

/** What the words beside the marks do not say by themselves. */
const SHAPE_KEY: readonly { shape: Shape; mark: Html; words: string }[] = [
  { shape: "planned", mark: mark("planned"), words: "planned date" },
  { shape: "actual", mark: mark("actual"), words: "actual date" },
  { shape: "dated", mark: mark("dated"), words: "date without a type" },
  { shape: "change", mark: mark("change"), words: "change" },
  { shape: "paper", mark: mark("paper"), words: "publication" },
];
const SIZE_KEY = [
  { filling: "planned", mark: bar("planned"), words: "planned size" },
  { filling: "actual", mark: bar("actual"), words: "reached size" },
];

export function studyFigure(time: StudyTime): Html {
  const found = studyLanes(time);
  const marks = found?.lanes.flatMap((lane) => lane.marks) ?? [];
  const has = (shape: Shape) => marks.some((one) => one.shape === shape);
  const fillings = new Set(marks.flatMap(({ filling }) => filling ?? []));
  // Changes have rows of their own, with both sides.
  const rows = (found?.lanes ?? []).flatMap(({ name, marks }) =>
    marks
      .filter(({ shape }) => shape !== "change")
      .map(({ from, to, told }): Row => [name, from, to === from ? "" : to, told]),
  );
  const plot: Figure = {
    id: "lane",
    title: "The study through time",
    says: `Calendar time from left to right. A bar lasts while versions stated a status or a size; a diamond lies on the date that a version stated; a triangle on the registry data that brought a change; what is tracked goes by the day of our run. ${counted(new Set(time.stated.map(({ day }) => day)).size, "version")} held${time.until === null ? "" : `; the dashed line is the registry's data of ${time.until}`}. Before the first version held nothing is known of what the record said.`,
    draw: found === null ? null : (width) => drawLanes(found.lanes, found.from, found.to, time.until, width),
    key: [
      ...statusKey(fillings),
      ...SHAPE_KEY.filter(({ shape }) => has(shape)),
      ...SIZE_KEY.filter(({ filling }) => fillings.has(filling)),
    ],
    empty: "No version of the record is held, so there is nothing to draw.",
    columns: [{ head: "What" }, { head: "From", kind: "day" }, { head: "To", kind: "day" }, { head: "In words" }],
    rows: [...rows, ...changeRows(time.changes)],
  };
  return figure(plot);
}

/** PMIDs that any version links, the newest version's first. */
export function publicationList(stated: readonly Stated[]): Html | null {
  const pmids = [...new Set(stated.toReversed().flatMap(({ publications }) => publications))];
  if (pmids.length === 0) return null;
  return html`<p>Publications that the record links: ${pmids.map((pmid, at) => [at > 0 && ", ", publicationLink(pmid)])}</p>`;
}
