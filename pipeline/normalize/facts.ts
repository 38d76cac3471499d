import type { Evidence, PartialDate } from "../../db/model.ts";
import type { Study } from "../registry/study.ts";
import { countriesOf } from "./countries.ts";
import { partialDate } from "./dates.ts";
import { designOf } from "./design.ts";
import { nulsIn } from "./nuls.ts";
import { type Outcome, primaryOutcomes } from "./outcomes.ts";
import { type Named, peopleOf } from "./people.ts";
import { publicationsOf, type Reference, referencesOf } from "./publications.ts";
import { fdaRegulated, type ResultsAvailability, resultsAvailability } from "./results.ts";
import { plain } from "./text.ts";

export type { Outcome } from "./outcomes.ts";
export type { Named } from "./people.ts";

/**
 * The normalized registry columns of one study: what the record states, in the registry's own vocabulary, with no
 * review in sight. Null or an empty list means that the record does not say. Texts are plain; spans of evidence are raw.
 */
export interface Facts {
  nctId: string;
  aliases: string[];
  title: string;
  officialTitle: string | null;
  studyType: string | null;
  status: string;
  /** Null unless the status is UNKNOWN. */
  lastKnownStatus: string | null;
  whyStopped: string | null;
  statusVerified: PartialDate | null;
  start: PartialDate | null;
  primaryCompletion: PartialDate | null;
  completion: PartialDate | null;
  /** Registry values in registry order: [] not stated, ["NA"] stated as not applicable. */
  phases: string[];
  /** Null when absent or when it is the registry's sentinel 99999999. */
  enrollment: number | null;
  enrollmentType: string | null;
  allocation: string | null;
  interventionalModel: string | null;
  masking: string | null;
  /** Sorted; [] when the record names no role. */
  whoMasked: string[];
  /** Distinct, in order of first appearance; `countryEvidence` says from sites or from an official's affiliation. */
  countries: string[];
  countryEvidence: Evidence[];
  /** Director as the review prints one, by the stated order of people; null when the record names nobody. */
  director: string | null;
  directorEvidence: Evidence[];
  /** Everyone and every organisation that could be printed as director, in order of trust. */
  people: Named[];
  sponsor: string | null;
  sponsorClass: string | null;
  officials: { name: string; role: string; affiliation: string | null }[];
  /** "facility, city, country", sorted. */
  sites: string[];
  /** Labels, in registry order. */
  arms: string[];
  /** Names, in registry order. */
  interventions: string[];
  conditions: string[];
  primaryOutcomes: Outcome[];
  hasResults: boolean;
  /** Registry availability of results: none, completed_without_results, posted. */
  resultsAvailability: ResultsAvailability;
  resultsFirstPosted: string | null;
  /** Submission date of a certificate or request that delays results. */
  resultsDelayRequested: string | null;
  /** Null where the record says nothing. */
  fdaRegulated: boolean | null;
  references: Reference[];
  /** PMIDs of the references that can report this trial. */
  publications: string[];
  firstPosted: string | null;
  lastUpdatePosted: string | null;
  /** How many NUL characters were stripped from the texts above. */
  nuls: number;
}

type Protocol = Study["protocolSection"];

function optional(text: string | undefined): string | null {
  return text === undefined ? null : plain(text);
}

function sitesOf(protocol: Protocol): string[] {
  const sites = protocol.contactsLocationsModule?.locations;
  if (sites === undefined) return [];
  return sites.map(({ facility, city, country }) => plain(joined(facility, city, country))).sort();
}

function joined(facility: string | undefined, city: string | undefined, country: string | undefined): string {
  if (facility !== undefined && city !== undefined && country !== undefined) return `${facility}, ${city}, ${country}`;
  return [facility, city, country].filter((part) => part !== undefined).join(", ");
}

function officialsOf(protocol: Protocol): Facts["officials"] {
  return (protocol.contactsLocationsModule?.overallOfficials ?? []).map(({ name, role, affiliation }) => ({
    name: plain(name ?? ""),
    role: role ?? "",
    affiliation: optional(affiliation),
  }));
}

function datesOf(status: Protocol["statusModule"]) {
  return {
    statusVerified: partialDate(status.statusVerifiedDate),
    start: partialDate(status.startDateStruct),
    primaryCompletion: partialDate(status.primaryCompletionDateStruct),
    completion: partialDate(status.completionDateStruct),
    resultsFirstPosted: status.resultsFirstPostDateStruct?.date ?? null,
    resultsDelayRequested: status.dispFirstSubmitDate ?? null,
    firstPosted: status.studyFirstPostDateStruct?.date ?? null,
    lastUpdatePosted: status.lastUpdatePostDateStruct?.date ?? null,
  };
}

function nameOrNull(text: string | undefined): string | null {
  const name = text === undefined ? "" : plain(text).trim();
  return name === "" ? null : name;
}

/**
 * Reads the facts of one validated study. Pure; never throws on a study that passed the schema of registry/study.ts.
 * 42-55 us a record over the 2,243 v2 records of the corpus (one core, warm); names and officials are a third of it.
 */
export function factsOf(study: Study): Facts {
  const protocol = study.protocolSection;
  const { identificationModule: identity, statusModule: status } = protocol;
  const lead = protocol.sponsorCollaboratorsModule?.leadSponsor;
  const arms = protocol.armsInterventionsModule;
  const dates = datesOf(status);
  const references = referencesOf(study);
  return {
    nctId: identity.nctId,
    aliases: identity.nctIdAliases ?? [],
    title: plain(identity.briefTitle ?? identity.officialTitle ?? ""),
    officialTitle: optional(identity.officialTitle),
    status: status.overallStatus,
    lastKnownStatus: status.overallStatus === "UNKNOWN" ? (status.lastKnownStatus ?? null) : null,
    whyStopped: optional(status.whyStopped),
    ...dates,
    ...designOf(study),
    ...countriesOf(study),
    ...peopleOf(study),
    sponsor: nameOrNull(lead?.name),
    sponsorClass: lead?.class ?? null,
    officials: officialsOf(protocol),
    sites: sitesOf(protocol),
    arms: (arms?.armGroups ?? []).map(({ label }) => plain(label ?? "")),
    interventions: (arms?.interventions ?? []).map(({ name }) => plain(name ?? "")),
    conditions: (protocol.conditionsModule?.conditions ?? []).map(plain),
    primaryOutcomes: primaryOutcomes(study),
    hasResults: study.hasResults ?? false,
    resultsAvailability: resultsAvailability(study),
    fdaRegulated: fdaRegulated(study),
    references,
    publications: publicationsOf(references, dates.start),
    nuls: nulsIn(study),
  };
}
