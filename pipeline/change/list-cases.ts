import { countryName } from "../normalize/countries.ts";
import type { Outcome } from "../normalize/outcomes.ts";
import { plain } from "../normalize/text.ts";
import { addedAndRemoved, type ChangeCase, detailList, type Found, listed, type Side } from "./case.ts";
import { type OutcomeDifference, outcomeDifference, setDifference } from "./sets.ts";

const PROTOCOL = "protocolSection";
const LOCATIONS = `${PROTOCOL}.contactsLocationsModule.locations`;
const OFFICIALS = `${PROTOCOL}.contactsLocationsModule.overallOfficials`;
const OUTCOMES = `${PROTOCOL}.outcomesModule.primaryOutcomes`;
const REFERENCES = `${PROTOCOL}.referencesModule.references`;

function outcomes(pick: (difference: OutcomeDifference) => Found | null): ChangeCase["find"] {
  return (before, after) => pick(outcomeDifference(before.facts.primaryOutcomes, after.facts.primaryOutcomes));
}

function measures(list: readonly Outcome[]): string {
  return list.map(({ measure }) => measure).join("; ");
}

/** Sites without their contacts and status; a country renamed by the registry is the same country. */
function sites({ study }: Side): string[] {
  return (study.protocolSection.contactsLocationsModule?.locations ?? []).map(({ facility, city, state, country }) =>
    plain([facility, city, state, country === undefined ? country : countryName(country)].filter(Boolean).join(", ")),
  );
}

/** Each member of a list as one text that holds all its parts, so that a changed description is found too. */
function arms({ study }: Side): string[] {
  return (study.protocolSection.armsInterventionsModule?.armGroups ?? []).map(
    ({ label = "", type = "", description = "", interventionNames = [] }) =>
      plain(JSON.stringify([label, type, description, interventionNames])),
  );
}

function interventions({ study }: Side): string[] {
  return (study.protocolSection.armsInterventionsModule?.interventions ?? []).map(
    ({ name = "", type = "", description = "", otherNames = [], armGroupLabels = [] }) =>
      plain(JSON.stringify([name, type, description, otherNames, armGroupLabels])),
  );
}

/** A list of named things: fires on any difference in its parts, prints the names, keeps what came and went. */
function namedList(parts: (side: Side) => string[], names: (side: Side) => readonly string[]): ChangeCase["find"] {
  return (before, after) => {
    const whole = setDifference(parts(before), parts(after));
    if (whole.added.length + whole.removed.length === 0) return null;
    const [old, now] = [names(before), names(after)];
    return { old: old.join("; ") || null, new: now.join("; ") || null, detail: { ...setDifference(old, now) } };
  };
}

/** A count is printed, since a large study has hundreds of sites. */
function siteCount(list: readonly string[]): string {
  return `${list.length} ${list.length === 1 ? "site" : "sites"}`;
}

type Reference = Side["facts"]["references"][number];

function referenceKey({ pmid, citation }: Reference): string {
  return pmid ?? citation ?? "";
}

function names({ pmid, citation }: Reference): string {
  return pmid === null ? (citation ?? "") : `PMID ${pmid}`;
}

/** References that hold `test` now and did not before, by PMID, else by citation. */
function newReferences(test: (reference: Reference) => boolean): ChangeCase["find"] {
  return (before, after) => {
    const held = new Set(before.facts.references.filter(test).map(referenceKey));
    const fresh = after.facts.references.filter((one) => test(one) && !held.has(referenceKey(one)));
    if (fresh.length === 0) return null;
    return { old: null, new: fresh.map(names).join("; "), detail: { added: fresh.map(names), references: fresh } };
  };
}

