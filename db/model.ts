/**
 * The words of the project, once: what the database, the rules, the reports and the help text may say.
 * A kind that is not in a list here does not exist; lists carry no behaviour (that is in the tables of pipeline/).
 */

/** Columns of a review's table, in the order in which the paper prints them. */
export const COLUMNS = [
  "director",
  "country",
  "status",
  "start_date",
  "completion_date",
  "phase",
  "enrollment",
  "allocation",
  "masking",
  "primary_outcomes",
  "route",
  "cell_source",
  "results",
] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** What a row of a curated table holds: the printed columns, and the PMIDs that a curator confirmed, which no paper prints. */
export const CURATED_COLUMNS = [...COLUMNS, "publications"] as const;
export type CuratedColumn = (typeof CURATED_COLUMNS)[number];

/** Parts of `cell_source` that are compared one by one, each a drift row of its own. */
export const CELL_SOURCE_PARTS = ["tissue", "donor", "cell_source"] as const;

/** What a drift row may be about: a column, a part of one, or the whole row ('*'). */
export type DriftColumn = Exclude<ColumnName, "results"> | "tissue" | "donor" | "*";

export const DRIFT_KINDS = [
  "unstated",
  "same",
  "equivalent",
  "refined",
  "coarsened",
  "registry_silent",
  "contradicts",
  "wording",
  "overlap",
  "undecided",
  "differed_when_printed",
  "moved",
  "study_gone",
  "new_since",
  "omitted_at_publication",
] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** Kinds that say "nothing to look at"; text output counts them instead of printing them. */
export const QUIET_DRIFT: readonly DriftKind[] = ["unstated", "same", "equivalent"];

/** What a curator decides: take the registry's value, keep the printed one, write one's own, or take a decision back. */
export const DECISION_KINDS = ["accepted", "rejected", "own", "undone"] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];
/** What a decision is about: a cell of the table's file, a compared part of one, or the whole row ('*'). */
export type DecidedColumn = CuratedColumn | "tissue" | "donor" | "*";

/** How we know that a cell moved: a version of the as-of date is held, or only that the record was edited since. */
export type Basis = "history" | "edited_since";

export const CHANGE_KINDS = [
  "status_changed",
  "lapsed",
  "resumed",
  "reopened",
  "stopped_early",
  "withdrawn",
  "completed",
  "last_known_changed",
  "date_refined",
  "date_moved",
  "slipped",
  "enrollment_changed",
  "phase_changed",
  "design_changed",
  "outcome_added",
  "outcome_removed",
  "outcome_reworded",
  "sponsor_renamed",
  "official_changed",
  "sites_changed",
  "countries_changed",
  "arms_changed",
  "interventions_changed",
  "results_posted",
  "publication_linked",
  "retracted",
  "derived_only",
  "other",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export const FLAG_KINDS = [
  "stopped_early",
  "withdrawn",
  "completed",
  "lapsed",
  "reopened",
  "status_changed",
  "results_posted",
  "publication_candidate",
  "published",
  "retracted",
  "results_overdue",
  "cell_moved",
  "contradicts",
  "record_conflict",
  "new_trial",
  "screening_uncertain",
  "related_trial",
  "left_watchlist",
  "merged",
  "outcome_changed",
  "sponsor_changed",
  "registry_schema",
  "claim_broken",
] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

/** How a sentence of the review stands: cannot_tell where a cell that it hangs on is silent. */
export const CLAIM_STATES = ["holds", "no_longer_holds", "cannot_tell"] as const;
export type ClaimState = (typeof CLAIM_STATES)[number];

export const SEVERITIES = ["info", "low", "medium", "high"] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Confidence = "high" | "medium" | "low";
export type FlagState = "open" | "acknowledged" | "resolved";
export type MemberState = "present" | "left" | "merged" | "tombstone";
export type MemberHow = "matched" | "pinned" | "curated";
export type Screened = "in" | "out" | "uncertain";
export type RunState = "running" | "published" | "incomplete" | "failed" | "abandoned" | "skipped";
export type Cause = "submitted" | "calendar";
export type Job = "sync" | "backfill" | "recompute";
export type StepSeconds = Partial<Record<"walk" | "settle" | "publish", number>>;

/** Where digests are delivered besides stdout. */
export type NewsTarget = "webhook" | "feed";

export type DateType = "ACTUAL" | "ESTIMATED";
export type Precision = "day" | "month" | "year";

/** A registry date as posted: the text, how precise it is, and the closed day interval that it stands for. */
export interface PartialDate {
  text: string;
  precision: Precision;
  /** First and last calendar day, yyyy-mm-dd. Calendar days have no time zone. */
  from: string;
  to: string;
  /** Absent in about a third of old start dates (ctgov-api.md 3.1). */
  type: DateType | null;
}

/** Where a value was read: JSON path in the record and the words, verbatim, that stand there. */
export interface Evidence {
  path: string;
  span: string;
  rule: string;
  /** Why these words were read and set aside: the value does not rest on them. Absent from the words that carry it. */
  ruled_out?: string;
}

/** Whether the value rests on these words. */
export const isCarrying = ({ ruled_out }: Evidence): boolean => ruled_out === undefined;

/**
 * One value of a row. `value` is how the review prints it (null: nothing to print), `neutral` the same in the
 * registry's or our neutral vocabulary. The first evidence that carries the value is the one shown beside the cell; what was
 * read and set aside comes last.
 */
export interface Cell {
  column: ColumnName;
  value: string | null;
  neutral: unknown;
  evidence: Evidence[];
  confidence: Confidence;
  rule: string;
}

/** A curated cell against the registry's. `curated` and `registry` are printed values, null where a side states nothing. */
export interface Drift {
  table: number;
  column: DriftColumn;
  curated: string | null;
  registry: string | null;
  kind: DriftKind;
  basis: Basis | null;
  /** Words for a person: what was kept, added, lost, or why this kind. */
  note: string | null;
}

/** The registry before against after, for one field. Old and new are printed values. */
export interface Change {
  column: string;
  kind: ChangeKind;
  old: string | null;
  new: string | null;
  severity: Severity;
  cause: Cause;
  /** Kind-specific facts a view or a sentence needs: statuses, days slipped, reason stopped. */
  detail: Record<string, unknown>;
}

/** Outcome of one arriving record, the first that fits in this order (design: the ledger adds up). */
export const OUTCOMES = ["quarantined", "older", "new", "changed", "derived_only", "unchanged"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One walk over a source, and the equation it must satisfy. `announced` null: the source announces nothing. */
export interface WalkLedger {
  source: string;
  announces: "query" | "ids" | "archive" | "lines";
  announced: number | null;
  received: number;
  distinct: number;
  duplicates: number;
  merged: number;
  tombstone: number;
  left: number;
}

/** How a study stands to one watchlist; `*At` are instants, UTC. */
export interface Membership {
  review: string;
  watchlist: string;
  nctId: string;
  state: MemberState;
  how: MemberHow[];
  reason: string | null;
  queryHash: string | null;
  enteredAt: string;
  leftAt: string | null;
  survivor: string | null;
}

/** A flag as it stands before a run: open, acknowledged, or resolved by a person and not gone. Table 0: none. */
export interface HeldFlag {
  flagId: number;
  review: string;
  table: number;
  nctId: string;
  column: string;
  kind: FlagKind;
  value: string;
  state: FlagState;
  /** Resolved by a person and the value has not left since: the same identity stays closed. */
  gone: boolean;
}
