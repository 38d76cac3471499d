import type { ColumnName } from "../../db/model.ts";
import { CELL_SOURCE_PARTS, COLUMNS } from "../../db/model.ts";
import { sheetText } from "../review/spreadsheet.ts";
import { parseNotation } from "../review/codes.ts";
import { csv } from "./csv.ts";
import { jsonText } from "./json.ts";
import { markdownTable, markdownText } from "./markdown.ts";
import { type Block, type BlockCell, blocksOf, differs, kindCounts, type TableInput } from "./table-blocks.ts";
import { headingOf, WARNING } from "./table-heading.ts";
import { keyLines, keyOf } from "./table-key.ts";
import { tablePage } from "./table-html.ts";
import { textTable } from "./table-text.ts";
import { columnWords, driftWords, resultsWords } from "./words.ts";

export type { TableInput } from "./table-blocks.ts";

export interface TableOptions {
  format: "text" | "md" | "csv" | "json" | "html";
  /** curated: printed values with the registry's where they differ; registry: the registry's alone. */
  values: "curated" | "registry";
  /** Text only: every column of every study instead of the cells that differ. */
  wide: boolean;
  width?: number;
  colour?: boolean;
}
type Values = TableOptions["values"];

const isPart = ({ column }: BlockCell): boolean => column === "tissue" || column === "donor";
/** Columns that are compared, with the parts of cell_source before it; `results` is a reviewer's sentence. */
const COMPARED = [
  ...COLUMNS.filter((column) => column !== "results" && column !== "cell_source"),
  ...CELL_SOURCE_PARTS,
];

function cellOf(block: Block, column: string): BlockCell | null {
  return block.cells.find((cell) => cell.column === column) ?? null;
}

/** The value a study has in a column under the values asked for; a study not printed has the registry's only. */
function shown(block: Block, column: string, values: Values): string | null {
  const cell = cellOf(block, column);
  return (values === "curated" && block.inCurated ? cell?.printed : cell?.registry) ?? null;
}

function difference(cell: BlockCell): string {
  const pair = `${markdownText(cell.printed ?? "(blank)")} → ${markdownText(cell.registry ?? "(not stated)")}`;
  return cell.kind === null ? pair : `${pair} *${driftWords(cell.kind, cell.basis)}*`;
}

function markdownCell(block: Block, column: ColumnName, values: Values): string {
  const cell = cellOf(block, column);
  const value = shown(block, column, values) ?? "";
  const plain = markdownText(column === "results" ? resultsWords(value) : value);
  if (values === "registry" || !block.inCurated || cell === null) return plain;
  const parts = column === "cell_source" ? block.cells.filter((one) => isPart(one) && differs(one)) : [];
  return [
    differs(cell) ? difference(cell) : plain,
    ...parts.map((part) => `${part.column}: ${difference(part)}`),
    ...(column === "results" ? published(block) : []),
  ].join("<br>");
}

/** Publications that a curator confirmed. */
function published({ publications: { confirmed } }: Block): string[] {
  const links = confirmed.map((pmid) =>
    /^\d+$/.test(pmid) ? `[PMID ${pmid}](https://pubmed.ncbi.nlm.nih.gov/${pmid}/)` : markdownText(pmid),
  );
  return links.length === 0 ? [] : [`published: ${links.join(", ")}`];
}

function link(nctId: string): string {
  return /^NCT\d{8}$/.test(nctId) ? `[${nctId}](https://clinicaltrials.gov/study/${nctId})` : markdownText(nctId);
}

function standing(block: Block): string {
  if (block.row !== null) return driftWords(block.row.kind, block.row.basis);
  return block.inCurated ? "printed" : "not printed";
}

