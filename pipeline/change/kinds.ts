import type { Change } from "../../db/model.ts";
import { type ChangeCase, type Found, say, shown, type Side, whenDifferent } from "./case.ts";
import { DATE_CASES } from "./date-cases.ts";
import { LIST_CASES } from "./list-cases.ts";
import { STATUS_LINES } from "./status-cases.ts";

const PROTOCOL = "protocolSection";
const DESIGN = `${PROTOCOL}.designModule`;
const SPONSORS = `${PROTOCOL}.sponsorCollaboratorsModule`;

function sizeOf({ facts }: Side): string | null {
  return facts.enrollment === null ? null : String(facts.enrollment);
}

/** Planned and actual size are kept apart: the two sides' counts by their own type, the newer one where both have it. */
function enrollmentFound(before: Side, after: Side): Found | null {
  const [old, now] = [before.facts, after.facts];
  if (old.enrollment === now.enrollment && old.enrollmentType === now.enrollmentType) return null;
  const count = (type: string) => [now, old].find((facts) => facts.enrollmentType === type)?.enrollment ?? null;
  return {
    old: sizeOf(before),
    new: sizeOf(after),
    detail: {
      from_type: old.enrollmentType,
      to_type: now.enrollmentType,
      planned: count("ESTIMATED"),
      actual: count("ACTUAL"),
    },
  };
}

function typedSize(size: string | null, type: unknown): string {
  return typeof type === "string" ? `${shown(size)} (${say(type)})` : shown(size);
}

function resultsFound(before: Side, after: Side): Found | null {
  const [old, now] = [before.facts, after.facts];
  const submitted = now.hasResults && !old.hasResults;
  const posted = now.resultsFirstPosted !== null && old.resultsFirstPosted === null;
  if (!submitted && !posted) return null;
  return {
    old: old.resultsAvailability,
    new: now.resultsAvailability,
    detail: { results_first_posted: now.resultsFirstPosted },
  };
}

/** Officials with role and affiliation, and the responsible party, as one text each. */
function leaders({ facts, study }: Side): string[] {
  const party = study.protocolSection.sponsorCollaboratorsModule?.responsibleParty;
  const responsible = party === undefined ? [] : [`responsible party ${Object.values(party).toSorted().join(", ")}`];
  return [
    ...facts.officials.map(({ name, role, affiliation }) => [name, role, affiliation ?? ""].join(", ")),
    ...responsible,
  ];
}

function leadersFound(before: Side, after: Side): Found | null {
  const differs = whenDifferent((side) => leaders(side).toSorted())(before, after);
  if (differs === null) return null;
  const printed = ({ facts, study }: Side) =>
    facts.officials.map(({ name }) => name).join("; ") ||
    (study.protocolSection.sponsorCollaboratorsModule?.responsibleParty?.investigatorFullName ?? null);
  const [old, now] = [leaders(before), leaders(after)];
  return {
    old: printed(before),
    new: printed(after),
    detail: { added: now.filter((one) => !old.includes(one)), removed: old.filter((one) => !now.includes(one)) },
  };
}

function fromTo(change: Change): string {
  return `${say(change.old)} -> ${say(change.new)}`;
}

/** One line a design column: the same kind, so that a view can filter on the column. */
const DESIGN_CASES: readonly ChangeCase[] = (
  [
    ["allocation", "allocation", "designInfo.allocation", ({ facts }) => facts.allocation],
    ["masking", "masking", "designInfo.maskingInfo.masking", ({ facts }) => facts.masking],
    [
      "interventional_model",
      "interventional model",
      "designInfo.interventionModel",
      ({ facts }) => facts.interventionalModel,
    ],
    ["who_masked", "who is masked", "designInfo.maskingInfo.whoMasked", ({ facts }) => facts.whoMasked],
  ] satisfies [string, string, string, Parameters<typeof whenDifferent>[0]][]
).map(([column, words, path, read]) => ({
  column,
  kind: "design_changed",
  covers: [`${DESIGN}.${path}`],
  find: whenDifferent(read),
  severity: "medium",
  cause: "submitted",
  sentence: (change) => `${words} ${fromTo(change)}`,
  reason: "the review's conclusions rest on it",
}));

/**
 * TABLE OF CHANGES: the registry before against after, one line a case. Of the lines of one column and kind at most one
 * change comes; what no line explains is one `other` (changes.ts). `derived_only` is written by the caller that sees it.
 */
export const CHANGES: readonly ChangeCase[] = [
  ...STATUS_LINES,
  ...DATE_CASES,
  {
    column: "enrollment",
    kind: "enrollment_changed",
    covers: [`${DESIGN}.enrollmentInfo`],
    find: enrollmentFound,
    severity: "medium",
    cause: "submitted",
    sentence: (change) =>
      `enrollment ${typedSize(change.old, change.detail["from_type"])} -> ${typedSize(change.new, change.detail["to_type"])}`,
    reason: "a planned size that becomes the actual one is news even where the number stays",
  },
  {
    column: "phase",
    kind: "phase_changed",
    covers: [`${DESIGN}.phases`],
    find: whenDifferent(({ facts }) => facts.phases),
    severity: "medium",
    cause: "submitted",
    sentence: (change) => `phase ${shown(change.old)} -> ${shown(change.new)}`,
    reason: "printed in the table",
  },
  ...DESIGN_CASES,
  ...LIST_CASES,
  {
    column: "sponsor",
    kind: "sponsor_renamed",
    covers: [`${SPONSORS}.leadSponsor`, `${PROTOCOL}.identificationModule.organization`],
    find: whenDifferent(({ facts }) => facts.sponsor),
    severity: "low",
    cause: "submitted",
    sentence: (change) => `lead sponsor ${shown(change.old)} -> ${shown(change.new)}`,
    reason: "the registry renames a sponsor in all its records at once; another owner looks the same in one record",
  },
  {
    column: "director",
    kind: "official_changed",
    covers: [`${PROTOCOL}.contactsLocationsModule.overallOfficials`, `${SPONSORS}.responsibleParty`],
    find: leadersFound,
    severity: "low",
    cause: "submitted",
    sentence: (change) =>
      change.old === change.new
        ? `officials: role, affiliation or responsible party changed (${shown(change.new)})`
        : `officials ${shown(change.old)} -> ${shown(change.new)}`,
    reason: "officials and responsible party; contacts go when recruitment ends and are no news",
  },
  {
    column: "results",
    kind: "results_posted",
    covers: [
      "hasResults",
      "resultsSection",
      `${PROTOCOL}.statusModule.resultsFirstSubmitDate`,
      `${PROTOCOL}.statusModule.resultsFirstSubmitQcDate`,
      `${PROTOCOL}.statusModule.resultsFirstPostDateStruct`,
    ],
    find: resultsFound,
    severity: "high",
    cause: "submitted",
    sentence: (change) => `results posted${postedOn(change)}`,
    reason: "results in the registry are what a reviewer waits for",
  },
];

function postedOn(change: Change): string {
  const date = change.detail["results_first_posted"];
  return typeof date === "string" ? ` on ${date}` : "";
}
