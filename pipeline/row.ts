import type { PartialDate } from "../db/model.ts";
import type { StagedRow } from "../db/store.ts";
import type { Facts } from "./normalize/facts.ts";

/** Facts as the typed row that the views select from. */

function dated<P extends string>(prefix: P, date: PartialDate | null): Record<string, string | null> {
  return {
    [prefix]: date?.text ?? null,
    [`${prefix}Precision`]: date?.precision ?? null,
    [`${prefix}From`]: date?.from ?? null,
    [`${prefix}To`]: date?.to ?? null,
    [`${prefix}Type`]: date?.type ?? null,
  };
}

export function rowOf(facts: Facts, versionId: string, factsVersion: number): StagedRow {
  return {
    versionId,
    factsVersion,
    nctId: facts.nctId,
    title: facts.title,
    studyType: facts.studyType,
    director: facts.director,
    country: facts.countries,
    status: facts.status,
    lastKnownStatus: facts.lastKnownStatus,
    whyStopped: facts.whyStopped,
    ...dated("startDate", facts.start),
    ...dated("primaryCompletionDate", facts.primaryCompletion),
    ...dated("completionDate", facts.completion),
    phase: facts.phases,
    enrollment: facts.enrollment,
    enrollmentType: facts.enrollmentType,
    allocation: facts.allocation,
    interventionalModel: facts.interventionalModel,
    masking: facts.masking,
    whoMasked: facts.whoMasked,
    armsTotal: facts.arms.length,
    primaryOutcomes: facts.primaryOutcomes.map(({ measure }) => measure),
    conditions: facts.conditions,
    sponsor: facts.sponsor,
    results: facts.resultsAvailability,
    hasResults: facts.hasResults,
    publications: facts.publications,
    firstPosted: facts.firstPosted,
    lastUpdatePosted: facts.lastUpdatePosted,
  };
}
