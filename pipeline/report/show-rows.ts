import { CELL_SOURCE_PARTS, COLUMNS, type ColumnName } from "../../db/model.ts";
import type {
  CellRow,
  ChangeRow,
  CuratedCellRow,
  DecisionRow,
  DriftRow,
  FlagRow,
  MemberRow,
  QuarantineRow,
  StatusChangeRow,
  TrialRow,
} from "./rows.ts";

/** What `show` takes of the public views for one study, and which of it belongs to one column. */

export interface StudyRow {
  nct_id: string;
  title: string;
  status: string;
  last_known_status: string | null;
  why_stopped: string | null;
  start_date: string | null;
  start_date_type: string | null;
  completion_date: string | null;
  completion_date_type: string | null;
  first_posted: string | null;
  last_update_posted: string | null;
  /** Data date of the current version. */
  data_date: string;
}

export type ShownCell = CellRow & { review: string };

export type ShownCurated = CuratedCellRow & { review: string; current: boolean };
export type ShownTrial = TrialRow & { review: string };

/** The rows of one study, by the name of their view. */
export interface ShownViews {
  /** One row, or none where the registry never showed the study. */
  studies: StudyRow[];
  trials: ShownTrial[];
  members: MemberRow[];
  curated: ShownCurated[];
  cells: ShownCell[];
  drift: DriftRow[];
  changes: ChangeRow[];
  status_changes: StatusChangeRow[];
  flags: FlagRow[];
  decisions: DecisionRow[];
  quarantine: QuarantineRow[];
  /** Oldest first. */
  versions: { nct_id: string; valid_from: string; dated: "observed" | "submitted" }[];
}

export interface Shown {
  nctId: string;
  views: ShownViews;
  /** Changes of numbers that the registry retired in favour of this study: their history goes on here. */
  retired: ChangeRow[];
  /** The current record as received, for the passage around the words of a cell; null where it was not read. */
  record: unknown;
}

/** What --column takes: a column of the table, or a part of one that is compared alone. */
export const SHOWN_COLUMNS = [...new Set([...COLUMNS, ...CELL_SOURCE_PARTS])];
export type ShownColumn = (typeof SHOWN_COLUMNS)[number];

/** The column that holds the cell: tissue and donor are read and printed as parts of the cell source. */
export function cellColumn(column: ShownColumn): ColumnName {
  return column === "tissue" || column === "donor" ? "cell_source" : column;
}

/** The compared parts that a question about a column is about. */
export function partsOf(column: ShownColumn): readonly string[] {
  return column === "cell_source" ? CELL_SOURCE_PARTS : [column];
}

/** The rows that are about one column; what is about the study as such stays. */
export function ofColumn(views: ShownViews, column: ShownColumn): ShownViews {
  const parts = partsOf(column);
  const inCell = (row: { column_name: string }) => row.column_name === cellColumn(column);
  const inParts = (row: { column_name: string | null }) => row.column_name !== null && parts.includes(row.column_name);
  return {
    ...views,
    curated: views.curated.filter(inCell),
    cells: views.cells.filter(inCell),
    drift: views.drift.filter(inParts),
    changes: views.changes.filter(inParts),
    status_changes: views.status_changes.filter(inParts),
    flags: views.flags.filter(inParts),
    decisions: views.decisions.filter((row) => parts.includes(row.column)),
  };
}
