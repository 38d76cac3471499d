import { describe, expect, test } from "vitest";
import { compileAnyOf, compileEssie } from "../../../fixtures/replay/essie-match.ts";
import { parseEssie } from "../../../fixtures/replay/essie-parse.ts";
import { EssieError } from "../../../fixtures/replay/refusal.ts";
import { type RecordedStudy, recordedStudy } from "../../../fixtures/replay/studies.ts";

function made(record: unknown): RecordedStudy {
  const study = recordedStudy(record, Buffer.from(JSON.stringify(record)));
  if (study === null) throw new Error("the record has no id");
  return study;
}

const trial = made({
  protocolSection: {
    identificationModule: {
      nctId: "NCT00000011",
      nctIdAliases: ["NCT00000012"],
      briefTitle: "Cord cells for Type-1 Diabetes",
      acronym: "CORDELIA",
    },
    statusModule: {
      overallStatus: "UNKNOWN",
      lastKnownStatus: "RECRUITING",
      startDateStruct: { date: "2014-04" },
      completionDateStruct: { date: "2016" },
      studyFirstPostDateStruct: { date: "2014-05-20" },
      lastUpdatePostDateStruct: { date: "2015-06-30" },
    },
    descriptionModule: { briefSummary: "Tests Wharton’s jelly.", detailedDescription: "Given through a femoral vein." },
    conditionsModule: { conditions: ["Diabetes Mellitus, Type 1", "Obesity"], keywords: ["islet", "cell graft"] },
    designModule: {
      studyType: "INTERVENTIONAL",
      phases: ["PHASE1", "PHASE2"],
      enrollmentInfo: { count: 30 },
      designInfo: { observationalModel: "COHORT" },
    },
    armsInterventionsModule: {
      interventions: [{ type: "BIOLOGICAL", name: "hUC-MSC", otherNames: ["stem cells"], description: "one infusion" }],
    },
    outcomesModule: { primaryOutcomes: [{ measure: "C-peptide", description: "area under the curve" }] },
  },
  derivedSection: { conditionBrowseModule: { ancestors: [{ id: "D001327", term: "Autoimmune Diseases" }] } },
  hasResults: false,
});

const holds = (expression: string, area = "BasicSearch"): boolean =>
  compileEssie(parseEssie(expression), area).test(trial);

describe("operators (ctgov-api.md 2.1)", () => {
  test.each([
    ["diabetes cord", true, "juxtaposition is AND, anywhere in the area"],
    ["diabetes lupus", false, "juxtaposition is AND"],
    ["diabetes, cord", true, "a comma in free text is AND"],
    ["diabetes,lupus", false, "a comma in free text is AND"],
    ["lupus OR diabetes", true, "OR"],
    ["lupus OR diabetes AND cord", true, "AND before OR"],
    ["diabetes OR cord AND lupus", true, "AND before OR"],
    ["(diabetes OR cord) AND lupus", false, "parentheses"],
    ["diabetes NOT lupus", true, "NOT after a term is AND NOT"],
    ["NOT diabetes OR cord", true, "NOT binds to the next item"],
    ["NOT (diabetes OR cord)", false, "NOT of a group"],
    ["diabetes and cord", false, "lower case is a word, and no record has the word `and`"],
    ["diabetes or lupus", false, "lower case is a word"],
    ["ALL AND NOT lupus", true, "ALL is every study"],
    ["diabetes & cord", true, "lone punctuation says nothing"],
    ["\\AND", false, "an escaped operator is a word"],
    ["\\ALL", false, "an escaped operator is a word"],
  ])("%s -> %s (%s)", (expression, expected) => expect(holds(expression)).toBe(expected));
});

describe("words and phrases", () => {
  test.each([
    ["DIABETES", "ConditionSearch", true, "case does not count"],
    ['"type 1 diabetes"', "ConditionSearch", true, "punctuation separates words: Type-1"],
    ["type-1", "ConditionSearch", true, "a hyphened word is a phrase"],
    ['"diabetes mellitus, type 1"', "ConditionSearch", true, "a comma inside quotes is no operator"],
    ['"mellitus type obesity"', "ConditionSearch", false, "words must be consecutive"],
    ['"type 1 obesity"', "ConditionSearch", false, "a phrase never runs from one value into the next"],
    ['"islet cell"', "ConditionSearch", false, "a phrase never runs from one value into the next"],
    ["diabet", "ConditionSearch", false, "no word parts"],
    ["diabetic", "ConditionSearch", false, "no word forms"],
    ['"Wharton\'s jelly"', "BasicSearch", true, "any apostrophe"],
    ["MSC", "InterventionSearch", true, "hUC-MSC is two words"],
    ["MSCs", "InterventionSearch", false, "no plural"],
    ["autoimmune", "ConditionSearch", true, "MeSH ancestors are searched"],
    ["autoimmune", "TitleSearch", false, "each area has its own fields"],
    ["femoral", "BasicSearch", false, "the detailed description is in no area"],
    ["peptide", "OutcomeSearch", true, "outcomes"],
    ["infusion", "ConditionSearch", false, "intervention text is not in the condition area"],
  ])("%s in %s -> %s (%s)", (expression, area, expected) => expect(holds(expression, area)).toBe(expected));
});

