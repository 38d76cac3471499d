import { describe, expect, test } from "vitest";
import type { FlagContext } from "../../pipeline/flags/causes.ts";
import { type FlagDecision, type HeldFlag, reconcileFlags } from "../../pipeline/flags/reconcile.ts";
import { FLAG_RULES } from "../../pipeline/flags/rules.ts";
import { type Facts, factsOf } from "../../pipeline/normalize/facts.ts";
import { change, context } from "../support/flag-context.ts";
import { nct } from "../support/small-registry.ts";
import { study } from "./normalize/corpus.ts";

const REFERENCES = [
  { pmid: "11", type: "RESULT", citation: "Rao A. Gout treated. Joints. 2016 May;6(1):1-2." },
  { pmid: "12", type: "BACKGROUND", citation: "Rao A. Gout. Joints. 2016 May;6(1):1-2." },
  { pmid: "13", type: "DERIVED", citation: "Li B. Cells. Joints. 2018;8(1):1-2.", retractions: [{ pmid: "99" }] },
  { pmid: "14", type: "RESULT", citation: "Rao A. Older. Joints. 2006 May;6(1):1-2." },
];
const facts = factsOf(
  study({
    statusModule: { overallStatus: "COMPLETED", startDateStruct: { date: "2015-02" } },
    referencesModule: { references: REFERENCES },
  }),
);
/** A change that brought every reference of the record. */
const brought = (kind: "publication_linked" | "retracted") => ({
  ...change("publications", kind, null, "PMID …"),
  detail: { references: facts.references },
});
function curated(of: Partial<Record<"confirmed" | "added" | "rejected", string[]>>): FlagContext["publications"] {
  return { confirmed: new Set(of.confirmed), added: new Set(of.added), rejected: new Set(of.rejected) };
}
const decide = (one: FlagContext, held: HeldFlag[] = [], baseline = false) =>
  reconcileFlags(FLAG_RULES, [one], held, baseline);
const said = ({ open }: FlagDecision) => open.map(({ kind, column, value }) => `${kind} ${column} ${value}`);
const about = (more: Partial<FlagContext>) => context({ facts, ...more });
const held = ({ open }: FlagDecision): HeldFlag[] =>
  open.map((flag, at) => ({ ...flag, flagId: at + 1, state: "open", gone: false }));

describe("a linked publication", () => {
  const linked = about({ changes: [brought("publication_linked")] });

  test("asks when it can report the trial; with PMID, type, year and title", () => {
    const decision = decide(linked);
    expect(said(decision)).toEqual(["publication_candidate publications 11", "publication_candidate publications 13"]);
    expect(decision.open[0]).toMatchObject({
      message: "possible publication PMID 11 (RESULT, 2016): Gout treated.",
      evidence: { pmid: "11", type: "RESULT", year: 2016, title: "Gout treated.", retracted: false },
      severity: "medium",
    });
    expect(decide({ ...linked, printed: false }).open.map(({ kind, severity }) => `${kind} ${severity}`)).toContain(
      "publication_candidate low",
    );
  });

  test("is silent on a baseline, where nothing was linked anew, and once decided", () => {
    expect(said(decide(linked, [], true))).toEqual([]);
    expect(said(decide(about({})))).toEqual([]);
    expect(said(decide({ ...linked, publications: curated({ confirmed: ["11"], rejected: ["13"] }) }))).toEqual([]);
  });

  test("a decision answers the flag, nothing else does", () => {
    const flags = held(decide(linked));
    expect(decide(about({}), flags).resolve).toEqual([]);
    expect(decide(about({ publications: curated({ rejected: ["13"] }) }), flags).resolve).toEqual([2]);
    expect(decide(about({ publications: curated({ confirmed: ["11"] }) }), flags).resolve).toEqual([1]);
  });
});

test("published fires for what this run's table added, linked by the record or not, and waits for a person", () => {
  const one = about({ publications: curated({ confirmed: ["11", "12", "77"], added: ["11", "77"] }) });
  const decision = decide(one);
  expect(said(decision)).toEqual(["published publications 11", "published publications 77"]);
  expect(decision.open[1]?.message).toBe(
    "published, as confirmed: PMID 77 (not linked by the record, year not stated): title not given",
  );
  expect(decide(about({ publications: curated({ confirmed: ["11"] }) }), held(decision))).toMatchObject({
    open: [],
    resolve: [],
  });
  expect(said(decide(one, [], true))).toEqual([]);
});

