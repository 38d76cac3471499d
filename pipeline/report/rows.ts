import type {
  Basis,
  Cause,
  ChangeKind,
  Confidence,
  DecidedColumn,
  DecisionKind,
  DriftColumn,
  DriftKind,
  Evidence,
  FlagKind,
  FlagState,
  Job,
  MemberHow,
  MemberState,
  RunState,
  Screened,
  Severity,
  StepSeconds,
  WalkLedger,
} from "../../db/model.ts";

/**
 * Rows of the public views as the reports take them: plain objects with the views' column names, timestamps as ISO text
 * (docs/schema.md). Columns that no report prints are left out.
 */

export interface TrialRow {
  nct_id: string;
  table_no: number | null;
  title: string;
  director: string | null;
  country: string[];
  status: string;
  last_known_status: string | null;
  why_stopped: string | null;
  first_posted: string | null;
  last_update_posted: string | null;
  data_date: string;
  confirmed_data_date: string | null;
  in_curated: boolean;
  /** PMIDs that the record links and that can report the trial. */
  publications: string[];
}

export interface CellRow {
  nct_id: string;
  column_name: string;
  value: string | null;
  neutral: unknown;
  source_path: string | null;
  span: string | null;
  evidence: Evidence[];
  confidence: Confidence;
  rule: string;
  extractor_version: string;
  decided_by: "rule" | "curator";
}

export interface CuratedCellRow {
  nct_id: string;
  column_name: string;
  value: string | null;
  table_no: number;
  version: number;
  footnotes: string[];
  cite: string | null;
}

export interface DriftRow {
  review: string;
  table_no: number;
  nct_id: string;
  column_name: DriftColumn;
  curated: string | null;
  registry: string | null;
  kind: DriftKind;
  basis: Basis | null;
  table_version: number | null;
  last_update_posted: string | null;
  /** Why this kind, in words: what was kept, added and lost, or where else the fact stands. */
  note: string | null;
  /** What a curator decided about it; null where nothing stands. */
  decision: DecisionKind | null;
  decision_id: string | null;
}

/** A line of decisions.jsonl, under its own keys. */
export interface DecisionRow {
  id: string;
  undoes: string | null;
  at: string;
  by: string;
  review: string;
  table: number;
  nct_id: string;
  column: DecidedColumn;
  decision: DecisionKind;
  value: unknown;
  old: unknown;
  registry_then: string | null;
  data_date: string | null;
  table_version: number;
  note: string | null;
}

export interface ChangeRow {
  change_id: number;
  nct_id: string;
  column_name: string;
  kind: ChangeKind;
  old: string | null;
  new: string | null;
  severity: Severity;
  posted: string | null;
  dateless: boolean;
  cause: Cause;
  data_date: string;
  detected_at: string;
  run_id: number;
  /** Facts of the kind: days slipped, planned and actual size, what was added and removed. */
  detail: Record<string, unknown>;
  /** The study that the registry merged this one into. */
  survivor: string | null;
  /** What data_date is. */
  dated: "observed" | "submitted";
}

export interface StatusChangeRow extends Omit<ChangeRow, "detail" | "survivor"> {
  from_status: string | null;
  to_status: string | null;
  from_last_known: string | null;
  to_last_known: string | null;
  why_stopped: string | null;
}

export interface FlagRow {
  flag_id: number;
  review: string;
  table_no: number | null;
  nct_id: string | null;
  column_name: string | null;
  kind: FlagKind;
  severity: Severity;
  state: FlagState;
  baseline: boolean;
  opened_at: string;
  run_id: number;
  message: string;
  evidence: unknown;
  advice: string;
  answered_at: string | null;
  answered_by: string | null;
  note: string | null;
}

export interface MemberRow {
  review: string;
  watchlist: string;
  nct_id: string;
  state: MemberState;
  how: MemberHow[];
  screened: Screened | null;
  reason: string | null;
  query_hash: string | null;
  entered_at: string;
  left_at: string | null;
  survivor: string | null;
}

export interface RunRow {
  run_id: number;
  job: Job;
  review: string | null;
  state: RunState;
  data_date: string | null;
  api_version: string | null;
  started_at: string;
  finished_at: string | null;
  published_at: string | null;
  announced: number | null;
  received: number;
  distinct: number;
  duplicates: number;
  merged: number;
  tombstone: number;
  left: number;
  new: number;
  changed: number;
  derived_only: number;
  unchanged: number;
  older: number;
  quarantined: number;
  requests: number;
  retries: number;
  rule_versions: Record<string, string>;
  exit_code: number | null;
  /** One entry a walk over a source. */
  walks: WalkLedger[];
  /** Why it failed or is incomplete, a line each. */
  error: string | null;
  /** Seconds by step; null where it did not come to note them. */
  steps: StepSeconds | null;
}

export interface QuarantineRow {
  quarantine_id: number;
  nct_id: string | null;
  source: string;
  path: string;
  reason: string;
  hash: string;
  first_seen_at: string;
  last_seen_at: string;
  count: number;
  state: "held" | "recovered";
}

export interface ReviewRow {
  review: string;
  title: string;
  active: boolean;
  tables: Record<string, number>;
  members: number;
  folder_hash: string;
  lexicon: string | null;
  last_run_id: number;
  watchlists: { id: string; table: number; query?: Record<string, string>; pinned?: string[] }[];
}

/** What stands over a table. `order` is the order in which the paper prints its studies. */
export interface TableHead {
  review: string;
  title: string;
  citation: string | null;
  table: number | null;
  tableTitle: string;
  version: number | null;
  footnotes: Record<string, string>;
  order: readonly string[];
  /** The review's notation as its folder has it; null: none. */
  codes: unknown;
}
