import type { ClaimState } from "../../db/model.ts";

/** A claim with the trials it counts, as JSON, list, HTML and the page print it. */
export interface ClaimAnswer {
  review: string;
  claim: string;
  sentence: string;
  place: string | null;
  state: ClaimState;
  /** Data date of the run that first found this state. */
  since: string | null;
  trials: string[];
  evidence: { nct_id: string; table_no: number | null; values: Record<string, unknown>; missing: string[] }[];
  /** Null as of an earlier day. */
  run_id: number | null;
}