/** Changes of lists: members that came, went or were worded anew. */
export const LIST_CASES: readonly ChangeCase[] = [
  {
    column: "primary_outcomes",
    kind: "outcome_added",
    covers: [OUTCOMES],
    find: outcomes(({ added }) =>
      added.length === 0 ? null : { old: null, new: measures(added), detail: { outcomes: added } },
    ),
    severity: "high",
    cause: "submitted",
    sentence: (change) => `primary outcome added: ${change.new}`,
    reason: "what a trial set out to show has changed",
  },
  {
    column: "primary_outcomes",
    kind: "outcome_removed",
    covers: [OUTCOMES],
    find: outcomes(({ removed }) =>
      removed.length === 0 ? null : { old: measures(removed), new: null, detail: { outcomes: removed } },
    ),
    severity: "high",
    cause: "submitted",
    sentence: (change) => `primary outcome removed: ${change.old}`,
    reason: "an outcome that is measured and not reported is the commonest bias",
  },
  {
    column: "primary_outcomes",
    kind: "outcome_reworded",
    covers: [OUTCOMES],
    find: outcomes(({ reworded }) =>
      reworded.length === 0
        ? null
        : {
            old: measures(reworded.map(({ from }) => from)),
            new: measures(reworded.map(({ to }) => to)),
            detail: { outcomes: reworded },
          },
    ),
    severity: "medium",
    cause: "submitted",
    sentence: (change) =>
      change.old === change.new
        ? `primary outcome's time frame or description changed: ${change.new}`
        : `primary outcome reworded: ${change.old} -> ${change.new}`,
    reason: "half of the words of the measure are the same; a person sees whether the meaning is",
  },
  {
    column: "sites",
    kind: "sites_changed",
    covers: [LOCATIONS],
    find: (before, after) => {
      const [old, now] = [sites(before), sites(after)];
      const difference = setDifference(old, now);
      if (difference.added.length + difference.removed.length === 0) return null;
      return { old: siteCount(old), new: siteCount(now), detail: { ...difference } };
    },
    severity: "low",
    cause: "submitted",
    sentence: (change) => `${change.old} -> ${change.new}: ${addedAndRemoved(change)}`,
    reason: "contacts and status of a site are not the site",
  },
  {
    column: "country",
    kind: "countries_changed",
    covers: [LOCATIONS, OFFICIALS],
    find: (before, after) => {
      const [old, now] = [before.facts.countries, after.facts.countries];
      const difference = setDifference(old.map(countryName), now.map(countryName));
      if (difference.added.length + difference.removed.length === 0) return null;
      return { old: old.join("; ") || null, new: now.join("; ") || null, detail: { ...difference } };
    },
    severity: "medium",
    cause: "submitted",
    sentence: (change) => `countries: ${addedAndRemoved(change)}`,
    reason: "a set, read from affiliations where there are no sites; Turkey that is now Türkiye is no change",
  },
  {
    column: "arms",
    kind: "arms_changed",
    covers: [`${PROTOCOL}.armsInterventionsModule.armGroups`],
    find: namedList(arms, ({ facts }) => facts.arms),
    severity: "medium",
    cause: "submitted",
    sentence: (change) => `arms: ${addedAndRemoved(change)}`,
    reason: "label, type, description and interventions of an arm decide comparator and product",
  },
  {
    column: "interventions",
    kind: "interventions_changed",
    covers: [`${PROTOCOL}.armsInterventionsModule.interventions`],
    find: namedList(interventions, ({ facts }) => facts.interventions),
    severity: "medium",
    cause: "submitted",
    sentence: (change) => `interventions: ${addedAndRemoved(change)}`,
    reason: "route, donor and cell source are read here first",
  },
  {
    column: "publications",
    kind: "publication_linked",
    covers: [REFERENCES],
    find: newReferences(({ type }) => type === "RESULT" || type === "DERIVED"),
    severity: "medium",
    cause: "submitted",
    sentence: (change) => `publication linked: ${listed(detailList(change, "added"))}`,
    reason: "BACKGROUND references are older work; a reference that becomes RESULT counts as linked then",
  },
  {
    column: "publications",
    kind: "retracted",
    covers: [REFERENCES],
    find: newReferences(({ retracted }) => retracted),
    severity: "high",
    cause: "submitted",
    sentence: (change) => `publication retracted: ${listed(detailList(change, "added"))}`,
    reason: "whatever its type: a retracted paper must be seen",
  },
];
