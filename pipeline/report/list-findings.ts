import type { ClaimAnswer } from "./claim-answer.ts";
import type { Listing, ListRows } from "./list-columns.ts";
import { byDays, fixed, flexible, fromTo, spoken } from "./list-columns.ts";
import type { ChangeRow } from "./rows.ts";
import { changeWords, claimWords, columnWords, driftWords, flagWords } from "./words.ts";

/** A calendar change has no update behind it; a dateless one no date of its own. */
function posted({ posted, cause }: Pick<ChangeRow, "posted" | "cause">): string {
  return posted ?? (cause === "calendar" ? "by calendar" : "undated");
}

/** A trial that a claim hangs on, with the values that it was asked for. */
export function brokenBy({ nct_id, values, missing }: ClaimAnswer["evidence"][number]): string {
  const said = Object.entries(values)
    .filter(([column]) => !missing.includes(column))
    .filter(([, value]) => value !== null)
    .map(([column, value]) => `${columnWords(column)} ${[value].flat().join("; ")}`);
  const silent = missing.length === 0 ? [] : [`not stated: ${missing.map(columnWords).join(", ")}`];
  return `${nct_id}: ${[...said, ...silent].join(", ")}`;
}

function withLastKnown(status: string | null, lastKnown: string | null): string {
  const plain = spoken(status ?? "(none)");
  return lastKnown === null ? plain : `${plain} (last known ${spoken(lastKnown)})`;
}

const CHANGE_FIELDS = [
  "change_id",
  "nct_id",
  "column_name",
  "kind",
  "old",
  "new",
  "severity",
  "posted",
  "dateless",
  "cause",
  "data_date",
  "detected_at",
  "run_id",
] as const;

/** A day on which a record was submitted is no day on which it was observed. */
const dataOf = (row: { data_date: string; dated: string | null }): string =>
  row.dated === "submitted" ? `${row.data_date} submitted` : row.data_date;

/** TABLE OF LISTS, what runs found: text columns of each noun, and the columns of its CSV. */
export const FINDINGS: { [N in "drift" | "changes" | "status_changes" | "flags" | "claims"]: Listing<ListRows[N]> } = {
  drift: {
    one: "cell that differs",
    many: "cells that differ",
    fields: [
      "review",
      "table_no",
      "nct_id",
      "column_name",
      "curated",
      "registry",
      "kind",
      "basis",
      "table_version",
      "last_update_posted",
      "note",
      "decision",
      "decision_id",
    ],
    columns: [
      fixed("table", (row) => String(row.table_no)),
      fixed("study", (row) => row.nct_id),
      fixed("column", (row) => columnWords(row.column_name)),
      flexible("printed -> registry", (row) =>
        row.column_name === "*" ? "" : fromTo(row.curated, row.registry, ["(blank)", "(not stated)"]),
      ),
      flexible(
        "kind",
        (row) => [driftWords(row.kind, row.basis), ...(row.decision === null ? [] : [row.decision])],
        21,
      ),
      fixed("updated", (row) => row.last_update_posted ?? ""),
    ],
  },
  changes: {
    one: "change",
    many: "changes",
    fields: [...CHANGE_FIELDS, "detail", "survivor", "dated"],
    columns: [
      fixed("data of", dataOf),
      fixed("study", (row) => [row.nct_id, ...(row.survivor === null ? [] : [`now ${row.survivor}`])]),
      flexible("change", (row) => changeWords(row.kind), 17),
      flexible("column", (row) => columnWords(row.column_name), 12),
      flexible(
        "old -> new",
        (row) => (row.old === null && row.new === null ? "" : fromTo(row.old, row.new) + byDays(row)),
        27,
      ),
      fixed("posted", posted),
    ],
  },
  status_changes: {
    one: "status change",
    many: "status changes",
    fields: [...CHANGE_FIELDS, "from_status", "to_status", "from_last_known", "to_last_known", "why_stopped", "dated"],
    columns: [
      fixed("data of", dataOf),
      fixed("study", (row) => row.nct_id),
      flexible(
        "status",
        (row) =>
          `${withLastKnown(row.from_status, row.from_last_known)} -> ${withLastKnown(row.to_status, row.to_last_known)}`,
      ),
      flexible("kind", (row) => [changeWords(row.kind), ...(row.why_stopped === null ? [] : [`"${row.why_stopped}"`])]),
      fixed("posted", posted),
    ],
  },
  claims: {
    one: "claim",
    many: "claims",
    fields: ["review", "claim", "sentence", "place", "state", "since", "trials", "evidence", "run_id"],
    columns: [
      flexible("claim", (row) => row.claim, 20),
      flexible("state", (row) => claimWords(row.state), 15),
      fixed("since data of", (row) => row.since ?? ""),
      flexible(
        "sentence",
        (row) => [`${row.sentence} (${row.place})`, ...row.evidence.map((one) => `-> ${brokenBy(one)}`)],
        46,
      ),
    ],
  },
  flags: {
    one: "flag",
    many: "flags",
    fields: [
      "flag_id",
      "review",
      "table_no",
      "nct_id",
      "column_name",
      "kind",
      "severity",
      "state",
      "baseline",
      "opened_at",
      "run_id",
      "message",
      "evidence",
      "advice",
      "answered_at",
      "answered_by",
      "note",
    ],
    columns: [
      fixed("flag", (row) => String(row.flag_id)),
      fixed("severity", ({ severity, state, baseline }) => [
        severity,
        ...(state === "open" ? [] : [state]),
        ...(baseline ? ["baseline"] : []),
      ]),
      fixed("study", (row) => row.nct_id ?? ""),
      flexible("kind", (row) => flagWords(row.kind), 14),
      flexible("what, and what to do", (row) => [row.message, ...(row.advice === "" ? [] : [`-> ${row.advice}`])], 46),
    ],
  },
};
