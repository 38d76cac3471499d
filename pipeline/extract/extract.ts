import type { Study } from "../registry/study.ts";
import { readArms } from "./arms.ts";
import { brandsOf } from "./brand.ts";
import { readCompanions } from "./companions.ts";
import { readDisease } from "./disease.ts";
import { readDonor } from "./donor.ts";
import { readGiven } from "./given.ts";
import type { Lexicon } from "./lexicon.ts";
import { quoteHit } from "./passages.ts";
import { readRecord } from "./record.ts";
import type { Product, Reading, RuledOut } from "./product.ts";
import { readRoute } from "./route.ts";
import { readTissue } from "./tissue.ts";

/** Version of the rules in this folder; the lexicon has its own. Raise it when a reader would read a record differently. */
export const EXTRACTOR_VERSION = "2";

const silent = <T>(value: T, rule: string): Reading<T> => ({ value, evidence: [], confidence: "high", rule });

/**
 * What a record says about the product of a lexicon: pure, the same for the same record and lexicon. Never throws on a
 * record that passed the study schema. Every evidence is verbatim at its path; silence is ["not_specified"].
 */
export function extractProduct(study: Study, lexicon: Lexicon): Product {
  const unread = readRecord(study, lexicon);
  const given = readGiven(unread);
  const record = { ...unread, brands: brandsOf(unread, given) };
  const ruledOut: RuledOut[] = [...given.ruledOut];
  const masking = study.protocolSection.designModule?.designInfo?.maskingInfo?.masking;
  const arms = readArms(record, given, masking !== undefined && masking !== "NONE");
  const common = {
    disease: readDisease(record),
    ...arms,
    ruledOut,
    extractorVersion: EXTRACTOR_VERSION,
    lexicon: `${lexicon.id}@${lexicon.version}`,
  };
  if (given.by === null) {
    return {
      includesProduct: silent(false, "given/nowhere"),
      productType: "none",
      tissue: silent(["not_specified"], "not_given"),
      tissueSubtypes: [],
      donor: silent("not_specified", "not_given"),
      donorExplicit: false,
      coProducts: silent(["none"], "not_given"),
      route: silent(["not_specified"], "not_given"),
      routeJoin: "and",
      routeSites: {},
      conflicts: [],
      ...common,
    };
  }
  const { hits: tissueHits, conflict: tissueConflict, subtypes, ...tissue } = readTissue(record, given, ruledOut);
  const { explicit, conflict: donorConflict, ...donor } = readDonor(record, given, tissueHits, ruledOut);
  const { join, sites, conflict: routeConflict, ...route } = readRoute(record, given, ruledOut);
  return {
    includesProduct: { value: true, evidence: [quoteHit(given.by)], confidence: given.confidence, rule: given.rule },
    productType: given.productType,
    tissue,
    tissueSubtypes: subtypes,
    donor,
    donorExplicit: explicit,
    coProducts: readCompanions(record, given, ruledOut),
    route,
    routeJoin: join,
    routeSites: sites,
    conflicts: [tissueConflict, donorConflict, routeConflict].filter((item) => item !== null),
    ...common,
  };
}

/**
 * The cheap gate: whether a record can concern the product at all, from titles, names, labels and keywords, then
 * with fewer words from the descriptions of arms and interventions and the summary (never the long description). False means that extractProduct would find nothing given.
 */
export function mayContainProduct(study: Study, lexicon: Lexicon): boolean {
  const { identificationModule: id, armsInterventionsModule: arms, conditionsModule: topics } = study.protocolSection;
  const { gate, gateText } = lexicon;
  if (gate.test(id.briefTitle ?? "") || gate.test(id.officialTitle ?? "")) return true;
  for (const item of arms?.interventions ?? []) {
    if (gate.test(item.name ?? "")) return true;
    for (const name of item.otherNames ?? []) if (gate.test(name)) return true;
  }
  for (const arm of arms?.armGroups ?? []) if (gate.test(arm.label ?? "")) return true;
  for (const word of topics?.keywords ?? []) if (gate.test(word)) return true;
  for (const item of arms?.interventions ?? []) if (gateText.test(item.description ?? "")) return true;
  for (const arm of arms?.armGroups ?? []) if (gateText.test(arm.description ?? "")) return true;
  return gateText.test(study.protocolSection.descriptionModule?.briefSummary ?? "");
}
