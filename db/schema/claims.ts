import { bigint, index, jsonb, primaryKey, text } from "drizzle-orm/pg-core";
import type { ClaimState } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/** A sentence of the review, held against its trials: one row each time the answer became another. The newest row stands. */
export const claimStates = trialdrift.table(
  "claim_states",
  {
    review: text("review").notNull(),
    claim: text("claim").notNull(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
    sentence: text("sentence").notNull(),
    place: text("place"),
    /** holds, no_longer_holds, cannot_tell. */
    state: text("state").$type<ClaimState>().notNull(),
    /** Data date of the run that found this answer first. */
    sinceDataAt: text("since_data_at"),
    /** Trials that break it, or cells that are missing, each with its words. */
    evidence: jsonb("evidence").$type<Record<string, unknown>[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.review, t.claim, t.runId] }), index("claim_states_by_run").on(t.runId)],
);
