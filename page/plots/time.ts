import { type ScaleTime, scaleUtc } from "d3-scale";
import { type Html, html } from "../../pipeline/report/html.ts";
import { px } from "./figure.ts";

/** Calendar days on a horizontal axis. Days have no time zone; midnight UTC stands for each. */

export type TimeScale = ScaleTime<number, number>;

export const instant = (day: string): Date => new Date(`${day}T00:00:00Z`);

/** `from` before `to`, or a year is put around a single day, so that it has a place. */
export function timeScale(from: string, to: string, left: number, right: number): TimeScale {
  const [start, end] = [instant(from), instant(to)];
  if (from === to) {
    start.setUTCMonth(start.getUTCMonth() - 6);
    end.setUTCMonth(end.getUTCMonth() + 6);
  }
  return scaleUtc().domain([start, end]).range([left, right]);
}

/** Where a day stands, within the axis. */
export function placeOf(scale: TimeScale, day: string): number {
  const [left = 0, right = 0] = scale.range();
  return Math.min(right, Math.max(left, scale(instant(day))));
}

/** Years, months or days: no more of the date than the ticks need to be told apart. */
export function tickDays(scale: TimeScale, count: number): string[] {
  const days = scale.ticks(count).map((date) => date.toISOString().slice(0, 10));
  const length = days.every((day) => day.endsWith("-01-01")) ? 4 : days.every((day) => day.endsWith("-01")) ? 7 : 10;
  return [...new Set(days.map((day) => day.slice(0, length)))];
}

const firstDay = (tick: string): string => `${tick}-01-01`.slice(0, 4) + (tick.slice(4) + "-01-01").slice(0, 6);

/** Lines down the plot with their dates on top of it. */
export function timeAxis(scale: TimeScale, top: number, bottom: number): Html {
  const [left = 0, right = 0] = scale.range();
  const ticks = tickDays(scale, Math.max(2, Math.floor((right - left) / 75)));
  return html`<g class="axis">${ticks.map((tick) => {
    const x = px(scale(instant(firstDay(tick))));
    const anchor = x > right - 20 ? "end" : x < left + 16 ? "start" : "middle";
    return html`<line x1="${x}" y1="${top}" x2="${x}" y2="${px(bottom)}"/><text x="${x}" y="${top - 6}" text-anchor="${anchor}">${tick}</text>`;
  })}</g>`;
}
