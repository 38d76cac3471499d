import { describe, expect, test } from "vitest";
import type { Product } from "../../../pipeline/extract/product.ts";
import { type Study, studySchema } from "../../../pipeline/registry/study.ts";
import { parseReview } from "../../../pipeline/review/parse.ts";
import { type Screening, screen } from "../../../pipeline/review/screening.ts";
import { fixtureJson } from "../fixtures/support.ts";

const review = fixtureJson<{ screening: Screening } & Record<string, unknown>>(
  "fixtures/reviews/msc-t1d-sle/review.json",
);
const rule = review.screening;

interface Words {
  type?: string;
  conditions?: string[];
  keywords?: string[];
  title?: string;
  criteria?: string;
  intervention?: string;
}

function studyOf(words: Words): Study {
  return studySchema.parse({
    protocolSection: {
      identificationModule: { nctId: "NCT00000000", briefTitle: words.title ?? "Cells for patients" },
      statusModule: { overallStatus: "RECRUITING" },
      conditionsModule: { conditions: words.conditions ?? [], keywords: words.keywords ?? [] },
      designModule: { studyType: words.type ?? "INTERVENTIONAL" },
      armsInterventionsModule: { interventions: [{ name: words.intervention ?? "Mesenchymal stem cells" }] },
      eligibilityModule: { eligibilityCriteria: words.criteria ?? "" },
    },
  });
}

const NAME = "protocolSection.armsInterventionsModule.interventions[0].name";
const silent = <T>(value: T) => ({ value, evidence: [], confidence: "high" as const, rule: "" });
const CELLS: Product = {
  includesProduct: {
    value: true,
    evidence: [{ path: NAME, span: "Mesenchymal stem cells", rule: "product/cells" }],
    confidence: "high",
    rule: "",
  },
  productType: "cells",
  disease: silent([]),
  tissue: silent([]),
  tissueSubtypes: [],
  donor: silent("not_specified"),
  donorExplicit: false,
  coProducts: silent([]),
  route: silent([]),
  routeJoin: "and",
  routeSites: {},
  armsTotal: 2,
  armsWithProduct: 1,
  controlArm: silent(true),
  comparatorType: silent("placebo"),
  placebo: silent(true),
  conflicts: [],
  ruledOut: [],
  extractorVersion: "1",
  lexicon: "msc@1",
};
const NOTHING: Product = { ...CELLS, includesProduct: silent(false), productType: "none", armsWithProduct: 0 };

function judged(words: Words, product: Product | null = CELLS, tables: number[] = [1], by: Screening | null = rule) {
  const { verdict, reason } = screen(studyOf(words), product, tables, by);
  return `${verdict} ${reason.split(":")[0]}`;
}

const T1D = { conditions: ["Type 1 Diabetes"] };

