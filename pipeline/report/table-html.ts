import { parseNotation } from "../review/codes.ts";
import { claimsBlock } from "./claims-html.ts";
import { type Html, html, recordLink } from "./html.ts";
import { needsYou } from "./needs-html.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { ShownColumn } from "./show-rows.ts";
import { driftMeaning } from "./show-words.ts";
import { type Block, type BlockCell, blocksOf, differs, kindCounts, type TableInput } from "./table-blocks.ts";
import { headingOf } from "./table-heading.ts";
import {
  type Asking,
  besideResults,
  BY_COMMAND,
  evidenceOf,
  kindMark,
  placeOf,
  shownValue,
  type Values,
} from "./table-html-cell.ts";
import { type KeyEntry, keyOf } from "./table-key.ts";
import { counted } from "./words.ts";

/** A review's tables as a page that reads like the paper's: no script, nothing fetched, printable. */

/** HEADINGS OF THE PRINTED PAGE, each with the columns that stand under it; `label` before a value, where the paper has one. */
const GROUPS: readonly { head: string; name: string; columns: readonly { column: ShownColumn; label?: string }[] }[] = [
  {
    head: "Director and country",
    name: "director",
    columns: [{ column: "director" }, { column: "country" }, { column: "status" }],
  },
  { head: "Study start date", name: "date", columns: [{ column: "start_date" }] },
  { head: "Estimated completion date", name: "date", columns: [{ column: "completion_date" }] },
  { head: "Phase", name: "phase", columns: [{ column: "phase" }] },
  { head: "No", name: "number", columns: [{ column: "enrollment" }] },
  {
    head: "Study design",
    name: "design",
    columns: [
      { column: "allocation", label: "Allocation" },
      { column: "masking", label: "Masking" },
    ],
  },
  { head: "Primary outcome measures", name: "outcomes", columns: [{ column: "primary_outcomes" }] },
  { head: "Route", name: "route", columns: [{ column: "route" }] },
  {
    head: "Cell source",
    name: "source",
    columns: [{ column: "cell_source" }, { column: "tissue", label: "Tissue" }, { column: "donor", label: "Donor" }],
  },
  { head: "Results", name: "results", columns: [{ column: "results" }] },
];

const isPart = ({ column }: BlockCell): boolean => column === "tissue" || column === "donor";

/** A part of the cell source has a line of its own only where it differs. */
function visible(block: Block, cell: BlockCell, values: Values): boolean {
  return !isPart(cell) || (values === "curated" && block.inCurated && differs(cell));
}

/** One `td`: the values of a group, one a line. */
export function groupCell(block: Block, group: (typeof GROUPS)[number], table: number | null, values: Values): Html {
  const lines = group.columns.flatMap(({ column, label }) => {
    const cell = block.cells.find((one) => one.column === column);
    if (cell === undefined || !visible(block, cell, values)) return [];
    const value = shownValue(block, cell, values, placeOf(table, block.nctId, column));
    return value === null
      ? []
      : [html`<p>${label !== undefined && html`<span class="label">${label}:</span> `}${value}</p>`];
  });
  const more = group.name === "results" ? besideResults(block, values) : null;
  const blank = html`<p class="blank">not ${values === "curated" && block.inCurated ? "printed" : "stated"}</p>`;
  return html`<td role="cell" class="${group.name}" data-head="${group.head}">${lines.length === 0 && more === null ? blank : lines}${more}</td>`;
}

/** A study: its row, and below it the disclosure with the evidence of each cell. */
function studyRows(block: Block, table: number | null, values: Values, asking: Asking): Html {
  const { nctId, row, title, inCurated, footnotes, lastUpdatePosted } = block;
  const marks = values === "curated" && inCurated ? footnotes.map((sign) => html`<sup>${sign}</sup>`) : [];
  const standing = row !== null && values === "curated" && html`<p>${kindMark(row.kind, row.basis)}</p>`;
  const evidence = block.cells.map((cell) =>
    evidenceOf(block, cell, values, placeOf(table, nctId, cell.column), asking),
  );
  return html`<tr role="row" class="study" id="${placeOf(table, nctId)}">
      <th role="rowheader" scope="row" data-head="Trial ID"><p class="nowrap">${recordLink(nctId)}${marks}</p>${standing}</th>
      ${GROUPS.map((group) => groupCell(block, group, table, values))}
    </tr>
    <tr role="row" class="evidence"><td role="cell" colspan="${GROUPS.length + 1}">
      <details>
        <summary>${title ?? "Title not known"} <span class="where">words and rules behind ${nctId}; record updated ${lastUpdatePosted ?? "on an unknown date"}</span></summary>
        ${asking.study(block)}
        <ul class="cells">${evidence}</ul>
      </details>
    </td></tr>`;
}

