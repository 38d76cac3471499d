import { bigint, index, integer, jsonb, text, timestamp, unique } from "drizzle-orm/pg-core";
import type { NewsTarget } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/**
 * News to be delivered, written by the publishing transaction and sent after it: at least once, whatever a receiver does.
 * One row a run and target; the receiver drops repetitions by the idempotency key.
 */
export const outbox = trialdrift.table(
  "outbox",
  {
    outboxId: bigint("outbox_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
    /** '' for a digest of several reviews: the payload names those with news. */
    review: text("review").notNull(),
    target: text("target").$type<NewsTarget>().notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    payload: jsonb("payload").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: timestamp("next_attempt_at", { withTimezone: true, mode: "string" }),
    deliveredAt: timestamp("delivered_at", { withTimezone: true, mode: "string" }),
    /** Set when no more attempts are made: the next digest says what was not delivered. */
    givenUpAt: timestamp("given_up_at", { withTimezone: true, mode: "string" }),
    lastError: text("last_error"),
  },
  (t) => [unique("outbox_key").on(t.idempotencyKey), index("outbox_undelivered").on(t.deliveredAt, t.nextAttemptAt)],
);
