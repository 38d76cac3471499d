import { describe, expect, test } from "vitest";
import { CHANGE_KINDS } from "../../../db/model.ts";
import { changesBetween } from "../../../pipeline/change/changes.ts";
import { CHANGES } from "../../../pipeline/change/kinds.ts";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { study } from "../normalize/corpus.ts";

type Modules = Record<string, unknown>;

function between(before: Modules, after: Modules, restBefore: Modules = {}, restAfter: Modules = {}) {
  const [a, b] = [study(before, restBefore), study(after, restAfter)];
  return changesBetween(factsOf(a), factsOf(b), a, b);
}

const status = (more: Modules) => ({ statusModule: { overallStatus: "RECRUITING", ...more } });
const start = (date: string, type?: string) =>
  status({ startDateStruct: type === undefined ? { date } : { date, type } });
const end = (date: string, type?: string) =>
  status({ completionDateStruct: type === undefined ? { date } : { date, type } });
const design = (more: Modules) => ({ designModule: more });
const info = (designInfo: Modules) => design({ designInfo });
const outcome = (...primaryOutcomes: Modules[]) => ({ outcomesModule: { primaryOutcomes } });
const sites = (...locations: Modules[]) => ({ contactsLocationsModule: { locations } });
const officials = (...overallOfficials: Modules[]) => ({ contactsLocationsModule: { overallOfficials } });
const sponsor = (name: string, more: Modules = {}) => ({
  sponsorCollaboratorsModule: { leadSponsor: { name }, ...more },
});
const arms = (...armGroups: Modules[]) => ({ armsInterventionsModule: { armGroups } });
const given = (...interventions: Modules[]) => ({ armsInterventionsModule: { interventions } });
const references = (...list: Modules[]) => ({ referencesModule: { references: list } });
const oslo = { facility: "A", city: "Oslo", country: "Norway" };
const hba1c = { measure: "Change in HbA1c at one year", timeFrame: "1 year" };

