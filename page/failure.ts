import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorCode, TrialdriftError } from "../db/errors.ts";
import { databaseFailure } from "../db/failures.ts";
import { type Html, html } from "../pipeline/report/html.ts";
import { Refused } from "./refused.ts";

/** How a request that failed is answered: what happened, what state was left, what to do next. */

export interface Failure {
  status: ContentfulStatusCode;
  message: string;
  state: string | null;
  next: string;
}

/** TABLE OF STATUSES: what an error's code is in HTTP; any other is a mistake of ours. */
const STATUSES: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  usage: 400,
  config: 409,
  review_invalid: 409,
  migration_missing: 503,
  locked: 503,
  database_unreachable: 503,
};

/** Null: nobody foresaw it; what it says is for the log, not for the visitor. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof Refused) return { status: error.status, message: error.message, state: null, next: error.next };
  const known =
    error instanceof TrialdriftError ? error : databaseFailure(error, "the database", "nothing was read or changed");
  const status = known === null ? undefined : STATUSES[known.code];
  if (known === null || status === undefined) return null;
  return { status, message: known.message, state: known.state, next: known.next ?? "try again" };
}

export const UNFORESEEN: Failure = {
  status: 500,
  message: "something went wrong here",
  state: null,
  next: "try again; if it stays, the log of trialdrift serve says more",
};

export function failurePage({ message, state, next }: Failure): Html {
  return html`<h1>Not done</h1>
<div class="panel refused" role="alert">
  <p>${message.split("\n").map((line, at) => [at > 0 && html`<br>`, line])}</p>
  ${state !== null && html`<p>State: ${state}.</p>`}
  <p>Next: ${next.split("\n").map((line, at) => [at > 0 && html`<br>`, line])}</p>
</div>
<p><a href="/">Home</a></p>`;
}

export function loginPage(formToken: string, next: string, refusal: string | null): Html {
  return html`<h1>Sign in</h1>
${refusal !== null && html`<p class="panel refused" role="alert">${refusal}</p>`}
<form method="post" action="/login" class="panel fields">
  <input type="hidden" name="token" value="${formToken}"><input type="hidden" name="next" value="${next}">
  <label>Token of this page <input type="password" name="word" required autocomplete="current-password"></label> <button class="main">Sign in</button>
</form>`;
}
