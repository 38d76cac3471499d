import type * as z from "zod";
import { type Html, html } from "../pipeline/report/html.ts";
import { Refused } from "./refused.ts";

/** Forms of the site: their hidden fields and pages, and how what was sent is read. */

/** Fields that the visitor does not see. */
export function hidden(fields: Readonly<Record<string, string | number | null>>): Html[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [html`<input type="hidden" name="${name}" value="${value}">`],
  );
}

export function select(
  name: string,
  label: string,
  options: readonly { value: string; words: string }[],
  chosen: string | null,
): Html {
  const option = ({ value, words }: (typeof options)[number]): Html =>
    value === (chosen ?? "")
      ? html`<option value="${value}" selected>${words}</option>`
      : html`<option value="${value}">${words}</option>`;
  return html`<label>${label} <select name="${name}">${options.map(option)}</select></label>`;
}

/** Who answers, and why. */
export function personFields(by: string, isNoteNeeded: boolean): Html {
  const note = isNoteNeeded
    ? html`<label>Note (why) <input name="note" maxlength="2000" required></label>`
    : html`<label>Note (why) <input name="note" maxlength="2000"></label>`;
  return html`<label>Your name <input name="by" value="${by}" maxlength="200" required autocomplete="name"></label> ${note}`;
}

/** What was sent, checked; says which field is wrong. */
export function checked<T>(schema: z.ZodType<T>, sent: unknown): T {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new Refused(
    400,
    `${field === "" ? "the request" : `the field ${field}`} is wrong: ${issue?.message ?? "not understood"}`,
    "go back to the page and use its own links and forms",
  );
}

/** Links to the neighbours of a page of a long list; null where all fits on one. */
export function pager(page: number, pages: number, address: (page: number) => string): Html | null {
  if (pages <= 1) return null;
  const to = (target: number, words: string): Html | null =>
    target < 1 || target > pages || target === page ? null : html`<li><a href="${address(target)}">${words}</a></li>`;
  return html`<nav class="pager" aria-label="Pages of this list"><ul>${to(1, "First")}${to(page - 1, "Previous")}<li>Page ${page} of ${pages}</li>${to(page + 1, "Next")}${to(pages, "Last")}</ul></nav>`;
}
