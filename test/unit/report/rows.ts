import type { DriftColumn, DriftKind, FlagKind, Severity } from "../../../db/model.ts";
import type {
  CellRow,
  CuratedCellRow,
  DriftRow,
  FlagRow,
  ChangeRow,
  StatusChangeRow,
  TableHead,
  TrialRow,
} from "../../../pipeline/report/rows.ts";
import type { TableInput } from "../../../pipeline/report/table-blocks.ts";

/** Rows as the views give them, for tests: each function fills in what the test does not care about. */

export function trial(nctId: string, of: Partial<TrialRow> = {}): TrialRow {
  return {
    nct_id: nctId,
    table_no: 1,
    title: `Title of ${nctId}`,
    director: "R. Registry",
    country: ["Sweden"],
    status: "RECRUITING",
    last_known_status: null,
    why_stopped: null,
    first_posted: "2013-01-01",
    last_update_posted: "2021-12-23",
    data_date: "2022-01-21",
    confirmed_data_date: "2022-01-21",
    in_curated: true,
    publications: [],
    ...of,
  };
}

export function printed(
  nctId: string,
  column: string,
  value: string | null,
  of: Partial<CuratedCellRow> = {},
): CuratedCellRow {
  return { nct_id: nctId, column_name: column, value, table_no: 1, version: 2, footnotes: [], cite: "Table 1", ...of };
}

export function drift(
  nctId: string,
  column: DriftColumn,
  kind: DriftKind,
  sides: [string | null, string | null] = [null, null],
  of: Partial<DriftRow> = {},
): DriftRow {
  const [curated, registry] = sides;
  return {
    review: "r1",
    table_no: 1,
    nct_id: nctId,
    column_name: column,
    curated,
    registry,
    kind,
    basis: null,
    table_version: 2,
    last_update_posted: "2021-12-23",
    note: null,
    decision: null,
    decision_id: null,
    ...of,
  };
}

export function flag(id: number, severity: Severity, kind: FlagKind, of: Partial<FlagRow> = {}): FlagRow {
  return {
    flag_id: id,
    review: "r1",
    table_no: 1,
    nct_id: `NCT0000000${id}`,
    column_name: null,
    kind,
    severity,
    state: "open",
    baseline: false,
    opened_at: "2022-01-21T10:00:00.000Z",
    run_id: 7,
    message: `message ${id}`,
    evidence: {},
    advice: `advice on ${kind}`,
    answered_at: null,
    answered_by: null,
    note: null,
    ...of,
  };
}

/** A row of either view of changes. */
export function statusChange(of: Partial<StatusChangeRow & ChangeRow> = {}): StatusChangeRow & ChangeRow {
  return {
    change_id: 1,
    nct_id: "NCT00000001",
    column_name: "status",
    kind: "lapsed",
    old: "RECRUITING",
    new: "UNKNOWN",
    severity: "medium",
    posted: null,
    dateless: true,
    cause: "calendar",
    data_date: "2022-01-21",
    detected_at: "2022-01-21T10:00:00.000Z",
    run_id: 7,
    from_status: "RECRUITING",
    to_status: "UNKNOWN",
    from_last_known: null,
    to_last_known: "RECRUITING",
    why_stopped: null,
    detail: {},
    survivor: null,
    dated: "observed",
    ...of,
  };
}

export const HEAD: TableHead = {
  review: "r1",
  title: "A review of trials",
  citation: "Somebody et al., 2018",
  table: 1,
  tableTitle: "Trials in disease",
  version: 2,
  footnotes: { "‡": "explained", "†": "not used" },
  order: ["NCT00000002", "NCT00000001"],
  codes: null,
};

export const cell = (nctId: string, column: string, value: string | null, of: Partial<CellRow> = {}): CellRow => ({
  nct_id: nctId,
  column_name: column,
  value,
  neutral: value,
  source_path: null,
  span: null,
  evidence: [],
  confidence: "high",
  rule: column,
  extractor_version: "7",
  decided_by: "rule",
  ...of,
});

/** Two printed studies in the order 2, 1, a third that the table lacks, and rows of another table and version. */
export function input(): TableInput {
  const [one, two, three] = ["NCT00000001", "NCT00000002", "NCT00000003"] as const;
  return {
    head: HEAD,
    dataDate: "2022-01-21",
    trials: [trial(one), trial(two), trial(three, { in_curated: false }), trial("NCT00000009", { table_no: 2 })],
    curated: [
      printed(one, "director", "A. Printed"),
      printed(one, "country", "China"),
      printed(one, "enrollment", "50"),
      printed(one, "cell_source", "BM-MSCs"),
      printed(one, "results", "Not available"),
      printed(two, "director", "B. Printed", { footnotes: ["‡"] }),
      printed(two, "status", "Completed", { footnotes: ["‡"] }),
      printed(one, "enrollment", "49", { version: 1 }),
      printed("NCT00000009", "director", "Another table", { table_no: 2 }),
    ],
    cells: [
      cell(three, "director", "C. Found"),
      cell(three, "phase", "Phase 1"),
      cell(three, "enrollment", "30"),
      cell(one, "results", "posted"),
    ],
    drift: [
      drift(one, "director", "same", ["A. Printed", "A. Printed"]),
      drift(one, "country", "equivalent", ["China", "People's Republic of China"]),
      drift(one, "status", "unstated", [null, "RECRUITING"]),
      drift(one, "enrollment", "moved", ["50", "10"], { basis: "edited_since" }),
      drift(one, "donor", "contradicts", ["autologous", "allogeneic"]),
      drift(one, "cell_source", "same", ["BM-MSCs", "BM-MSCs"]),
      drift(two, "director", "same", ["B. Printed", "B. Printed"]),
      drift(two, "status", "same", ["Completed", "Completed"]),
      drift(three, "*", "new_since"),
      drift(one, "enrollment", "same", ["50", "50"], { table_no: 2 }),
    ],
    flags: [],
  };
}