describe("AREA, RANGE, MISSING", () => {
  test.each([
    ["AREA[NCTId]nct00000011", true],
    ["AREA[NCTIdAlias]NCT00000012", true],
    ["AREA[ConditionSearch]obesity AND AREA[InterventionSearch]MSC", true],
    ["AREA[TitleSearch](obesity OR cord)", true],
    ["AREA[TitleSearch]obesity OR cord", true], // AREA binds to `obesity`, `cord` is searched everywhere
    ["AREA[TitleSearch]obesity OR lupus", false],
    ["AREA[TitleSearch]NOT obesity", true],
    ["AREA[ConditionSearch](AREA[BriefTitle]cord)", true], // the inner area counts
    ["AREA[DetailedDescription]femoral", true],
    ["AREA[OverallStatus]UNKNOWN AND AREA[LastKnownStatus]RECRUITING", true],
    ["AREA[OverallStatus](RECRUITING OR COMPLETED)", false],
    ["AREA[Phase]PHASE2", true],
    ["AREA[Phase](PHASE3 OR NA)", false],
    ["AREA[StudyType]OBSERVATIONAL", false],
    ["AREA[HasResults]false", true],
    ["AREA[HasResults]true", false],
    ["AREA[ResultsFirstPostDate]MISSING", true],
    ["AREA[Phase]MISSING", false],
    ["NOT AREA[LastUpdatePostDate]MISSING", true],
    ["AREA[LastUpdatePostDate]RANGE[2015-06-30,2015-06-30]", true],
    ["AREA[LastUpdatePostDate]RANGE[06/30/2015, MAX]", true],
    ["AREA[LastUpdatePostDate]RANGE[2015-07-01,MAX]", false],
    ["AREA[LastUpdatePostDate]RANGE[MIN,2015-06]", true],
    ["AREA[LastUpdatePostDate]RANGE[MIN,2014]", false],
    ["AREA[ResultsFirstPostDate]RANGE[MIN,MAX]", false],
    ["AREA[StartDate]RANGE[2014-04-15,2014-04-20]", true], // known to the month, shares these days
    ["AREA[StartDate]RANGE[2014-05-01,MAX]", false],
    ["AREA[CompletionDate]2016-03", true],
    ["AREA[StudyFirstPostDate]RANGE[2014-05-20,2014-05-21]", true],
    ["AREA[EnrollmentCount]RANGE[1,30]", true],
    ["AREA[EnrollmentCount]RANGE[31,MAX]", false],
    ["AREA[EnrollmentCount]30", true],
  ])("%s -> %s", (expression, expected) => expect(holds(expression)).toBe(expected));
});

describe("what is not played is refused, never zero hits", () => {
  test.each([
    ["EXPANSION[None]diabetes", /EXPANSION/],
    ["AREA[Condition]EXPANSION[Term]diabetes", /EXPANSION/],
    ["COVERAGE[FullMatch]diabetes", /COVERAGE/],
    ["SEARCH[Location](AREA[LocationCountry]China)", /SEARCH/],
    ["TILT[BriefTitle]diabetes", /TILT/],
    ["AREA[LocationGeoPoint]DISTANCE[1,2,50mi]", /DISTANCE/],
    ["AREA[LocationGeoPoint]x", /not played/],
    ["AREA[Nonsense]diabetes", /Unknown area name: `Nonsense`/],
    ["AREA[nctid]NCT00000011", /Unknown area name/],
    ["AREA[Phase:size]2", /Unknown area name/],
    ["AREA[StatusModule]x", /not played/],
    ["AREA[MinimumAge]RANGE[MIN,16 years]", /not played/],
    ["AREA[OverallStatus]Recruiting", /Allowed values for enum field/],
    ["AREA[Phase](PHASE1 OR PHASE9)", /Allowed values for enum field/],
    ["AREA[DesignObservationalModel]COHORT", /not played/],
    ["AREA[HasResults]yes", /Allowed values/],
    ["AREA[Phase]RANGE[1,2]", /RANGE/],
    ["AREA[BriefTitle]RANGE[a,b]", /RANGE/],
    ["RANGE[2014,2015]", /RANGE/],
    ["MISSING", /MISSING/],
    ["AREA[ConditionSearch]MISSING", /MISSING/],
    ["AREA[StartDate]spring", /no date/],
    ["AREA[StartDate]RANGE[2014-13,MAX]", /no date/],
    ["AREA[StartDate]RANGE[2014]", /two bounds/],
    ["AREA[EnrollmentCount]many", /no number/],
    ["(diabetes", /unbalanced `\(`/],
    ["diabetes)", /unbalanced `\)`/],
    ['"diabetes', /unbalanced `"`/],
    ["AREA[BriefTitle", /unbalanced `\[`/],
    ["AREA [BriefTitle]x", /viable/],
    ["a ] b", /viable/],
    ["()", /mismatched/],
    ["OR diabetes", /mismatched/],
    ["diabetes AND", /missing/],
    ["diabetes AND OR cord", /mismatched/],
    ["NOT", /missing/],
    ["", /missing/],
    ["  ", /missing/],
    ["&", /missing/],
    ['""', /no word/],
    ["AREA[BriefTitle]", /missing/],
  ])("%s", (expression, reason) => {
    const compile = (): unknown => compileEssie(parseEssie(expression), "BasicSearch");
    expect(compile).toThrow(EssieError);
    expect(compile).toThrow(reason);
  });

  test("a lacking form is found even where the other side of OR already holds", () => {
    expect(() => holds("diabetes OR AREA[Nonsense]x")).toThrow(/Unknown area name/);
  });
});

test("compileAnyOf takes any of the ids, in the fields of the area", () => {
  expect(compileAnyOf(["NCT99999999", "NCT00000012"], "IdSearch").test(trial)).toBe(true);
  expect(compileAnyOf(["NCT00000012"], "ConditionSearch").test(trial)).toBe(false); // no aliases in that area
});
