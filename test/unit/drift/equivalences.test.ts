import { describe, expect, test } from "vitest";
import { compareRow } from "../../../pipeline/drift/compare.ts";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { parseNotation } from "../../../pipeline/review/codes.ts";
import { readCells } from "../../../pipeline/review/columns.ts";
import type { CuratedTable, CuratedValue } from "../../../pipeline/review/review.ts";
import { study } from "../normalize/corpus.ts";

const notation = parseNotation({ country: { "United States": "USA" }, phase: { NA: "Undisclosed" } });

type Column = "director" | "country" | "start_date" | "phase" | "enrollment" | "allocation" | "masking";

/** Kind of one column of a row, edited after the as-of date. `held`: the record of the as-of date. */
function kindOf(
  column: Column,
  printed: CuratedValue,
  record: Record<string, unknown>,
  held?: Record<string, unknown>,
): string {
  const table: CuratedTable = {
    table: 1,
    title: "",
    version: 1,
    statusConvention: null,
    footnotes: {},
    rows: [],
    fileHash: "",
  };
  const row = { nctId: "NCT00000001", footnotes: [], cite: "", cells: { [column]: printed } };
  const [now, before] = [record, held].map((one) => {
    const facts = factsOf(study(one ?? {}));
    return { facts, cells: readCells(facts, null, notation) };
  });
  if (now === undefined) return "";
  const asOf =
    held === undefined
      ? { asOfFacts: null, asOfCells: null }
      : { asOfFacts: before?.facts ?? null, asOfCells: before?.cells ?? null };
  const drift = compareRow({ table, row, ...now, product: null, notation, asOfFrom: "2016-05-05", ...asOf });
  return drift.find((one) => one.column === column)?.kind ?? "";
}

describe("typed columns", () => {
  const start = (date: string) => ({ statusModule: { overallStatus: "RECRUITING", startDateStruct: { date } } });
  const design = (designInfo: object) => ({ designModule: { designInfo } });
  const single = (allocation: string) => design({ allocation, interventionModel: "SINGLE_GROUP" });
  const mask = (masking: string, ...whoMasked: string[]) => design({ maskingInfo: { masking, whoMasked } });
  const sites = (...countries: string[]) => ({
    contactsLocationsModule: { locations: countries.map((country) => ({ country })) },
  });

  test.each<[Column, CuratedValue, Record<string, unknown>, string]>([
    ["start_date", "2014-04", start("2014-04"), "same"],
    ["start_date", "2014-04", start("2014-04-11"), "refined"],
    ["start_date", "2014-04-11", start("2014-04"), "coarsened"],
    ["start_date", "2014-04", start("2014-05-01"), "moved"],
    ["start_date", "2014-04", {}, "registry_silent"],
    ["start_date", "spring 2014", start("2014-04"), "undecided"],
    ["phase", ["Undisclosed"], { designModule: { phases: ["NA"] } }, "equivalent"],
    ["phase", ["Undisclosed"], { designModule: { phases: ["PHASE1"] } }, "moved"],
    ["phase", ["Undisclosed"], {}, "registry_silent"],
    ["phase", ["Phase 1/2"], { designModule: { phases: ["PHASE1", "PHASE2"] } }, "same"],
    ["phase", ["Phase 1"], { designModule: { phases: ["PHASE1", "PHASE2"] } }, "moved"],
    ["enrollment", 50, { designModule: { enrollmentInfo: { count: 50, type: "ESTIMATED" } } }, "same"],
    ["enrollment", 50, { designModule: { enrollmentInfo: { count: 99999999 } } }, "registry_silent"],
    ["allocation", "non-randomized", single("NA"), "equivalent"],
    ["allocation", "non-randomized", design({ allocation: "NA", interventionModel: "PARALLEL" }), "moved"],
    ["allocation", "single-arm", single("NA"), "same"],
    ["allocation", "randomised", design({ allocation: "RANDOMIZED" }), "same"],
    ["allocation", "randomized", single("NA"), "moved"],
    ["masking", "open label", mask("NONE"), "same"],
    ["masking", "double blind", mask("DOUBLE", "PARTICIPANT", "INVESTIGATOR"), "same"],
    ["masking", "double blind", mask("QUADRUPLE"), "equivalent"],
    ["masking", "single blind (subject)", mask("SINGLE", "PARTICIPANT"), "same"],
    ["masking", "single blind (subject)", mask("SINGLE", "OUTCOMES_ASSESSOR"), "moved"],
    ["masking", "single blind (subject)", mask("SINGLE"), "coarsened"],
    ["masking", "single blind", mask("SINGLE", "PARTICIPANT"), "refined"],
    ["masking", "double blind", mask("NONE"), "moved"],
    ["country", ["USA"], sites("United States"), "equivalent"],
    ["country", ["China"], sites("China", "China"), "same"],
    ["country", ["China"], sites("China", "Japan"), "moved"],
    ["country", ["China"], {}, "registry_silent"],
  ])("%s: %o against %o is %s", (column, printed, record, kind) => {
    expect(kindOf(column, printed, record)).toBe(kind);
  });
});

describe("director", () => {
  const official = (name: string, role: string) => ({ name, role });
  const people = (overallOfficials: object[], overallStatus = "COMPLETED", more: object = {}) => ({
    statusModule: { overallStatus },
    contactsLocationsModule: { overallOfficials, ...more },
  });
  const investigator = people([
    official("Ada Berg, MD, PhD", "PRINCIPAL_INVESTIGATOR"),
    official("Kim Lund", "STUDY_CHAIR"),
  ]);

  test.each([
    ["Ada Berg, Kim Lund", investigator, "same"],
    ["Kim Lund", investigator, "equivalent"],
    ["Berg, Ada", people([official("Ada Berg, MD", "STUDY_DIRECTOR")]), "equivalent"],
    ["Bo Dahl", investigator, "moved"],
    ["Bo Dahl", {}, "registry_silent"],
    [
      "Nordic Cells Ltd.",
      { sponsorCollaboratorsModule: { leadSponsor: { name: "Nordic Cells, Inc.", class: "INDUSTRY" } } },
      "moved",
    ],
    [
      "Nordic Cells Limited",
      { sponsorCollaboratorsModule: { leadSponsor: { name: "Nordic Cells Ltd", class: "INDUSTRY" } } },
      "equivalent",
    ],
  ])("printed %s against %o is %s", (director, record, kind) => {
    expect(kindOf("director", director, record)).toBe(kind);
  });

  test("a contact that went when recruitment ended has not moved", () => {
    const held = people([], "RECRUITING", { centralContacts: [{ name: "Bo Dahl" }] });
    expect(kindOf("director", "Bo Dahl", investigator, held)).toBe("registry_silent");
    const sponsored = {
      statusModule: { overallStatus: "COMPLETED" },
      sponsorCollaboratorsModule: { leadSponsor: { name: "City Hospital" } },
    };
    expect(kindOf("director", "Bo Dahl", sponsored)).toBe("registry_silent");
    const still = { ...sponsored, statusModule: { overallStatus: "RECRUITING" } };
    expect(kindOf("director", "Bo Dahl", still)).toBe("moved");
  });
});