function markdown(input: TableInput, values: Values): string {
  const blocks = blocksOf(input);
  const { title, ...rest } = headingOf(input, blocks, values);
  const header = ["study", "in the table", ...COLUMNS.map(columnWords), "record updated"];
  const rows = blocks.map((block) => [
    [link(block.nctId), ...(values === "curated" ? block.footnotes.map(markdownText) : [])].join(" "),
    standing(block),
    ...COLUMNS.map((column) => markdownCell(block, column, values)),
    block.lastUpdatePosted ?? "",
  ]);
  const key = keyOf(blocks, input.head.footnotes, parseNotation(input.head.codes), values);
  const notes = keyLines(key).map((line) => `- ${markdownText(line)}`);
  const sections = [
    `## ${markdownText(title)}`,
    Object.values(rest)
      .map((line) => `- ${markdownText(line)}`)
      .join("\n"),
    markdownTable(header, rows),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The parts of a code are words of ours, which no spreadsheet takes otherwise. */
function registryText(cell: BlockCell | null): string | null {
  return cell === null || isPart(cell) ? (cell?.registry ?? null) : sheetText(cell.column as ColumnName, cell.registry);
}

/** Tells a spreadsheet that the file is UTF-8; without it, it reads the local code page. */
const BOM = "\uFEFF";

/**
 * One record a study. Curated values stand under the column's own name, so that the file can be read back as a table; the
 * registry's value and the kind follow at the end, under `<column>_registry` and `<column>_kind`, and last the version that
 * the values are of.
 */
function spreadsheet(input: TableInput, values: Values): string {
  const blocks = blocksOf(input);
  const compared = values === "curated" ? COMPARED.flatMap((column) => [`${column}_registry`, `${column}_kind`]) : [];
  const version = values === "curated" ? ["table_version"] : [];
  const header = ["nct_id", "in_curated", "row_kind", "last_update_posted", ...COLUMNS, ...compared, ...version];
  const records = blocks.map((block) => [
    block.nctId,
    block.inCurated,
    block.row?.kind ?? null,
    block.lastUpdatePosted,
    ...COLUMNS.map((column) => sheetText(column, shown(block, column, values))),
    ...(values === "registry"
      ? []
      : COMPARED.map((column) => cellOf(block, column)).flatMap((cell) => [registryText(cell), cell?.kind])),
    ...version.map(() => input.head.version),
  ]);
  return BOM + csv(header, records);
}

function json(input: TableInput, values: Values): string {
  const { head, dataDate } = input;
  const blocks = blocksOf(input);
  const cellsOf = (block: Block) =>
    values === "registry"
      ? Object.fromEntries(COLUMNS.map((column) => [column, shown(block, column, values)]))
      : Object.fromEntries(
          block.cells.map(({ column, printed, registry, kind, basis }) => [column, { printed, registry, kind, basis }]),
        );
  const trials = blocks.map((block) => ({
    nct_id: block.nctId,
    title: block.title,
    in_curated: block.inCurated,
    row_kind: block.row?.kind ?? null,
    footnotes: block.footnotes,
    last_update_posted: block.lastUpdatePosted,
    publications: block.publications,
    cells: cellsOf(block),
  }));
  const { order: _, codes: _codes, tableTitle, ...named } = head;
  const counts = Object.fromEntries(kindCounts(blocks));
  const whole = {
    ...named,
    table_title: tableTitle,
    values,
    data_date: dataDate,
    ...input.moment,
    warning: WARNING,
    counts,
    trials,
  };
  return `${jsonText(whole, 2)}\n`;
}

/** A review's table in the format asked for; pure, all rows come from the public views. */
export function table(input: TableInput, options: TableOptions): string {
  const { format, ...rest } = options;
  if (format === "md") return markdown(input, options.values);
  if (format === "csv") return spreadsheet(input, options.values);
  if (format === "html") return tablePage([input], options.values);
  return format === "json" ? json(input, options.values) : textTable(input, rest);
}

/** All tables of a review as one document: JSON is an array of them, HTML one page. A CSV file holds one table. */
export function tables(inputs: readonly TableInput[], options: TableOptions): string {
  if (options.format === "html") return tablePage(inputs, options.values);
  const texts = inputs.map((input) => table(input, options));
  if (options.format !== "json" || texts.length === 1) return texts.join("\n");
  return `[${texts.map((text) => text.trim()).join(",\n")}]\n`;
}
