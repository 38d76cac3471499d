import { describe, expect, test } from "vitest";
import { type Cell, COLUMNS } from "../../../db/model.ts";
import { compareRow } from "../../../pipeline/drift/compare.ts";
import { extractProduct } from "../../../pipeline/extract/extract.ts";
import { parseLexicon } from "../../../pipeline/extract/lexicon.ts";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { parseNotation } from "../../../pipeline/review/codes.ts";
import { COLUMN_TABLE, printCurated, readCells } from "../../../pipeline/review/columns.ts";
import { valueOfCell } from "../../../pipeline/review/shapes.ts";
import type { CuratedRow, CuratedTable } from "../../../pipeline/review/review.ts";
import { fixtureJson } from "../fixtures/support.ts";
import { corpus, study, withoutCorpus } from "../normalize/corpus.ts";

const notation = parseNotation(fixtureJson<{ codes: unknown }>("fixtures/reviews/msc-t1d-sle/review.json").codes);
const neutral = parseNotation(null);

function cells(protocol: Record<string, unknown>, rest: Record<string, unknown> = {}): Record<string, Cell> {
  const read = readCells(factsOf(study(protocol, rest)), null, notation);
  return Object.fromEntries(read.map((cell) => [cell.column, cell]));
}

test("one entry a column, in the paper's order, each with its reason and paths", () => {
  expect(COLUMN_TABLE.map(({ name }) => name)).toEqual([...COLUMNS]);
  for (const { reason, paths } of COLUMN_TABLE) {
    expect(reason).not.toBe("");
    expect(paths.length).toBeGreaterThan(0);
  }
});

describe("cells", () => {
  test("a record that says nothing prints nothing but its status and results", () => {
    const read = cells({});
    const printed = Object.values(read).filter(({ value }) => value !== null);
    expect(printed.map(({ column }) => column)).toEqual(["status", "results"]);
    expect(read["phase"]).toMatchObject({ neutral: null, evidence: [], rule: "phase.silent" });
    expect(read["route"]).toMatchObject({ value: null, rule: "no_lexicon" });
  });

  test.each([
    [{ overallStatus: "COMPLETED" }, "Completed", "COMPLETED"],
    [{ overallStatus: "TERMINATED" }, "TERMINATED", "TERMINATED"],
    [{ overallStatus: "UNKNOWN", lastKnownStatus: "RECRUITING" }, "UNKNOWN (last known RECRUITING)", "UNKNOWN"],
    [{ overallStatus: "SOMETHING_NEW" }, "SOMETHING_NEW", "SOMETHING_NEW"],
  ])("status %o", (statusModule, value, inRegistry) => {
    expect(cells({ statusModule })["status"]).toMatchObject({ value, neutral: inRegistry });
  });

  test.each([
    [["PHASE1", "PHASE2"], "Phase 1; Phase 2"],
    [["EARLY_PHASE1"], "Early Phase 1"],
    [["NA"], "Undisclosed"],
  ])("phase %o", (phases, value) => {
    expect(cells({ designModule: { phases } })["phase"]).toMatchObject({ value, neutral: phases });
  });

  test.each([
    ["RANDOMIZED", "PARALLEL", "randomized"],
    ["NON_RANDOMIZED", "SINGLE_GROUP", "non-randomized"],
    ["NA", "SINGLE_GROUP", "single-arm"],
    ["NA", "PARALLEL", "NA"],
  ])("allocation %s of model %s", (allocation, interventionModel, value) => {
    const read = cells({ designModule: { designInfo: { allocation, interventionModel } } });
    expect(read["allocation"]).toMatchObject({ value, neutral: allocation });
  });

  test.each([
    [{ masking: "NONE" }, "open label"],
    [{ masking: "SINGLE", whoMasked: ["PARTICIPANT"] }, "single blind (subject)"],
    [{ masking: "SINGLE" }, "single blind"],
    [{ masking: "DOUBLE" }, "double blind"],
    [{ masking: "QUADRUPLE" }, "double blind"],
  ])("masking %o", (maskingInfo, value) => {
    expect(cells({ designModule: { designInfo: { maskingInfo } } })["masking"]).toMatchObject({
      value,
      neutral: maskingInfo.masking,
    });
  });

  test("dates as posted, sizes as text, outcomes joined, countries in the review's words", () => {
    const read = cells({
      statusModule: { overallStatus: "COMPLETED", startDateStruct: { date: "2014-04-11", type: "ACTUAL" } },
      designModule: { enrollmentInfo: { count: 0, type: "ACTUAL" } },
      outcomesModule: { primaryOutcomes: [{ measure: "HbA1c" }, { measure: "Safety" }] },
      contactsLocationsModule: { locations: [{ country: "United States" }] },
    });
    expect(read["start_date"]?.value).toBe("2014-04-11");
    expect(read["enrollment"]).toMatchObject({ value: "0", neutral: 0 });
    expect(read["primary_outcomes"]).toMatchObject({ value: "HbA1c; Safety", neutral: ["HbA1c", "Safety"] });
    expect(read["country"]).toMatchObject({ value: "USA", neutral: ["United States"] });
    expect(read["results"]?.value).toBe("completed_without_results");
  });
});

test.each([
  ["country", ["China", "USA"], "China; USA"],
  ["route", { codes: ["iv", "ipa"], join: "or" as const }, "iv or ipa"],
  ["enrollment", 0, "0"],
  ["status", null, null],
  ["cell_source", [], null],
] as const)("curated %s prints %o as %s", (column, value, text) => {
  expect(printCurated(column, value as never)).toBe(text);
});

/** A curated row with the registry's own values, as accepting every cell would write it. */
function accepted(read: readonly Cell[]): CuratedRow["cells"] {
  const row: CuratedRow["cells"] = {};
  for (const { column, value, neutral: inner } of read)
    if (value !== null) row[column] = valueOfCell(column, value, inner);
  return row;
}

const QUIET = ["same", "equivalent", "unstated"];

describe.skipIf(withoutCorpus("msc-2022-01"))("over all MSC records", () => {
  const names = ["lexicon", "product", "companion", "tissue", "donor", "route", "study", "disease"];
  const lexicon = parseLexicon(
    Object.fromEntries(
      names.map((name) => [`${name}.json`, fixtureJson<unknown>(`fixtures/lexicons/msc/${name}.json`)]),
    ),
  );
  const table: CuratedTable = {
    table: 1,
    title: "",
    version: 1,
    statusConvention: null,
    footnotes: {},
    rows: [],
    fileHash: "",
  };

  test("an accepted value agrees with the record that it came from, in either notation", () => {
    const loud: string[] = [];
    for (const record of corpus("msc-2022-01")) {
      const facts = factsOf(record);
      const product = extractProduct(record, lexicon);
      for (const words of [notation, neutral]) {
        const read = readCells(facts, product, words);
        const row = { nctId: facts.nctId, footnotes: [], cite: "", cells: accepted(read) };
        const asOf = { asOfFrom: null, asOfFacts: null, asOfCells: null };
        const drift = compareRow({ table, row, facts, product, cells: read, notation: words, ...asOf });
        expect(drift).toHaveLength(COLUMNS.length + 1);
        for (const one of drift)
          if (!QUIET.includes(one.kind)) loud.push(`${facts.nctId} ${one.column} ${one.kind}: ${one.note}`);
      }
    }
    expect(loud).toEqual([]);
  });
});
