import { type Html, html } from "../../pipeline/report/html.ts";
import { type Drawing, fitted, LETTER, LINE, px, textWidth, type Width } from "./figure.ts";
import { placeOf, type TimeScale, timeAxis, timeScale } from "./time.ts";

/** One lane of time: rows of spans and marks under one axis, each with its words beside it, none over another. */

/** How a mark is drawn; all but a span stand in the middle of the days that they may mean. */
export type Shape = "span" | "planned" | "actual" | "dated" | "change" | "paper";

export interface Mark {
  shape: Shape;
  /** First and last day, yyyy-mm-dd. */
  from: string;
  to: string;
  label: string;
  /** Fewer words, for where the label has no room. */
  brief?: string;
  /** Class of a span's filling. */
  filling?: string;
  /** What a pointer that rests on it is told. */
  told: string;
}

export interface Lane {
  name: string;
  marks: readonly Mark[];
}

/** A mark with its place. Words that do not fit into their span may stand on a row of their own; they may be cut to fit. */
export interface Placed {
  mark: Mark;
  x: number;
  width: number;
  row: number;
  label: { text: string; x: number; anchor: "start" | "end"; row: number; inside: boolean };
}

const GAP = 6;
const ARM = 6;

function reach(mark: Mark, scale: TimeScale): { x: number; width: number } {
  const [from, to] = [placeOf(scale, mark.from), placeOf(scale, mark.to)];
  if (mark.shape === "span") return { x: from, width: Math.max(3, to - from) };
  return { x: (from + to) / 2 - ARM, width: 2 * ARM };
}

type Words = Omit<Placed["label"], "row">;

/**
 * Words go into a span where they fit, else to the right of the mark, else to the left; the label goes before its brief form,
 * which is cut where neither has room.
 */
function wordsFor(mark: Mark, x: number, width: number, scale: TimeScale): Words {
  const [left = 0, right = 0] = scale.range();
  const span = mark.shape === "span";
  // Words below a span begin where it begins or end where it ends; words beside a mark leave a gap.
  const [start, end] = span ? [x, x + width] : [x + width + GAP, x - GAP];
  const [after, before] = [right - start, end - left];
  const brief = mark.brief ?? mark.label;
  for (const text of [mark.label, brief]) {
    const wanted = textWidth(text);
    if (span && wanted + 2 * GAP <= width) return { text, x: x + GAP, anchor: "start", inside: true };
    if (wanted <= after) return { text, x: start, anchor: "start", inside: false };
    if (wanted <= before) return { text, x: end, anchor: "end", inside: false };
  }
  return after >= before
    ? { text: fitted(brief, after), x: start, anchor: "start", inside: false }
    : { text: fitted(brief, before), x: end, anchor: "end", inside: false };
}

interface Extent {
  from: number;
  to: number;
}

const extentOf = ({ text, x, anchor }: Words): Extent =>
  anchor === "start" ? { from: x, to: x + textWidth(text) } : { from: x - textWidth(text), to: x };

/** Takes the first row from `first` on where nothing stands within `gap` of the extent, and notes it there. */
function take(rows: Extent[][], first: number, extent: Extent, gap: number): number {
  let row = first;
  while (rows[row]?.some((one) => extent.to + gap > one.from && one.to + gap > extent.from) === true) row += 1;
  while (rows.length <= row) rows.push([]);
  rows[row]?.push(extent);
  return row;
}

/** Each mark and its words on the first row where they touch nothing; spans that follow each other share one. */
export function packed(marks: readonly Mark[], scale: TimeScale): Placed[] {
  const rows: Extent[][] = [];
  const bars = marks.map((mark) => {
    const { x, width } = reach(mark, scale);
    const words = wordsFor(mark, x, width, scale);
    const { from, to } = extentOf(words);
    const whole = { from: Math.min(x, from), to: Math.max(x + width, to) };
    // Spans that follow each other touch: half a pixel of both may be shared.
    const row =
      mark.shape === "span" ? take(rows, 0, { from: x + 1, to: x + width - 1 }, 0) : take(rows, 0, whole, LETTER);
    return { mark, x, width, words, row };
  });
  return bars.map(({ mark, x, width, words, row }): Placed => {
    const apart = mark.shape === "span" && !words.inside;
    const below = apart ? take(rows, row + 1, extentOf(words), LETTER) : row;
    return { mark, x, width, row, label: { ...words, row: below } };
  });
}

