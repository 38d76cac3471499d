import * as z from "zod";
import { CURATED_COLUMNS, type DecidedColumn } from "../db/model.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { decisionWords } from "../pipeline/report/decided.ts";
import { type Html, html, publicationLink } from "../pipeline/report/html.ts";
import type { DecisionRow } from "../pipeline/report/rows.ts";
import type { Block, BlockCell } from "../pipeline/report/table-blocks.ts";
import { type Asking, BY_COMMAND, decidedWords, placeOf } from "../pipeline/report/table-html-cell.ts";
import { columnWords } from "../pipeline/report/words.ts";
import { DECIDED_TOGETHER } from "../pipeline/review/deciding.ts";
import type { Outlook, Wish } from "./acts.ts";
import { checked, hidden, personFields } from "./forms.ts";
import { at } from "./links.ts";
import { Refused } from "./refused.ts";
import { studyLink } from "./study.ts";

/** Deciding a cell in two steps: a wish from the table, then the next version's change log, which a person confirms. */

const COLUMNS = [...CURATED_COLUMNS, "tissue", "donor", "*"] as const satisfies readonly DecidedColumn[];
const table = z.coerce.number().int().min(1);
const nct = z.string().regex(/^NCT\d{8}$/, { error: "no NCT number" });
const column = z.enum(COLUMNS);
const oneOrAll = z.enum([...COLUMNS, "all"]);
const value = z.string().trim().min(1, { error: "write a value" }).max(4000);

const Sent = z.discriminatedUnion("verb", [
  z
    .object({
      verb: z.enum(["accept", "reject"]),
      review: z.string(),
      table,
      nct,
      column: oneOrAll,
      value: value.optional(),
    })
    .refine((sent) => sent.column !== "publications" || sent.value !== undefined, {
      error: "name a PMID",
      path: ["value"],
    }),
  z.object({ verb: z.literal("own"), review: z.string(), table, nct, column, value }),
  z.object({
    verb: z.literal("undo"),
    review: z.string(),
    decision: z.string().regex(/^[0-9A-Z]{26}$/, { error: "no decision's id" }),
  }),
]);
const Confirmed = z.object({
  by: z.string().trim().min(1, { error: "say who decides" }).max(200),
  note: z.string().trim().max(2000),
  expect: z.string(),
});

/** A wish as a form sends it. */
export function wishSent(body: unknown): Wish {
  const sent = checked(Sent, body);
  if (sent.verb === "undo") return sent;
  const { nct: nctId, ...rest } = sent;
  // Accepting and refusing name a value only where there are several: a publication by its PMID.
  const isNamed = sent.verb === "own" || sent.column === "publications";
  return { ...rest, nctId, value: isNamed ? (sent.value ?? null) : null };
}

export function confirmationSent(body: unknown): { by: string; note: string | null; expect: string } {
  const { by, note, expect } = checked(Confirmed, body);
  return { by, note: note === "" ? null : note, expect };
}

function fieldsOf(wish: Wish): Record<string, string | number | null> {
  if (wish.verb === "undo") return { ...wish };
  const { nctId, ...rest } = wish;
  return { ...rest, nct: nctId };
}

/** What a button is about, for who hears it without seeing the cell above it. */
const hearing = (words: string): Html => html`<span class="aside"> ${words}</span>`;

/** Way to all that is known of a study. */
const whole = (nctId: string, review: string): Html =>
  html`<p>${studyLink(nctId, review, `All of ${nctId} on one page`)}</p>`;

/** What to type under the cells that differ, and the way to the study's page. */
export const readingOnly = (review: string): Asking => ({ ...BY_COMMAND, study: ({ nctId }) => whole(nctId, review) });

