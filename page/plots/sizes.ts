import { scaleSymlog } from "d3-scale";
import { type Html, html } from "../../pipeline/report/html.ts";
import type { SizePair } from "./compare.ts";
import { BASIS_WORDS, drawPoints, lineSwatch, pointSwatch } from "./points.ts";
import { type Drawing, type Figure, figure, px, type Width } from "./figure.ts";

/** How many took part of those planned: one point a trial, on the line where the plan was met. */

/** Numbers that a reader of a logarithmic axis looks for. */
const TICKS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000];
const [LEFT, TOP, BOTTOM, RIGHT] = [48, 26, 40, 14];

export function drawSizes(pairs: readonly SizePair[], width: Width): Drawing {
  const side = Math.min(width, 560);
  // Up to the next round number: a point on the rim is not seen whole.
  const largest = Math.max(10, ...pairs.flatMap(({ planned, reached }) => [planned, reached]));
  const most = TICKS.find((tick) => tick > largest) ?? largest * 2;
  const x = scaleSymlog()
    .domain([0, most])
    .range([LEFT, side - RIGHT]);
  const y = scaleSymlog()
    .domain([0, most])
    .range([side - BOTTOM, TOP]);
  const ticks = TICKS.filter((tick) => tick <= most);
  const across = ticks.map((tick) => {
    const at = px(x(tick));
    return html`<line x1="${at}" y1="${TOP}" x2="${at}" y2="${side - BOTTOM}"/><text x="${at}" y="${side - BOTTOM + 16}" text-anchor="middle">${tick}</text>`;
  });
  const down = ticks.map((tick) => {
    const at = px(y(tick));
    return html`<line x1="${LEFT}" y1="${at}" x2="${side - RIGHT}" y2="${at}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${tick}</text>`;
  });
  const even = html`<line class="even" x1="${x(0)}" y1="${y(0)}" x2="${x(most)}" y2="${y(most)}"/>`;
  const names = html`<text class="name" x="${LEFT}" y="14">Took part (participants)</text><text class="name" x="${side - RIGHT}" y="${side - 6}" text-anchor="end">Planned first (participants)</text>`;
  const points = pairs.map(({ nctId, planned, reached, basis }) => ({
    x: x(planned),
    y: y(reached),
    basis,
    filled: basis === "version",
    told: `${nctId}: ${planned} ${basis === "version" ? "planned" : "printed"}, ${reached} took part`,
  }));
  return { height: side, shapes: html`<g class="axis">${across}${down}</g>${even}${names}${drawPoints(points)}` };
}

const KEY = [
  { mark: pointSwatch("version", true), words: "planned by an earlier version of the record" },
  { mark: pointSwatch("printed", false), words: "as the review printed it" },
  { mark: lineSwatch("even"), words: "as many as planned; below it, fewer" },
];

/** `trials`: how many the review shows; `study`: a link to the page of one. */
export function sizesFigure(pairs: readonly SizePair[], trials: number, study: (nctId: string) => Html): Html {
  const fewer = pairs.filter(({ planned, reached }) => reached < planned).length;
  const plot: Figure = {
    id: "sizes",
    title: "Enrollment: planned against reached",
    says: `Participants, on logarithmic axes that begin at 0. ${pairs.length} of ${trials} trials say how many took part and have an earlier number, as planned or as printed; ${fewer} of them reached fewer.`,
    draw: pairs.length === 0 ? null : (width) => drawSizes(pairs, width),
    key: KEY,
    empty: "No trial says yet how many took part beside an earlier number.",
    columns: [
      { head: "Trial" },
      { head: "Planned", kind: "number" },
      { head: "Took part", kind: "number" },
      { head: "Share", kind: "number" },
      { head: "Earlier number from" },
    ],
    rows: pairs.map(({ nctId, planned, reached, basis }) => [
      study(nctId),
      planned,
      reached,
      planned === 0 ? "" : `${Math.round((100 * reached) / planned)} %`,
      BASIS_WORDS[basis],
    ]),
  };
  return figure(plot);
}
