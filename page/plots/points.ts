import { type Html, html } from "../../pipeline/report/html.ts";
import type { Basis } from "./compare.ts";
import { px } from "./figure.ts";

/** One point a trial: a circle against a version of the record, a square against the printed table; filled or hollow. */

export interface Point {
  x: number;
  y: number;
  basis: Basis;
  filled: boolean;
  /** What a pointer that rests on it is told. */
  told: string;
}

/** More than these are one path for each look: nobody points at one in a crowd, and the page is half as long. */
const MOST_ALONE = 300;

/** Half the size of a point, alone and in a crowd. */
const [ALONE, CROWDED] = [4.5, 3];

/** The path of a point: absolute start, relative rest. */
function outline({ x, y, basis }: Point, r: number): string {
  return basis === "version"
    ? `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`
    : `M${px(x - r)} ${px(y - r)}h${2 * r}v${2 * r}h${-2 * r}z`;
}

const look = ({ basis, filled }: Pick<Point, "basis" | "filled">): string =>
  `mark${basis === "printed" ? " printed" : ""}${filled ? " filled" : ""}`;

export function drawPoints(points: readonly Point[]): Html {
  if (points.length <= MOST_ALONE)
    return html`${points.map((point) => html`<path class="${look(point)}" d="${outline(point, ALONE)}"><title>${point.told}</title></path>`)}`;
  const looks = Map.groupBy(points, look);
  return html`${[...looks].map(([name, list]) => html`<path class="${name}" d="${list.map((point) => outline(point, CROWDED)).join("")}"/>`)}`;
}

/** A point for a key. */
export function pointSwatch(basis: Basis, filled: boolean): Html {
  return html`<svg class="swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path class="${look({ basis, filled })}" d="${outline({ x: 8, y: 8, basis, filled, told: "" }, ALONE)}"/></svg>`;
}

/** A line for a key. */
export function lineSwatch(name: "even" | "median"): Html {
  const y = name === "even" ? 1 : 8;
  return html`<svg class="swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><line class="${name}" x1="1" y1="${16 - y}" x2="15" y2="${y}"/></svg>`;
}

/** Where the earlier value of a pair comes from, in words. */
export const BASIS_WORDS: Record<Basis, string> = {
  version: "a version of the record",
  printed: "the printed table",
};
