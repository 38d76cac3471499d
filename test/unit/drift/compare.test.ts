import { describe, expect, test } from "vitest";
import type { Drift, DriftColumn } from "../../../db/model.ts";
import { type CompareInput, compareRow, rowKinds } from "../../../pipeline/drift/compare.ts";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { parseNotation } from "../../../pipeline/review/codes.ts";
import { readCells } from "../../../pipeline/review/columns.ts";
import type { CuratedRow, CuratedTable } from "../../../pipeline/review/review.ts";
import { study } from "../normalize/corpus.ts";

const notation = parseNotation({ country: { "United States": "USA" }, phase: { NA: "Undisclosed" } });
const AS_OF = "2016-05-05";
const BEFORE = "2015-01-01";
const AFTER = "2017-01-01";

interface Case {
  record: Record<string, unknown>;
  held?: Record<string, unknown>;
  convention?: CuratedTable["statusConvention"];
  asOfFrom?: string | null;
}

function read(record: Record<string, unknown>) {
  const facts = factsOf(study(record));
  return { facts, cells: readCells(facts, null, notation) };
}

function drift(cells: CuratedRow["cells"], { record, held, convention = null, asOfFrom = AS_OF }: Case): Drift[] {
  const table: CuratedTable = {
    table: 1,
    title: "",
    version: 1,
    statusConvention: convention,
    footnotes: {},
    rows: [],
    fileHash: "",
  };
  const before = held === undefined ? null : read(held);
  const row = { nctId: "NCT00000001", footnotes: [], cite: "", cells };
  const asOf = { asOfFrom, asOfFacts: before?.facts ?? null, asOfCells: before?.cells ?? null };
  return compareRow({ table, row, ...read(record), product: null, notation, ...asOf });
}

function one(column: DriftColumn, cells: CuratedRow["cells"], how: Case): Pick<Drift, "kind" | "basis"> {
  const { kind, basis } = drift(cells, how).find((row) => row.column === column) as Drift;
  return { kind, basis };
}

function status(overallStatus: string, updated: string | null, more: object = {}): Record<string, unknown> {
  return {
    statusModule: {
      overallStatus,
      ...(updated === null ? {} : { lastUpdatePostDateStruct: { date: updated } }),
      ...more,
    },
  };
}

const size = (count: number, updated: string) => ({
  ...status("RECRUITING", updated),
  designModule: { enrollmentInfo: { count } },
});

test("every compared column is there once, cell source in three parts, results never", () => {
  expect(drift({}, { record: {} }).map(({ column, kind }) => `${column} ${kind}`)).toEqual(
    "director country status start_date completion_date phase enrollment allocation masking primary_outcomes route tissue donor cell_source"
      .split(" ")
      .map((column) => `${column} unstated`),
  );
});

describe("a value that differs", () => {
  test.each([
    ["edited after the as-of date", { record: size(10, AFTER) }, "moved", "edited_since"],
    ["edited before", { record: size(10, BEFORE) }, "differed_when_printed", null],
    ["edited on the day", { record: size(10, AS_OF) }, "differed_when_printed", null],
    ["no as-of date", { record: size(10, BEFORE), asOfFrom: null }, "moved", "edited_since"],
    [
      "the version held then had another value",
      { record: size(10, AFTER), held: size(50, BEFORE) },
      "moved",
      "history",
    ],
    [
      "the version held then had it already",
      { record: size(10, AFTER), held: size(10, BEFORE) },
      "differed_when_printed",
      "history",
    ],
  ])("%s", (_, how, kind, basis) => {
    expect(one("enrollment", { enrollment: 50 }, how)).toEqual({ kind, basis });
  });

  test("a decided cell has its own as-of date", () => {
    const table: CuratedTable = {
      table: 1,
      title: "",
      version: 2,
      statusConvention: null,
      footnotes: {},
      rows: [],
      fileHash: "",
    };
    const row = { nctId: "NCT00000001", footnotes: [], cite: "", cells: { enrollment: 50, phase: ["Phase 1"] } };
    const record = {
      ...status("RECRUITING", AFTER),
      designModule: { enrollmentInfo: { count: 10 }, phases: ["PHASE2"] },
    };
    const input = {
      table,
      row,
      ...read(record),
      product: null,
      notation,
      asOfFrom: AS_OF,
      asOfFacts: null,
      asOfCells: null,
    };
    const of = (written: NonNullable<CompareInput["written"]>) => {
      const found = compareRow({ ...input, written });
      return ["enrollment", "phase"].map((column) => {
        const { kind, basis } = found.find((drifted) => drifted.column === column) as Drift;
        return basis === null ? kind : `${kind} ${basis}`;
      });
    };
    const moved = "moved edited_since";
    expect(of({ whole: null, cells: { enrollment: { on: AFTER } } })).toEqual(["differed_when_printed", moved]);
    expect(of({ whole: { on: AFTER }, cells: {} })).toEqual(["differed_when_printed", "differed_when_printed"]);
    // An update of something else since then does not make a decided cell move: the decision says what the registry had.
    const had = (registry: string | null) => of({ whole: null, cells: { enrollment: { on: BEFORE, registry } } });
    expect(had("10")).toEqual(["differed_when_printed history", moved]);
    expect(had("12")).toEqual(["moved history", moved]);
  });
});

