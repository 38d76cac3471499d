import type { DriftKind } from "../../db/model.ts";
import { QUIET_DRIFT } from "../../db/model.ts";
import { csv } from "./csv.ts";
import { jsonRows } from "./json.ts";
import type { ListRows, Listing, Noun } from "./list-columns.ts";
import { FINDINGS } from "./list-findings.ts";
import { LEDGER } from "./list-ledger.ts";
import { type GridCell, gridRow, gridWidths, ink, paragraph, WIDTH } from "./text.ts";
import { counted, driftWords, tally } from "./words.ts";

export type { ListRows, Noun } from "./list-columns.ts";

/** Every noun that can be listed. */
export const LISTS: { [N in Noun]: Listing<ListRows[N]> } = { ...FINDINGS, ...LEDGER };

export interface ListOptions {
  format: "text" | "csv" | "json";
  width?: number;
  colour?: boolean;
}

/** Drift that needs nobody, by words; text counts it instead of printing it (design 4.1). */
function quietly(rows: readonly { kind: DriftKind }[]): Map<string, number> {
  return new Map(QUIET_DRIFT.map((kind) => [driftWords(kind, null), rows.filter((row) => row.kind === kind).length]));
}

function textList<N extends Noun>(noun: N, rows: readonly ListRows[N][], options: ListOptions): string {
  const { columns, one, many } = LISTS[noun];
  const width = options.width ?? WIDTH;
  const pen = ink(options.colour ?? false);
  const quiet = (row: ListRows[Noun]) => noun === "drift" && QUIET_DRIFT.includes((row as ListRows["drift"]).kind);
  const shown = rows.filter((row) => !quiet(row));
  const head = columns.map(({ head }) => head);
  const grid: GridCell[][] = shown.map((row) => columns.map(({ read }) => read(row)));
  const widths = gridWidths([head, ...grid], columns, width);
  const body = grid.map((row) => `${gridRow(row, widths)}\n`).join("");
  const left = noun === "drift" ? quietly(rows as readonly ListRows["drift"][]) : new Map<string, number>();
  const hidden = rows.length - shown.length;
  const close = [
    shown.length === 0 ? `No ${many} to show.` : `${counted(shown.length, one, many)}.`,
    ...(hidden > 0 ? [`${hidden} not listed: ${tally(left)} (--format csv prints them).`] : []),
  ].join(" ");
  const top = shown.length === 0 ? "" : `${pen.strong(gridRow(head, widths))}\n`;
  return `${top}${body}${shown.length === 0 ? "" : "\n"}${pen.quiet(paragraph(close, width))}\n`;
}

/**
 * The rows of a noun for a person (text) or a program (csv, json: every row and every column of the view). Text leaves
 * out drift that is same, equivalent or unstated and counts it in the closing line.
 */
export function list<N extends Noun>(noun: N, rows: readonly ListRows[N][], options: ListOptions): string {
  if (options.format === "json") return jsonRows(rows);
  if (options.format === "text") return textList(noun, rows, options);
  const { fields } = LISTS[noun];
  return csv(
    fields,
    rows.map((row) => fields.map((name) => (row as unknown as Record<string, unknown>)[name])),
  );
}
