import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { type Digest, digestText } from "../../pipeline/report/digest.ts";
import type { FlagRow, StatusChangeRow } from "../../pipeline/report/rows.ts";
import type { RunReport } from "../../pipeline/run.ts";

/** Flags that a dry run would have opened: they have no number yet. */
function unpublished({ settled, runId }: RunReport): FlagRow[] {
  return settled.flatMap(({ flags }) =>
    flags.open.map(({ table, column, nctId, value: _, ...flag }) => ({
      ...flag,
      flag_id: 0,
      table_no: table === 0 ? null : table,
      nct_id: nctId === "" ? null : nctId,
      column_name: column === "" ? null : column,
      state: "open" as const,
      opened_at: "",
      run_id: runId,
      answered_at: null,
      answered_by: null,
      note: null,
    })),
  );
}

/** What a run found, as the digest prints it: from the published views, so that nothing unpublished is told. */
async function digestOf(database: Database, report: RunReport, dryRun: boolean): Promise<Digest> {
  const { runId, settled, problems } = report;
  const members = new Set(settled.flatMap(({ flags }) => flags.open.map(({ nctId }) => nctId)));
  const opened = dryRun
    ? unpublished(report)
    : (await readView<FlagRow>(database.db, "flags", { since: { run: runId } })).filter(
        (flag) => flag.run_id === runId,
      );
  const changes = dryRun
    ? []
    : (await readView<StatusChangeRow>(database.db, "status_changes", { since: { run: runId } })).filter(
        (one) => one.run_id === runId && members.has(one.nct_id),
      );
  return {
    runId,
    reviews: settled.map(({ review }) => ({ id: review.id, title: review.title })),
    dataDate: report.dataAt?.slice(0, 10) ?? null,
    incomplete: problems,
    opened,
    resolved: settled.reduce((sum, { flags }) => sum + flags.resolve.length, 0),
    changes: [...report.harvest.arrivals.values()]
      .filter(({ outcome }) => outcome === "changed")
      .reduce((sum, { changes }) => sum + changes.length, 0),
    statusChanges: changes,
    baseline: settled.filter(({ said }) => said.baseline).map(({ review }) => review.id),
    queryChanged: [
      ...new Set(
        settled.flatMap(({ review, events }) =>
          events.filter(({ event }) => event === "query_changed").map(({ watchlist }) => `${review.id}/${watchlist}`),
        ),
      ),
    ],
  };
}

/** The digest of a run as text; empty when there is no news. */
export async function digest(database: Database, report: RunReport, dryRun: boolean): Promise<string> {
  return digestText(await digestOf(database, report, dryRun), { colour: process.stdout.isTTY === true });
}