describe("the condition", () => {
  test.each<[string, Words, string, number]>([
    ["a condition names it", T1D, "in eligible", 1],
    ["a title alone", { conditions: ["Ketoacidosis"], title: "MSC in Type I diabetic patients" }, "in eligible", 1],
    [
      "inclusion criteria alone",
      { conditions: ["Diabetes"], criteria: "Inclusion Criteria:\n\n* T1DM" },
      "in eligible",
      1,
    ],
    ["both types in one breath", { criteria: "Diabetes mellitus Type 2 or Type 1" }, "in eligible_mixed", 1],
    ["both types, the other order", { criteria: "Subjects with type 1/2 diabetes" }, "in eligible_mixed", 1],
    ["both types as conditions", { conditions: ["Type1diabetes", "T2DM"] }, "in eligible_mixed", 1],
    ["type 2 alone", { conditions: ["Diabetes Mellitus, Type 2"] }, "out type_2_only", 1],
    [
      "the criteria tell the type",
      { conditions: ["Diabetic Foot"], criteria: "Type 2 diabetes" },
      "out type_2_only",
      1,
    ],
    ["non-insulin-dependent", { conditions: ["Non-Insulin-Dependent Diabetes"] }, "out type_2_only", 1],
    ["type IIa is no type I", { conditions: ["Diabetic Foot"], criteria: "Wound of type IIa" }, UNSAID(), 1],
    [
      "a type that is of another thing",
      { conditions: ["Diabetes"], criteria: "hemoglobin type 1 in diabetes" },
      UNSAID(),
      1,
    ],
    [
      "an exclusion is no inclusion",
      { conditions: ["Diabetes"], criteria: "Adults\n\nExclusion Criteria:\n\n* T1D" },
      UNSAID(),
      1,
    ],
    ["a denied name", { conditions: ["Diabetes"], criteria: "No history of type 1 diabetes" }, UNSAID(), 1],
    [
      "a name that is denied afterwards",
      { conditions: ["Diabetes"], criteria: "type 1 diabetes is excluded" },
      UNSAID(),
      1,
    ],
    ["a keyword alone", { conditions: ["Wounds"], keywords: ["T1D"] }, "uncertain keyword_only", 1],
    ["another condition", { conditions: ["Osteoarthritis"] }, "out condition_not_named", 1],
    ["not diabetic", { conditions: ["Wounds"], title: "Wounds of non-diabetic adults" }, "out condition_not_named", 1],
    ["lupus nephritis is SLE", { conditions: ["Lupus Nephritis"] }, "in eligible", 2],
    ["skin lupus is not", { conditions: ["Cutaneous Lupus Erythematosus"] }, "out cutaneous_lupus_only", 2],
    ["both forms of lupus", { conditions: ["Discoid Lupus", "SLE"] }, "in eligible_mixed", 2],
    [
      "an activity index is no disease",
      { conditions: ["Arthritis"], criteria: "SLEDAI 0" },
      "out condition_not_named",
      2,
    ],
    ["a group of diseases", { conditions: ["Autoimmune Diseases"] }, "uncertain autoimmune_disease_not_stated", 2],
    ["the other table's condition", T1D, "out condition_not_named", 2],
  ])("%s", (_, words, expected, table) => expect(judged(words, CELLS, [table])).toBe(expected));

  test("of several tables the most favourable counts; none named: all", () => {
    expect(judged(T1D, CELLS, [2, 1])).toBe("in eligible");
    expect(judged({ conditions: ["SLE"] }, CELLS, [])).toBe("in eligible");
  });
  test("a table for which no condition is asked takes every study", () =>
    expect(judged({ conditions: ["Gout"] }, CELLS, [3])).toBe("in eligible"));
});

function UNSAID(): string {
  return "uncertain diabetes_type_not_stated";
}

describe("study type and product", () => {
  test("other than interventional is out, with the registry's word", () => {
    const found = screen(studyOf({ ...T1D, type: "OBSERVATIONAL" }), CELLS, [1], rule);
    expect(found.reason).toMatch(/^observational:/);
    expect(found.evidence).toEqual([
      { path: "protocolSection.designModule.studyType", span: "OBSERVATIONAL", rule: "screening/study_type" },
    ]);
  });
  test("vesicles and secretome are out", () => {
    expect(judged(T1D, { ...CELLS, productType: "exosomes_or_ev" })).toBe("out exosomes_or_ev");
    expect(judged(T1D, { ...CELLS, productType: "conditioned_medium_or_secretome" })).toBe(
      "out conditioned_medium_or_secretome",
    );
  });
  test("not given is out, with what is given", () => {
    const found = screen(studyOf({ ...T1D, intervention: "Semaglutide" }), NOTHING, [1], rule);
    expect([found.verdict, found.reason.split(":")[0], found.evidence[0]?.span]).toEqual([
      "out",
      "not_given",
      "Semaglutide",
    ]);
  });
  test("cells that no word places, a reading of low confidence, no arm, no reading: a person decides", () => {
    expect(judged({ ...T1D, intervention: "Stem cell infusion" }, NOTHING)).toBe("uncertain product_unclear");
    expect(judged({ ...T1D, intervention: "Hematopoietic stem cells" }, NOTHING)).toBe("out not_given");
    const low: Product = { ...CELLS, includesProduct: { ...CELLS.includesProduct, confidence: "low" } };
    expect(judged(T1D, low)).toBe("uncertain product_unclear");
    expect(judged(T1D, { ...CELLS, armsWithProduct: 0 })).toBe("uncertain arm_unclear");
    expect(judged(T1D, { ...CELLS, armsWithProduct: 0, armsTotal: 0 })).toBe("in eligible");
    expect(judged(T1D, null)).toBe("uncertain product_not_read");
  });
  test("what is surely out is out, whatever else is in doubt", () =>
    expect(judged({ conditions: ["Type 2 Diabetes"] }, null)).toBe("out type_2_only"));
});

