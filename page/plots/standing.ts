import { scaleLinear } from "d3-scale";
import type { Milestone } from "../../db/evidence.ts";
import { type Html, html } from "../../pipeline/report/html.ts";
import { type Drawing, type Figure, figure, LINE, px, textWidth, type Width, WIDTHS } from "./figure.ts";
import { inForce } from "./stated.ts";
import { groupCounts, type GroupName, STATUS_GROUPS, statusKey, swatch } from "./statuses.ts";
import { instant, timeScale } from "./time.ts";

/** How all members of a review stood on some days: one bar a day, one part a group of statuses. */

/** About how many days are shown, so that each has a bar that can be read. */
const MOST_DAYS = 16;

export interface Standing {
  day: string;
  counts: { name: GroupName; count: number }[];
  /** First posted by then, but the first version held is younger. */
  unheld: number;
}

/** The days on which anything held changed; of many, an even grid of years or months, with the first and the last day. */
export function daysShown(stated: readonly Milestone[], until: string): string[] {
  const all = [...new Set([...stated.map(({ day }) => day), until])].toSorted().filter((day) => day <= until);
  const [first] = all;
  if (first === undefined || all.length <= MOST_DAYS) return all;
  const grid = timeScale(first, until, 0, 1)
    .ticks(MOST_DAYS)
    .map((date) => date.toISOString().slice(0, 10));
  // A day that the end all but covers says nothing of its own.
  const month = 30 * 86_400_000;
  const inner = grid.filter(
    (day) => +instant(day) - +instant(first) > month && +instant(until) - +instant(day) > month,
  );
  return [first, ...inner, until];
}

export function standings(stated: readonly Milestone[], until: string): Standing[] {
  const versions = [...Map.groupBy(stated, ({ nctId }) => nctId).values()];
  return daysShown(stated, until).map((day) => {
    const held = versions.map((list) => inForce(list, day));
    const statuses = held.flatMap((version) => version?.status ?? []);
    const unheld = versions.filter((list, at) => held[at] === null && (list[0]?.firstPosted ?? "9") <= day).length;
    return { day, counts: groupCounts(statuses).map(({ name, count }) => ({ name, count })), unheld };
  });
}

const ROW = 34;

export function drawStandings(days: readonly Standing[], width: Width): Drawing {
  const left = width === WIDTHS.wide ? 90 : 0;
  const row = left === 0 ? ROW + LINE : ROW;
  const total = ({ counts, unheld }: Standing) => counts.reduce((sum, { count }) => sum + count, unheld);
  const x = scaleLinear()
    .domain([0, Math.max(1, ...days.map(total))])
    .range([left, width - 2]);
  const bars = days.map((standing, at) => {
    const top = at * row + (left === 0 ? LINE : 0);
    let sum = 0;
    const parts = [...standing.counts, { name: "unheld", count: standing.unheld }].map(({ name, count }) => {
      if (count === 0) return null;
      const [from, to] = [x(sum), x(sum + count)];
      sum += count;
      const fits = to - from >= textWidth(String(count)) + 6;
      const number =
        fits &&
        html`<text class="label over" x="${px((from + to) / 2)}" y="${px(top + 19)}" text-anchor="middle">${count}</text>`;
      return html`<g><title>${standing.day}: ${count} ${wordsOf(name)}</title><rect class="bar ${name}" x="${px(from)}" y="${px(top + 2)}" width="${px(to - from)}" height="26"/>${number}</g>`;
    });
    const dayY = left === 0 ? top - 3 : top + 19;
    return html`<text class="name" x="2" y="${px(dayY)}">${standing.day}</text>${parts}`;
  });
  return { height: days.length * row, shapes: html`${bars}` };
}

const UNHELD = "registered, but no version of that day is held";

function wordsOf(name: string): string {
  return STATUS_GROUPS.find((group) => group.name === name)?.words ?? UNHELD;
}

/** `stated`: what the versions of all members state; `until`: data date of the last complete run, null: none. */
export function standingFigure(stated: readonly Milestone[], until: string | null): Html {
  const last = until ?? stated.reduce((day, version) => (version.day > day ? version.day : day), "");
  const days = stated.length === 0 ? [] : standings(stated, last);
  const groups = STATUS_GROUPS.filter(({ name }) =>
    days.some(({ counts }) => counts.some((one) => one.name === name && one.count > 0)),
  );
  const unheld = days.some((standing) => standing.unheld > 0);
  const plot: Figure = {
    id: "standing",
    title: "Status of all members through time",
    says: `Number of studies that the review tracks today, by the status that the version then in force stated, on ${days.length === 1 ? "the one day of which versions are held" : `${days.length} days from the first to the last of which versions are held`}.`,
    draw: days.length === 0 ? null : (width) => drawStandings(days, width),
    key: [...statusKey(groups.map(({ name }) => name)), ...(unheld ? [{ mark: swatch("unheld"), words: UNHELD }] : [])],
    empty: "No version of any member is held yet.",
    columns: [
      { head: "Day", kind: "day" },
      ...groups.map(({ words }) => ({ head: words, kind: "number" as const })),
      ...(unheld ? [{ head: UNHELD, kind: "number" as const }] : []),
    ],
    rows: days.map(({ day, counts, unheld: more }) => [
      day,
      ...groups.map(({ name }) => counts.find((one) => one.name === name)?.count ?? 0),
      ...(unheld ? [more] : []),
    ]),
  };
  return figure(plot);
}
