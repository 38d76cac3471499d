import type { Cell, Evidence } from "../../db/model.ts";
import { ALLOCATION_WORDS, isSingleGroup, MASKED_WORDS, MASKING_WORDS, SINGLE_ARM } from "../drift/equivalences.ts";
import type { Facts } from "../normalize/facts.ts";
import type { Notation } from "./codes.ts";
import { filled, LIST_SEPARATOR, silent } from "./column.ts";

/** How each typed column of a record prints, with the field it stands in. Null values and empty lists print nothing. */

export const STATUS = "protocolSection.statusModule";
export const DESIGN = "protocolSection.designModule";
export const SPONSORS = "protocolSection.sponsorCollaboratorsModule";
export const CONTACTS = "protocolSection.contactsLocationsModule";
export const OUTCOMES = "protocolSection.outcomesModule.primaryOutcomes";

export function at(path: string, span: string | number | null, rule: string): Evidence[] {
  return span === null ? [] : [{ path, span: String(span), rule }];
}

export function readStatus(facts: Facts, notation: Notation): Cell {
  const { status, lastKnownStatus } = facts;
  const word = notation.status[status] ?? status;
  const evidence = at(`${STATUS}.overallStatus`, status, "status");
  if (lastKnownStatus === null) return filled("status", word, status, evidence);
  const known = at(`${STATUS}.lastKnownStatus`, lastKnownStatus, "status.last_known");
  return filled(
    "status",
    `${word} (last known ${lastKnownStatus})`,
    status,
    [...evidence, ...known],
    "status.last_known",
  );
}

function phaseWord(phase: string, notation: Notation): string {
  const word = /^(EARLY_)?PHASE(\d)$/.exec(phase);
  return notation.phase[phase] ?? (word === null ? phase : `${word[1] === undefined ? "" : "Early "}Phase ${word[2]}`);
}

export function readPhase({ phases }: Facts, notation: Notation): Cell {
  if (phases.length === 0) return silent("phase");
  const evidence = phases.flatMap((phase, index) => at(`${DESIGN}.phases[${index}]`, phase, "phase"));
  return filled("phase", phases.map((phase) => phaseWord(phase, notation)).join(LIST_SEPARATOR), phases, evidence);
}

export function readEnrollment({ enrollment }: Facts): Cell {
  if (enrollment === null) return silent("enrollment");
  return filled(
    "enrollment",
    String(enrollment),
    enrollment,
    at(`${DESIGN}.enrollmentInfo.count`, enrollment, "enrollment"),
  );
}

export function readAllocation(facts: Facts): Cell {
  const { allocation, interventionalModel } = facts;
  const path = `${DESIGN}.designInfo`;
  const evidence = at(`${path}.allocation`, allocation, "allocation");
  if (isSingleGroup(facts)) {
    const model = at(`${path}.interventionModel`, interventionalModel, "allocation.single_group");
    return filled("allocation", SINGLE_ARM, allocation, [...evidence, ...model], "allocation.single_group");
  }
  return allocation === null
    ? silent("allocation")
    : filled("allocation", ALLOCATION_WORDS[allocation] ?? allocation, allocation, evidence);
}

export function readMasking({ masking, whoMasked }: Facts): Cell {
  if (masking === null) return silent("masking");
  const who = whoMasked.map((role) => MASKED_WORDS[role]?.[0] ?? role);
  const word = MASKING_WORDS[masking] ?? masking;
  const printed = masking === "SINGLE" && who.length > 0 ? `${word} (${who.join(", ")})` : word;
  const path = `${DESIGN}.designInfo.maskingInfo`;
  return filled("masking", printed, masking, at(`${path}.masking`, masking, "masking"));
}

export function readCountry({ countries, countryEvidence }: Facts, notation: Notation): Cell {
  if (countries.length === 0) return silent("country");
  const printed = countries.map((country) => notation.country[country] ?? country);
  return filled("country", printed.join(LIST_SEPARATOR), countries, countryEvidence, countryEvidence[0]?.rule);
}

export function readDirector({ director, directorEvidence }: Facts): Cell {
  if (director === null) return silent("director");
  return filled("director", director, director, directorEvidence, directorEvidence[0]?.rule);
}

export function readOutcomes({ primaryOutcomes }: Facts): Cell {
  const measures = primaryOutcomes.map(({ measure }) => measure);
  if (measures.every((measure) => measure === "")) return silent("primary_outcomes");
  const evidence = measures.flatMap((measure, index) =>
    at(`${OUTCOMES}[${index}].measure`, measure, "primary_outcomes"),
  );
  return filled("primary_outcomes", measures.join(LIST_SEPARATOR), measures, evidence);
}
