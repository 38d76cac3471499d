import * as z from "zod";
import { FLAG_KINDS, SEVERITIES, type Severity } from "../db/model.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import { GRAVEST_FIRST } from "../pipeline/report/digest.ts";
import { type Html, html } from "../pipeline/report/html.ts";
import type { FlagRow } from "../pipeline/report/rows.ts";
import { placeOf, severityMark } from "../pipeline/report/table-html-cell.ts";
import { counted, flagWords } from "../pipeline/report/words.ts";
import type { Answer } from "./acts.ts";
import { checked, hidden, pager, personFields, select } from "./forms.ts";
import type { Read } from "./kept.ts";
import { at } from "./links.ts";
import { studyLink } from "./study.ts";

/** Open questions for a person, the gravest first: what happened, what to do, and the answer. */

const PER_PAGE = 100;

const Asked = z.object({
  review: z.string().optional(),
  severity: z.preprocess((value) => (value === "" ? undefined : value), z.enum(SEVERITIES).optional()),
  /** Numbers of the flags just answered. */
  answered: z
    .string()
    .regex(/^\d+(,\d+)*$/)
    .optional(),
  page: z.coerce.number().int().min(1).default(1),
});
export type FlagsAsked = z.infer<typeof Asked>;
export const flagsAsked = (query: Record<string, string>): FlagsAsked => checked(Asked, query);

const Sent = z.object({
  flag: z.union([z.string(), z.array(z.string())], { error: "choose at least one flag" }),
  state: z.enum(["acknowledged", "resolved"]),
  by: z.string().trim().min(1, { error: "say who answers" }).max(200),
  note: z.string().trim().min(1, { error: "say in a few words why" }).max(2000),
});

/** An answer as a form sends it. */
export function answerSent(body: unknown): Answer {
  const { flag, state, by, note } = checked(Sent, body);
  const ids = [flag].flat().map((text) => checked(z.string().regex(/^[1-9]\d{0,14}$/), text));
  return { flagIds: ids.map(Number), state, by, note };
}

export interface FlagsData {
  asked: FlagsAsked;
  review: string;
  /** Open and acknowledged ones. */
  flags: readonly FlagRow[];
  answered: readonly FlagRow[];
}

/** All flags of a review, whatever their state. */
export const readReviewFlags: Read<FlagRow[]> = (db, review) => readView<FlagRow>(db, "flags", { review });

export async function readFlags(
  db: Db,
  asked: FlagsAsked,
  review: string,
  flagsOf: Read<readonly FlagRow[]>,
): Promise<FlagsData> {
  const all = await flagsOf(db, review);
  const answered = new Set((asked.answered ?? "").split(","));
  return {
    asked,
    review,
    flags: all.filter(({ state }) => state !== "resolved"),
    answered: all.filter(({ flag_id }) => answered.has(String(flag_id))),
  };
}

function item(flag: FlagRow, canAnswer: boolean): Html {
  const { nct_id, table_no, column_name, flag_id, state, message, note } = flag;
  const id = `flag-${flag_id}`;
  const inTable =
    nct_id === null || table_no === null
      ? null
      : html`<a href="${`${at("/table", { review: flag.review, table: table_no, q: nct_id })}#${placeOf(table_no, nct_id, ...(column_name === null ? [] : [column_name]))}`}">in table ${table_no}</a>`;
  const words = html`${nct_id === null ? "" : html`${nct_id}: `}${message}`;
  const said = canAnswer
    ? html`<input type="checkbox" name="flag" value="${flag_id}" id="${id}"><label class="check" for="${id}">${words}</label>`
    : words;
  return html`<li>${said} <span class="where">flag ${flag_id}${nct_id !== null && html`, ${studyLink(nct_id, flag.review, "whole study")}`}${inTable !== null && html`, ${inTable}`}${state === "acknowledged" && html`; seen${note !== null && `: ${note}`}`}</span></li>`;
}

function group(flags: readonly FlagRow[], canAnswer: boolean): Html {
  const [first] = flags;
  if (first === undefined) return html``;
  return html`<section><h2>${severityMark(first.severity)} ${flagWords(first.kind)} <span class="count">${flags.length}</span></h2>
    <p>${first.advice}</p><ul class="flags">${flags.map((flag) => item(flag, canAnswer))}</ul></section>`;
}

const place = ({ severity, kind }: FlagRow): number =>
  FLAG_KINDS.indexOf(kind) - 100 * SEVERITIES.indexOf(severity as Severity);

/** `formToken` null: the flags are read, not answered. */
export function flagsPage({ asked, review, flags, answered }: FlagsData, formToken: string | null, by: string): Html {
  const found = flags
    .filter(({ severity }) => asked.severity === undefined || severity === asked.severity)
    .toSorted((a, b) => place(a) - place(b));
  const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
  const page = Math.min(asked.page, pages);
  const groups = Map.groupBy(
    found.slice((page - 1) * PER_PAGE, page * PER_PAGE),
    ({ severity, kind }) => `${severity} ${kind}`,
  );
  const canAnswer = formToken !== null;
  const list = [...groups.values()].map((flags) => group(flags, canAnswer));
  const answer =
    canAnswer && found.length > 0
      ? html`<div class="panel fields answer">${personFields(by, true)}
      <button name="state" value="acknowledged">Acknowledge: seen, still open</button> <button name="state" value="resolved">Resolve: done</button></div>`
      : null;
  const severities = [
    { value: "", words: "any" },
    ...GRAVEST_FIRST.map((severity) => ({ value: severity, words: severity })),
  ];
  return html`<h1>Needs you: ${counted(found.length, "flag", "flags")}</h1>
${answered.length > 0 && html`<div class="panel said" role="status"><p>Answered:</p><ul>${answered.map((one) => html`<li>flag ${one.flag_id} is ${one.state}${one.answered_by !== null && ` by ${one.answered_by}`}: ${one.message}</li>`)}</ul></div>`}
<form method="get" action="/flags" class="panel fields" aria-label="Filter">${hidden({ review })}${select("severity", "Severity", severities, asked.severity ?? null)}<button>Show</button></form>
${found.length === 0 && html`<p>Nothing: no flag is open.</p>`}
${canAnswer ? html`<form method="post" action="/flags">${hidden({ token: formToken, review })}${list}${answer}</form>` : list}
${pager(page, pages, (target) => at("/flags", { review, severity: asked.severity, page: target }))}`;
}
