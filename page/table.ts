import * as z from "zod";
import { DRIFT_KINDS, type DriftKind } from "../db/model.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { claimsBlock } from "../pipeline/report/claims-html.ts";
import { type Html, html } from "../pipeline/report/html.ts";
import { spoken } from "../pipeline/report/list-columns.ts";
import { type Block, blocksOf, kindCounts, type TableInput } from "../pipeline/report/table-blocks.ts";
import { headingOf } from "../pipeline/report/table-heading.ts";
import { countsList, keySection, tableBody } from "../pipeline/report/table-html.ts";
import type { Asking } from "../pipeline/report/table-html-cell.ts";
import { counted, driftWords } from "../pipeline/report/words.ts";
import { checked, hidden, pager, select } from "./forms.ts";
import { at } from "./links.ts";
import { Refused } from "./refused.ts";
import type { Read } from "./kept.ts";

/** A review's table, filtered and a page at a time: what is printed, where the registry differs, the words behind each cell. */

/** Studies on a page: 25 with all their evidence are 600 KB, made in 20 ms; 40 were a megabyte, 35 ms. */
const PER_PAGE = 25;

/** A table of a review, taken apart into its studies. */
export interface Shown {
  input: TableInput;
  blocks: readonly Block[];
}

/** Reads all tables of a review. Errors: `usage` where it has none. */
export type ReadTables = (db: Db, asked: { review: string }) => Promise<TableInput[]>;

export async function readShown(readTables: ReadTables, db: Db, review: string): Promise<Shown[]> {
  const inputs = await readTables(db, { review });
  return inputs.map((input) => ({ input, blocks: blocksOf(input) }));
}

/** A form sends '' for what was left open. */
const open = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === "" ? undefined : value), schema);

const Asked = z.object({
  review: open(z.string().optional()),
  table: open(z.coerce.number().int().min(0).optional()),
  kind: open(z.enum(DRIFT_KINDS).optional()),
  status: open(z.string().max(40).optional()),
  q: open(z.string().max(200).optional()),
  values: open(z.enum(["curated", "registry"]).default("curated")),
  page: open(z.coerce.number().int().min(1).default(1)),
});
export type TableAsked = z.infer<typeof Asked>;

export const tableAsked = (query: Record<string, string>): TableAsked => checked(Asked, query);

export interface TableData {
  asked: TableAsked;
  /** All tables of the review, and of them the one asked for. */
  shown: readonly Shown[];
  meant: Shown;
  openFlags: number;
}

export async function readTable(
  db: Db,
  asked: TableAsked,
  review: string,
  shownOf: Read<readonly Shown[]>,
): Promise<TableData> {
  const [fresh] = await readView<{ open_flags: number }>(db, "freshness", { review });
  const shown = await shownOf(db, review);
  return { asked, shown, meant: tableMeant(shown, asked), openFlags: fresh?.open_flags ?? 0 };
}

function matches(block: Block, statuses: ReadonlyMap<string, string>, { kind, status, q }: TableAsked): boolean {
  if (kind !== undefined && block.row?.kind !== kind && !block.cells.some((cell) => cell.kind === kind)) return false;
  if (status !== undefined && statuses.get(block.nctId) !== status) return false;
  const words = q?.toLowerCase();
  return words === undefined || `${block.nctId} ${block.title ?? ""}`.toLowerCase().includes(words);
}

function filters({ asked, shown }: TableData, current: Shown, statuses: ReadonlyMap<string, string>): Html {
  const { review, table } = current.input.head;
  const counts = kindCounts(current.blocks);
  const kinds = [...counts].map(([kind, count]: [DriftKind, number]) => ({
    value: kind,
    words: `${driftWords(kind, null)} (${count})`,
  }));
  const known = [...new Set(statuses.values())].toSorted().map((value) => ({ value, words: spoken(value) }));
  const others = shown
    .filter((one) => one !== current)
    .map(
      ({ input: { head } }) =>
        html`<li><a href="${at("/table", { review, table: head.table })}">Table ${head.table}: ${head.tableTitle}</a></li>`,
    );
  return html`${others.length > 0 && html`<nav aria-label="Other tables"><ul>${others}</ul></nav>`}
  <form method="get" action="/table" class="panel" aria-label="Filter">
    ${hidden({ review, table })}
    <div class="fields">
      ${select("kind", "Kind of difference", [{ value: "", words: "any" }, ...kinds], asked.kind ?? null)}
      ${select("status", "Status in the registry", [{ value: "", words: "any" }, ...known], asked.status ?? null)}
      ${select(
        "values",
        "Values",
        [
          { value: "curated", words: "printed, with the registry's" },
          { value: "registry", words: "the registry's alone" },
        ],
        asked.values,
      )}
      <label>Number or title <input name="q" value="${asked.q ?? ""}" maxlength="200"></label>
      <button>Show</button>
    </div>
  </form>`;
}

/** Printed studies stand before the others, on every page under headings of their own. */
function bodies(blocks: readonly Block[], { input }: Shown, title: string, data: TableData, asking: Asking): Html {
  const { table } = input.head;
  const { values } = data.asked;
  const printed = blocks.filter(({ inCurated }) => inCurated);
  const others = blocks.filter(({ inCurated }) => !inCurated);
  const found = "Not in the table: studies that the review's searches found, by the registry";
  return html`${printed.length > 0 && tableBody(printed, title, table, values, asking)}
    ${others.length > 0 && html`<h2>${found}</h2>${tableBody(others, found, table, values, asking)}`}
    ${blocks.length > 0 && keySection(blocks, input.head, values)}`;
}

export function tableTitle({ meant, asked }: TableData): string {
  return headingOf(meant.input, [], asked.values).title;
}

function tableMeant(shown: readonly Shown[], { table }: TableAsked): Shown {
  const found = table === undefined ? shown[0] : shown.find(({ input }) => input.head.table === table);
  if (found !== undefined) return found;
  const numbers = shown.map(({ input }) => input.head.table).join(", ");
  throw new Refused(404, `there is no table ${table} in this review`, `tables of this review: ${numbers}`);
}

export function tablePage(data: TableData, asking: Asking): Html {
  const { asked, meant: current, openFlags } = data;
  const { head, trials } = current.input;
  const statuses = new Map(trials.filter((one) => one.table_no === head.table).map((one) => [one.nct_id, one.status]));
  const heading = headingOf(current.input, current.blocks, asked.values);
  const found = current.blocks.filter((block) => matches(block, statuses, asked));
  const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
  const page = Math.min(asked.page, pages);
  const slice = found.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  const { page: _, ...same } = asked;
  const turn = pager(page, pages, (target) =>
    at("/table", { ...same, review: head.review, table: head.table, page: target }),
  );
  const said = `${counted(found.length, "study", "studies")} of ${current.blocks.length}`;
  return html`<h1>${heading.title}</h1>
<p>${head.title}. <a href="${at("/flags", { review: head.review })}">${counted(openFlags, "open flag", "open flags")}</a>.</p>
<p class="warning"><strong>${heading.warning}</strong></p>
<p>${heading.source}</p>
${claimsBlock(current.input.claims ?? [])}
<p>${heading.values}</p>
<details class="legend"><summary>${heading.counts}</summary>${countsList(current.blocks)}</details>
${filters(data, current, statuses)}
<p role="status">${found.length === 0 ? "No study fits these filters." : said}</p>
${turn}
${bodies(slice, current, heading.title, data, asking)}
${turn}`;
}
