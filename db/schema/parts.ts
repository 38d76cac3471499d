import { bigint, boolean, index, integer, jsonb, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { trialdrift } from "./namespace.ts";

/** A backfill as a person asked for it. The id names what was asked, so that asking again finds it. */
export const backfills = trialdrift.table("backfills", {
  backfillId: text("backfill_id").primaryKey(),
  /** Source, its bounds, and the review that it pins to. */
  asked: jsonb("asked").$type<Record<string, unknown>>().notNull(),
  history: boolean("history").notNull().default(false),
  queued: boolean("queued").notNull().default(false),
  createdAt: timestamp("created_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
  finishedAt: timestamp("finished_at", { withTimezone: true, mode: "string" }),
});

/** A piece of a backfill: its own run, and the only place that says what is done. A lease that is not renewed is taken over. */
export const parts = trialdrift.table(
  "parts",
  {
    backfillId: text("backfill_id")
      .notNull()
      .references(() => backfills.backfillId, { onDelete: "cascade" }),
    partNo: integer("part_no").notNull(),
    /** What to load: ids, a window, a range of an archive. */
    spec: jsonb("spec").$type<Record<string, unknown>>().notNull(),
    state: text("state").$type<"waiting" | "claimed" | "done" | "dead">().notNull(),
    owner: text("owner"),
    heartbeatAt: timestamp("heartbeat_at", { withTimezone: true, mode: "string" }),
    /** Times it was begun; more than one means it was fetched again. */
    attempts: integer("attempts").notNull().default(0),
    runId: bigint("run_id", { mode: "number" }),
    doneAt: timestamp("done_at", { withTimezone: true, mode: "string" }),
    lastError: text("last_error"),
  },
  (t) => [primaryKey({ columns: [t.backfillId, t.partNo] }), index("parts_by_state").on(t.state)],
);
