import type { Study } from "../registry/study.ts";
import { countNuls } from "./text.ts";

function within(value: unknown): number {
  if (typeof value === "string") return countNuls(value);
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  for (const part of Object.values(value)) count += within(part);
  return count;
}

/**
 * NUL characters in the parts of a record that facts are read from; each is counted once, however many facts read it.
 * Prose that no fact holds (descriptions, criteria, results) is not looked at.
 */
export function nulsIn(study: Study): number {
  const protocol = study.protocolSection;
  const { overallOfficials, centralContacts, locations } = protocol.contactsLocationsModule ?? {};
  const identity = protocol.identificationModule;
  const arms = protocol.armsInterventionsModule;
  let count =
    countNuls(identity.briefTitle ?? "") +
    countNuls(identity.officialTitle ?? "") +
    countNuls(identity.organization?.fullName ?? "") +
    countNuls(protocol.statusModule.whyStopped ?? "") +
    within(protocol.sponsorCollaboratorsModule) +
    within(protocol.conditionsModule?.conditions) +
    within(protocol.outcomesModule?.primaryOutcomes) +
    within(overallOfficials) +
    within(centralContacts);
  for (const reference of protocol.referencesModule?.references ?? []) count += countNuls(reference.citation ?? "");
  for (const { label } of arms?.armGroups ?? []) count += countNuls(label ?? "");
  for (const { name } of arms?.interventions ?? []) count += countNuls(name ?? "");
  for (const { facility, city, country } of locations ?? []) {
    count += countNuls(facility ?? "") + countNuls(city ?? "") + countNuls(country ?? "");
  }
  return count;
}
