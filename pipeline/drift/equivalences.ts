import type { PartialDate } from "../../db/model.ts";
import { sameCountry } from "../normalize/countries.ts";
import { partialDate, within } from "../normalize/dates.ts";
import type { Facts } from "../normalize/facts.ts";
import { listed, type Relation, relation, SAME, SILENT, sameSet } from "./relation.ts";

/** When a typed column of the record agrees with a printed value: one function a column; review/columns.ts names them. */

/** Registry statuses that a blank denies where a review prints the word Completed (design 4.3, status convention). */
export const DENIED_BY_BLANK: readonly string[] = ["COMPLETED", "TERMINATED", "WITHDRAWN", "SUSPENDED"];

/** A flip to UNKNOWN is the registry's calendar: what counts is the last status that the sponsor gave. */
export function knownStatus(facts: Pick<Facts, "status" | "lastKnownStatus">): string {
  return facts.status === "UNKNOWN" ? (facts.lastKnownStatus ?? "UNKNOWN") : facts.status;
}

/** "Active, not recruiting" and "ACTIVE_NOT_RECRUITING" are one value. */
function enumOf(printed: string): string {
  return printed
    .replace(/\(.*\)/, "")
    .trim()
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_");
}

/** Null: the table states nothing there, and its convention does not make the blank a statement. */
export function compareStatus(
  printed: string | null,
  facts: Facts,
  words: Readonly<Record<string, string>>,
  convention: "completed_only" | null,
): Relation | null {
  const known = knownStatus(facts);
  if (printed === null) {
    if (convention === null || !DENIED_BY_BLANK.includes(known)) return null;
    return relation("differs", `the table prints a status only where it is Completed; the registry says ${known}`);
  }
  const value = Object.entries(words).find(([, word]) => word === printed)?.[0] ?? enumOf(printed);
  if (value === facts.status) return SAME;
  if (value === known) return relation("equivalent", `${facts.status}: last known ${known}`);
  return relation("differs", facts.status === "UNKNOWN" ? `no update since; last known ${known}` : null);
}

export function compareDate(printed: string, registry: PartialDate | null): Relation {
  if (registry === null) return SILENT;
  const date = /^\d{4}(?:-\d\d){0,2}$/.test(printed.trim()) ? partialDate(printed.trim()) : null;
  if (date === null) return relation("undecided", "the printed text is no date (yyyy, yyyy-mm or yyyy-mm-dd)");
  if (date.text === registry.text) return SAME;
  if (within(registry, date))
    return relation("refined", `a ${registry.precision} within the printed ${date.precision}`);
  if (within(date, registry))
    return relation("coarsened", `the printed ${date.precision} is within the ${registry.precision}`);
  return relation("differs");
}

export function compareEnrollment(printed: string | number, registry: number | null): Relation {
  if (registry === null) return SILENT;
  const number = typeof printed === "number" ? printed : Number(printed.replace(/[\s,](?=\d{3}\b)/g, ""));
  if (!Number.isFinite(number) || printed === "") return relation("undecided", "the printed text is no number");
  return number === registry ? SAME : relation("differs");
}

function phasesIn(printed: string): string[] {
  const value = enumOf(printed);
  if (value === "N_A" || value === "NOT_APPLICABLE" || value === "NA") return ["NA"];
  // "Phase 1", "Phase 1/2", "Phase 1/Phase 2", "Early Phase 1"
  const early = value.startsWith("EARLY_");
  const numbers = value.match(/\d/g) ?? [];
  if (!/^(?:EARLY_)?PHASE_?\d(?:_(?:PHASE_?)?\d)?$/.test(value)) return [value];
  return numbers.map((number) => `${early ? "EARLY_" : ""}PHASE${number}`);
}

/** `words`: registry value -> the review's word, e.g. NA: Undisclosed. */
export function comparePhase(
  printed: readonly string[],
  registry: readonly string[],
  words: Readonly<Record<string, string>>,
): Relation {
  if (registry.length === 0) return SILENT;
  const named = printed.flatMap((text) => Object.entries(words).find(([, word]) => word === text)?.[0] ?? []);
  const values = [...named, ...printed.filter((text) => !Object.values(words).includes(text)).flatMap(phasesIn)];
  if (!sameSet([...new Set(values)], registry)) return relation("differs", `the registry says ${registry.join(", ")}`);
  if (named.length > 0)
    return relation("equivalent", `${printed.join(", ")} stands for the registry's ${registry.join(", ")}`);
  return SAME;
}

/** Words for allocation; a review's word may be spelled either side of the ocean. */
export const ALLOCATION_WORDS: Readonly<Record<string, string>> = {
  RANDOMIZED: "randomized",
  NON_RANDOMIZED: "non-randomized",
};

/** Printed for a single group, whose allocation the registry calls not applicable. */
export const SINGLE_ARM = "single-arm";

export function isSingleGroup(facts: Pick<Facts, "allocation" | "interventionalModel">): boolean {
  return facts.interventionalModel === "SINGLE_GROUP" && (facts.allocation === "NA" || facts.allocation === null);
}

