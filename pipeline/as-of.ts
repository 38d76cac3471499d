import { isCarrying } from "../db/model.ts";
import { deriveMember, RULE_VERSIONS } from "./derive.ts";
import type { Study } from "./registry/study.ts";
import type { CellRow, DriftRow, TrialRow } from "./report/rows.ts";
import type { CuratedTable, CuratedValue, Review } from "./review/review.ts";

/** A review's table on an earlier day by today's rules: derived in memory from the records held of that day; pure. */

/** One member on that day: the record then held, and the one held for the tables' as-of date. */
export interface MemberThen {
  nctId: string;
  tables: readonly number[];
  study: Study | null;
  asOf: Study | null;
  /** Data date of the version held. */
  dataDate: string | null;
  /** Pinned or printed: shown whatever screening says. */
  kept: boolean;
}

/** A stored version of a table in the form that the rules take. */
export function curatedThen(stored: {
  table: number;
  title: string;
  version: number;
  fileHash: string;
  definition: { statusConvention?: string | null; footnotes?: Record<string, string> };
  rows: readonly { nctId: string; footnotes: string[]; cite: string | null; cells: Record<string, unknown> }[];
}): CuratedTable {
  const { definition, rows, ...table } = stored;
  return {
    ...table,
    statusConvention: definition.statusConvention === "completed_only" ? "completed_only" : null,
    footnotes: definition.footnotes ?? {},
    rows: rows.map((row) => ({
      ...row,
      cite: row.cite ?? "",
      // Imported from a checked file: columns and values are those of the file's schema.
      cells: row.cells as Record<string, CuratedValue>,
    })),
  };
}

/** Rows as the public views have them, for the day's members; `review.tables` are the versions then in force. */
export function rowsAsOf(
  review: Review,
  members: Iterable<MemberThen>,
): { trials: TrialRow[]; cells: CellRow[]; drift: DriftRow[] } {
  const trials: TrialRow[] = [];
  const cells: CellRow[] = [];
  const drift: DriftRow[] = [];
  const versions = new Map(review.tables.map(({ table, version }) => [table, version]));
  for (const { nctId, tables, study, asOf, dataDate, kept } of members) {
    const { facts, screened, ...derived } = deriveMember({
      nctId,
      study,
      asOf,
      gone: null,
      tables: [...tables],
      review,
    });
    cells.push(
      ...derived.cells.map(({ column, neutral, evidence, ...cell }) => ({
        nct_id: nctId,
        column_name: column,
        ...cell,
        neutral: neutral ?? null,
        source_path: evidence.find(isCarrying)?.path ?? null,
        span: evidence.find(isCarrying)?.span ?? null,
        evidence,
        extractor_version: RULE_VERSIONS["extractor"] ?? "",
        decided_by: "rule" as const,
      })),
    );
    drift.push(
      ...derived.drift.map(({ table, column, ...one }) => ({
        review: review.id,
        table_no: table,
        nct_id: nctId,
        column_name: column,
        ...one,
        table_version: versions.get(table) ?? null,
        last_update_posted: facts?.lastUpdatePosted ?? null,
        // Decisions are about the version in force today.
        decision: null,
        decision_id: null,
      })),
    );
    if (facts === null || dataDate === null) continue;
    for (const table of tables.length === 0 ? [null] : tables) {
      const rows = review.tables.find((one) => one.table === table)?.rows ?? [];
      const printed = rows.some((row) => row.nctId === nctId);
      if (!printed && !kept && screened?.verdict !== "in") continue;
      trials.push({
        nct_id: nctId,
        table_no: table,
        title: facts.title,
        director: facts.director,
        country: facts.countries,
        status: facts.status,
        last_known_status: facts.lastKnownStatus,
        why_stopped: facts.whyStopped,
        publications: facts.publications,
        first_posted: facts.firstPosted,
        last_update_posted: facts.lastUpdatePosted,
        data_date: dataDate,
        confirmed_data_date: null,
        in_curated: printed,
      });
    }
  }
  return { trials, cells, drift };
}
