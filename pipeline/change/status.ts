import type { Cause, ChangeKind, Severity } from "../../db/model.ts";

/** A status with the one that the registry last knew; lastKnown is null unless the status is UNKNOWN. */
export interface StatusState {
  status: string;
  lastKnown: string | null;
}

/** Recruitment statuses of a study that is under way or planned (ctgov-api.md 3.6). */
const OPEN = new Set(["NOT_YET_RECRUITING", "RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING"]);
/** Ended or paused; SUSPENDED may resume, and then counts as reopened. */
const CLOSED = new Set(["COMPLETED", "TERMINATED", "SUSPENDED", "WITHDRAWN"]);

export interface StatusCase {
  kind: ChangeKind;
  test: (from: StatusState, to: StatusState) => boolean;
  severity: Severity;
  cause: Cause;
  reason: string;
}

/**
 * What a change of status is called: the first case that holds. The last one holds always, so every pair whose status or
 * last known status differs has exactly one kind.
 */
export const STATUS_CASES: readonly StatusCase[] = [
  {
    kind: "last_known_changed",
    test: (from, to) => from.status === to.status,
    severity: "low",
    cause: "submitted",
    reason:
      "the sponsor moved the status and the record is still too old: it stays UNKNOWN, so only the last known one tells",
  },
  {
    kind: "lapsed",
    test: (_, to) => to.status === "UNKNOWN",
    severity: "medium",
    cause: "calendar",
    reason:
      "the registry sets UNKNOWN by date, 24 months after the last verification (ctgov-api.md 5.3), also beside an update",
  },
  {
    kind: "withdrawn",
    test: (_, to) => to.status === "WITHDRAWN",
    severity: "high",
    cause: "submitted",
    reason: "ended before the first participant: the row can have no data",
  },
  {
    kind: "stopped_early",
    test: (_, to) => to.status === "TERMINATED" || to.status === "SUSPENDED",
    severity: "high",
    cause: "submitted",
    reason: "ended or paused before its plan; why_stopped says why",
  },
  {
    kind: "completed",
    test: (_, to) => to.status === "COMPLETED",
    severity: "medium",
    cause: "submitted",
    reason: "results may follow, from any status",
  },
  {
    kind: "resumed",
    test: (from, to) => from.status === "UNKNOWN" && OPEN.has(to.status),
    severity: "medium",
    cause: "submitted",
    reason: "a lapsed record was brought up to date",
  },
  {
    kind: "reopened",
    test: (from, to) => CLOSED.has(from.status) && OPEN.has(to.status),
    severity: "medium",
    cause: "submitted",
    reason: "a study that had ended or paused is under way again",
  },
  {
    kind: "status_changed",
    test: () => true,
    severity: "low",
    cause: "submitted",
    reason: "between open statuses (backward is ordinary), expanded access, withheld, and statuses not known yet",
  },
];

/** The case of a status pair, or null where neither status nor last known status moved. */
export function statusCase(from: StatusState, to: StatusState): StatusCase | null {
  if (from.status === to.status && from.lastKnown === to.lastKnown) return null;
  return STATUS_CASES.find(({ test }) => test(from, to)) ?? null;
}
