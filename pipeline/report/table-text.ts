import { QUIET_DRIFT } from "../../db/model.ts";
import { parseNotation } from "../review/codes.ts";
import { fromTo } from "./list-columns.ts";
import { type Block, type BlockCell, blocksOf, differs, kindCounts, type TableInput } from "./table-blocks.ts";
import { headingOf } from "./table-heading.ts";
import { keyLines, keyOf } from "./table-key.ts";
import { clean, gridRow, gridWidths, type Ink, ink, paragraph, WIDTH } from "./text.ts";
import { columnWords, counted, driftWords, tally } from "./words.ts";

export interface TextTableOptions {
  values: "curated" | "registry";
  wide: boolean;
  width?: number;
  colour?: boolean;
}

/** Column, values, what it means, last update: one grid over all blocks, so that the eye runs down straight lines. */
const GRID = [{ shrink: null }, { shrink: 22 }, { shrink: 19 }, { shrink: null }];
const INDENT = 2;

/** Columns that introduce a study that the table does not print. */
const SUMMARY = ["phase", "enrollment", "start_date", "route", "cell_source"];

type Side = "printed" | "registry";
type Line = [string, string, string, string];

function sideOf(block: Block, options: TextTableOptions): Side {
  return options.values === "registry" || !block.inCurated ? "registry" : "printed";
}

function valueOf(block: Block, column: string, side: Side): string | null {
  return block.cells.find((cell) => cell.column === column)?.[side] ?? null;
}

/** "NCT… director – country, status" of the side shown; what the table leaves blank is said to be not printed. */
function headLine(block: Block, side: Side): string {
  const say = (column: string) => valueOf(block, column, side);
  const absent = (what: string) => (side === "printed" ? `${what} not printed` : `${what} not stated`);
  const signs = side === "printed" ? block.footnotes.map((sign) => ` ${sign}`).join("") : "";
  const words = [say("country") ?? absent("country"), say("status") ?? absent("status")].join(", ");
  return `${block.nctId}${signs}  ${clean(say("director") ?? absent("director"))} – ${words}`;
}

function comparison(cell: BlockCell, updated: string | null): Line {
  const words = cell.kind === null ? "not compared" : driftWords(cell.kind, cell.basis);
  if (cell.kind === null || (cell.printed === cell.registry && !differs(cell)))
    return [columnWords(cell.column), cell.printed ?? "(blank)", words, ""];
  const when = differs(cell) ? `updated ${updated ?? "unknown"}` : "";
  return [columnWords(cell.column), fromTo(cell.printed, cell.registry, ["(blank)", "(not stated)"]), words, when];
}

function registryLine({ column, registry }: BlockCell): Line {
  return [columnWords(column), registry ?? "(not stated)", "", ""];
}

function linesOf(block: Block, side: Side, options: TextTableOptions): Line[] {
  if (side === "registry") {
    const all = options.wide || options.values === "registry";
    return all ? block.cells.filter(({ column }) => column !== "tissue" && column !== "donor").map(registryLine) : [];
  }
  return block.cells
    .filter((cell) => options.wide || differs(cell))
    .map((cell) => comparison(cell, block.lastUpdatePosted));
}

/** "9 cells unchanged (7 same, 2 …), 3 not printed": what the block does not list. */
function unchangedLine(block: Block): string {
  const counts = kindCounts([{ ...block, row: null }]);
  const [agree, blank] = [QUIET_DRIFT.filter((kind) => kind !== "unstated"), counts.get("unstated") ?? 0];
  const agreeing = new Map(agree.map((kind) => [driftWords(kind, null), counts.get(kind) ?? 0]));
  const total = [...agreeing.values()].reduce((sum, one) => sum + one, 0);
  const detail = total === 0 ? "" : ` (${tally(agreeing)})`;
  return `${counted(total, "cell")} unchanged${detail}${blank === 0 ? "" : `, ${blank} not printed`}`;
}

function summaryLine(block: Block): string {
  const known = SUMMARY.flatMap((column) => {
    const value = valueOf(block, column, "registry");
    return value === null ? [] : [`${columnWords(column)}: ${value}`];
  });
  return known.join("; ");
}

/** What is said of a block besides its lines, before and after them. */
function remarks(block: Block, side: Side, options: TextTableOptions): { before: string[]; after: string[] } {
  const row = block.row === null || options.values === "registry" ? [] : [driftWords(block.row.kind, block.row.basis)];
  const gone = row.map((words) => `! ${words}`);
  if (side === "printed") return { before: gone, after: options.wide ? [] : [unchangedLine(block)] };
  const summary = options.wide || options.values === "registry" ? "" : summaryLine(block);
  return { before: [block.title ?? "", ...gone, summary].filter((text) => text !== ""), after: [] };
}

function blockText(
  block: Block,
  lines: readonly Line[],
  widths: readonly number[],
  options: TextTableOptions,
  pen: Ink,
): string {
  const side = sideOf(block, options);
  const width = options.width ?? WIDTH;
  const { before, after } = remarks(block, side, options);
  const remark = (text: string) => paragraph(text, width, INDENT, 2);
  return [
    pen.strong(paragraph(headLine(block, side), width, 0, 4)),
    ...before.map((text) => (text.startsWith("! ") ? pen.alarm(remark(text.slice(2))) : remark(text))),
    ...lines.map((line) => gridRow(line, widths, INDENT)),
    ...after.map((text) => pen.quiet(remark(text))),
  ].join("\n");
}

/**
 * The table as blocks, one a study: id, director, country and status, below it the cells that differ, a line each. With
 * `wide` every column, with values `registry` the registry's alone. Studies that the table does not print come last.
 */
export function textTable(input: TableInput, options: TextTableOptions): string {
  const width = options.width ?? WIDTH;
  const pen = ink(options.colour ?? false);
  const blocks = blocksOf(input);
  const heading = headingOf(input, blocks, options.values);
  const lines = new Map(blocks.map((block) => [block, linesOf(block, sideOf(block, options), options)]));
  const widths = gridWidths([...lines.values()].flat(), GRID, width - INDENT);
  const print = (block: Block) => blockText(block, lines.get(block) ?? [], widths, options, pen);
  const printed = blocks.filter(({ inCurated }) => inCurated);
  const others = blocks.filter(({ inCurated }) => !inCurated);
  const top = [heading.review, heading.source, heading.values, heading.warning, heading.counts];
  const divider = `Not in the table: ${counted(others.length, "study", "studies")} that the review's searches found`;
  const key = keyOf(blocks, input.head.footnotes, parseNotation(input.head.codes), options.values);
  const notes = keyLines(key).map((line) => paragraph(line, width, 0, 2));
  return `${[
    [pen.strong(paragraph(heading.title, width)), ...top.map((line) => paragraph(line, width, 0, 2))].join("\n"),
    ...printed.map(print),
    ...(others.length === 0 ? [] : [pen.strong(paragraph(divider, width)), ...others.map(print)]),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
  ].join("\n\n")}\n`;
}
