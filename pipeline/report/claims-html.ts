import { CLAIM_STATES, type ClaimState } from "../../db/model.ts";
import { type Html, html } from "./html.ts";
import { brokenBy } from "./list-findings.ts";
import type { ClaimAnswer } from "./rows.ts";
import { claimWords, tally } from "./words.ts";

/** Sentences of a review, held against its trials: those that no longer hold stand first, with the trials that broke them. */

/** A claim's state is told by sign and word; its colour only repeats them. */
const SIGNS: Record<ClaimState, string> = { holds: "✓", no_longer_holds: "✕", cannot_tell: "?" };

/** The worst first. */
const ORDER: readonly ClaimState[] = ["no_longer_holds", "cannot_tell", "holds"];

/** More trials than this are counted: `trialdrift claims` names them all. */
const MOST_NAMED = 8;

function claim({ sentence, place, state, since, evidence }: ClaimAnswer): Html {
  const more = evidence.length - MOST_NAMED;
  const because = state === "holds" ? [] : evidence.slice(0, MOST_NAMED);
  return html`<li>
    <span class="claim ${state}"><span aria-hidden="true">${SIGNS[state]}</span> ${claimWords(state)}</span>:
    <q>${sentence}</q> <span class="where">${place}${since !== null && `; so since the data of ${since}`}</span>
    ${because.length > 0 && html`<ul>${because.map((one) => html`<li>${brokenBy(one)}</li>`)}${more > 0 && html`<li>and ${more} more</li>`}</ul>`}
  </li>`;
}

/** Nothing where the review claims nothing. */
export function claimsBlock(claims: readonly ClaimAnswer[]): Html | null {
  if (claims.length === 0) return null;
  const sorted = claims.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const counts = CLAIM_STATES.map((state): [string, number] => [
    claimWords(state),
    claims.filter((one) => one.state === state).length,
  ]);
  const whole = html`<summary><h2>Sentences of the review</h2> <span class="where">${tally(new Map(counts))}</span></summary>
    <ul class="claims">${sorted.map(claim)}</ul>`;
  const open = claims.some(({ state }) => state === "no_longer_holds");
  return open
    ? html`<details class="claims" open>${whole}</details>`
    : html`<details class="claims">${whole}</details>`;
}
