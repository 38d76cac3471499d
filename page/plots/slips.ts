import { scaleLinear } from "d3-scale";
import { type Html, html } from "../../pipeline/report/html.ts";
import { DAYS_A_MONTH, median, type Slip } from "./compare.ts";
import { BASIS_WORDS, drawPoints, lineSwatch, pointSwatch } from "./points.ts";
import { type Drawing, type Figure, figure, px, type Width } from "./figure.ts";

/** By how much the end of trials moved, by the year in which they were registered. */

const [LEFT, TOP, BOTTOM, RIGHT] = [48, 28, 44, 8];
const HEIGHT = 360;

const inMonths = (days: number): number => days / DAYS_A_MONTH;

/** "+14.0", "0", "-3.5": months with their sign. */
export function monthsText(days: number): string {
  const months = Math.round(inMonths(days) * 10) / 10;
  return months > 0 ? `+${months}` : String(months);
}

/** Every year from the first to the last, those without a trial too, with its slips. */
export function byYear(slips: readonly Slip[]): { year: number; slips: Slip[] }[] {
  const years = slips.map(({ year }) => year);
  if (years.length === 0) return [];
  const [first, last] = [Math.min(...years), Math.max(...years)];
  return Array.from({ length: last - first + 1 }, (_, at) => ({
    year: first + at,
    slips: slips.filter(({ year }) => year === first + at),
  }));
}

const told = ({ nctId, before, now, actual, days }: Slip): string =>
  `${nctId}: ${before} to ${now}${actual ? "" : " (planned)"}, ${monthsText(days)} months`;

export function drawSlips(slips: readonly Slip[], width: Width): Drawing {
  const years = byYear(slips);
  const months = slips.map(({ days }) => inMonths(days));
  const y = scaleLinear()
    .domain([Math.min(0, ...months), Math.max(12, ...months)])
    .nice(6)
    .range([HEIGHT - BOTTOM, TOP]);
  const step = (width - LEFT - RIGHT) / years.length;
  const left = (at: number): number => LEFT + at * step;
  // As many years as their four digits leave room for.
  const every = Math.ceil(40 / step);
  const lines = y.ticks(6).map((tick) => {
    const at = px(y(tick));
    return html`<line x1="${LEFT}" y1="${at}" x2="${width - RIGHT}" y2="${at}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${tick > 0 ? `+${tick}` : tick}</text>`;
  });
  const columns = years.map(({ year }, at) => {
    const tick =
      at % every === 0 &&
      html`<text x="${px(left(at) + step / 2)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${year}</text>`;
    return html`<line x1="${px(left(at))}" y1="${TOP}" x2="${px(left(at))}" y2="${HEIGHT - BOTTOM}"/>${tick}`;
  });
  const medians = years.map(({ slips: inside }, at) => {
    const middle = median(inside.map(({ days }) => inMonths(days)));
    return (
      middle !== null &&
      html`<line class="median" x1="${px(left(at) + 2)}" y1="${px(y(middle))}" x2="${px(left(at) + step - 2)}" y2="${px(y(middle))}"/>`
    );
  });
  // Side by side in the order of their ids: chance would draw another plot each time.
  const points = years.flatMap(({ slips: inside }, at) =>
    inside.map((slip, place) => ({
      x: left(at) + (step * (place + 1)) / (inside.length + 1),
      y: y(inMonths(slip.days)),
      basis: slip.basis,
      filled: slip.actual,
      told: told(slip),
    })),
  );
  const zero = html`<line class="even" x1="${LEFT}" y1="${px(y(0))}" x2="${width - RIGHT}" y2="${px(y(0))}"/>`;
  const names = html`<text class="name" x="2" y="14">Completion moved by (months)</text><text class="name" x="${width - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">Year of registration</text>`;
  return {
    height: HEIGHT,
    shapes: html`<g class="axis">${lines}${columns}</g>${zero}${names}${drawPoints(points)}${medians}`,
  };
}

const KEY = [
  { mark: pointSwatch("version", false), words: "against an earlier version of the record" },
  { mark: pointSwatch("printed", false), words: "against the printed table" },
  { mark: pointSwatch("version", true), words: "filled: completed by now; hollow: still planned" },
  { mark: lineSwatch("median"), words: "median of the year" },
];

/** `trials`: how many the review shows; `study`: a link to the page of one. */
export function slipsFigure(slips: readonly Slip[], trials: number, study: (nctId: string) => Html): Html {
  const later = slips.filter(({ days }) => days > 0).length;
  const middle = median(slips.map(({ days }) => days));
  const plot: Figure = {
    id: "slips",
    title: "Slip of the completion date, by year of registration",
    says: `Months from the first completion date known to the one that stands now, one point a trial; above the dashed line it is later. ${slips.length} of ${trials} trials have an earlier date; ${later} of them moved back${middle === null ? "" : `; the median over all is ${monthsText(middle)} months`}. A month stands for its last day.`,
    draw: slips.length === 0 ? null : (width) => drawSlips(slips, width),
    key: KEY,
    empty: "No trial has an earlier completion date to compare with.",
    columns: [
      { head: "Trial" },
      { head: "Registered", kind: "number" },
      { head: "First known", kind: "day" },
      { head: "Now", kind: "day" },
      { head: "Months", kind: "number" },
      { head: "First known from" },
    ],
    rows: slips.map((slip) => [
      study(slip.nctId),
      slip.year,
      slip.before,
      `${slip.now}${slip.actual ? "" : " (planned)"}`,
      monthsText(slip.days),
      BASIS_WORDS[slip.basis],
    ]),
  };
  return figure(plot);
}
