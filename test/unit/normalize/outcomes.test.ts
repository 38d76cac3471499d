import { describe, expect, test } from "vitest";
import { condense, timeFrameText } from "../../../pipeline/normalize/outcomes.ts";
import { corpus, withoutCorpus } from "./corpus.ts";

const ACRONYMS = {
  AUC: "area under the curve",
  OGTT: "oral glucose tolerance test",
  MMTT: "mixed meal tolerance test",
  HbA1c: ["glycated hemoglobin", "hemoglobin A1c"],
};

function short(measure: string): string[] {
  return condense({ measure, timeFrame: null, description: null }, ACRONYMS).map(
    ({ measurand, instrument, statistic }) => [measurand, instrument ?? "-", statistic ?? "-"].join(" | "),
  );
}

describe("condensed outcomes", () => {
  test.each([
    ["c-peptide area under the curve during OGTT", ["c-peptide | OGTT | AUC"]],
    ["C-peptide area under the concentration curve (AUC) response (MMTT)", ["C-peptide | MMTT | AUC"]],
    ["AUC C-peptide levels during mixed meal tolerance test", ["C-peptide | MMTT | AUC"]],
    ["C-peptide AUC and peak C-peptide (MMTT)", ["C-peptide | MMTT | AUC", "C-peptide | MMTT | peak"]],
    ["Glycosylated hemoglobin (HbA1c)", ["HbA1c | - | -"]],
    ["Hemoglobin A1c", ["HbA1c | - | -"]],
    ["Glucose and C-peptide levels", ["Glucose | - | -", "C-peptide | - | -"]],
    ["Frequency and severity of Adverse Events", ["Adverse Events | - | frequency", "Adverse Events | - | severity"]],
    ["Renal function (GFR, BUN, urinalysis)", ["Renal function (GFR, BUN, urinalysis) | - | -"]],
    ["British Isles Lupus Assessment Group score (BILAG)", ["BILAG | - | -"]],
    ["Clinical response at Week 24 as defined by the SLE Responder Index (SRI):", ["Clinical response | SRI | -"]],
    ["Changes from baseline exogenous insulin dose", ["exogenous insulin dose | - | change"]],
    ["Objective Response Rate", ["Objective Response | - | rate"]],
    ["Percent change from baseline in LDL-C", ["LDL-C | - | percent change"]],
    ["Mean Change From Baseline in the weekly number of attacks", ["weekly number of attacks | - | change"]],
    ["Progression-free survival (PFS), evaluated by an independent committee", ["PFS | independent committee | -"]],
    ["To evaluate the development of oral tolerance", ["development of oral tolerance | - | -"]],
    ["Serious adverse events (SAEs)", ["SAEs | - | -"]],
    ["Vital signs，physical examination", ["Vital signs | - | -", "physical examination | - | -"]],
    [
      "Phase 1a: The incidence and severity of adverse events according to the CTCAE v5.0",
      ["adverse events | CTCAE v5.0 | frequency", "adverse events | CTCAE v5.0 | severity"],
    ],
    [
      "the proportion of participants who achieve and maintain remission",
      ["patients who achieve and maintain remission | - | proportion"],
    ],
  ])("%s", (measure, expected) => expect(short(measure)).toEqual(expected));

  test("without an acronym key nothing is abbreviated", () => {
    const [only] = condense({ measure: "peak of the oral glucose tolerance test", timeFrame: "5", description: null });
    expect(only).toMatchObject({ statistic: "peak", measurand: "oral glucose tolerance test" });
  });

  test("a time frame is kept verbatim, and a missing unit is said", () => {
    expect(timeFrameText("5")).toBe("5, unit not given");
    expect(timeFrameText("Every 6 months until death")).toBe("Every 6 months until death");
    expect(timeFrameText(null)).toBeNull();
  });
});

test.skipIf(withoutCorpus("registry-v2"))("no measure of the corpus is lost", () => {
  for (const { protocolSection } of corpus("registry-v2")) {
    for (const { measure = "", timeFrame = null } of protocolSection.outcomesModule?.primaryOutcomes ?? []) {
      const found = condense({ measure, timeFrame, description: null }, ACRONYMS);
      expect(found.length, measure).toBeGreaterThan(0);
      for (const { measurand } of found) expect(measurand, measure).not.toBe("");
    }
  }
});
