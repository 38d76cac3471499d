import type { Basis, Confidence, DriftKind, Evidence } from "../../db/model.ts";
import { CELL_SOURCE_PARTS, COLUMNS, DRIFT_KINDS, QUIET_DRIFT } from "../../db/model.ts";
import { LIST_SEPARATOR } from "../review/column.ts";
import { wordsOf } from "./cell-words.ts";
import type { ClaimAnswer } from "./claim-answer.ts";
import type { CellRow, CuratedCellRow, DriftRow, FlagRow, TableHead, TrialRow } from "./rows.ts";
import type { ShownColumn } from "./show-rows.ts";

/** What a table is made of: rows of the views, of one review; rows of other tables and versions are left aside. */
export interface TableInput {
  head: TableHead;
  /** Data date of the review's last complete run. */
  dataDate: string | null;
  trials: readonly TrialRow[];
  curated: readonly CuratedCellRow[];
  cells: readonly CellRow[];
  drift: readonly DriftRow[];
  /** Open and acknowledged ones; formats without room for them leave them out. */
  flags: readonly FlagRow[];
  /** How the review's own sentences stand at that moment; of the review, not of the table. */
  claims?: readonly ClaimAnswer[];
  /** Set where the table is that of an earlier day, by today's rules, or of an earlier run. */
  moment?: { as_of: string } | { run: number } | null;
}

/** Where the registry's side of a cell was read. */
export interface Source {
  evidence: readonly Evidence[];
  rule: string;
  confidence: Confidence;
}

/** One cell with both sides. `kind` is null where nothing was compared (`results`, and studies that are not printed). */
export interface BlockCell {
  column: ShownColumn;
  printed: string | null;
  registry: string | null;
  kind: DriftKind | null;
  basis: Basis | null;
  /** Why this kind, in words. */
  note: string | null;
  /** What a curator decided about this difference, and the decision's id; null where nothing stands. */
  decided: { decision: NonNullable<DriftRow["decision"]>; id: string } | null;
  /** Null where nothing was read of the record. */
  source: Source | null;
}

/** One study of the table. */
export interface Block {
  nctId: string;
  title: string | null;
  inCurated: boolean;
  footnotes: readonly string[];
  lastUpdatePosted: string | null;
  /** PMIDs: what a curator confirmed, and what the record links besides. */
  publications: { confirmed: readonly string[]; linked: readonly string[] };
  cells: readonly BlockCell[];
  /** Drift of the whole row: gone, new or left out when printed. */
  row: DriftRow | null;
}

/** In printed order; the parts of cell_source stand before it, because they say which part of its code differs. */
const BLOCK_COLUMNS: readonly ShownColumn[] = COLUMNS.flatMap((column) =>
  column === "cell_source" ? [...CELL_SOURCE_PARTS] : [column],
);

export function differs({ kind }: BlockCell): boolean {
  return kind !== null && !QUIET_DRIFT.includes(kind);
}

/** How many cells there are of each kind, in the order in which kinds are tested; zeros are left out. */
export function kindCounts(blocks: readonly Block[]): Map<DriftKind, number> {
  const counts = new Map<DriftKind | null, number>();
  for (const { cells, row } of blocks)
    for (const kind of [row?.kind ?? null, ...cells.map((cell) => cell.kind)])
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return new Map(DRIFT_KINDS.flatMap((kind) => (counts.has(kind) ? [[kind, counts.get(kind) ?? 0] as const] : [])));
}

/** Where no derivation is held yet, the study's own columns still fill the heading of its block. */
function fromTrial(trial: TrialRow | undefined, column: string): string | null {
  if (trial === undefined) return null;
  if (column === "director") return trial.director;
  if (column === "country") return trial.country.length === 0 ? null : trial.country.join("; ");
  return column === "status" ? trial.status : null;
}

/** What the registry's side of a cell rests on; a part of the cell source has its own words. */
function sourceOf(cell: CellRow | undefined, column: ShownColumn): Source | null {
  if (cell === undefined) return null;
  const { rule, confidence } = cell;
  const evidence = wordsOf(cell, column);
  return { evidence, rule: column === cell.column_name ? rule : (evidence[0]?.rule ?? rule), confidence };
}

function decidedOf(drift: DriftRow | undefined): BlockCell["decided"] {
  const { decision = null, decision_id = null } = drift ?? {};
  return decision === null || decision_id === null ? null : { decision, id: decision_id };
}

function publicationsOf(trial: TrialRow | undefined, printed: readonly CuratedCellRow[]): Block["publications"] {
  const held = printed.find(({ column_name }) => column_name === "publications")?.value ?? null;
  const confirmed = held === null ? [] : held.split(LIST_SEPARATOR);
  return { confirmed, linked: (trial?.publications ?? []).filter((pmid) => !confirmed.includes(pmid)) };
}

interface Sources {
  trials: ReadonlyMap<string, TrialRow>;
  curated: ReadonlyMap<string, readonly CuratedCellRow[]>;
  cells: ReadonlyMap<string, readonly CellRow[]>;
  drift: ReadonlyMap<string, readonly DriftRow[]>;
}

function blockOf(nctId: string, sources: Sources): Block {
  const trial = sources.trials.get(nctId);
  const printed = sources.curated.get(nctId) ?? [];
  const found = sources.cells.get(nctId) ?? [];
  const drift = sources.drift.get(nctId) ?? [];
  const cells = BLOCK_COLUMNS.flatMap((column): BlockCell[] => {
    const compared = drift.find((row) => row.column_name === column);
    const part = column === "tissue" || column === "donor";
    if (part && compared === undefined) return [];
    const inTable = printed.find((cell) => cell.column_name === column)?.value ?? null;
    const read = found.find((cell) => cell.column_name === (part ? "cell_source" : column));
    const inRegistry = read?.value ?? fromTrial(trial, column);
    return [
      {
        column,
        printed: part ? (compared?.curated ?? null) : (inTable ?? compared?.curated ?? null),
        registry: compared === undefined ? inRegistry : compared.registry,
        kind: compared?.kind ?? null,
        basis: compared?.basis ?? null,
        note: compared?.note ?? null,
        decided: decidedOf(compared),
        source: sourceOf(read, column),
      },
    ];
  });
  return {
    nctId,
    title: trial?.title ?? null,
    inCurated: printed.length > 0,
    footnotes: printed[0]?.footnotes ?? [],
    lastUpdatePosted: drift[0]?.last_update_posted ?? trial?.last_update_posted ?? null,
    publications: publicationsOf(trial, printed),
    cells,
    row: drift.find((row) => row.column_name === "*") ?? null,
  };
}

function byStudy<R extends { nct_id: string }>(rows: readonly R[]): Map<string, R[]> {
  return Map.groupBy(rows, ({ nct_id }) => nct_id);
}

/** The studies of a table: those it prints, in its own order, then those that it does not, by id. */
export function blocksOf(input: TableInput): Block[] {
  const { table, version, order } = input.head;
  const trials = input.trials.filter((row) => row.table_no === table);
  const curated = input.curated.filter((row) => row.table_no === table && row.version === version);
  const sources = {
    trials: new Map(trials.map((row) => [row.nct_id, row])),
    curated: byStudy(curated),
    cells: byStudy(input.cells),
    drift: byStudy(input.drift.filter((row) => row.table_no === table)),
  };
  const printed = new Set(curated.map((row) => row.nct_id));
  const ids = new Set([
    ...order.filter((id) => printed.has(id)),
    ...[...printed].toSorted(),
    ...trials.map((row) => row.nct_id).toSorted(),
  ]);
  return [...ids].map((id) => blockOf(id, sources));
}
