/** Plain text for a terminal of 80 to 100 columns. Whatever came from outside passes through `clean` here. */

/** Width that fits a terminal window as it opens and a mail. */
export const WIDTH = 96;

/**
 * Control characters (C0, DEL, C1) could move the cursor or recolour a terminal; bidirectional and other invisible
 * formatting characters could make a line read differently from what it says. White space of any kind becomes one blank.
 */
export function clean(text: string): string {
  return text
    .replace(/[\s\u0085]+/gu, " ")
    .replace(/[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, "")
    .trim();
}

const widthOf = (text: string): number => [...text].length;

/** Breaks cleaned text at blanks; a word longer than the line is cut. Always at least one line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of clean(text).split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    for (; widthOf(word) > width; word = [...word].slice(width).join(""))
      lines.push([...word].slice(0, width).join(""));
    line = word;
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}

/** A paragraph whose further lines stand `hang` columns to the right of its first. */
export function paragraph(text: string, width: number, indent = 0, hang = 0): string {
  const lines = wrap(text, width - indent - hang);
  return lines.map((line, at) => " ".repeat(at === 0 ? indent : indent + hang) + line).join("\n");
}

/** A cell is a text, or several that each begin on a line of their own. */
export type GridCell = string | readonly string[];
export interface GridColumn {
  /** May be narrowed when the row does not fit, if possible no further than to this width; null: never. */
  shrink: number | null;
}

const GAP = 2;
const parts = (cell: GridCell): readonly string[] => (typeof cell === "string" ? [cell] : cell);

/** Below this a column of words is no longer read; a row that still does not fit then runs over. */
const NARROWEST = 8;

/**
 * Widths that fit all rows into `width`: each column as wide as it needs, then the widest flexible one gives way, first
 * down to its own limit, in a terminal too narrow for that down to NARROWEST.
 */
export function gridWidths(
  rows: readonly (readonly GridCell[])[],
  columns: readonly GridColumn[],
  width: number,
): number[] {
  const widths = columns.map((_, at) =>
    Math.max(1, ...rows.flatMap((row) => parts(row[at] ?? "").map((text) => widthOf(clean(text))))),
  );
  const excess = () => widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  const narrow = (limits: readonly (number | null)[]) => {
    while (excess() > 0) {
      const open = limits.flatMap((limit, at) => (limit !== null && (widths[at] ?? 0) > limit ? [at] : []));
      const widest = open.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
      if (widest === undefined) return;
      widths[widest] = (widths[widest] ?? 1) - 1;
    }
  };
  narrow(columns.map(({ shrink }) => shrink));
  narrow(columns.map(({ shrink }) => (shrink === null ? null : NARROWEST)));
  return widths;
}

/** One row of a grid, wrapped inside its cells, without trailing blanks. */
export function gridRow(row: readonly GridCell[], widths: readonly number[], indent = 0): string {
  const cells = widths.map((width, at) => parts(row[at] ?? "").flatMap((text) => wrap(text, width)));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    (
      " ".repeat(indent) + cells.map((lines, at) => pad(lines[line] ?? "", widths[at] ?? 0)).join(" ".repeat(GAP))
    ).trimEnd(),
  ).join("\n");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Colour for a terminal that was asked for it; plain text otherwise. Applied after wrapping, which counts characters. */
export interface Ink {
  strong(text: string): string;
  quiet(text: string): string;
  alarm(text: string): string;
}

function code(on: number, off: number): (text: string) => string {
  return (text) =>
    text
      .split("\n")
      .map((line) => `\u001b[${on}m${line}\u001b[${off}m`)
      .join("\n");
}

const same = (text: string): string => text;

export function ink(colour: boolean): Ink {
  if (!colour) return { strong: same, quiet: same, alarm: same };
  return { strong: code(1, 22), quiet: code(2, 22), alarm: code(31, 39) };
}
