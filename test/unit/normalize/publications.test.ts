import { describe, expect, test } from "vitest";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { mentionsOf } from "../../../pipeline/normalize/mentions.ts";
import { publicationTitle, publicationYear } from "../../../pipeline/normalize/publications.ts";
import { corpus, study, withoutCorpus } from "./corpus.ts";

describe("a citation", () => {
  test.each<[string, string, number | null]>([
    [
      "PubMed's form",
      "Rao A, Li B. Cells in gout. J Joint Res. 2012 Feb;65(2):256-63. doi: 10.1/j.2009.02. Epub 2011 Oct 1.",
      2012,
    ],
    ["pages that look like a year", "Rao A. Gout: a review. Lancet. 2017 Oct 28;390(10106):1996-2011.", 2017],
    ["a year in the title", "Rao A. Gout in Spain by 2020. Clin Joint. 2018 Mar;20(3):313-321.", 2018],
    ["a journal in brackets", "Rao A. Gout. Spine (Phila Pa 1976). 2006 Mar 1;31(5):560-6.", 2006],
    ["ahead of print", "Rao A. Gout. J Joint Res. 2025 Nov 7:S0735-1097(25)10035-1. Online ahead of print.", 2025],
    ["another form", "Rao A. Gout. Joints 4: 57-63, 2014", 2014],
    ["author and year", "Rao A (2014) Gout. Joints 4:1999-2003", 2014],
    ["two years, none of them told", "Rao A. Gout from 1999 on. Meeting of 2003, Oslo", null],
    ["no year", "Rao A. Gout. In press", null],
  ])("%s", (_, citation, year) => {
    expect(publicationYear(citation)).toBe(year);
  });

  test.each([
    ["Rao A, Li B 2nd; Gout Group. Cells in gout: safe? J Joint Res. 2012 Feb;65(2):256-63.", "Cells in gout: safe?"],
    ["Rao A. Cells. A phase 1 trial. Joints. 2012;6:1.", "Cells. A phase 1 trial."],
    ["Gout and cells, Joints 4, 2014", "Gout and cells, Joints 4, 2014"],
  ])("the title of %j", (citation, title) => {
    expect(publicationTitle(citation)).toBe(title);
  });
});

describe("publications that can report the trial", () => {
  const reference = (pmid: string | undefined, type: string, year: number | null) => ({
    ...(pmid === undefined ? {} : { pmid }),
    type,
    citation: `Rao A. Gout. Joints. ${year === null ? "In press" : `${year} May;6(1):1-2`}.`,
  });
  const of = (start: string | null, ...references: object[]) =>
    factsOf(
      study({
        statusModule: { overallStatus: "RECRUITING", ...(start === null ? {} : { startDateStruct: { date: start } }) },
        referencesModule: { references },
      }),
    ).publications;

  test("background never; a result from the start year on; derived always; each PMID once; none without PMID", () => {
    const all = [
      reference("1", "BACKGROUND", 2020),
      reference("2", "RESULT", 2013),
      reference("3", "RESULT", 2014),
      reference("4", "DERIVED", 2012),
      reference("4", "RESULT", 2018),
      reference(undefined, "RESULT", 2018),
    ];
    expect(of("2014-06", ...all)).toEqual(["3", "4"]);
    expect(of("2014-06")).toEqual([]);
  });

  test("a year or a start that nobody states excludes nothing", () => {
    expect(of("2014-06", reference("2", "RESULT", null))).toEqual(["2"]);
    expect(of(null, reference("2", "RESULT", 1999))).toEqual(["2"]);
  });

  test.skipIf(withoutCorpus("msc-2022-01"))(
    "211 of 277 results of the January 2022 records are older than their trial",
    () => {
      const facts = corpus("msc-2022-01").map(factsOf);
      const results = facts.flatMap(({ references, publications }) =>
        references.flatMap(({ pmid, type }) =>
          type === "RESULT" && pmid !== null ? [publications.includes(pmid)] : [],
        ),
      );
      expect([results.length, results.filter((counts) => !counts).length]).toEqual([277, 211]);
    },
  );
});

test("other studies named in a record are found once each, with their place; its own numbers are not others", () => {
  const record = study({
    identificationModule: {
      nctId: "NCT00000001",
      nctIdAliases: ["NCT00000007"],
      briefTitle: "Extension of NCT00000002",
    },
    descriptionModule: { briefSummary: "NCT00000001 and NCT00000007 are this; NCT00000003 and NCT00000002 are not." },
  });
  expect(mentionsOf(record).map(({ nctId, path }) => [nctId, path])).toEqual([
    ["NCT00000002", "protocolSection.identificationModule.briefTitle"],
    ["NCT00000003", "protocolSection.descriptionModule.briefSummary"],
  ]);
});
