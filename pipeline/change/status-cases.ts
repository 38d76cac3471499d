import type { Change } from "../../db/model.ts";
import { type ChangeCase, type Side, say } from "./case.ts";
import { STATUS_CASES, type StatusState, statusCase } from "./status.ts";

const STATUS = "protocolSection.statusModule";

function stateOf({ facts }: Side): StatusState {
  return { status: facts.status, lastKnown: facts.lastKnownStatus };
}

function text(change: Change, key: string): string | null {
  const value = change.detail[key];
  return typeof value === "string" ? value : null;
}

function fromTo(change: Change): string {
  const lastKnown = text(change, "to_last_known");
  const was = lastKnown === null ? "" : ` (last known ${say(lastKnown)})`;
  return `${say(text(change, "from_status"))} -> ${say(text(change, "to_status"))}${was}`;
}

function because(change: Change): string {
  const reason = text(change, "why_stopped");
  return reason === null ? "" : `: ${reason.replace(/\s+/g, " ")}`;
}

const SENTENCES: Record<string, (change: Change) => string> = {
  last_known_changed: (change) => `still unknown, last known status ${say(change.old)} -> ${say(change.new)}`,
  lapsed: (change) => `lapsed, not verified for two years: ${fromTo(change)}`,
  withdrawn: (change) => `withdrawn before enrolling anyone${because(change)}`,
  stopped_early: (change) => `${say(change.new)}, was ${say(change.old)}${because(change)}`,
  completed: (change) => `completed, was ${say(change.old)}`,
  resumed: (change) => `up to date again: ${fromTo(change)}`,
  reopened: (change) => `reopened: ${fromTo(change)}`,
  status_changed: (change) => `status ${fromTo(change)}`,
};

/**
 * One line a kind of status change. Old and new are the statuses; only for last_known_changed, whose statuses are both
 * UNKNOWN, they are the last known ones. All five facts are in the detail.
 */
export const STATUS_LINES: readonly ChangeCase[] = STATUS_CASES.map((one) => ({
  column: "status",
  kind: one.kind,
  covers: [`${STATUS}.overallStatus`, `${STATUS}.lastKnownStatus`, `${STATUS}.whyStopped`],
  find: (before, after) => {
    const [from, to] = [stateOf(before), stateOf(after)];
    if (statusCase(from, to) !== one) return null;
    const onlyLastKnown = one.kind === "last_known_changed";
    return {
      old: onlyLastKnown ? from.lastKnown : from.status,
      new: onlyLastKnown ? to.lastKnown : to.status,
      detail: {
        from_status: from.status,
        to_status: to.status,
        from_last_known: from.lastKnown,
        to_last_known: to.lastKnown,
        why_stopped: after.facts.whyStopped,
      },
    };
  },
  severity: one.severity,
  cause: one.cause,
  sentence: SENTENCES[one.kind] ?? ((change) => `status ${fromTo(change)}`),
  reason: one.reason,
}));
