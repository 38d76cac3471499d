import { clean, wrap } from "./text.ts";

/** GitHub Markdown. Text of the registry is shown as it reads: nothing in it may become markup or HTML. */

const MARKS = /[\\`*_{}[\]<>|~#&$]/g;

/** One line of literal text: line breaks become blanks, markup characters are escaped, control characters go. */
export function markdownText(text: string): string {
  return text
    .replace(/\s+/gu, " ")
    .replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, "")
    .trim()
    .replace(MARKS, (mark) => (mark === "<" ? "&lt;" : mark === ">" ? "&gt;" : mark === "&" ? "&amp;" : `\\${mark}`))
    .replace(/\b(https?):/gi, "$1&#58;")
    .replace(/\bwww\./gi, "www&#46;")
    .replaceAll("@", "&#64;");
}

/** A table; the cells are Markdown already and must hold no line break and no bare pipe. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), `|${header.map(() => " --- ").join("|")}|`, ...rows.map(line)].join("\n");
}

/** What would be markup inside a line; unlike in a table, a mail shows the source, so that nothing else is escaped. */
const INLINE = /[\\`*[<~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#?\w+;)/gu;
/** What would begin a list, a heading or a quotation at the start of a wrapped line. */
const BEGINS = /^(?=[-+#>=])|(?<=^\d{1,9})(?=[.)](?:\s|$))/;

/**
 * One paragraph, list entry (`start` "- ") or heading of literal text, wrapped for reading as plain text: further lines
 * stand under the first. Headings are one line in Markdown and are not wrapped.
 */
export function markdownLine(
  text: string,
  width: number,
  start = "",
  shape: "wrapped" | "oneLine" = "wrapped",
): string {
  const escaped = clean(text).replace(INLINE, "\\$&");
  if (shape === "oneLine") return `${start}${escaped}`;
  const [first = "", ...rest] = wrap(escaped, width - start.length - 1);
  const hang = " ".repeat(start.length);
  return [`${start}${first.replace(BEGINS, "\\")}`, ...rest.map((line) => hang + line.replace(BEGINS, "\\"))].join(
    "\n",
  );
}
