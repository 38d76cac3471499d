import type { Drift } from "../../db/model.ts";
import { compareRow } from "../../pipeline/drift/compare.ts";
import { extractProduct } from "../../pipeline/extract/extract.ts";
import { parseLexicon } from "../../pipeline/extract/lexicon.ts";
import { factsOf } from "../../pipeline/normalize/facts.ts";
import { studySchema } from "../../pipeline/registry/study.ts";
import { parseNotation } from "../../pipeline/review/codes.ts";
import { readCells } from "../../pipeline/review/columns.ts";
import type { CuratedRow, CuratedTable } from "../../pipeline/review/review.ts";
import { fixtureJson } from "../unit/fixtures/support.ts";

/** What every compared cell of the twenty printed rows must be (expected-kinds.json, read by hand), and what it is. */

export interface ExpectedKind {
  kind: string;
  also?: string[];
  basis?: string;
  /** Where the record says it, and in which words; null where it says nothing. */
  path: string | null;
  words: string | null;
}
export interface HeldRecord {
  protocolSection: { identificationModule: { nctId: string } };
}

const REVIEW = "fixtures/reviews/msc-t1d-sle";
const LEXICON = ["lexicon", "product", "companion", "tissue", "donor", "route", "study", "disease"];

export const EXPECTED_KINDS = fixtureJson<{
  as_of: string;
  rows: { nct_id: string; cells: Record<string, ExpectedKind> }[];
}>("test/gold/expected-kinds.json");
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

export function driftAgainst(records: readonly HeldRecord[]): Map<string, Drift[]> {
  const byId = new Map(records.map((record) => [record.protocolSection.identificationModule.nctId, record]));
  return new Map(
    printed.map(({ table, row }) => {
      const study = studySchema.parse(byId.get(row.nctId));
      const facts = factsOf(study);
      const product = extractProduct(study, lexicon);
      const cells = readCells(facts, product, notation);
      const asOf = { asOfFrom: EXPECTED_KINDS.as_of, asOfFacts: null, asOfCells: null };
      return [row.nctId, compareRow({ table, row, facts, product, cells, notation, ...asOf })];
    }),
  );
}

/** Whether a cell has its expected kind, and where it moved the expected basis. */
export function asExpected(expected: ExpectedKind | undefined, { kind, basis }: Drift): boolean {
  if (expected === undefined || (expected.kind !== kind && expected.also?.includes(kind) !== true)) return false;
  return kind !== "moved" || basis === expected.basis;
}

/** Cells with another kind than expected, and rows with other cells; [] when all are right. */
export function missed(drift: Map<string, Drift[]>): string[] {
  return EXPECTED_KINDS.rows.flatMap(({ nct_id, cells }) => {
    const found = drift.get(nct_id) ?? [];
    const columns = [found.map(({ column }) => column as string), Object.keys(cells)].map((names) =>
      names.toSorted().join(),
    );
    if (columns[0] !== columns[1]) return [`${nct_id}: compared ${columns[0]}, expected ${columns[1]}`];
    return found.flatMap((one) => {
      const expected = cells[one.column];
      if (asExpected(expected, one)) return [];
      const words = expected?.words === null ? "nothing" : `"${expected?.words}" at ${expected?.path}`;
      return [
        `${nct_id} ${one.column}: ${one.kind}, expected ${expected?.kind}: ${one.curated} -> ${one.registry} (${one.note}); the record says ${words}`,
      ];
    });
  });
}
