import { bigint, index, integer, jsonb, text, timestamp } from "drizzle-orm/pg-core";
import type { Job, RunState, StepSeconds, WalkLedger } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/** What one run was for one review: enough for the idle gate, freshness and departures to read nothing else. */
export interface ReviewRun {
  /** published, incomplete or skipped for this review; the run's own state is the worst among its reviews. */
  state: RunState;
  baseline: boolean;
  /** /version's dataTimestamp at the start of the walks that counted, null when the store alone was read. */
  dataAt: string | null;
  folderHash: string;
  lexiconHash: string | null;
  rules: string;
  /** Newest change this review has turned into flags and news; later ones are its next news. */
  cursor: number;
  /** Query hash by watchlist, so that an edited query is told from a departure. */
  queries: Record<string, string>;
  /** Version in force by table number, as this run left it; absent in runs of before it was noted. */
  tables?: Record<string, number>;
}

/** One execution. A killed process leaves `running`, which the next run of the same review marks abandoned. */
export const runs = trialdrift.table(
  "runs",
  {
    runId: bigint("run_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    job: text("job").$type<Job>().notNull(),
    /** The one review asked for, null when the run is for all active reviews. */
    review: text("review"),
    state: text("state").$type<RunState>().notNull(),
    dataAt: text("data_at"),
    apiVersion: text("api_version"),
    startedAt: timestamp("started_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    finishedAt: timestamp("finished_at", { withTimezone: true, mode: "string" }),
    publishedAt: timestamp("published_at", { withTimezone: true, mode: "string" }),
    reviews: jsonb("reviews").$type<Record<string, ReviewRun>>().notNull(),
    walks: jsonb("walks").$type<WalkLedger[]>().notNull(),
    announced: integer("announced"),
    received: integer("received").notNull().default(0),
    distinctStudies: integer("distinct_studies").notNull().default(0),
    duplicates: integer("duplicates").notNull().default(0),
    merged: integer("merged").notNull().default(0),
    tombstone: integer("tombstone").notNull().default(0),
    leftQuery: integer("left_query").notNull().default(0),
    new: integer("new").notNull().default(0),
    changed: integer("changed").notNull().default(0),
    derivedOnly: integer("derived_only").notNull().default(0),
    unchanged: integer("unchanged").notNull().default(0),
    older: integer("older").notNull().default(0),
    quarantined: integer("quarantined").notNull().default(0),
    requests: integer("requests").notNull().default(0),
    retries: integer("retries").notNull().default(0),
    /** Unknown keys and enum values met in records, with how often: reported, never dropped. */
    unknown: jsonb("unknown").$type<Record<string, number>>().notNull(),
    ruleVersions: jsonb("rule_versions").$type<Record<string, string>>().notNull(),
    exitCode: integer("exit_code"),
    error: text("error"),
    /** Seconds that each step of the main path took, as far as the run came; null: it did not come to say so. */
    steps: jsonb("steps").$type<StepSeconds>(),
  },
  (t) => [index("runs_published_at").on(t.publishedAt)],
);
