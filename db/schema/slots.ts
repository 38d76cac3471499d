import { bigint, doublePrecision, index, integer, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { trialdrift } from "./namespace.ts";

/** One due time of one scheduled job: who inserts the row does the work (design rule 13). A dead owner's claim is taken over. */
export const slots = trialdrift.table(
  "slots",
  {
    job: text("job").notNull(),
    slot: timestamp("slot", { withTimezone: true, mode: "string" }).notNull(),
    owner: text("owner").notNull(),
    claimedAt: timestamp("claimed_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    heartbeatAt: timestamp("heartbeat_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    finishedAt: timestamp("finished_at", { withTimezone: true, mode: "string" }),
    attempts: integer("attempts").notNull().default(1),
    /** Of the last attempt: complete, incomplete, unmoved (the data date has not moved yet), failed. */
    outcome: text("outcome"),
    runId: bigint("run_id", { mode: "number" }),
    detail: text("detail"),
  },
  (t) => [primaryKey({ columns: [t.job, t.slot] }), index("slots_by_heartbeat").on(t.heartbeatAt)],
);

/** The pace of requests to one registry host, shared by all processes on this database: one bucket, retries included. */
export const pace = trialdrift.table("pace", {
  host: text("host").primaryKey(),
  /** Seconds since 1970: the next request may start at this time. */
  nextAt: doublePrecision("next_at").notNull(),
  /** Until when (seconds since 1970) only the nightly sync may take places. */
  syncUntil: doublePrecision("sync_until").notNull().default(0),
});
