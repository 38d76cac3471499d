import { readClaimTrials } from "../db/claims.ts";
import { TrialdriftError } from "../db/errors.ts";
import { readEarliest, readStandAt } from "../db/history.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import type { ClaimAnswer } from "../pipeline/report/claim-answer.ts";

import { evaluate } from "../pipeline/review/claims.ts";
import type { Context } from "./context.ts";

/** How a review's sentences stand, now or on a day; today's sentences are held against the trials of that day. */

async function claimsOn(context: Context, db: Db, review: string, day: string): Promise<ClaimAnswer[]> {
  const [folder] = context.reviews(review);
  const stand = await readStandAt(db, review, day);
  const trials = stand === null ? [] : await readClaimTrials(db, review, { day, tables: stand.tables });
  if (folder === undefined || stand === null || trials.length === 0) {
    const earliest = await readEarliest(db, review);
    throw new TrialdriftError({
      code: "usage",
      message: `no record of review ${review} is held from ${day} or before`,
      state: "nothing was printed or changed",
      next:
        earliest === null
          ? "run `trialdrift sync`"
          : `ask for --as-of ${earliest} or later; \`trialdrift backfill --review ${review} --history\` fetches earlier versions`,
    });
  }
  // Cells of an earlier day are not stored as rows of a view; a claim over them cannot be told then.
  return folder.claims.map((claim) => {
    const { state, trials: found } = evaluate(claim, claim.over === "cells" ? [] : trials);
    return {
      review,
      claim: claim.id,
      sentence: claim.sentence,
      place: claim.place,
      state: claim.over === "cells" ? "cannot_tell" : state,
      since: null,
      trials: [...new Set(found.map(({ nct_id }) => nct_id))],
      evidence: found,
      run_id: null,
    };
  });
}

/** `asOf` yyyy-mm-dd. Errors: `usage` before the first version held. */
export async function readClaims(context: Context, db: Db, review: string, asOf?: string): Promise<ClaimAnswer[]> {
  return asOf === undefined ? readView<ClaimAnswer>(db, "claims", { review }) : claimsOn(context, db, review, asOf);
}
