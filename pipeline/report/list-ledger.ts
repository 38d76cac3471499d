import type { ListRows, Listing } from "./list-columns.ts";
import { fixed, flexible, spoken } from "./list-columns.ts";
import type { RunRow } from "./rows.ts";
import type { Outcome } from "../../db/model.ts";
import { runProblem, walkProblem } from "../ledger.ts";

const day = (instant: string | null): string => instant?.slice(0, 10) ?? "";
const minute = (instant: string | null): string => instant?.slice(0, 16).replace("T", " ") ?? "";

const OUTCOMES = ["new", "changed", "derived_only", "unchanged", "older", "quarantined"] as const;

/** What a run did with the records it received, without zeros. */
function ledger(row: RunRow): string {
  const told = (names: readonly ("duplicates" | "merged" | "tombstone" | "left" | (typeof OUTCOMES)[number])[]) =>
    names.filter((name) => row[name] > 0).map((name) => `${row[name]} ${spoken(name)}`);
  const announced = row.announced === null ? "" : ` of ${row.announced} announced`;
  const besides = told(["duplicates", "merged", "tombstone", "left"]);
  const counts = told(OUTCOMES);
  return `${row.received} received${announced}${besides.length === 0 ? "" : ` (${besides.join(", ")})`}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}`;
}

/** What does not add up in a published run's ledger (design rule 4), walk by walk and in all; [] where all does. */
function wrong(row: RunRow): string[] {
  if (row.published_at === null) return [];
  const outcomes = Object.fromEntries(OUTCOMES.map((name) => [name, row[name]])) as Record<Outcome, number>;
  return [...row.walks.map(walkProblem), runProblem(row.distinct, outcomes)].filter((problem) => problem !== null);
}

/** The newest published run is the one that readers rely on: an older one has been made good since. */
function newestWrong(rows: readonly RunRow[]): string[] {
  const newest = rows.filter((row) => row.published_at !== null).toSorted((a, b) => b.run_id - a.run_id)[0];
  return newest === undefined
    ? []
    : wrong(newest).map((problem) => `run ${newest.run_id} does not add up: ${problem}; run \`trialdrift sync\` again`);
}

/** TABLE OF LISTS, what is tracked and what was done: text columns of each noun, and the columns of its CSV. */
export const LEDGER: { [N in "members" | "runs" | "quarantine" | "reviews"]: Listing<ListRows[N]> } = {
  members: {
    one: "membership",
    many: "memberships",
    fields: [
      "review",
      "watchlist",
      "nct_id",
      "state",
      "how",
      "screened",
      "reason",
      "query_hash",
      "entered_at",
      "left_at",
      "survivor",
    ],
    columns: [
      fixed("study", (row) => row.nct_id),
      flexible("watchlist", (row) => row.watchlist, 9),
      fixed("state", (row) => [row.state, ...(row.survivor === null ? [] : [`-> ${row.survivor}`])]),
      flexible("how", (row) => row.how.join(", "), 8),
      fixed("screened", (row) => row.screened ?? ""),
      flexible("reason", (row) => row.reason ?? "", 16),
      fixed("since", (row) => day(row.left_at ?? row.entered_at)),
    ],
  },
  runs: {
    one: "run",
    many: "runs",
    fields: [
      ...([
        "run_id",
        "job",
        "review",
        "state",
        "data_date",
        "api_version",
        "started_at",
        "finished_at",
        "published_at",
      ] as const),
      ...([
        "announced",
        "received",
        "distinct",
        "duplicates",
        "merged",
        "tombstone",
        "left",
        "new",
        "changed",
      ] as const),
      ...([
        "derived_only",
        "unchanged",
        "older",
        "quarantined",
        "requests",
        "retries",
        "rule_versions",
        "exit_code",
        "walks",
        "error",
        "steps",
      ] as const),
    ],
    alarm: newestWrong,
    columns: [
      fixed("run", (row) => String(row.run_id)),
      fixed("job", (row) => row.job),
      flexible("review", (row) => row.review ?? "all", 8),
      fixed("state", (row) => row.state),
      fixed("data of", (row) => row.data_date ?? ""),
      fixed("started (UTC)", (row) => minute(row.started_at)),
      flexible("records", (row) => [ledger(row), ...wrong(row).map((problem) => `DOES NOT ADD UP: ${problem}`)]),
      fixed("exit", (row) => String(row.exit_code ?? "")),
    ],
  },
  quarantine: {
    one: "record in quarantine",
    many: "records in quarantine",
    fields: [
      "quarantine_id",
      "nct_id",
      "source",
      "path",
      "reason",
      "hash",
      "first_seen_at",
      "last_seen_at",
      "count",
      "state",
    ],
    columns: [
      fixed("id", (row) => String(row.quarantine_id)),
      fixed("study", (row) => row.nct_id ?? "(no id)"),
      fixed("state", (row) => row.state),
      fixed("seen", (row) => `${row.count}x`),
      fixed("last", (row) => day(row.last_seen_at)),
      flexible("source", (row) => row.source, 10),
      flexible("where and why", (row) => [row.path, row.reason], 24),
    ],
  },
  reviews: {
    one: "review",
    many: "reviews",
    fields: ["review", "title", "active", "tables", "members", "folder_hash", "lexicon", "last_run_id", "watchlists"],
    columns: [
      flexible("review", (row) => row.review),
      flexible("title", (row) => row.title, 24),
      fixed("tables", (row) => Object.entries(row.tables).map(([table, version]) => `${table} (version ${version})`)),
      fixed("members", (row) => String(row.members)),
      fixed("active", (row) => (row.active ? "yes" : "no")),
      fixed("last run", (row) => String(row.last_run_id)),
    ],
  },
};