export function compareAllocation(printed: string, facts: Facts): Relation {
  const { allocation, interventionalModel } = facts;
  const word = printed
    .trim()
    .toLowerCase()
    .replace(/ised\b/g, "ized")
    .replace(/[\s-]+/g, "-");
  const single = word === SINGLE_ARM || word === "single-group";
  const value = Object.entries(ALLOCATION_WORDS).find(([, text]) => text === word)?.[0] ?? enumOf(printed);
  const oneGroup = interventionalModel === "SINGLE_GROUP";
  if (single) {
    if (allocation === null && interventionalModel === null) return SILENT;
    if (!oneGroup || allocation === "RANDOMIZED") return relation("differs");
    return allocation === "NON_RANDOMIZED" ? relation("equivalent", "a single group") : SAME;
  }
  if (allocation === null) return SILENT;
  if (value === allocation) return SAME;
  if (value === "NON_RANDOMIZED" && allocation === "NA" && oneGroup) {
    return relation("equivalent", "not applicable in a single group");
  }
  return relation(
    "differs",
    allocation === "NA" ? `not applicable, model ${interventionalModel ?? "not stated"}` : null,
  );
}

/** Who is masked, in a review's words and the registry's. */
export const MASKED_WORDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  PARTICIPANT: ["subject", "participant", "patient"],
  CARE_PROVIDER: ["caregiver", "care provider"],
  INVESTIGATOR: ["investigator"],
  OUTCOMES_ASSESSOR: ["outcomes assessor", "assessor", "outcome assessor"],
};

/** Depth of masking: none, one role, two or more. A review says "double" for all of these (rows-2022-01.md). */
export const MASKING_WORDS: Readonly<Record<string, string>> = {
  NONE: "open label",
  SINGLE: "single blind",
  DOUBLE: "double blind",
  TRIPLE: "double blind",
  QUADRUPLE: "double blind",
};

function maskingIn(printed: string): { word: string; roles: string[]; exact: string } {
  const text = printed.trim().toLowerCase().replace(/-/g, " ");
  const word = text
    .replace(/\(.*\)/, "")
    .replace(/\b(?:mask(?:ed|ing)|blind(?:ed)?)\b/, "blind")
    .replace(/\s+/g, " ")
    .trim();
  const names = /\(([^)]*)\)/.exec(text)?.[1]?.split(/[,;&/]|\sand\s/) ?? [];
  const roles = names.flatMap((name) => {
    const found = Object.entries(MASKED_WORDS).find(([, words]) =>
      words.some((one) => name.trim() === one || name.trim() === `${one}s`),
    );
    return found === undefined ? [name.trim().toUpperCase()] : [found[0]];
  });
  const exact = word.endsWith(" blind") ? word.slice(0, -" blind".length).toUpperCase() : "";
  return {
    word: word === "open" || word === "none" ? "open label" : word,
    roles: roles.filter((role) => role !== ""),
    exact,
  };
}

export function compareMasking(printed: string, { masking, whoMasked }: Facts): Relation {
  if (masking === null) return SILENT;
  const { word, roles, exact } = maskingIn(printed);
  if (word !== MASKING_WORDS[masking] && exact !== masking && enumOf(printed) !== masking)
    return relation("differs", `the registry says ${masking}`);
  if (roles.length > 0 && whoMasked.length === 0) return relation("coarsened", "the record does not say who is masked");
  if (roles.length > 0 && !sameSet(roles, whoMasked)) {
    const inside = roles.every((role) => whoMasked.includes(role)) && masking !== "SINGLE";
    return inside
      ? relation("coarsened", `masked: ${whoMasked.join(", ")}`)
      : relation("differs", `masked: ${whoMasked.join(", ")}`);
  }
  // a printed "single blind" leaves open who: the record's one role lies inside it
  if (masking === "SINGLE" && roles.length === 0 && whoMasked.length > 0)
    return relation("refined", `masked: ${whoMasked.join(", ")}`);
  const depth = word === "double blind" && masking !== "DOUBLE";
  return depth ? relation("equivalent", `${masking}: two or more roles are masked`) : SAME;
}

export function compareCountries(printed: readonly string[], facts: Facts): Relation {
  const { countries, countryEvidence } = facts;
  if (countries.length === 0) return SILENT;
  const kept = printed.filter((name) => countries.some((country) => sameCountry(name, country)));
  const added = countries.filter((country) => !printed.some((name) => sameCountry(name, country)));
  const lost = printed.filter((name) => !kept.includes(name));
  if (added.length > 0 || lost.length > 0) return relation("differs", listed(kept, added, lost));
  const affiliation = countryEvidence.find(({ rule }) => rule === "country.affiliation");
  if (affiliation !== undefined)
    return relation("equivalent", "no site is given; an official's affiliation", affiliation.path);
  return sameSet(printed, countries) ? SAME : relation("equivalent", `the registry writes ${countries.join(", ")}`);
}
