import { describe, expect, test } from "vitest";
import type { Drift } from "../../db/model.ts";
import { compareRow } from "../../pipeline/drift/compare.ts";
import { extractProduct } from "../../pipeline/extract/extract.ts";
import { parseLexicon } from "../../pipeline/extract/lexicon.ts";
import { factsOf } from "../../pipeline/normalize/facts.ts";
import { studySchema } from "../../pipeline/registry/study.ts";
import { parseNotation } from "../../pipeline/review/codes.ts";
import { readCells } from "../../pipeline/review/columns.ts";
import type { CuratedRow, CuratedTable } from "../../pipeline/review/review.ts";
import { corpusLines, fixtureJson, fixtureLines, noCorpus } from "../unit/fixtures/support.ts";

/** Every compared cell of the twenty printed rows has its expected kind (expected-kinds.json, read by hand). */

interface Expected {
  kind: string;
  also?: string[];
  basis?: string;
}
interface Record_ {
  protocolSection: { identificationModule: { nctId: string } };
}

const REVIEW = "fixtures/reviews/msc-t1d-sle";
const LEXICON = ["lexicon", "product", "companion", "tissue", "donor", "route", "study", "disease"];

const gold = fixtureJson<{ as_of: string; rows: { nct_id: string; cells: Record<string, Expected> }[] }>(
  "test/gold/expected-kinds.json",
);
const lexicon = parseLexicon(
  Object.fromEntries(
    LEXICON.map((name) => [`${name}.json`, fixtureJson<unknown>(`fixtures/lexicons/msc/${name}.json`)]),
  ),
);
const notation = parseNotation(fixtureJson<{ codes: unknown }>(`${REVIEW}/review.json`).codes);

interface TableFile {
  table: number;
  title: string;
  status_convention: CuratedTable["statusConvention"];
  rows: { nct_id: string; cells: CuratedRow["cells"] }[];
}

const printed = [1, 2].flatMap((number) => {
  const file = fixtureJson<TableFile>(`${REVIEW}/table-${number}.json`);
  const rows = file.rows.map(({ nct_id, cells }) => ({ nctId: nct_id, footnotes: [], cite: "", cells }));
  const table: CuratedTable = {
    table: file.table,
    title: file.title,
    version: 1,
    statusConvention: file.status_convention,
    footnotes: {},
    rows,
    fileHash: "",
  };
  return rows.map((row) => ({ table, row }));
});

function driftAgainst(records: readonly Record_[]): Map<string, Drift[]> {
  const byId = new Map(records.map((record) => [record.protocolSection.identificationModule.nctId, record]));
  return new Map(
    printed.map(({ table, row }) => {
      const study = studySchema.parse(byId.get(row.nctId));
      const facts = factsOf(study);
      const product = extractProduct(study, lexicon);
      const cells = readCells(facts, product, notation);
      const asOf = { asOfFrom: gold.as_of, asOfFacts: null, asOfCells: null };
      return [row.nctId, compareRow({ table, row, facts, product, cells, notation, ...asOf })];
    }),
  );
}

/** Cells with another kind than expected, and rows with other cells; [] when all are right. */
function missed(drift: Map<string, Drift[]>): string[] {
  return gold.rows.flatMap(({ nct_id, cells }) => {
    const found = drift.get(nct_id) ?? [];
    const columns = [found.map(({ column }) => column as string), Object.keys(cells)].map((names) =>
      names.toSorted().join(),
    );
    if (columns[0] !== columns[1]) return [`${nct_id}: compared ${columns[0]}, expected ${columns[1]}`];
    return found.flatMap(({ column, kind, basis, curated, registry, note }) => {
      const expected = cells[column];
      const right = expected?.kind === kind || expected?.also?.includes(kind) === true;
      if (right && (kind !== "moved" || basis === expected.basis)) return [];
      return [`${nct_id} ${column}: ${kind}, expected ${expected?.kind}: ${curated} -> ${registry} (${note})`];
    });
  });
}

/** Cells of rows-2022-01.md that moved or were always different; nothing else of these columns may. */
const DATED = new Set(["status", "start_date", "completion_date", "enrollment", "phase"]);
const MOVED = `NCT00690066 status, NCT02057211 completion_date, NCT02057211 enrollment, NCT02057211 start_date,
  NCT02057211 status, NCT02633163 completion_date, NCT02633163 start_date, NCT02745808 completion_date`;
const DIFFERED = `NCT00698191 enrollment, NCT00698191 status, NCT01068951 phase, NCT01374854 enrollment,
  NCT01374854 status, NCT01741857 status, NCT02579148 status`;

function cellsOfKind(drift: Map<string, Drift[]>, kind: string): string[] {
  return [...drift]
    .flatMap(([id, all]) =>
      all.filter((one) => one.kind === kind && DATED.has(one.column)).map(({ column }) => `${id} ${column}`),
    )
    .toSorted();
}

const list = (text: string) => text.split(/,\s+/);

describe("drift of the twenty printed rows", () => {
  const recorded = driftAgainst(fixtureLines<Record_>("fixtures/recordings/2022-01-21.jsonl"));

  test("the recording: each of 280 cells has its expected kind", () => {
    expect([...recorded.values()].flat()).toHaveLength(280);
    expect(missed(recorded)).toEqual([]);
  });
  test("the recording: exactly these dates, sizes, phases and statuses moved or differed", () => {
    expect(cellsOfKind(recorded, "moved")).toEqual(list(MOVED));
    expect(cellsOfKind(recorded, "differed_when_printed")).toEqual(list(DIFFERED));
  });

  describe.skipIf(noCorpus !== null)(`records of January 2022${noCorpus ? ` (${noCorpus})` : ""}`, () => {
    const held = noCorpus ? new Map<string, Drift[]>() : driftAgainst(corpusLines<Record_>("msc-2022-01.jsonl.gz"));

    test("each of 280 cells has its expected kind", () => {
      expect([...held.values()].flat()).toHaveLength(280);
      expect(missed(held)).toEqual([]);
    });
    test("exactly these dates, sizes, phases and statuses moved or differed", () => {
      expect(cellsOfKind(held, "moved")).toEqual(list(MOVED));
      expect(cellsOfKind(held, "differed_when_printed")).toEqual(list(DIFFERED));
    });
  });
});
