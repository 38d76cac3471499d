import { describe, expect, test } from "vitest";
import { extractProduct } from "../../../pipeline/extract/extract.ts";
import type { ComparatorType } from "../../../pipeline/extract/product.ts";
import { type CaseText, studyOf } from "../../gold/cases.ts";
import { mscLexicon } from "../../support/lexicon.ts";

const lexicon = mscLexicon();
const CELLS: [string, string] = ["BIOLOGICAL", "mesenchymal stem cells"];

/** A study whose first arm gets the cells and whose second one is the comparator. */
function against(
  comparator: [type: string, label: string, description?: string],
  other?: [type: string, name: string, description?: string],
  masking = "NONE",
): CaseText {
  const [type, label, description = ""] = comparator;
  return {
    masking,
    interventions: other === undefined ? [CELLS] : [CELLS, other],
    arms: [
      ["EXPERIMENTAL", "Cells", "", [0]],
      [type, label, description, other === undefined ? [] : [1]],
    ],
  };
}

describe("what the comparator gets", () => {
  test.each<[string, CaseText, ComparatorType, boolean]>([
    ["nothing", against(["NO_INTERVENTION", "Control", "no further treatment"]), "no_intervention", false],
    ["nothing, without a word", against(["NO_INTERVENTION", "Control"]), "no_intervention", false],
    [
      "usual care under the type of nothing",
      against(["NO_INTERVENTION", "Control", "standard of care"]),
      "standard_care",
      false,
    ],
    [
      "usual care under other words",
      against(["NO_INTERVENTION", "Control", "treated according to current clinical protocols"]),
      "standard_care",
      false,
    ],
    ["another drug", against(["ACTIVE_COMPARATOR", "Drug", "tablets"], ["DRUG", "sildenafil"]), "active", false],
    [
      "a therapy 'without stem cells' is one",
      against(["ACTIVE_COMPARATOR", "Exercise", "supervised exercise without stem cells"], ["OTHER", "exercise"]),
      "active",
      false,
    ],
    [
      "a placebo by its word",
      against(["PLACEBO_COMPARATOR", "Placebo"], ["OTHER", "Placebo"], "DOUBLE"),
      "placebo",
      true,
    ],
    [
      "the liquid without cells",
      against(["PLACEBO_COMPARATOR", "Control"], ["OTHER", "normal saline"], "DOUBLE"),
      "placebo",
      true,
    ],
    [
      "a sham procedure",
      against(["SHAM_COMPARATOR", "Control"], ["PROCEDURE", "sham bone marrow puncture"], "DOUBLE"),
      "sham",
      true,
    ],
    [
      "a 'sham infusion' of the placebo's type",
      against(["PLACEBO_COMPARATOR", "Sham infusion", "saline"], ["OTHER", "saline"], "TRIPLE"),
      "placebo",
      true,
    ],
    [
      "conventional drugs under the type of a placebo, in an open study",
      against(["PLACEBO_COMPARATOR", "Conventional therapy"], ["DRUG", "conventional therapy"]),
      "standard_care",
      false,
    ],
    [
      "an operation under the type of a sham, in an open study",
      against(["SHAM_COMPARATOR", "Standard surgery"], ["PROCEDURE", "spinal fusion, standard surgery"]),
      "standard_care",
      false,
    ],
    [
      "an active control with saline beside it",
      against(
        ["ACTIVE_COMPARATOR", "Active control group", "hyaluronate, after an injection of sodium chloride"],
        ["DRUG", "hyaluronate"],
        "DOUBLE",
      ),
      "active",
      false,
    ],
  ])("%s", (_, text, type, placebo) => {
    const product = extractProduct(studyOf(text), lexicon);
    expect(product.comparatorType.value).toBe(type);
    expect(product.placebo.value).toBe(placebo);
    expect(product.controlArm.value).toBe(true);
    expect([product.armsWithProduct, product.armsTotal]).toEqual([1, 2]);
  });

  test("one arm, dose arms and crossed arms", () => {
    const read = (text: CaseText) => extractProduct(studyOf(text), lexicon);
    const single = read({ interventions: [CELLS], arms: [["EXPERIMENTAL", "Cells", "", [0]]] });
    expect([single.controlArm.value, single.comparatorType.value, single.armsWithProduct]).toEqual([false, "none", 1]);
    const doses = read({
      interventions: [CELLS],
      arms: [
        ["EXPERIMENTAL", "Low dose", "", [0]],
        ["ACTIVE_COMPARATOR", "High dose", "", [0]],
      ],
    });
    expect([doses.controlArm.value, doses.comparatorType.value, doses.armsWithProduct]).toEqual([false, "none", 2]);
    const crossed = read({
      masking: "DOUBLE",
      interventions: [CELLS, ["OTHER", "Placebo"]],
      arms: [
        ["EXPERIMENTAL", "Cells first", "cells, then placebo", [0, 1]],
        ["EXPERIMENTAL", "Placebo first", "placebo, then mesenchymal stem cells", [0, 1]],
      ],
    });
    expect([crossed.controlArm.value, crossed.comparatorType.value, crossed.placebo.value]).toEqual([
      true,
      "placebo",
      true,
    ]);
    expect(crossed.armsWithProduct).toBe(2);
  });

  test("an arm that waits with a therapy of its own is the comparator of a crossover", () => {
    const waiting = (model: string) =>
      extractProduct(
        studyOf({
          model,
          interventions: [CELLS, ["OTHER", "physical therapy"]],
          arms: [
            ["EXPERIMENTAL", "Cells", "", [0]],
            ["ACTIVE_COMPARATOR", "Therapy", "half a year of therapy, then mesenchymal stem cells", [0, 1]],
          ],
        }),
        lexicon,
      );
    expect([waiting("CROSSOVER").controlArm.value, waiting("CROSSOVER").comparatorType.value]).toEqual([
      true,
      "active",
    ]);
    expect([waiting("PARALLEL").controlArm.value, waiting("PARALLEL").armsWithProduct]).toEqual([false, 2]);
  });
});