/** One pair a row: the changes it gives, as column.kind. */
describe("changes of one pair", () => {
  test.each<[string, Modules, Modules, string[]]>([
    ["a day in the month", start("2014-04"), start("2014-04-11"), ["start_date.date_refined"]],
    [
      "estimated came true",
      start("2014-04-11", "ESTIMATED"),
      start("2014-04-11", "ACTUAL"),
      ["start_date.date_refined"],
    ],
    ["actual no more", start("2014-04-11", "ACTUAL"), start("2014-04-11", "ESTIMATED"), ["start_date.date_moved"]],
    ["a coarser date", start("2014-04-11"), start("2014-04"), ["start_date.date_moved"]],
    ["an earlier end", end("2014-04"), end("2014-03"), ["completion_date.date_moved"]],
    ["a first end", status({}), end("2014-03"), ["completion_date.date_moved"]],
    ["a later end", end("2017-05"), end("2017-11"), ["completion_date.slipped"]],
    [
      "a later primary end",
      status({ primaryCompletionDateStruct: { date: "2017-05" } }),
      status({ primaryCompletionDateStruct: { date: "2018" } }),
      ["primary_completion_date.slipped"],
    ],
    ["a phase", design({ phases: ["PHASE1"] }), design({ phases: ["PHASE1", "PHASE2"] }), ["phase.phase_changed"]],
    ["NA for nothing", design({}), design({ phases: ["NA"] }), ["phase.phase_changed"]],
    ["allocation", info({ allocation: "NA" }), info({ allocation: "RANDOMIZED" }), ["allocation.design_changed"]],
    [
      "model",
      info({ interventionModel: "PARALLEL" }),
      info({ interventionModel: "CROSSOVER" }),
      ["interventional_model.design_changed"],
    ],
    [
      "masking and who",
      info({ maskingInfo: { masking: "NONE" } }),
      info({ maskingInfo: { masking: "SINGLE", whoMasked: ["PARTICIPANT"] } }),
      ["masking.design_changed", "who_masked.design_changed"],
    ],
    [
      "the order of roles",
      info({ maskingInfo: { whoMasked: ["PARTICIPANT", "INVESTIGATOR"] } }),
      info({ maskingInfo: { whoMasked: ["INVESTIGATOR", "PARTICIPANT"] } }),
      ["designModule.other"],
    ],
    ["an outcome more", outcome(hba1c), outcome(hba1c, { measure: "Safety" }), ["primary_outcomes.outcome_added"]],
    ["an outcome less", outcome({ measure: "Safety" }, hba1c), outcome(hba1c), ["primary_outcomes.outcome_removed"]],
    [
      "another outcome",
      outcome({ measure: "Safety" }),
      outcome(hba1c),
      ["primary_outcomes.outcome_added", "primary_outcomes.outcome_removed"],
    ],
    [
      "other words",
      outcome(hba1c),
      outcome({ ...hba1c, measure: "Change of HbA1c at two years" }),
      ["primary_outcomes.outcome_reworded"],
    ],
    [
      "another time frame",
      outcome(hba1c),
      outcome({ ...hba1c, timeFrame: "2 years" }),
      ["primary_outcomes.outcome_reworded"],
    ],
    [
      "the order of outcomes",
      outcome(hba1c, { measure: "Safety" }),
      outcome({ measure: "Safety" }, hba1c),
      ["outcomesModule.other"],
    ],
    ["a site more", sites(oslo), sites(oslo, { ...oslo, facility: "B" }), ["sites.sites_changed"]],
    [
      "a site abroad",
      sites(oslo),
      sites(oslo, { country: "Sweden" }),
      ["sites.sites_changed", "country.countries_changed"],
    ],
    ["a site's status", sites(oslo), sites({ ...oslo, status: "RECRUITING" }), ["contactsLocationsModule.other"]],
    [
      "a country renamed",
      sites({ country: "Turkey" }),
      sites({ country: "Turkey (Türkiye)" }),
      ["contactsLocationsModule.other"],
    ],
    ["a sponsor", sponsor("Old"), sponsor("New"), ["sponsor.sponsor_renamed"]],
    [
      "a collaborator",
      sponsor("Old"),
      sponsor("Old", { collaborators: [{ name: "B" }] }),
      ["sponsorCollaboratorsModule.other"],
    ],
    ["an official", officials({ name: "Ann First" }), officials({ name: "Ben Next" }), ["director.official_changed"]],
    ["an arm's words", arms({ label: "A" }), arms({ label: "A", description: "iv" }), ["arms.arms_changed"]],
    [
      "an intervention",
      given({ name: "A" }),
      given({ name: "A" }, { name: "B" }),
      ["interventions.interventions_changed"],
    ],
    ["a result", references(), references({ pmid: "1", type: "RESULT" }), ["publications.publication_linked"]],
    [
      "a background that became a result",
      references({ pmid: "1", type: "BACKGROUND" }),
      references({ pmid: "1", type: "RESULT" }),
      ["publications.publication_linked"],
    ],
    ["a background", references(), references({ pmid: "1", type: "BACKGROUND" }), ["referencesModule.other"]],
    [
      "a retraction",
      references({ pmid: "1", type: "DERIVED" }),
      references({ pmid: "1", type: "DERIVED", retractions: [{ pmid: "2" }] }),
      ["publications.retracted"],
    ],
    ["criteria", {}, { eligibilityModule: { eligibilityCriteria: "Adults" } }, ["eligibilityModule.other"]],
    ["a reason alone", status({}), status({ whyStopped: "No funds" }), ["statusModule.other"]],
    [
      "the sentinel taken away",
      design({ enrollmentInfo: { count: 99_999_999 } }),
      design({ enrollmentInfo: {} }),
      ["designModule.other"],
    ],
    [
      "two modules elsewhere are one change",
      {},
      { eligibilityModule: { sex: "ALL" }, conditionsModule: { conditions: ["A"] } },
      ["conditionsModule; eligibilityModule.other"],
    ],
    [
      "saved again",
      status({ statusVerifiedDate: "2024-01" }),
      status({ statusVerifiedDate: "2024-03", lastUpdatePostDateStruct: { date: "2024-03-02", type: "ACTUAL" } }),
      ["dates_of_update.other"],
    ],
    [
      "saved again with news",
      { ...start("2014-04") },
      { statusModule: { ...start("2014-05").statusModule, statusVerifiedDate: "2024-03" } },
      ["start_date.slipped"],
    ],
    ["nothing", start("2014-04"), start("2014-04"), []],
  ])("%s", (_, before, after, expected) => {
    expect(between(before, after).map(({ column, kind }) => `${column}.${kind}`)).toEqual(expected);
  });

  test("a slip says by how many days, between the ends and at the least and most", () => {
    expect(between(end("2017-05", "ESTIMATED"), end("2017-11", "ACTUAL"))[0]).toMatchObject({
      old: "2017-05",
      new: "2017-11",
      detail: { days: 183, days_at_least: 154, days_at_most: 213, from_type: "ESTIMATED", to_type: "ACTUAL" },
    });
  });

  test("planned and actual enrollment are kept apart", () => {
    const size = (count: number, type: string) => design({ enrollmentInfo: { count, type } });
    expect(between(size(50, "ESTIMATED"), size(10, "ACTUAL"))).toMatchObject([
      { kind: "enrollment_changed", old: "50", new: "10", detail: { planned: 50, actual: 10 } },
    ]);
    expect(between(size(50, "ESTIMATED"), size(50, "ACTUAL"))).toMatchObject([
      { kind: "enrollment_changed", detail: { planned: 50, actual: 50 } },
    ]);
    expect(between(size(50, "ESTIMATED"), size(60, "ESTIMATED"))).toMatchObject([
      { detail: { planned: 60, actual: null } },
    ]);
    expect(between(size(99_999_999, "ESTIMATED"), size(60, "ESTIMATED"))).toMatchObject([{ old: null, new: "60" }]);
  });

  test("results are one change with their date, later edits of them are elsewhere", () => {
    const posted = status({ resultsFirstSubmitDate: "2024-01-02", resultsFirstPostDateStruct: { date: "2024-02-03" } });
    const withResults = { hasResults: true, resultsSection: { moreInfoModule: { a: 1 } } };
    expect(between(status({}), posted, {}, withResults)).toMatchObject([
      { kind: "results_posted", new: "posted", detail: { results_first_posted: "2024-02-03" } },
    ]);
    const edited = { hasResults: true, resultsSection: { moreInfoModule: { a: 2 } } };
    expect(between(posted, posted, withResults, edited)).toMatchObject([{ kind: "other", column: "resultsSection" }]);
  });

  test("the daily stamp and the derived headings are no difference of the core", () => {
    const derived = (versionHolder: string, term: string) => ({
      derivedSection: { miscInfoModule: { versionHolder }, conditionBrowseModule: { meshes: [{ term }] } },
    });
    expect(between({}, {}, derived("2024-01-01", "A"), derived("2024-01-02", "B"))).toEqual([]);
  });
});

describe("the table of changes", () => {
  test("every kind has a line, but for the two that are made elsewhere", () => {
    const kinds = new Set(CHANGES.map(({ kind }) => kind));
    expect(CHANGE_KINDS.filter((kind) => !kinds.has(kind))).toEqual(["derived_only", "other"]);
  });

  test("a column and a kind name one line", () => {
    const keys = CHANGES.map(({ column, kind }) => `${column}.${kind}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
