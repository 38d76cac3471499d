import type { Shown, ShownViews } from "../../../pipeline/report/show.ts";
import type { ShownCell } from "../../../pipeline/report/show-rows.ts";
import { drift, flag, printed, statusChange, trial } from "./rows.ts";

/** A study as `show` takes it: stopped early, its donor contradicted, its record at odds with itself. */

export const ID = "NCT00000001";
export const DETAIL = "protocolSection.descriptionModule.detailedDescription";
const KEYWORD = "protocolSection.conditionsModule.keywords[0]";

const KIN = "the record tells of kin";

export const study = {
  nct_id: ID,
  title: "Cells in a disease",
  status: "TERMINATED",
  last_known_status: null,
  why_stopped: "No funds",
  start_date: "2014-01",
  start_date_type: null,
  completion_date: "2016-02",
  completion_date_type: "ACTUAL",
  first_posted: "2013-01-01",
  last_update_posted: "2021-12-23",
  data_date: "2022-03-01",
};

export function cell(column: string, of: Partial<ShownCell> = {}): ShownCell {
  return {
    review: "r1",
    nct_id: ID,
    column_name: column,
    value: "AlloBM",
    neutral: { tissue: ["bone_marrow"], donor: "allogeneic", co_product_donors: {} },
    source_path: DETAIL,
    span: "bone marrow",
    evidence: [
      { path: DETAIL, span: "bone marrow", rule: "tissue/bone_marrow" },
      { path: DETAIL, span: "a relative", rule: "donor_person/allogeneic" },
    ],
    confidence: "low",
    rule: "tissue/generic",
    extractor_version: "7",
    decided_by: "rule",
    ...of,
  };
}

const conflict = flag(3, "low", "record_conflict", {
  nct_id: ID,
  column_name: "donor",
  evidence: {
    evidence: [
      { path: DETAIL, span: "a relative", rule: "donor_person/allogeneic" },
      { path: KEYWORD, span: "Autologous", rule: "donor/autologous" },
    ],
  },
});
export const contradiction = flag(2, "medium", "contradicts", {
  nct_id: ID,
  column_name: "donor",
});

export function shown(of: Partial<ShownViews> = {}, record: unknown = null): Shown {
  const member = {
    review: "r1",
    watchlist: "main",
    nct_id: ID,
    state: "present" as const,
    how: ["matched" as const],
    screened: "in" as const,
    reason: null,
    query_hash: null,
    entered_at: "2022-01-21T10:00:00.000Z",
    left_at: null,
    survivor: null,
  };
  const stopped = statusChange({
    change_id: 9,
    kind: "stopped_early",
    from_status: "RECRUITING",
    to_status: "TERMINATED",
    to_last_known: null,
    why_stopped: "No funds",
    cause: "submitted",
    posted: "2022-02-25",
    data_date: "2022-03-01",
  });
  const slipped = statusChange({
    change_id: 12,
    column_name: "completion_date",
    kind: "slipped",
    old: "2015-12",
    new: "2016-02",
    detail: { days: 62 },
    cause: "submitted",
    posted: "2022-01-02",
    data_date: "2022-01-05",
  });
  const views: ShownViews = {
    studies: [study],
    trials: [{ ...trial(ID, { confirmed_data_date: "2022-04-01" }), review: "r1" }],
    members: [member],
    curated: [
      { ...printed(ID, "cell_source", "AutoBM"), review: "r1", current: true },
      { ...printed(ID, "cell_source", "OldCode", { version: 1 }), review: "r1", current: false },
      { ...printed(ID, "phase", "Phase 1"), review: "r1", current: true },
    ],
    cells: [cell("cell_source"), cell("phase", { value: "Phase 2", evidence: [], source_path: null, span: null })],
    drift: [
      drift(ID, "phase", "moved", ["Phase 1", "Phase 2"], { basis: "edited_since" }),
      drift(ID, "donor", "contradicts", ["autologous", "allogeneic"], { note: KIN }),
      drift(ID, "cell_source", "same", ["AutoBM", "AlloBM"]),
    ],
    changes: [stopped, slipped],
    status_changes: [stopped],
    flags: [contradiction, conflict, flag(4, "high", "stopped_early", { state: "resolved", message: "over and done" })],
    decisions: [],
    quarantine: [],
    versions: ["2022-01-01", "2022-01-05", "2022-03-01"].map((valid_from, at) => ({
      nct_id: ID,
      valid_from,
      dated: at === 0 ? "submitted" : "observed",
    })),
    ...of,
  };
  return { nctId: ID, views, record, retired: [] };
}
