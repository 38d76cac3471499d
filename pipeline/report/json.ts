/** JSON that is also safe to print on a terminal and to put into a page: one array, one row a line. */

/** JSON.stringify escapes C0 only; DEL, C1, line separators and bidirectional marks are escaped here, as is "<". */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[<\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** An array with one row a line, so that lines can be searched and compared; `[]` when there is none. */
export function jsonRows(rows: readonly unknown[]): string {
  if (rows.length === 0) return "[]\n";
  return `[\n${rows.map((row) => jsonText(row)).join(",\n")}\n]\n`;
}
