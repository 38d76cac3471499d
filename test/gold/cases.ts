import { readFileSync } from "node:fs";
import type { Study } from "../../pipeline/registry/study.ts";

/** A short study written for a test: everything not said is absent from the record. */
export interface CaseText {
  title?: string;
  officialTitle?: string;
  masking?: string;
  model?: string;
  summary?: string;
  detail?: string;
  conditions?: string[];
  keywords?: string[];
  type?: string;
  /** type, label, description, indexes of interventions */
  arms?: [string, string, string?, number[]?][];
  /** type, name, description, other names */
  interventions?: [string, string, string?, string[]?][];
}

export interface Expected {
  includes_msc?: boolean;
  product_type?: string;
  disease?: string[];
  tissue?: string[];
  donor?: string;
  donor_explicit?: boolean;
  co_products?: string[];
  route?: string[];
  control_arm?: boolean;
  placebo?: boolean;
}

/** Builds a record in the registry's shape. */
export function studyOf(text: CaseText): Study {
  const interventions = text.interventions ?? [];
  return {
    protocolSection: {
      identificationModule: {
        nctId: "NCT00000000",
        briefTitle: text.title ?? "A study",
        ...(text.officialTitle === undefined ? {} : { officialTitle: text.officialTitle }),
      },
      statusModule: { overallStatus: "RECRUITING" },
      descriptionModule: {
        ...(text.summary === undefined ? {} : { briefSummary: text.summary }),
        ...(text.detail === undefined ? {} : { detailedDescription: text.detail }),
      },
      conditionsModule: { conditions: text.conditions ?? [], keywords: text.keywords ?? [] },
      designModule: {
        studyType: text.type ?? "INTERVENTIONAL",
        designInfo: { interventionModel: text.model, maskingInfo: { masking: text.masking ?? "NONE" } },
      },
      armsInterventionsModule: {
        armGroups: (text.arms ?? []).map(([type, label, description, uses]) => ({
          type,
          label,
          ...(description === undefined || description === "" ? {} : { description }),
          interventionNames: (uses ?? []).map((n) => `Biological: ${interventions[n]?.[1] ?? ""}`),
        })),
        interventions: interventions.map(([type, name, description, otherNames]) => ({
          type,
          name,
          ...(description === undefined || description === "" ? {} : { description }),
          ...(otherNames === undefined ? {} : { otherNames }),
        })),
      },
    },
  };
}

export interface Case {
  /** The rule of reading that the case shows. */
  shows: string;
  text: CaseText;
  expected: Expected;
}

/** Labelled records written for this project (cases.json): they stand in for the labelled trials where those are absent. */
export const CASES: readonly Case[] = JSON.parse(
  readFileSync(new URL("./cases.json", import.meta.url), "utf8"),
) as Case[];
