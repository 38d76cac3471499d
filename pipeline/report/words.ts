import type { Basis, ChangeKind, ClaimState, DriftKind, FlagKind, Severity } from "../../db/model.ts";

/**
 * KINDS IN WORDS: what a person reads for each kind, the same in every report and format meant for reading. Drift words
 * have at most 21 characters, so that a cell that differs fits one line of a terminal.
 */
const DRIFT_WORDS: Record<DriftKind, string> = {
  unstated: "not printed",
  same: "same",
  equivalent: "same in another notation",
  refined: "registry more precise",
  coarsened: "registry less precise",
  registry_silent: "registry does not say",
  contradicts: "registry contradicts",
  wording: "wording only",
  overlap: "partly shared",
  undecided: "for a person to judge",
  differed_when_printed: "differed when printed",
  moved: "moved since printed",
  study_gone: "gone from the registry",
  new_since: "new since the table",
  omitted_at_publication: "left out when printed",
};

/** A sign beside the words, for the eye that runs down a page; no two kinds share one, and none is a footnote's sign. */
const DRIFT_SIGNS: Record<DriftKind, string> = {
  unstated: "·",
  same: "=",
  equivalent: "≈",
  refined: "⊂",
  coarsened: "⊃",
  registry_silent: "∅",
  contradicts: "✕",
  wording: "~",
  overlap: "∩",
  undecided: "?",
  differed_when_printed: "≠",
  moved: "▲",
  study_gone: "⊘",
  new_since: "+",
  omitted_at_publication: "○",
};

/** A sign for each severity, likewise. */
const SEVERITY_SIGNS: Record<Severity, string> = { high: "▲▲", medium: "▲", low: "▽", info: "○" };

const CHANGE_WORDS: Record<ChangeKind, string> = {
  status_changed: "status changed",
  lapsed: "lapsed",
  resumed: "up to date again",
  reopened: "reopened",
  stopped_early: "stopped early",
  withdrawn: "withdrawn before enrolling",
  completed: "completed",
  last_known_changed: "last known status changed",
  date_refined: "date made more precise",
  date_moved: "date moved",
  slipped: "date slipped",
  enrollment_changed: "enrollment changed",
  phase_changed: "phase changed",
  design_changed: "design changed",
  outcome_added: "primary outcome added",
  outcome_removed: "primary outcome removed",
  outcome_reworded: "primary outcome reworded",
  sponsor_renamed: "sponsor renamed",
  official_changed: "official changed",
  sites_changed: "sites changed",
  countries_changed: "countries changed",
  arms_changed: "arms changed",
  interventions_changed: "interventions changed",
  results_posted: "results posted",
  publication_linked: "publication linked",
  retracted: "publication retracted",
  derived_only: "registry's own index terms",
  other: "other change",
};

const FLAG_WORDS: Record<FlagKind, string> = {
  stopped_early: "stopped early",
  withdrawn: "withdrawn before enrolling",
  completed: "completed",
  lapsed: "lapsed",
  reopened: "reopened",
  status_changed: "status changed",
  results_posted: "results posted",
  publication_candidate: "possible publication",
  published: "published",
  retracted: "publication retracted",
  results_overdue: "results overdue",
  cell_moved: "cell moved",
  contradicts: "registry contradicts the table",
  record_conflict: "record contradicts itself",
  new_trial: "new trial",
  screening_uncertain: "screening uncertain",
  related_trial: "related trial",
  left_watchlist: "left the watchlist",
  merged: "merged into another record",
  outcome_changed: "outcome changed after start",
  sponsor_changed: "sponsor changed",
  registry_schema: "registry format changed",
  claim_broken: "sentence of the review no longer holds",
};

const RESULTS_WORDS: Record<string, string> = {
  none: "no results posted",
  completed_without_results: "completed, no results posted",
  posted: "results posted",
};

/** The registry's availability of results; a reviewer's sentence is returned as it is. */
export function resultsWords(results: string): string {
  return RESULTS_WORDS[results] ?? results;
}

/** Without a version of the as-of date we know that the record was edited, not that this cell was: the words say so. */
export function driftWords(kind: DriftKind, basis: Basis | null): string {
  if (kind === "moved" && basis === "edited_since") return "moved (edited since)";
  return DRIFT_WORDS[kind];
}

export function driftSign(kind: DriftKind): string {
  return DRIFT_SIGNS[kind];
}

export function severitySign(severity: Severity): string {
  return SEVERITY_SIGNS[severity];
}

export function changeWords(kind: ChangeKind): string {
  return CHANGE_WORDS[kind];
}

const CLAIM_WORDS: Record<ClaimState, string> = {
  holds: "holds",
  no_longer_holds: "no longer holds",
  cannot_tell: "cannot tell",
};

export function claimWords(state: ClaimState): string {
  return CLAIM_WORDS[state];
}

export function flagWords(kind: FlagKind): string {
  return FLAG_WORDS[kind];
}

/** Headings that the name of a column does not give by itself. */
const COLUMN_WORDS: Record<string, string> = {
  start_date: "start",
  completion_date: "completion",
  primary_completion_date: "primary completion",
  primary_outcomes: "outcomes",
  cell_source: "cells",
  "*": "row",
};

/** A column of ours or a module of the record (contactsLocationsModule), as a heading. */
export function columnWords(column: string): string {
  return (
    COLUMN_WORDS[column] ??
    column
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .replaceAll("_", " ")
      .toLowerCase()
  );
}

/** "1 flag", "2 flags", "2 studies": plurals that a number needs. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "same 3, moved since printed 1": counts by words, in the order given, without zeros. */
export function tally(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([words, count]) => `${words} ${count}`)
    .join(", ");
}
