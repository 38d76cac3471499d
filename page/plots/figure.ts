import { type Html, html, type Part } from "../../pipeline/report/html.ts";
import { counted } from "../../pipeline/report/words.ts";

/** How a plot stands on a page: title, what is drawn and in which units, the drawing, its key, and the table behind it. */

/** Width of a drawing in user units, near to what it has in CSS pixels, so that its letters are neither small nor big. */
export const WIDTHS = { wide: 960, narrow: 340 } as const;
export type Width = (typeof WIDTHS)[keyof typeof WIDTHS];

/** Height of a line of letters, and the width to reckon a letter with (13 px in a sans serif; most are narrower). */
export const LINE = 18;
export const LETTER = 7;

export interface Drawing {
  height: number;
  shapes: Html;
}

export interface Column {
  head: string;
  /** Numbers stand to the right, days are not broken. */
  kind?: "number" | "day";
}

export interface Figure {
  /** Letters, digits and hyphens, once a page. */
  id: string;
  title: string;
  /** What is drawn, in which units, and what is left out: one or two sentences. */
  says: string;
  /** Pure: the same plot for a width. Null where there is nothing to draw. */
  draw: ((width: Width) => Drawing) | null;
  key: readonly { mark: Html; words: string }[];
  /** What stands in place of the drawing where there is none. */
  empty: string;
  columns: readonly Column[];
  rows: readonly (readonly Part[])[];
}

/** Cut to what fits into so many user units; the whole text stands in the table behind the plot. */
export function fitted(text: string, room: number): string {
  const most = Math.max(1, Math.floor(room / LETTER));
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

export const textWidth = (text: string): number => text.length * LETTER;

/** Coordinates need no more than a tenth of a pixel. */
export const px = (value: number): number => Math.round(value * 10) / 10;

function drawing({ id, draw }: Figure, size: keyof typeof WIDTHS): Html | null {
  if (draw === null) return null;
  const width = WIDTHS[size];
  const { height, shapes } = draw(width);
  return html`<svg class="plot ${size}" viewBox="0 0 ${width} ${px(height)}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-says" focusable="false">${shapes}</svg>`;
}

/** The table behind a plot: closed on a screen, open on paper. */
function behind({ title, columns, rows }: Figure): Html | null {
  if (rows.length === 0) return null;
  const kind = (at: number) => columns[at]?.kind ?? "text";
  return html`<details class="data"><summary>The numbers behind “${title}” <span class="count">${counted(rows.length, "row")}</span></summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Table: ${title}">
    <table class="plain"><caption>${title}</caption>
      <thead><tr>${columns.map(({ head }, at) => html`<th scope="col" class="${kind(at)}">${head}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((part, at) => (at === 0 ? html`<th scope="row" class="${kind(at)}">${part}</th>` : html`<td class="${kind(at)}">${part}</td>`))}</tr>`)}</tbody>
    </table></div></details>`;
}

/** The whole figure. Two drawings, of which the style shows the one that fits the screen: letters are never scaled away. */
export function figure(plot: Figure): Html {
  const { id, title, says, key, empty, draw } = plot;
  return html`<figure class="plot" id="${id}">
    <figcaption><h2 id="${id}-title">${title}</h2><p id="${id}-says">${says}</p></figcaption>
    ${draw === null ? html`<p class="blank">${empty}</p>` : html`${drawing(plot, "wide")}${drawing(plot, "narrow")}`}
    ${draw !== null && key.length > 0 && html`<ul class="plot-key" aria-label="Key to ${title}">${key.map(({ mark, words }) => html`<li>${mark} ${words}</li>`)}</ul>`}
    ${behind(plot)}
  </figure>`;
}
