import { type DriftKind, type Evidence, QUIET_DRIFT, type Severity } from "../../db/model.ts";
import { LIST_SEPARATOR } from "../review/column.ts";
import { type Html, html, publicationLink } from "./html.ts";
import { spoken } from "./list-columns.ts";
import { driftMeaning, scopeWords } from "./show-words.ts";
import { type Block, type BlockCell, differs } from "./table-blocks.ts";
import { columnWords, driftSign, driftWords, resultsWords, severitySign } from "./words.ts";

/** One cell of a table as HTML: what it shows, what it rests on, how to decide it. */

export type Values = "curated" | "registry";

/** A kind is told by sign and word; its colour only repeats them. */
export function kindMark(kind: DriftKind, basis: BlockCell["basis"] = null): Html {
  const tone = QUIET_DRIFT.includes(kind) ? "quiet" : kind;
  return html`<span class="kind ${tone}"><span aria-hidden="true">${driftSign(kind)}</span> ${driftWords(kind, basis)}</span>`;
}

export function severityMark(severity: Severity): Html {
  return html`<span class="severity ${severity}"><span aria-hidden="true">${severitySign(severity)}</span> ${severity}</span>`;
}

/** Name of the place of a cell's evidence on the page. */
export function placeOf(table: number | null, nctId: string, column?: string): string {
  return [`t${table ?? 0}`, nctId, ...(column === undefined ? [] : [column])].join("-");
}

const BLANK = "(blank)";
const NOT_STATED = "(not stated)";

/** Values this short are not broken: a date, a phase, a code. */
const SHORT = 11;
/** A longer value is read as running text, not as a word that stands out. */
const RUNNING = 40;

