import type { Notation } from "../review/codes.ts";
import { type Block, differs } from "./table-blocks.ts";

/** What does a table print that a reader must be told the meaning of? Footnotes, codes, acronyms, as under the paper's table. */

export interface KeyEntry {
  sign: string;
  means: string;
}
export interface TableKey {
  footnotes: KeyEntry[];
  routes: KeyEntry[];
  sources: KeyEntry[];
  acronyms: KeyEntry[];
}

type Values = "curated" | "registry";

/** Texts that the table shows in a column: the side that leads, and the other one where it differs. */
function shownIn(blocks: readonly Block[], columns: readonly string[], values: Values): string[] {
  return blocks.flatMap(({ cells, inCurated }) =>
    cells
      .filter(({ column }) => columns.includes(column))
      .flatMap((cell) => {
        if (values === "registry" || !inCurated) return [cell.registry];
        return differs(cell) ? [cell.printed, cell.registry] : [cell.printed];
      })
      .filter((text) => text !== null),
  );
}

/** Does a text hold this sign as a word of its own? "is" is not in "list", "MSCs" is not in "UC-MSCs". */
function holds(text: string, sign: string): boolean {
  const at = text.indexOf(sign);
  if (at < 0) return false;
  const [before, after] = [text[at - 1] ?? " ", text[at + sign.length] ?? " "];
  return !/[\p{L}\p{N}-]/u.test(before) && !/[\p{L}\p{N}-]/u.test(after) ? true : holds(text.slice(at + 1), sign);
}

/** Entries whose sign some text holds, in the notation's order. */
function used(entries: readonly KeyEntry[], texts: readonly string[]): KeyEntry[] {
  const kept = entries.filter(({ sign }) => texts.some((text) => holds(text, sign)));
  return kept.filter(({ sign }, at) => kept.findIndex((other) => other.sign === sign) === at);
}

function known(entries: readonly { sign: string; means: string | null }[]): KeyEntry[] {
  return entries.flatMap(({ sign, means }) => (means === null ? [] : [{ sign, means }]));
}

/** An alias is explained by what it stands for. */
function sourceEntries({ sources, coProducts, aliases }: Notation): KeyEntry[] {
  const own = known([
    ...sources
      .filter(({ printed }) => printed.length === 1)
      .map(({ printed, means }) => ({ sign: printed[0] ?? "", means })),
    ...coProducts.flatMap(({ printed, means }) => (printed === null ? [] : [{ sign: printed, means }])),
  ]);
  const byAlias = Object.entries(aliases).flatMap(([sign, target]) => {
    const entry = own.find((one) => one.sign === target);
    return entry === undefined ? [] : [{ sign, means: entry.means }];
  });
  return [...own, ...byAlias];
}

/** What stands under the table, of what it uses alone. Texts that explain themselves ("tissue not stated") are left out. */
export function keyOf(
  blocks: readonly Block[],
  footnotes: Readonly<Record<string, string>>,
  notation: Notation,
  values: Values,
): TableKey {
  const signs = new Set(values === "curated" ? blocks.flatMap((block) => block.footnotes) : []);
  const sources = shownIn(blocks, ["cell_source"], values);
  const prose = [...sources, ...shownIn(blocks, ["primary_outcomes", "results"], values)];
  const codes = used(sourceEntries(notation), sources).filter(({ sign }) => !sign.includes("("));
  const acronyms = Object.entries(notation.acronyms).map(([sign, means]) => ({
    sign,
    means: [means].flat().join(", "),
  }));
  return {
    footnotes: Object.entries(footnotes)
      .filter(([sign]) => signs.has(sign))
      .map(([sign, means]) => ({ sign, means })),
    routes: used(
      known(notation.routes.map(({ code, means }) => ({ sign: code, means }))),
      shownIn(blocks, ["route"], values),
    ),
    sources: codes,
    acronyms: used(acronyms, prose).filter(({ sign }) => !codes.some((one) => one.sign === sign)),
  };
}

/** The key as a paper prints it: "Routes: iv: intravenous infusion; ic: …", a line a group; footnotes one a line. */
export function keyLines({ footnotes, routes, sources, acronyms }: TableKey): string[] {
  const group = (name: string, entries: readonly KeyEntry[]): string[] =>
    entries.length === 0 ? [] : [`${name}: ${entries.map(({ sign, means }) => `${sign}: ${means}`).join("; ")}.`];
  return [
    ...footnotes.map(({ sign, means }) => `${sign} ${means}`),
    ...group("Routes", routes),
    ...group("Cell sources", sources),
    ...group("Acronyms", acronyms),
  ];
}