const ROW = 22;
const TOP = 24;
const BELOW = 10;
/** Room for half a mark at both ends. */
const EDGE = 8;

/** A shape around its middle; filled is actual, hollow planned, so that neither needs its colour. */
export function shapeAt(shape: Shape, x: number, y: number): Html {
  const [a, b, c, d] = [px(x - ARM), px(x + ARM), px(y - ARM), px(y + ARM)];
  const [mx, my] = [px(x), px(y)];
  if (shape === "change") return html`<path class="mark change" d="M${a} ${d}L${mx} ${c}L${b} ${d}Z"/>`;
  if (shape === "paper")
    return html`<rect class="mark paper" x="${a}" y="${c}" width="${2 * ARM}" height="${2 * ARM}"/>`;
  if (shape === "dated") return html`<circle class="mark dated" cx="${mx}" cy="${my}" r="${ARM - 1}"/>`;
  return html`<path class="mark ${shape}" d="M${a} ${my}L${mx} ${c}L${b} ${my}L${mx} ${d}Z"/>`;
}

/** Fillings that letters cannot be read on without a rim. */
const PATTERNED: readonly string[] = ["unknown", "stopped", "other"];

const middleOf = (top: number, row: number): number => top + row * ROW + ROW / 2;

function leader({ x, width, row, label }: Placed, top: number): Html | null {
  if (label.row === row) return null;
  const at = px(x + Math.min(1, width / 2));
  return html`<line class="leader" x1="${at}" y1="${px(middleOf(top, row) + 8)}" x2="${at}" y2="${px(middleOf(top, label.row) - 6)}"/>`;
}

function shape({ mark, x, width, row }: Placed, top: number): Html {
  const y = middleOf(top, row);
  const drawn =
    mark.shape === "span"
      ? html`<rect class="bar ${mark.filling ?? "other"}" x="${px(x)}" y="${px(y - 8)}" width="${px(width)}" height="16"/>`
      : shapeAt(mark.shape, x + width / 2, y);
  return html`<g><title>${mark.told}</title>${drawn}</g>`;
}

function words({ mark, label }: Placed, top: number): Html {
  const over = !label.inside || PATTERNED.includes(mark.filling ?? "other") ? "over" : "";
  return html`<text class="label ${over}" x="${px(label.x)}" y="${px(middleOf(top, label.row) + 4.5)}" text-anchor="${label.anchor}">${label.text}</text>`;
}

/** All lanes under one axis from `from` to `to`; `now` is the last day known, drawn as a line. */
export function drawLanes(lanes: readonly Lane[], from: string, to: string, now: string | null, width: Width): Drawing {
  const scale = timeScale(from, to, EDGE, width - EDGE);
  let y = TOP;
  const parts = lanes.map(({ name, marks }) => {
    const placed = packed(marks, scale);
    const top = y + LINE;
    const rows = Math.max(1, ...placed.map(({ row, label }) => Math.max(row, label.row) + 1));
    const heading = html`<line class="rule" x1="0" y1="${y + 2}" x2="${width}" y2="${y + 2}"/><text class="name" x="2" y="${y + 16}">${name}</text>`;
    y = top + rows * ROW + BELOW;
    return html`${heading}${placed.map((one) => leader(one, top))}${placed.map((one) => shape(one, top))}${placed.map((one) => words(one, top))}`;
  });
  const nowX = now === null ? 0 : px(placeOf(scale, now));
  const line = now !== null && html`<line class="now" x1="${nowX}" y1="${TOP}" x2="${nowX}" y2="${y}"/>`;
  return { height: y, shapes: html`${timeAxis(scale, TOP, y)}${line}${parts}` };
}