describe("status", () => {
  const unknown = (last: string, updated: string) => status("UNKNOWN", updated, { lastKnownStatus: last });

  test.each([
    [null, status("COMPLETED", AFTER), "moved"],
    [null, status("WITHDRAWN", BEFORE), "differed_when_printed"],
    [null, status("SUSPENDED", AFTER), "moved"],
    [null, status("RECRUITING", AFTER), "unstated"],
    [null, unknown("RECRUITING", AFTER), "unstated"],
    ["Completed", status("COMPLETED", AFTER), "same"],
    ["Completed", unknown("RECRUITING", BEFORE), "differed_when_printed"],
    ["Recruiting", unknown("RECRUITING", AFTER), "equivalent"],
    ["Active, not recruiting", status("ACTIVE_NOT_RECRUITING", AFTER), "same"],
  ])("printed %s against %o", (printed, record, kind) => {
    expect(one("status", { status: printed }, { record, convention: "completed_only" }).kind).toBe(kind);
  });

  test("a blank says nothing where the table has no convention", () => {
    expect(one("status", { status: null }, { record: status("COMPLETED", AFTER) }).kind).toBe("unstated");
  });

  test("the flip to UNKNOWN is no move: the last known status was there already", () => {
    const how = { record: unknown("RECRUITING", AFTER), held: status("RECRUITING", BEFORE) };
    expect(one("status", { status: "Completed" }, how)).toEqual({ kind: "differed_when_printed", basis: "history" });
    const row = drift({ status: "Completed" }, how).find(({ column }) => column === "status");
    expect(row?.registry).toBe("UNKNOWN (last known RECRUITING)");
  });
});

test("without a lexicon what prose would say goes to the curator", () => {
  const cells = { route: { codes: ["iv"], join: "and" as const }, cell_source: ["autologous bone_marrow"] };
  expect(one("route", cells, { record: {} }).kind).toBe("undecided");
  expect(one("cell_source", cells, { record: {} }).kind).toBe("undecided");
});

describe("rows", () => {
  const row = { printed: false, gone: null, firstPosted: BEFORE, asOfFrom: AS_OF, table: 1, title: "A study" };
  test.each([
    [{ ...row, printed: true }, []],
    [{ ...row, printed: true, gone: "404" }, ["study_gone"]],
    [row, ["omitted_at_publication"]],
    [{ ...row, firstPosted: AS_OF }, ["omitted_at_publication"]],
    [{ ...row, firstPosted: AFTER }, ["new_since"]],
    [{ ...row, firstPosted: null }, ["new_since"]],
    [{ ...row, asOfFrom: null }, ["new_since"]],
    [{ ...row, gone: "404" }, []],
  ])("%o", (input, kinds) => expect(rowKinds(input).map(({ kind }) => kind)).toEqual(kinds));
});