test("retracted fires for confirmed publications alone: marked now, or marked when confirmed", () => {
  const marked = { changes: [brought("retracted")] };
  expect(said(decide(about(marked)))).toEqual([]);
  expect(said(decide(about({ ...marked, publications: curated({ confirmed: ["13"] }) })))).toEqual([
    "retracted publications 13",
  ]);
  expect(said(decide(about({ publications: curated({ confirmed: ["13"] }) })))).toEqual([]);
  expect(said(decide(about({ publications: curated({ confirmed: ["13"], added: ["13"] }) })))).toContain(
    "retracted publications 13",
  );
});

describe("results overdue", () => {
  const trial = (of: {
    end?: object;
    phases?: string[];
    country?: string;
    fda?: boolean;
    delay?: string;
    has?: boolean;
  }) =>
    factsOf(
      study(
        {
          statusModule: {
            overallStatus: "COMPLETED",
            primaryCompletionDateStruct: of.end ?? { date: "2020-06", type: "ACTUAL" },
            ...(of.delay === undefined ? {} : { dispFirstSubmitDate: of.delay }),
          },
          designModule: { studyType: "INTERVENTIONAL", phases: of.phases ?? ["PHASE2"] },
          oversightModule: { isFdaRegulatedDrug: of.fda ?? false },
          contactsLocationsModule: {
            locations: [{ facility: "Clinic", city: "Oslo", country: of.country ?? "United States" }],
          },
        },
        { hasResults: of.has ?? false },
      ),
    );
  const flags = (one: Facts, dataDate: string | null, more: Partial<FlagContext> = {}) =>
    said(decide(context({ facts: one, dataDate, ...more }))).filter((flag) => flag.startsWith("results_overdue"));
  const due = ["results_overdue results 2021-06-30"];

  test("from a year after the last day that the completion can mean, whether or not the record moves", () => {
    expect(flags(trial({}), "2021-06-30")).toEqual([]);
    expect(flags(trial({}), "2021-07-01")).toEqual(due);
    expect(flags(trial({}), null)).toEqual([]);
    expect(flags(trial({}), "2021-07-01", { printed: false })).toEqual(due);
  });

  test.each<[string, Facts, string[]]>([
    ["phase 1 alone owes none", trial({ phases: ["PHASE1"] }), []],
    ["early phase 1 neither", trial({ phases: ["EARLY_PHASE1"] }), []],
    ["phases 1 and 2 do", trial({ phases: ["PHASE1", "PHASE2"] }), due],
    ["no site there, no regulated product", trial({ country: "Norway" }), []],
    ["a regulated product anywhere", trial({ country: "Norway", fda: true }), due],
    ["a delay was requested", trial({ delay: "2021-01-01" }), []],
    ["results are there", trial({ has: true }), []],
    ["a planned end is none", trial({ end: { date: "2020-06", type: "ESTIMATED" } }), []],
  ])("%s", (_, one, expected) => {
    expect(flags(one, "2022-01-21")).toEqual(expected);
  });

  test("posting resolves it, on the baseline it is there", () => {
    const first = decide(context({ facts: trial({}), dataDate: "2022-01-21" }), [], true);
    expect(said(first)).toEqual(due);
    expect(decide(context({ facts: trial({ has: true }), dataDate: "2022-01-21" }), held(first)).resolve).toEqual([1]);
  });
});

test("a study that enters and names another of the review is told with its place, once", () => {
  const mention = { nctId: nct(2), path: "protocolSection.descriptionModule.briefSummary", span: nct(2) };
  const entered = { review: "r", watchlist: "w", nctId: nct(1), event: "entered" as const, queryHash: "q", detail: {} };
  const related = (one: FlagContext) => said(decide(one)).filter((flag) => flag.startsWith("related_trial"));
  expect(related(context({ mentions: [mention], events: [entered] }))).toEqual([`related_trial * ${nct(2)}`]);
  expect(related(context({ mentions: [mention] }))).toEqual([]);
  expect(related(context({ events: [entered] }))).toEqual([]);
});
