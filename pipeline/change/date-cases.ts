import type { Change, PartialDate } from "../../db/model.ts";
import type { Facts } from "../normalize/facts.ts";
import { daysMoved, within } from "../normalize/dates.ts";
import { type ChangeCase, type Found, shown } from "./case.ts";

/** The dates of a row; every one of them can be refined, slip or move. */
const DATES: readonly { column: string; path: string; read: (facts: Facts) => PartialDate | null; words: string }[] = [
  { column: "start_date", path: "startDateStruct", read: (facts) => facts.start, words: "start" },
  {
    column: "primary_completion_date",
    path: "primaryCompletionDateStruct",
    read: (facts) => facts.primaryCompletion,
    words: "primary completion",
  },
  { column: "completion_date", path: "completionDateStruct", read: (facts) => facts.completion, words: "completion" },
];

type DateKind = "date_refined" | "slipped" | "date_moved";

/** What happened to a date, or null where text and type are as before. */
function dateKind(before: PartialDate | null, after: PartialDate | null): DateKind | null {
  if (before === null || after === null) return before === after ? null : "date_moved";
  if (before.text === after.text) {
    if (before.type === after.type) return null;
    // a date that has come true, or says at last which it is; the way back takes a fact away
    return after.type === "ACTUAL" || before.type === null ? "date_refined" : "date_moved";
  }
  if (within(after, before)) return "date_refined";
  return !within(before, after) && after.from > before.to ? "slipped" : "date_moved";
}

function found(before: PartialDate | null, after: PartialDate | null): Found {
  const moved = before !== null && after !== null ? daysMoved(before, after) : null;
  return {
    old: before?.text ?? null,
    new: after?.text ?? null,
    detail: {
      from_type: before?.type ?? null,
      to_type: after?.type ?? null,
      days: moved?.days ?? null,
      days_at_least: moved?.atLeast ?? null,
      days_at_most: moved?.atMost ?? null,
    },
  };
}

function typed(text: string | null, type: unknown): string {
  return typeof type === "string" ? `${shown(text)} (${type.toLowerCase()})` : shown(text);
}

function fromTo(change: Change): string {
  return `${typed(change.old, change.detail["from_type"])} -> ${typed(change.new, change.detail["to_type"])}`;
}

const KINDS: readonly (Pick<ChangeCase, "severity" | "reason"> & {
  kind: DateKind;
  sentence: (words: string, change: Change) => string;
})[] = [
  {
    kind: "date_refined",
    severity: "info",
    sentence: (words, change) => `${words} date more precise: ${fromTo(change)}`,
    reason: "the new date lies inside the old one, or only became actual: nothing that was printed is wrong",
  },
  {
    kind: "slipped",
    severity: "medium",
    sentence: (words, change) => `${words} slipped by ${String(change.detail["days"])} days: ${fromTo(change)}`,
    reason: "every day of the new date is later: the delay that a reader of the table wants to know",
  },
  {
    kind: "date_moved",
    severity: "low",
    sentence: (words, change) => `${words} date changed: ${fromTo(change)}`,
    reason: "earlier, coarser, first stated, taken away, or actual no more",
  },
];

/** Three kinds for each of three dates; of one date at most one fires. */
export const DATE_CASES: readonly ChangeCase[] = DATES.flatMap(({ column, path, read, words }) =>
  KINDS.map(({ kind, severity, sentence, reason }) => ({
    column,
    kind,
    covers: [`protocolSection.statusModule.${path}`],
    find: (before, after) => {
      const [old, now] = [read(before.facts), read(after.facts)];
      return dateKind(old, now) === kind ? found(old, now) : null;
    },
    severity,
    cause: "submitted",
    sentence: (change) => sentence(words, change),
    reason,
  })),
);
