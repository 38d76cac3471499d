import type { TrialFacts } from "../../db/evidence.ts";
import { arc, pie } from "d3-shape";
import { scaleSqrt } from "d3-scale";
import { type Html, html } from "../../pipeline/report/html.ts";
import { type Drawing, type Figure, figure, fitted, px, textWidth, WIDTHS, type Width } from "./figure.ts";
import { groupCounts, type GroupName, statusKey, statusTally } from "./statuses.ts";

/** Which products have been given by which route, how often, and how those trials stand. */

/** What stands for a product or route that the record does not state. */
export const NOT_STATED = "unstated";

/** The trials of one product by one route. */
export interface Field {
  source: string;
  route: string;
  trials: TrialFacts[];
}

/** A trial stands in each field of its products and routes; the most frequent product and route first, silence last. */
export function fieldsOf(trials: readonly TrialFacts[]): { sources: string[]; routes: string[]; fields: Field[] } {
  // A review without a notation of its own has our neutral words, not_specified and the like.
  const stated = (codes: readonly string[]) =>
    codes.length === 0 ? [NOT_STATED] : [...new Set(codes.map((code) => code.replaceAll("_", " ")))];
  const pairs = trials.flatMap((trial) =>
    stated(trial.cell_source).flatMap((source) => stated(trial.route).map((route) => ({ source, route, trial }))),
  );
  const byCount = (names: readonly { name: string; nctId: string }[]): string[] => {
    const groups = [...Map.groupBy(names, ({ name }) => name)].map(([name, list]) => ({
      name,
      count: new Set(list.map(({ nctId }) => nctId)).size,
      last: name === NOT_STATED ? 1 : 0,
    }));
    return groups
      .toSorted((a, b) => a.last - b.last || b.count - a.count || a.name.localeCompare(b.name))
      .map(({ name }) => name);
  };
  const sources = byCount(pairs.map(({ source, trial }) => ({ name: source, nctId: trial.nct_id })));
  const routes = byCount(pairs.map(({ route, trial }) => ({ name: route, nctId: trial.nct_id })));
  const fields = sources.flatMap((source) =>
    routes.flatMap((route): Field[] => {
      const found = pairs.filter((pair) => pair.source === source && pair.route === route).map(({ trial }) => trial);
      return found.length === 0 ? [] : [{ source, route, trials: found }];
    }),
  );
  return { sources, routes, fields };
}

const slices = pie<{ name: GroupName; count: number }>()
  .value(({ count }) => count)
  .sort(null);

/** A circle whose area is the number of trials, cut by how they stand; the number stands below it. */
function circle(statuses: readonly string[], x: number, y: number, radius: number): Html {
  const counts = groupCounts(statuses).filter(({ count }) => count > 0);
  const cut = arc<{ startAngle: number; endAngle: number }>().innerRadius(0).outerRadius(radius).digits(1);
  const parts =
    counts.length === 1
      ? html`<circle class="bar ${counts[0]?.name}" r="${px(radius)}"/>`
      : slices(counts).map((slice) => html`<path class="bar ${slice.data.name}" d="${cut(slice)}"/>`);
  return html`<g transform="translate(${px(x)} ${px(y)})">${parts}<text y="${px(radius + 13)}" text-anchor="middle">${statuses.length}</text></g>`;
}

const HEAD = 24;
/** Names are bold: an eighth wider. */
const boldWidth = (text: string): number => 1.125 * textWidth(text);
/** Room for the number below a circle. */
const NUMBER = 22;

/** Wide: a product's name stands before its row. Narrow: above it. Rows are as high as their largest circle. */
export function drawMap(trials: readonly TrialFacts[], width: Width): Drawing {
  const { sources, routes, fields } = fieldsOf(trials);
  const wide = width === WIDTHS.wide;
  const left = wide ? Math.min(340, Math.max(...sources.map(boldWidth)) + 8) : 0;
  const step = (width - left) / routes.length;
  const most = Math.max(...fields.map((field) => field.trials.length));
  const area = scaleSqrt()
    .domain([0, most])
    .range([0, Math.min(wide ? 22 : 15, step / 2 - 2)]);
  const radius = (field: Field): number => Math.max(4, area(field.trials.length));
  const long = Math.max(...routes.map(boldWidth));
  const upright = long > step - 4;
  const head = upright ? long + 10 : HEAD;
  const heads = routes.map((route, at) => {
    const x = px(left + step * (at + 0.5));
    return upright
      ? html`<text class="name" transform="translate(${x + 4} ${px(head - 6)}) rotate(-90)">${route}</text>`
      : html`<text class="name" x="${x}" y="${px(head - 10)}" text-anchor="middle">${route}</text>`;
  });
  let top = head;
  const rows = sources.map((source) => {
    const inRow = fields.filter((field) => field.source === source);
    const highest = Math.max(...inRow.map(radius));
    const middle = top + (wide ? 0 : 20) + highest + 5;
    const nameY = wide ? middle + 4 : top + 16;
    const circles = inRow.map((field) => {
      const statuses = field.trials.map(({ status }) => status);
      const told = `${source}, ${field.route}: ${statuses.length} (${statusTally(statuses)})`;
      const x = left + step * (routes.indexOf(field.route) + 0.5);
      return html`<g><title>${told}</title>${circle(statuses, x, middle, radius(field))}</g>`;
    });
    const row = html`<line class="rule" x1="0" y1="${px(top)}" x2="${width}" y2="${px(top)}"/><text class="name" x="2" y="${px(nameY)}">${fitted(source, wide ? left - 8 : width)}</text>${circles}`;
    top = middle + highest + NUMBER;
    return row;
  });
  return { height: top, shapes: html`${heads}${rows}` };
}

/** `study`: a link to the page of a trial. `means`: what a route's code stands for, null where nothing says. */
export function mapFigure(
  trials: readonly TrialFacts[],
  study: (nctId: string) => Html,
  means: (route: string) => string | null,
): Html {
  const { routes, fields } = fieldsOf(trials);
  const shown = groupCounts(trials.map(({ status }) => status)).filter(({ count }) => count > 0);
  const codes = routes.flatMap((route) => {
    const words = means(route);
    return words === null ? [] : [`${route}: ${words}`];
  });
  const plot: Figure = {
    id: "map",
    title: "Cell source by route",
    says: `The area of a circle is the number of trials, its parts are how they stand by the registry; ${trials.length} trials. A trial with several products or routes stands in each of their fields.${codes.length > 0 ? ` Routes: ${codes.join("; ")}.` : ""}`,
    draw: fields.length === 0 ? null : (width) => drawMap(trials, width),
    key: statusKey(shown.map(({ name }) => name)),
    empty: "The review has no trial yet.",
    columns: [
      { head: "Cell source" },
      { head: "Route" },
      { head: "Trials", kind: "number" },
      { head: "By status" },
      { head: "Which" },
    ],
    rows: fields.map(({ source, route, trials: inside }) => [
      source,
      route,
      inside.length,
      statusTally(inside.map(({ status }) => status)),
      inside.map(({ nct_id }, at) => [at > 0 && ", ", study(nct_id)]),
    ]),
  };
  return figure(plot);
}
