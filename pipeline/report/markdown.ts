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
