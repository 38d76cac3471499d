/**
 * A document whose numbers are asked, not typed: after each block of SQL stands a part between `<!-- answer -->` and
 * `<!-- /answer -->` that holds what the query answers. `<!-- answer: bars of COLUMN by LABEL -->` adds a plot in text.
 */

export type Row = Readonly<Record<string, unknown>>;

const QUESTION =
  /```sql\n(?<query>[^`]+);\n```\n\n(?<head><!-- answer(?:: bars of (?<size>\w+) by (?<label>\w+))? -->)\n[^]*?<!-- \/answer -->/g;
const WIDTH = 40;

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return (Array.isArray(value) ? value.join(", ") : String(value)).replaceAll("|", "\\|").replace(/\s+/g, " ");
};

function markdownTable(found: readonly Row[]): string {
  const names = Object.keys(found[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(names),
    line(names.map(() => "---")),
    ...found.map((row) => line(names.map((name) => shown(row[name])))),
  ].join("\n");
}

/** One bar a row, the longest 40 characters; a value that is not null but too small for one is a thin bar. */
function bars(found: readonly Row[], size: string, label: string): string {
  const values = found.map((row) => Number(row[size]));
  if (values.some((value) => !(value >= 0))) throw new Error(`${size} is not a number from 0 in every row`);
  const longest = Math.max(...values);
  const pad = Math.max(...found.map((row) => shown(row[label]).length));
  const lines = found.map((row, at) => {
    const value = values[at] ?? 0;
    const length = Math.round((value / longest) * WIDTH);
    const bar = length === 0 && value > 0 ? "▏" : "█".repeat(length);
    return `${shown(row[label]).padEnd(pad)} ${bar} ${value}`;
  });
  return ["```text", `${size} by ${label}`, ...lines, "```"].join("\n");
}

/** The document with every answer asked anew. Throws when a query answers no row, or a block of SQL has no place for one. */
export async function answered(document: string, ask: (query: string) => Promise<Row[]>): Promise<string> {
  const questions = [...document.matchAll(QUESTION)];
  if (questions.length !== document.split("```sql\n").length - 1)
    throw new Error("a query has no place for its answer");
  let result = document;
  for (const { 0: whole, groups = {} } of questions) {
    const { query = "", head = "", size, label } = groups;
    const found = await ask(query);
    if (found.length === 0) throw new Error(`no row answers:\n${query}`);
    const plot = size === undefined || label === undefined ? [] : [bars(found, size, label), ""];
    const before = whole.slice(0, whole.indexOf(head) + head.length);
    result = result.replace(whole, () => [before, markdownTable(found), "", ...plot, "<!-- /answer -->"].join("\n"));
  }
  return result;
}
