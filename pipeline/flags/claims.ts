import type { ClaimResult } from "../review/claims.ts";
import type { FlagRule, Subject } from "./causes.ts";

/** TABLE OF FLAGS about a review's own sentences: of no study, under the table that the claim speaks of. */

export interface ClaimContext extends Subject {
  results: readonly ClaimResult[];
}

export const CLAIM_RULES: readonly FlagRule<ClaimContext>[] = [
  {
    kind: "claim_broken",
    severity: "high",
    lasts: "state",
    causes: ({ results }) =>
      results
        .filter(({ state }) => state === "no_longer_holds")
        .map(({ claim, trials }) => {
          const ids = [...new Set(trials.map(({ nct_id }) => nct_id))];
          return {
            table: claim.table ?? 0,
            column: claim.id,
            value: ids.join(" "),
            message: `"${claim.sentence}" (${claim.place}) no longer holds${ids.length === 0 ? "" : `: ${ids.join(", ")}`}`,
            evidence: { claim: claim.id, sentence: claim.sentence, place: claim.place, trials },
          };
        }),
    advice: "Read the trials that break it, and rewrite the sentence in the review's next version.",
    reason: "a reader relies on the review's conclusions before any single cell",
  },
];
