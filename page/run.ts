import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { type Html, html } from "../pipeline/report/html.ts";
import type { ListRows, Noun } from "../pipeline/report/list-columns.ts";
import { LISTS } from "../pipeline/report/list.ts";
import type { QuarantineRow, RunRow } from "../pipeline/report/rows.ts";
import { counted } from "../pipeline/report/words.ts";

/** What ran, with its ledger and its seconds, and the records that could not be loaded. */

/** Runs and records on the page; /api has all. */
const MOST = 100;

export interface RunData {
  runs: readonly RunRow[];
  held: readonly QuarantineRow[];
}

export async function readRuns(db: Db, review: string | null): Promise<RunData> {
  const runs = await readView<RunRow>(db, "runs", review === null ? {} : { review });
  const held = await readView<QuarantineRow>(db, "quarantine", { kinds: ["held"] });
  return { runs, held };
}

function seconds({ started_at, finished_at }: RunRow): string {
  if (finished_at === null) return "";
  return ((Date.parse(finished_at) - Date.parse(started_at)) / 1000).toFixed(1);
}

/** "walk 12.31 s, settle 0.42 s, publish 0.06 s": as far as it came. */
function byStep({ steps }: RunRow): string {
  const order = ["walk", "settle", "publish"] as const;
  return order.flatMap((step) => (steps?.[step] === undefined ? [] : `${step} ${steps[step].toFixed(2)} s`)).join(", ");
}

/** A list with the columns of the command line; lines of a cell stand under each other. */
function plainTable<N extends Noun>(
  noun: N,
  rows: readonly ListRows[N][],
  more: readonly { head: string; read: (row: ListRows[N]) => string }[] = [],
): Html {
  const columns = [...LISTS[noun].columns, ...more];
  const cell = (row: ListRows[N], { head, read }: (typeof columns)[number]): Html =>
    html`<td role="cell" data-head="${head}">${[read(row)].flat().map((line) => html`<p>${line}</p>`)}</td>`;
  return html`<table role="table" class="plain"><caption>${LISTS[noun].many}</caption>
    <thead role="rowgroup"><tr role="row">${columns.map(({ head }) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((row) => html`<tr role="row" class="study">${columns.map((column) => cell(row, column))}</tr>`)}</tbody></table>`;
}

const MEASURED = [
  { head: "seconds", read: seconds },
  { head: "of these", read: byStep },
];

export function runsPage({ runs, held }: RunData): Html {
  const shown = runs.slice(0, MOST);
  const newest = runs.filter(({ published_at }) => published_at !== null);
  const wrong = (LISTS.runs.alarm?.(newest) ?? []).map((line) => html`<li class="wrong">${line}</li>`);
  const more = (all: number): Html | null => (all > MOST ? html`<p>and ${all - MOST} more under /api.</p>` : null);
  return html`<h1>Runs</h1>
${wrong.length > 0 && html`<ul class="panel refused">${wrong}</ul>`}
${runs.length === 0 ? html`<p>Nothing ran yet.</p>` : plainTable("runs", shown, MEASURED)}
${more(runs.length)}
<h2>Quarantine: ${counted(held.length, "record", "records")} held</h2>
${held.length === 0 ? html`<p>Every record received could be loaded.</p>` : plainTable("quarantine", held.slice(0, MOST))}
${more(held.length)}`;
}
