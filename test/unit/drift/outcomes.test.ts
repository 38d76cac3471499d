import { expect, test } from "vitest";
import { compareOutcomes } from "../../../pipeline/drift/outcomes.ts";

const KEY = {
  AUC: ["area under the curve"],
  MMTT: ["mixed meal tolerance test"],
  HbA1c: ["hemoglobin A1c"],
};

interface Told {
  measure: string;
  timeFrame?: string;
  description?: string;
}

function kind(printed: string[], told: (string | Told)[]): string {
  const outcomes = told.map((one) => {
    const { measure, timeFrame = null, description = null } = typeof one === "string" ? { measure: one } : one;
    return { measure, timeFrame, description };
  });
  return compareOutcomes(printed, outcomes, KEY).kind;
}

test.each<[string, string[], (string | Told)[], string]>([
  ["word for word", ["Grip strength; pain"], ["Grip strength", "Pain"], "same"],
  ["in another order", ["Pain", "Grip strength"], ["Grip strength", "Pain"], "same"],
  ["the key spells it out", ["Insulin AUC (MMTT)"], ["Insulin area under the curve (MMTT)"], "equivalent"],
  ["joined in one cell", ["Glucose and HbA1c"], ["Hemoglobin A1c", "Glucose"], "equivalent"],
  ["an acronym that the record explains", ["forced vital capacity"], ["Forced vital capacity (FVC)"], "equivalent"],
  [
    "in a description",
    ["Frequency and severity of falls"],
    [{ measure: "Frequency of falls", description: "Frequency and severity of falls." }],
    "equivalent",
  ],
  [
    "other grammar",
    ["Percentage of patients achieving and keeping remission"],
    ["the proportion of participants who achieve and keep remission"],
    "wording",
  ],
  ["an instrument added", ["Tolerability"], ["Tolerability assessed by adverse events"], "wording"],
  [
    "its course in time, none printed",
    ["Insulin AUC (MMTT)"],
    ["Change of insulin AUC for a mixed meal tolerance test at two years compared with baseline"],
    "wording",
  ],
  ["a direction, none printed", ["Prednisone requirement"], ["Reduction of prednisone dose"], "wording"],
  [
    "the population printed",
    ["Prednisone dose in adult patients with nephritis"],
    ["Change of prednisone dose from baseline"],
    "wording",
  ],
  [
    "words in parentheses explain",
    ["Efficacy (renal function, proteinuria) and Safety"],
    ["Efficacy and Safety"],
    "wording",
  ],
  ["one of two lost", ["HbA1c, Insulin AUC"], ["HbA1c"], "overlap"],
  ["one added", ["HbA1c"], ["HbA1c", "Safety"], "overlap"],
  ["a statistic lost", ["Insulin AUC and peak insulin"], ["Insulin at 90 minutes"], "differs"],
  ["a statistic changed", ["Insulin AUC"], ["Peak insulin"], "differs"],
  ["one statistic of two kept", ["Frequency and severity of falls"], ["Frequency of falls"], "overlap"],
  ["another thing by name", ["HbA1c"], ["Overall survival"], "differs"],
  [
    "sentences that no rule places",
    ["Restoration of independence in daily life and work"],
    ["Barthel index above the usual range for the age group"],
    "undecided",
  ],
  [
    "a share known by its figures",
    ["Percentage of patients reaching insulin above 0.1 fasting and 0.3 at 90 min"],
    [{ measure: "Insulin", description: "Share of patients with fasting insulin of 0.1 or 0.3 at 90 minutes." }],
    "overlap",
  ],
  [
    "a share of another thing with the same figures",
    ["Percentage of patients with HbA1c below 7 at 6 months"],
    ["Percentage of patients with ferritin below 7 at 6 months"],
    "undecided",
  ],
  ["nothing registered", ["HbA1c"], [], "silent"],
  ["the time frame printed", ["HbA1c [6 months]"], [{ measure: "HbA1c", timeFrame: "6 months" }], "same"],
  ["another time frame printed", ["HbA1c [6 months]"], [{ measure: "HbA1c", timeFrame: "1 year" }], "differs"],
  ["a time frame only registered", ["HbA1c"], [{ measure: "HbA1c", timeFrame: "1 year" }], "same"],
])("%s", (_, printed, told, expected) => expect(kind(printed, told)).toBe(expected));

test("the note lists what was kept, added and lost, and the path of a description", () => {
  const overlap = compareOutcomes(
    ["HbA1c, Insulin AUC"],
    [{ measure: "HbA1c", timeFrame: null, description: null }],
    KEY,
  );
  expect(overlap.note).toBe("kept: HbA1c; lost: Insulin AUC");
  const described = { measure: "Frequency of falls", timeFrame: null, description: "Frequency and severity of falls." };
  expect(compareOutcomes(["Frequency and severity of falls"], [described], KEY).path).toBe(
    "protocolSection.outcomesModule.primaryOutcomes[0].description",
  );
});
