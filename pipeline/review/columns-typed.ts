import type { Cell, ColumnName, PartialDate } from "../../db/model.ts";
import { compareDirector } from "../drift/director.ts";
import {
  compareAllocation,
  compareCountries,
  compareDate,
  compareEnrollment,
  compareMasking,
  comparePhase,
  compareStatus,
  knownStatus,
} from "../drift/equivalences.ts";
import { compareOutcomes } from "../drift/outcomes.ts";
import type { Relation } from "../drift/relation.ts";
import type { Facts } from "../normalize/facts.ts";
import type { Notation } from "./codes.ts";
import {
  at,
  CONTACTS,
  DESIGN,
  OUTCOMES,
  readAllocation,
  readCountry,
  readDirector,
  readEnrollment,
  readMasking,
  readOutcomes,
  readPhase,
  readStatus,
  SPONSORS,
  STATUS,
} from "./column-reads.ts";
import { type ColumnEntry, type Comparison, filled, LIST_SEPARATOR, printValue, silent, texts } from "./column.ts";

/** Columns that the registry keeps in fields of their own. */

interface Simple {
  name: ColumnEntry["name"] & Exclude<ColumnName, "results">;
  label: string;
  paths: string[];
  read: (facts: Facts, notation: Notation) => Cell;
  /** Called with a printed value only; null is for a column that reads a blank itself. */
  relate: (printed: string[], input: Comparison) => Relation | null;
  readsBlank?: true;
  identity?: (facts: Facts) => unknown;
  reason: string;
}

/** A column that is compared as a whole. */
function simple({ name, label, paths, read, relate, readsBlank, identity, reason }: Simple): ColumnEntry {
  return {
    name,
    label,
    paths,
    read: (facts, _product, notation) => read(facts, notation),
    parts: [name],
    compare: (input) => {
      const printed = texts(input.printed);
      const stated = printed.length > 0 || readsBlank === true;
      return [
        {
          column: name,
          curated: printValue(input.printed),
          registry: input.cell.value,
          relation: stated ? relate(printed, input) : null,
        },
      ];
    },
    identity: (cell, facts) => (identity === undefined ? cell.neutral : identity(facts)),
    printCurated: printValue,
    reason,
  };
}

const one = (printed: string[]) => printed.join(LIST_SEPARATOR);

function dateColumn(
  name: "start_date" | "completion_date",
  label: string,
  field: string,
  of: (facts: Facts) => PartialDate | null,
): ColumnEntry {
  const path = `${STATUS}.${field}.date`;
  return simple({
    name,
    label,
    paths: [path],
    read: (facts) => {
      const date = of(facts);
      return date === null ? silent(name) : filled(name, date.text, date.text, at(path, date.text, name));
    },
    relate: (printed, { facts }) => compareDate(one(printed), of(facts)),
    reason: "dates keep their precision; planned or actual is not part of a printed value",
  });
}

/** Typed columns in the order of model.ts; route and cell source are in columns-product.ts. */
export const TYPED_COLUMNS: readonly ColumnEntry[] = [
  simple({
    name: "director",
    label: "Director",
    paths: [
      `${CONTACTS}.overallOfficials`,
      `${CONTACTS}.centralContacts`,
      `${CONTACTS}.locations`,
      `${SPONSORS}.leadSponsor`,
      `${SPONSORS}.responsibleParty`,
      `${SPONSORS}.collaborators`,
    ],
    read: readDirector,
    relate: (printed, { facts }) => compareDirector(one(printed), facts),
    reason:
      "printed by the order of trust of people.ts, compared by membership: a name in any of these fields is the same fact",
  }),
  simple({
    name: "country",
    label: "Country",
    paths: [`${CONTACTS}.locations`, `${CONTACTS}.overallOfficials`],
    read: readCountry,
    relate: (printed, { facts }) => compareCountries(printed, facts),
    reason: "sites, else an official's affiliation; a country has many spellings",
  }),
  simple({
    name: "status",
    label: "Status",
    paths: [`${STATUS}.overallStatus`, `${STATUS}.lastKnownStatus`],
    read: readStatus,
    relate: (printed, { facts, notation, statusConvention }) =>
      compareStatus(printed.length === 0 ? null : one(printed), facts, notation.status, statusConvention),
    readsBlank: true,
    identity: knownStatus,
    reason: "UNKNOWN is the calendar's: the last known status is compared; a blank may be a statement",
  }),
  dateColumn("start_date", "Start", "startDateStruct", ({ start }) => start),
  dateColumn("completion_date", "Completion", "completionDateStruct", ({ completion }) => completion),
  simple({
    name: "phase",
    label: "Phase",
    paths: [`${DESIGN}.phases`],
    read: readPhase,
    relate: (printed, { facts, notation }) => comparePhase(printed, facts.phases, notation.phase),
    reason: "NA is a value; only an absent list is silence",
  }),
  simple({
    name: "enrollment",
    label: "Enrollment",
    paths: [`${DESIGN}.enrollmentInfo.count`],
    read: readEnrollment,
    relate: (printed, { facts }) => compareEnrollment(one(printed), facts.enrollment),
    reason: "a number; planned or actual is not part of a printed value",
  }),
  simple({
    name: "allocation",
    label: "Allocation",
    paths: [`${DESIGN}.designInfo.allocation`, `${DESIGN}.designInfo.interventionModel`],
    read: readAllocation,
    relate: (printed, { facts }) => compareAllocation(one(printed), facts),
    identity: ({ allocation, interventionalModel }) => [allocation, interventionalModel],
    reason: "the registry calls it not applicable in a single group, which reviews print as non-randomized",
  }),
  simple({
    name: "masking",
    label: "Masking",
    paths: [`${DESIGN}.designInfo.maskingInfo.masking`, `${DESIGN}.designInfo.maskingInfo.whoMasked`],
    read: readMasking,
    relate: (printed, { facts }) => compareMasking(one(printed), facts),
    identity: ({ masking, whoMasked }) => [masking, whoMasked],
    reason: "open label is none; double is two or more roles; single is told with its role",
  }),
  simple({
    name: "primary_outcomes",
    label: "Primary outcomes",
    paths: [OUTCOMES],
    read: readOutcomes,
    relate: (printed, { facts, notation }) => compareOutcomes(printed, facts.primaryOutcomes, notation.acronyms),
    reason: "compared as sets of measurand, instrument and statistic, with the review's acronyms",
  }),
];

export const RESULTS_COLUMN: ColumnEntry = {
  name: "results",
  label: "Results",
  paths: ["hasResults", `${STATUS}.overallStatus`],
  read: (facts) => {
    const evidence =
      facts.resultsAvailability === "posted"
        ? at("hasResults", "true", "results")
        : at(`${STATUS}.overallStatus`, facts.status, "results");
    return filled("results", facts.resultsAvailability, facts.resultsAvailability, evidence);
  },
  parts: [],
  compare: null,
  identity: (cell) => cell.neutral,
  printCurated: printValue,
  reason:
    "the printed sentence is the reviewer's reading: it stands beside the registry's availability and is never compared",
};
