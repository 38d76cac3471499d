import { bigint, index, integer, jsonb, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { MemberHow, MemberState, Screened } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/** A study tracked by a review, and the derivation that readers see of it: the pointer that publication moves. */
export const members = trialdrift.table(
  "members",
  {
    review: text("review").notNull(),
    nctId: text("nct_id").notNull(),
    /** Tables it is shown under: those that print it, else those of its watchlists. */
    tables: integer("tables").array().notNull(),
    derivationId: uuid("derivation_id"),
    screened: text("screened").$type<Screened>().notNull(),
    screenedReason: text("screened_reason"),
  },
  (t) => [primaryKey({ columns: [t.review, t.nctId] }), index("members_by_study").on(t.nctId)],
);

/**
 * Which derivation a run published of a member, one row each time the pointer moved; `derivation_id` null: no longer tracked.
 * `table --run N` reads the newest row of each member among the runs published by then.
 */
export const memberStates = trialdrift.table(
  "member_states",
  {
    review: text("review").notNull(),
    nctId: text("nct_id").notNull(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
    tables: integer("tables").array().notNull(),
    derivationId: uuid("derivation_id"),
    screened: text("screened").$type<Screened>().notNull(),
    screenedReason: text("screened_reason"),
  },
  (t) => [primaryKey({ columns: [t.review, t.nctId, t.runId] }), index("member_states_by_run").on(t.runId)],
);

/** Studies that a backfill pinned to a watchlist (`--into`); pins of review.json are in the file alone. */
export const pins = trialdrift.table(
  "pins",
  {
    review: text("review").notNull(),
    watchlist: text("watchlist").notNull(),
    nctId: text("nct_id").notNull(),
    pinnedAt: timestamp("pinned_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    runId: bigint("run_id", { mode: "number" }),
  },
  (t) => [primaryKey({ columns: [t.review, t.watchlist, t.nctId] })],
);

/** How a study stands to one watchlist now. */
export const memberships = trialdrift.table(
  "memberships",
  {
    review: text("review").notNull(),
    watchlist: text("watchlist").notNull(),
    nctId: text("nct_id").notNull(),
    state: text("state").$type<MemberState>().notNull(),
    how: text("how").array().$type<MemberHow[]>().notNull(),
    reason: text("reason"),
    queryHash: text("query_hash"),
    enteredAt: timestamp("entered_at", { withTimezone: true, mode: "string" }).notNull(),
    leftAt: timestamp("left_at", { withTimezone: true, mode: "string" }),
    survivor: text("survivor"),
  },
  (t) => [primaryKey({ columns: [t.review, t.watchlist, t.nctId] })],
);

/** What happened to a membership, one row an event; nothing here is ever changed or deleted. */
export const memberEvents = trialdrift.table(
  "member_events",
  {
    eventId: bigint("event_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    review: text("review").notNull(),
    watchlist: text("watchlist").notNull(),
    nctId: text("nct_id").notNull(),
    event: text("event").notNull(),
    queryHash: text("query_hash"),
    at: timestamp("at", { withTimezone: true, mode: "string" }).notNull(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull(),
  },
  (t) => [index("member_events_by_study").on(t.nctId)],
);
