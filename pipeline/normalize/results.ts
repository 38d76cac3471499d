import type { Study } from "../registry/study.ts";

/** The registry's own word on results; what a paper says about them is the reviewer's reading and lives elsewhere. */
export type ResultsAvailability = "none" | "completed_without_results" | "posted";

/**
 * `posted` follows hasResults, which the registry computes from the submission date of results (ctgov-api.md 5.15); a
 * certificate of delay is no result. A study that is not COMPLETED owes none yet, or never will: `none`.
 */
export function resultsAvailability(study: Study): ResultsAvailability {
  if (study.hasResults === true) return "posted";
  return study.protocolSection.statusModule.overallStatus === "COMPLETED" ? "completed_without_results" : "none";
}

/** A product under the agency's rules, as far as the record says; null where it says nothing (old and foreign records). */
export function fdaRegulated(study: Study): boolean | null {
  const oversight = study.protocolSection.oversightModule;
  if (oversight?.isFdaRegulatedDrug === undefined && oversight?.isFdaRegulatedDevice === undefined) return null;
  return oversight.isFdaRegulatedDrug === true || oversight.isFdaRegulatedDevice === true;
}
