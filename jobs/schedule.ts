import { tidy } from "../db/maintenance.ts";
import type { Database } from "../db/open.ts";
import type { SlotOutcome } from "../db/slots.ts";
import { syncNow } from "./commands/sync.ts";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { ZONE } from "./cron.ts";
import { refreshHistory } from "./history-refresh.ts";
import { watchMetadata } from "./metadata.ts";

/** What runs when. How it is claimed, caught up and repeated is the same for every job (coordinator.ts, catch-up.ts). */

export interface Work {
  context: Context;
  database: Database;
  /** Aborts with an error that says why: the scheduler stops, or another instance took the slot over. */
  signal: AbortSignal;
}

export interface JobEnd {
  outcome: SlotOutcome;
  runId: number | null;
  /** For a person: what was done, or why not. */
  detail: string | null;
}

export interface ScheduledJob {
  name: string;
  cron: (config: Config) => string;
  zone: typeof ZONE;
  /** Starts are scattered over so many ms, or a tenth of the time to the next one where that is less. */
  scatterMs: number;
  /** Why then, and why at all. */
  reason: string;
  work: (work: Work) => Promise<JobEnd>;
}

const MINUTE_MS = 60_000;

/** TABLE OF JOBS. Names are part of the claims' keys: a renamed job is a new one. */
export const JOBS: readonly ScheduledJob[] = [
  {
    name: "sync",
    cron: ({ cron }) => cron,
    zone: ZONE,
    scatterMs: MINUTE_MS,
    reason: "the registry shows new data on weekdays at about 14:00 UTC, 15:00 in its winter",
    async work({ context, database, signal }) {
      const { runId, state, dataAt } = await syncNow(context, database, context.reviews(null), { signal });
      const outcome = state === "skipped" ? "unmoved" : state === "incomplete" ? "incomplete" : "complete";
      return { outcome, runId, detail: `data date ${dataAt}` };
    },
  },
  {
    name: "metadata",
    cron: () => "0 3 * * 0",
    zone: ZONE,
    scatterMs: 10 * MINUTE_MS,
    reason:
      "Sunday, when the registry rests: what it says of its own fields and values; a difference is a flag of the next sync",
    async work({ context, database, signal }) {
      const registry = context.openRegistry({ signal });
      try {
        const changed = await watchMetadata(database.db, registry, () => new Date().toISOString());
        return { outcome: "complete", runId: null, detail: changed.join("; ") || "as before" };
      } finally {
        await registry.close();
      }
    },
  },
  {
    name: "history",
    cron: () => "0 2 1 * *",
    zone: ZONE,
    scatterMs: 10 * MINUTE_MS,
    reason: "once a month: what the registry's history says of tracked studies from before we first saw them",
    async work({ context, database, signal }) {
      return { ...(await refreshHistory(context, database, signal)), runId: null };
    },
  },
  {
    name: "maintenance",
    cron: () => "0 4 * * 0",
    zone: ZONE,
    scatterMs: 10 * MINUTE_MS,
    reason:
      "Sunday, far from the sync: delivered news and claims older than 90 days go, the embedded database is vacuumed",
    async work({ database }) {
      const { news, slots } = await tidy(database);
      return { outcome: "complete", runId: null, detail: `${news} delivered news and ${slots} claims deleted` };
    },
  },
];