/** The table alone, without heading and key. */
export function tableBody(
  blocks: readonly Block[],
  caption: string,
  table: number | null,
  values: Values,
  asking: Asking = BY_COMMAND,
): Html {
  return html`<table role="table">
    <caption>${caption}</caption>
    <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col" class="id">Trial ID</th>${GROUPS.map(({ head, name }) => html`<th role="columnheader" scope="col" class="${name}">${head}</th>`)}</tr></thead>
    <tbody role="rowgroup">${blocks.map((block) => studyRows(block, table, values, asking))}</tbody>
  </table>`;
}

function entries(title: string, list: readonly KeyEntry[]): Html | null {
  if (list.length === 0) return null;
  return html`<h4>${title}</h4><dl>${list.map(({ sign, means }) => html`<div><dt>${sign}</dt><dd>${means}</dd></div>`)}</dl>`;
}

/** How many cells there are of each kind, and what each kind says. */
export function countsList(blocks: readonly Block[]): Html {
  const rows = [...kindCounts(blocks)].map(([kind, count]) => {
    const meaning = kind === "moved" ? "the record was edited since the table was printed" : driftMeaning(kind, null);
    return html`<div><dt>${kindMark(kind)} <span class="count">${count}</span></dt><dd>${meaning}</dd></div>`;
  });
  return html`<dl class="counts">${rows}</dl>`;
}

/** What stands under a table, of what these studies use alone. */
export function keySection(blocks: readonly Block[], { footnotes, codes }: TableInput["head"], values: Values): Html {
  const key = keyOf(blocks, footnotes, parseNotation(codes), values);
  return html`<section class="key"><h3>Key</h3>
      ${entries("Footnotes", key.footnotes)}${entries("Routes", key.routes)}${entries("Cell sources", key.sources)}${entries("Acronyms", key.acronyms)}
    </section>`;
}

/** One table with its heading, the studies that it does not print, and its key. */
export function tableSection(input: TableInput, values: Values): Html {
  const { table } = input.head;
  const blocks = blocksOf(input);
  const heading = headingOf(input, blocks, values);
  const printed = blocks.filter(({ inCurated }) => inCurated);
  const others = blocks.filter(({ inCurated }) => !inCurated);
  const found = `Not in the table: ${counted(others.length, "study", "studies")} that the review's searches found, by the registry`;
  return html`<section id="table-${table ?? 0}" class="table">
    <h2>${heading.title}</h2>
    <p>${heading.values}</p>
    <details class="legend"><summary>${heading.counts}</summary>${countsList(blocks)}</details>
    ${printed.length > 0 && tableBody(printed, heading.title, table, values)}
    ${others.length > 0 && html`<h3>${found}</h3>${tableBody(others, found, table, values)}`}
    ${keySection(blocks, input.head, values)}
  </section>`;
}

function placesOf(inputs: readonly TableInput[]): Set<string> {
  return new Set(
    inputs.flatMap((input) =>
      blocksOf(input).flatMap(({ nctId, cells }) => [
        placeOf(input.head.table, nctId),
        ...cells.map(({ column }) => placeOf(input.head.table, nctId, column)),
      ]),
    ),
  );
}

/** The whole page: what needs a person first, then the tables. All inputs are of one review; at least one. */
export function tablePage(inputs: readonly TableInput[], values: Values): string {
  const [first] = inputs;
  if (first === undefined) throw new RangeError("a page needs a table");
  const heading = headingOf(first, [], values);
  const shown = inputs.map(({ head }) => head.table ?? 0);
  const flags = first.flags.filter(({ table_no }) => table_no === null || shown.includes(table_no));
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${first.head.title}: tables and registry</title>
${PAGE_STYLE}
</head>
<body>
<header>
  <h1>${first.head.title}</h1>
  <p class="warning"><strong>${heading.warning}</strong></p>
  <p>${heading.source}</p>
  <nav aria-label="On this page"><ul><li><a href="#needs-you">Needs you</a> <span class="count">${flags.length}</span></li>${inputs.map(({ head }) => html`<li><a href="#table-${head.table ?? 0}">${head.table === null ? "Studies" : `Table ${head.table}`}</a></li>`)}</ul></nav>
</header>
<main>
${claimsBlock(first.claims ?? [])}
${needsYou(flags, placesOf(inputs))}
${inputs.map((input) => tableSection(input, values))}
</main>
<footer><p>Made by trialdrift for review ${first.head.review}.</p></footer>
</body>
</html>
`;
  return body.toString();
}