/** Forms under the cells that differ. */
export function asking(formToken: string, review: string, table: number): Asking {
  const form = (fields: Record<string, string | number>, inside: Html): Html =>
    html`<form method="post" action="/decide" class="decide">${hidden({ token: formToken, review, ...fields })}${inside}</form>`;
  const undo = (id: string, about: string): Html =>
    form(
      { decision: id },
      html`<button name="verb" value="undo">Take it back…${hearing(`the decision on ${about}`)}</button>`,
    );
  const own = (nctId: string, column: string): Html =>
    form(
      { table, nct: nctId, column },
      html`<label><span>Own value${hearing(`for ${columnWords(column)} of ${nctId}`)}</span> <input name="value" required maxlength="4000"></label> <button name="verb" value="own">Write it…${hearing(`as ${columnWords(column)} of ${nctId}`)}</button>`,
    );
  const cell = ({ nctId }: Block, one: BlockCell): Html => {
    const about = `${columnWords(one.column)} of ${nctId}`;
    if (one.decided !== null) return html`<p>${decidedWords(one)}</p>${undo(one.decided.id, about)}`;
    const accept = html`<button name="verb" value="accept">Accept…${hearing(`the registry's ${about}`)}</button> `;
    const reject = html`<button name="verb" value="reject">Keep the printed…${hearing(about)}</button>`;
    const fields = { table, nct: nctId, column: one.column };
    return html`${form(fields, html`${one.registry !== null && accept}${reject}`)}${own(nctId, one.column)}`;
  };
  const publication = (nctId: string, pmid: string): Html =>
    html`<p>${publicationLink(pmid)}</p>${form(
      { table, nct: nctId, column: "publications", value: pmid },
      html`<button name="verb" value="accept">It reports the trial…${hearing(pmid)}</button> <button name="verb" value="reject">It does not…${hearing(pmid)}</button>`,
    )}`;
  /** What `--all` means, where that is more than one cell. */
  const together = ({ nctId, cells }: Block): Html | null => {
    const placed = cells.filter(
      ({ kind, decided }) => decided === null && kind !== null && DECIDED_TOGETHER.includes(kind),
    );
    if (placed.length < 2) return null;
    return form(
      { table, nct: nctId, column: "all" },
      html`<button name="verb" value="accept">Accept all that a rule has placed…${hearing(`in ${nctId}`)}</button> <button name="verb" value="reject">Keep them all as printed…${hearing(`in ${nctId}`)}</button>`,
    );
  };
  return {
    cell,
    results: ({ nctId, publications: { linked } }) =>
      html`${own(nctId, "results")}${linked.map((pmid) => publication(nctId, pmid))}`,
    study(block) {
      const { nctId, row } = block;
      const about = html`${whole(nctId, review)}${together(block)}`;
      if (row === null) return about;
      const words = row.kind === "study_gone" ? "Take it out of the table…" : "Take it into the table…";
      const choice = form(
        { table, nct: nctId, column: "*" },
        html`<button name="verb" value="accept">${words}${hearing(nctId)}</button> <button name="verb" value="reject">Leave the table as it is…${hearing(`about ${nctId}`)}</button>`,
      );
      return html`${about}${row.decision_id === null ? choice : undo(row.decision_id, nctId)}`;
    },
  };
}

function rowAddress(review: string, { table, nctId, column }: Pick<Outlook, "table" | "nctId" | "column">): string {
  const place = placeOf(table, nctId, ...(column === "*" ? [] : [column]));
  return `${at("/table", { review, table, q: nctId })}#${place}`;
}

/** The step between: what the table's next version would say, and who says so. */
export function outlookPage(wish: Wish, outlook: Outlook, formToken: string, by: string): Html {
  const { table, version, nextVersion, lines, left, fingerprint } = outlook;
  const head =
    nextVersion === null
      ? html`<p>Table ${table} stays at version ${version}: this is noted in <code>decisions.jsonl</code> alone.</p>`
      : html`<p>Change log of table ${table}, version ${nextVersion} (now ${version}), as it would be written:</p>`;
  return html`<h1>Before it is written</h1>
${head}
<ul class="log">${lines.map((line) => html`<li>${line}</li>`)}</ul>
${left.length > 0 && html`<p>Left to you, one by one: ${left.join("; ")}.</p>`}
<form method="post" action="/decide/confirm" class="panel">
  ${hidden({ token: formToken, ...fieldsOf(wish), expect: fingerprint })}
  <div class="fields">${personFields(by, false)} <button class="main">${nextVersion === null ? "Note it" : `Write version ${nextVersion}`}</button></div>
</form>
<p><a href="${rowAddress(wish.review, outlook)}">Back without deciding</a></p>`;
}

export async function readDecisions(db: Db, review: string, ids: readonly string[]): Promise<DecisionRow[]> {
  const known = new Map((await readView<DecisionRow>(db, "decisions", { review })).map((one) => [one.id, one]));
  return ids.map((id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    throw new Refused(404, `there is no decision ${id}`, "decisions are listed under /api/decisions");
  });
}

/** What was decided, as the views have it now; each can be taken back by itself. */
export function decisionPage(decided: readonly DecisionRow[], formToken: string | null): Html {
  const panel = (one: DecisionRow): Html => {
    const undo =
      formToken === null || one.decision === "undone"
        ? null
        : html`<form method="post" action="/decide">${hidden({ token: formToken, review: one.review, decision: one.id })}<button name="verb" value="undo">Take it back…${hearing(`the decision on ${columnWords(one.column)} of ${one.nct_id}`)}</button></form>`;
    return html`<div class="panel said">
  <p><strong>${one.decision}</strong> by ${one.by} on ${one.at.slice(0, 16).replace("T", " ")} UTC: ${one.nct_id} ${decisionWords(one)}${one.note !== null && html` <q>${one.note}</q>`}</p>
  <p>Table ${one.table}, version ${one.table_version}. <span class="where">decision ${one.id}${one.undoes !== null && `, takes back ${one.undoes}`}</span></p>
  ${undo}
</div>`;
  };
  const back = decided.slice(0, 1).map(({ review, table, nct_id: nctId, column }) => {
    const isOne = decided.length === 1;
    const address = rowAddress(review, { table, nctId, column: isOne ? column : "*" });
    return html`<p><a href="${address}">To the ${isOne ? "cell" : "study"} in the table</a></p>`;
  });
  return html`<h1>Decided</h1>
<div role="status">${decided.map(panel)}</div>
${back}`;
}
