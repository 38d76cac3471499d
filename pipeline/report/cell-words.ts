import { type Evidence, isCarrying } from "../../db/model.ts";
import type { CellRow } from "./rows.ts";
import { cellColumn, type ShownColumn } from "./show-rows.ts";
import { neutralWords } from "./show-words.ts";

/** From which words was a cell read, or one part of it? */

/** The neutral word for a part on which the record is silent. */
export const SILENT = "not_specified";

/** The neutral value, or the part of it that was asked for. */
export function neutralOf(cell: CellRow, column: ShownColumn): string | null {
  const part = column !== cellColumn(column);
  return neutralWords(part ? (cell.neutral as Record<string, unknown> | null)?.[column] : cell.neutral);
}

/**
 * The words of a cell, or of one part of it: their rules begin with the part's name (tissue/adipose, donor_person/…). A
 * donor without words of its own follows from the tissue, so its words are the tissue's.
 */
export function wordsOf(cell: CellRow, column: ShownColumn): Evidence[] {
  const carrying = cell.evidence.filter(isCarrying);
  if (column === cellColumn(column)) return carrying;
  const own = (part: string) => carrying.filter(({ rule }) => rule.split(/[/_]/)[0] === part);
  const stated = ![null, SILENT].includes(neutralOf(cell, column));
  return own(column).length === 0 && column === "donor" && stated ? own("tissue") : own(column);
}

/** What was read for the cell, or one part of it, and set aside. */
export function setAsideOf(cell: CellRow, column: ShownColumn): Evidence[] {
  const part = column === cellColumn(column) ? null : column;
  return cell.evidence.filter((one) => !isCarrying(one) && (part === null || one.rule.split(/[/_]/)[0] === part));
}