/** Registry words as a person reads them; what the review prints stays as it is. */
function spelled(column: string, value: string): string {
  if (column === "results") return resultsWords(value);
  if (column !== "status") return value;
  const words = value.replace(/[A-Z]{2,}(?:_[A-Z]+)*/g, spoken);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value as text, short items of a list unbroken. */
export function valueText(column: string, value: string): Html {
  const items = spelled(column, value).split(LIST_SEPARATOR);
  return html`${items.map((item, at) => {
    const text = at < items.length - 1 ? `${item}${LIST_SEPARATOR.trimEnd()}` : item;
    return [at > 0 && " ", item.length > SHORT ? text : html`<span class="nowrap">${text}</span>`];
  })}`;
}

function side(name: "printed" | "registry", column: string, value: string | null): Html {
  const empty = name === "printed" ? BLANK : NOT_STATED;
  const running = (value ?? "").length > RUNNING ? "running" : "";
  return html`<span class="${name} ${running}"><span class="aside">${name} </span>${value === null ? empty : valueText(column, value)}</span>`;
}

/** Both sides of a cell, "printed → registry"; the words are there for who cannot see the arrow. One value where they agree. */
export function sides({ column, printed, registry }: BlockCell): Html {
  if (printed !== null && printed === registry) return valueText(column, printed);
  return html`${side("printed", column, printed)} <span aria-hidden="true">→</span> ${side("registry", column, registry)}`;
}

/** What a cell shows under the values asked for; null where it shows nothing. */
export function shownValue(block: Block, cell: BlockCell, values: Values, place: string): Html | null {
  const { column, kind, basis } = cell;
  const curated = values === "curated" && block.inCurated;
  if (curated && kind !== null && differs(cell))
    return html`${sides(cell)} <a class="why" href="#${place}">${kindMark(kind, basis)}</a>${cell.decided !== null && html` <span class="where">${cell.decided.decision}</span>`}`;
  const value = curated ? cell.printed : cell.registry;
  return value === null ? null : valueText(column, value);
}

/** As many passages as one reads; `show` has them all. */
const MOST_PASSAGES = 5;

function passage({ path, span, rule }: Evidence): Html {
  return html`<li><q>${span}</q> <span class="where">in <code>${path}</code>, by rule <code>${rule}</code></span></li>`;
}

function sourceOf(block: Block, { column, source, registry }: BlockCell): Html {
  if (source === null) return html`<p>Nothing was read of the record.</p>`;
  const { evidence, rule, confidence } = source;
  if (evidence.length === 0)
    return html`<p>${registry === null ? "The record has no words for it" : "Read without words to show"} (rule <code>${rule}</code>).</p>`;
  const more = evidence.length - MOST_PASSAGES;
  return html`<p>Read with ${confidence} confidence from</p>
    <ul>${evidence.slice(0, MOST_PASSAGES).map(passage)}</ul>
    ${more > 0 && html`<p>and ${more} more: <code>trialdrift show ${block.nctId} --column ${column}</code></p>`}`;
}

/** What to type to decide a cell; where the registry says nothing there is nothing to accept. */
export function decisionCommands(nctId: string, { column, registry }: BlockCell): string[] {
  const cell = `${nctId} --column ${column}`;
  return [
    ...(registry === null ? [] : [`trialdrift drift accept ${cell}`]),
    `trialdrift drift reject ${cell}`,
    `trialdrift drift accept ${cell} --value "…"`,
  ];
}

const DECISIONS: Record<string, string> = {
  accept: "take the registry's value",
  reject: "keep the printed one",
  value: "write another",
};

const DECIDED = {
  accepted: "A curator took the registry's value.",
  rejected: "A curator kept the printed value against this one.",
  own: "A curator wrote this value.",
  undone: "A curator took a decision back.",
} as const;

/** How a reader decides, where the evidence stands. */
export interface Asking {
  /** Under a cell that differs or is decided. */
  cell(block: Block, cell: BlockCell): Html;
  /** Under the reviewer's own sentence on results, which is never compared. */
  results(block: Block): Html;
  /** Under a study; null: nothing. */
  study(block: Block): Html | null;
}

/** What was decided about a cell, as a sentence; null where nothing was. */
export function decidedWords({ decided }: BlockCell): string | null {
  return decided === null ? null : DECIDED[decided.decision];
}

function commands({ nctId }: Block, cell: BlockCell): Html {
  if (cell.decided !== null)
    return html`<p>${decidedWords(cell)} To take it back: <code class="command">trialdrift drift undo ${cell.decided.id}</code></p>`;
  const meaning = (command: string) =>
    DECISIONS[command.includes("--value") ? "value" : command.includes(" reject ") ? "reject" : "accept"];
  const lines = decisionCommands(nctId, cell).map(
    (command) => html`<li>${meaning(command)}: <code class="command">${command}</code></li>`,
  );
  return html`<p>To decide:</p><ul class="commands">${lines}</ul>`;
}

function resultsCommands({ nctId, publications: { linked } }: Block): Html {
  const pmids = linked.map(
    (pmid) =>
      html`<li>confirm or refuse ${publicationLink(pmid)}: <code class="command">trialdrift drift accept ${nctId} --column publications --value ${pmid}</code> or <code class="command">reject</code></li>`,
  );
  return html`<p>The sentence is the reviewer's:</p><ul class="commands"><li>write another: <code class="command">trialdrift drift accept ${nctId} --column results --value "…"</code></li>${pmids}</ul>`;
}

/** What to type. */
export const BY_COMMAND: Asking = { cell: commands, results: resultsCommands, study: () => null };

/** Why a cell shows what it shows: both sides, the kind and its meaning, the words, and how to decide where it differs. */
export function evidenceOf(
  block: Block,
  cell: BlockCell,
  values: Values,
  place: string,
  asking: Asking = BY_COMMAND,
): Html {
  const { column, kind, basis, note, registry } = cell;
  const compared = values === "curated" && kind !== null;
  const scope = scopeWords(column);
  const alone = html`<p>${registry === null ? NOT_STATED : valueText(column, registry)}</p>`;
  return html`<li id="${place}" tabindex="-1">
    <p class="name"><b>${columnWords(column)}</b> ${compared && kindMark(kind, basis)}</p>
    ${compared ? html`<p>${sides(cell)}</p>${kind !== "same" && html`<p class="meaning">${driftMeaning(kind, basis)}${note !== null && `: ${note}`}${scope !== null && ` (${scope})`}.</p>`}` : alone}
    ${sourceOf(block, cell)}
    ${compared && (differs(cell) || cell.decided !== null) && asking.cell(block, cell)}
    ${values === "curated" && block.inCurated && column === "results" && asking.results(block)}
  </li>`;
}

/** What the registry says beside the reviewer's sentence on results: its own availability, and publications by PMID. */
export function besideResults(block: Block, values: Values): Html | null {
  const { confirmed, linked } = block.publications;
  const registry = block.cells.find(({ column }) => column === "results")?.registry ?? null;
  const availability =
    values === "curated" &&
    block.inCurated &&
    registry !== null &&
    html`<p class="beside">registry: ${resultsWords(registry)}</p>`;
  const list = (words: string, pmids: readonly string[]) =>
    pmids.length > 0 &&
    html`<p class="beside">${words}: ${pmids.map((pmid, at) => [at > 0 && ", ", publicationLink(pmid)])}</p>`;
  if (!availability && confirmed.length + linked.length === 0) return null;
  return html`${availability}${list("published", confirmed)}${list("linked by the record", linked)}`;
}