describe("what a verdict carries", () => {
  test("condition, product and study type, each verbatim at its path", () => {
    const criteria = "Inclusion Criteria:\n\n* HbA1c \\> 7 \\& Type 1\\-Diabetes\n\nExclusion Criteria:\n\n* cancer";
    const found = screen(studyOf({ conditions: ["Diabetic Foot"], criteria }), CELLS, [1], rule);
    expect(found.evidence.map(({ span }) => span)).toEqual([
      "Type 1\\-Diabetes",
      "Mesenchymal stem cells",
      "INTERVENTIONAL",
    ]);
    expect(found.footnotes).toEqual(["†"]);
  });
  test("footnote classes by conditions and titles, of the table asked", () => {
    const marks = (words: Words, table: number) => screen(studyOf(words), CELLS, [table], rule).footnotes;
    expect(marks({ conditions: ["Erectile Dysfunction", "Diabetic Nephropathies"] }, 1)).toEqual(["‡", "§"]);
    expect(marks({ ...T1D, criteria: "no diabetic foot" }, 1)).toEqual([]);
    expect(marks({ conditions: ["Type 1 Diabetes", "End Stage Renal Disease"] }, 1)).toEqual([]);
    expect(marks({ conditions: ["Lupus Nephritis", "Chronic Kidney Disease"] }, 2)).toEqual([]);
  });
  test("both types are marked as mixed", () => {
    const mixed = (conditions: string[]) => screen(studyOf({ conditions }), CELLS, [1], rule).mixed;
    expect([mixed(["T1D"]), mixed(["T1D", "T2D"]), mixed(["T2D"])]).toEqual([false, true, false]);
  });
  test("without a rule every study is in", () =>
    expect(judged({ type: "OBSERVATIONAL" }, null, [1], null)).toBe("in no_screening"));
});

test("another review's words decide as well: no disease is in the rule", () => {
  const knee: Screening = {
    conditions: [
      {
        name: "knee osteoarthritis",
        named: { terms: ["(knee osteoarthritis|gonarthrosis)"] },
        others: [{ code: "hip_only", name: "the hip", terms: ["hip osteoarthritis"] }],
        unspecified: { code: "joint_not_stated", name: "osteoarthritis", terms: ["osteoarthritis"] },
      },
    ],
  };
  const by = (words: Words) => judged({ type: "OBSERVATIONAL", ...words }, null, [], knee);
  expect(by({ title: "Gonarthrosis and hip osteoarthritis" })).toBe("in eligible_mixed");
  expect(by({ conditions: ["Hip Osteoarthritis"] })).toBe("out hip_only");
  expect(by({ conditions: ["Osteoarthritis"] })).toBe("uncertain joint_not_stated");
  expect(by({ conditions: ["Type 1 Diabetes"] })).toBe("out condition_not_named");
});

describe("review.json", () => {
  const problemsOf = (screening: unknown, more: object = {}) => {
    const problems: string[] = [];
    const parsed = parseReview({ ...review, ...more, screening }, "review.json", problems);
    return { parsed, problems };
  };
  test("our own rule is read as it stands", () => {
    const { parsed, problems } = problemsOf(rule);
    expect(problems).toEqual([]);
    expect(parsed?.screening).toEqual(rule);
  });
  test("no rule is null", () => expect(problemsOf(undefined).parsed?.screening).toBeNull());
  test("a term that cannot be read, an unknown key and a product without a lexicon are named with their path", () => {
    const wrong = { conditions: [{ name: "x", named: { terms: ["(open"] } }], kinds: [] };
    const { problems } = problemsOf(wrong);
    expect(problems.join("\n")).toMatch(/\$\.screening\.conditions\[0\]\.named\.terms\[0\]: a bracket is not closed/);
    expect(problems.join("\n")).toContain('"kinds"');
    expect(problemsOf({ product_types: ["cells"], conditions: [] }, { lexicon: null }).problems).toHaveLength(1);
  });
});
