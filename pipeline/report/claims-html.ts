import type { ClaimAnswer } from "./claim-answer.ts";
import { type Html, html, recordLink } from "./html.ts";
import { brokenBy } from "./list-findings.ts";
import { claimWords } from "./words.ts";

/** How the review's own sentences stand: a sign and a word each, never colour alone, and the trials that break them. */

const SIGNS: Record<ClaimAnswer["state"], string> = { holds: "✓", no_longer_holds: "✗", cannot_tell: "?" };

/** One sentence with how it stands. */
export function claimItem({ claim, sentence, place, state, since, evidence }: ClaimAnswer): Html {
  const trials = evidence.map(
    (one) => html`<li>${recordLink(one.nct_id)} ${brokenBy(one).replace(`${one.nct_id}: `, "")}</li>`,
  );
  return html`<li id="claim-${claim}" class="claim ${state}">
    <span class="kind"><span aria-hidden="true">${SIGNS[state]}</span> ${claimWords(state)}</span>
    <q>${sentence}</q>${place === null ? null : html` <span class="where">${place}</span>`}${since === null ? null : html` <span class="where nowrap">since data of ${since}</span>`}
    ${trials.length === 0 ? null : html`<ul>${trials}</ul>`}
  </li>`;
}

function heading(claims: readonly ClaimAnswer[]): string {
  const count = (state: ClaimAnswer["state"]) => claims.filter((one) => one.state === state).length;
  const broken = count("no_longer_holds");
  if (broken > 0)
    return `What the review says: ${broken} of ${claims.length} sentences no longer hold${broken === 1 ? "s" : ""}`;
  return count("cannot_tell") > 0
    ? "What the review says: nothing known against it"
    : "What the review says still holds";
}

/** What no longer holds first; nothing where the review makes no claim. */
export function claimsBlock(claims: readonly ClaimAnswer[]): Html | null {
  if (claims.length === 0) return null;
  const order: readonly ClaimAnswer["state"][] = ["no_longer_holds", "cannot_tell", "holds"];
  const sorted = claims.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return html`<section id="claims" class="claims"><h2>${heading(claims)}</h2><ul>${sorted.map(claimItem)}</ul></section>`;
}
