import type { Study } from "../registry/study.ts";

/** What the registry states about design and size, in its own vocabulary (ctgov-api.md 3.1 and 3.6). */
export interface Design {
  studyType: string | null;
  phases: string[];
  allocation: string | null;
  interventionalModel: string | null;
  masking: string | null;
  whoMasked: string[];
  enrollment: number | null;
  enrollmentType: string | null;
}

/** Entered by sponsors for "as many as come": no count (ctgov-api.md 3.1, 5.12). */
const ENROLLMENT_SENTINEL = 99_999_999;

/** Null and [] mean that the record does not say; "NA" is a value that says "not applicable". */
export function designOf(study: Study): Design {
  const module = study.protocolSection.designModule;
  const info = module?.designInfo;
  const size = module?.enrollmentInfo;
  const count = size?.count;
  const counted = count !== undefined && count !== ENROLLMENT_SENTINEL;
  return {
    studyType: module?.studyType ?? null,
    phases: module?.phases ?? [],
    allocation: info?.allocation ?? null,
    interventionalModel: info?.interventionModel ?? null,
    masking: info?.maskingInfo?.masking ?? null,
    whoMasked: info?.maskingInfo?.whoMasked?.toSorted() ?? [],
    enrollment: counted ? count : null,
    enrollmentType: counted ? (size?.type ?? null) : null,
  };
}
