import { isDeepStrictEqual } from "node:util";
import { type ClaimStateRow, readClaimCells, readClaimStates, readClaimTrials } from "../db/claims.ts";
import type { Conclusion } from "../db/publish.ts";
import { readStandingFlags } from "../db/standing.ts";
import type { NewsTarget } from "../db/model.ts";
import type { Db } from "../db/sql.ts";
import { CLAIM_RULES } from "./flags/claims.ts";
import { reconcileFlags } from "./flags/reconcile.ts";
import { outboxOf } from "./news.ts";
import { openedRows } from "./publication.ts";
import { type ClaimResult, evaluate } from "./review/claims.ts";
import type { Digest } from "./report/digest.ts";
import type { Settled } from "./settle.ts";

/**
 * The last step before a run is visible: its reviews' sentences are held against what readers are about to see. Runs inside
 * the publishing transaction, where the views show the run's own state, so that trials and claims never tell two stories.
 */

async function resultsOf(tx: Db, { review }: Settled): Promise<ClaimResult[]> {
  if (review.claims.length === 0) return [];
  const trials = await readClaimTrials(tx, review.id);
  const cells = review.claims.some(({ over }) => over === "cells") ? await readClaimCells(tx, review.id) : [];
  return review.claims.map((claim) => evaluate(claim, claim.over === "cells" ? cells : trials));
}

/** Only answers that differ from the last one are written; `since` is kept for as long as the state is the same. */
function newStates(
  results: readonly ClaimResult[],
  held: readonly ClaimStateRow[],
  review: string,
  runId: number,
  dataAt: string | null,
): ClaimStateRow[] {
  return results.flatMap(({ claim, state, trials }) => {
    const known = held.find((one) => one.claim === claim.id);
    const { sentence, place } = claim;
    const same =
      known?.state === state &&
      known.sentence === sentence &&
      known.place === place &&
      isDeepStrictEqual(known.evidence, trials);
    if (same) return [];
    const sinceDataAt = known?.state === state ? (known.sinceDataAt ?? null) : dataAt;
    return [
      {
        review,
        claim: claim.id,
        runId,
        sentence,
        place,
        state,
        sinceDataAt,
        evidence: trials.map((one) => ({ ...one })),
      },
    ];
  });
}

/** What the claims of the reviews of this run add to its publication. `dataAt` null: the store alone was read. */
export async function conclude(
  tx: Db,
  run: {
    runId: number;
    at: string;
    dataAt: string | null;
    settled: readonly Settled[];
    news: Digest;
    /** Where the news is to be delivered. */
    targets: readonly NewsTarget[];
  },
): Promise<Conclusion> {
  const conclusion: Conclusion = { claims: [], flagsOpened: [], flagsResolved: [], flagsGone: [], outbox: [] };
  for (const settled of run.settled) {
    const review = settled.review.id;
    const [results, held] = [await resultsOf(tx, settled), await readClaimStates(tx, review)];
    if (results.length === 0 && held.length === 0) continue;
    const dataAt = run.dataAt ?? settled.lastDataAt;
    conclusion.claims.push(...newStates(results, held, review, run.runId, dataAt));
    const standing = (await readStandingFlags(tx, review, [""])).filter(({ kind }) => kind === "claim_broken");
    const context = { review, nctId: "", results };
    const { open, resolve, markGone } = reconcileFlags(CLAIM_RULES, [context], standing, settled.said.baseline);
    conclusion.flagsOpened.push(...openedRows(open, run.at, run.runId));
    conclusion.flagsResolved.push(...resolve);
    conclusion.flagsGone.push(...markGone);
  }
  const told = new Set(conclusion.flagsOpened.filter(({ baseline }) => !baseline).map(({ review }) => review));
  conclusion.outbox = outboxOf(run.news, told, run.targets, run.at);
  return conclusion;
}
