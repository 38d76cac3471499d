import { sql } from "drizzle-orm";
import { bigint, boolean, integer, jsonb, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import type { FlagKind, FlagState, Severity } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/** An open question for a person. Identity: (review, table, kind, study, column, value); '' and 0 stand for none. */
export const flags = trialdrift.table(
  "flags",
  {
    flagId: bigint("flag_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    review: text("review").notNull(),
    tableNo: integer("table_no").notNull(),
    nctId: text("nct_id").notNull(),
    columnName: text("column_name").notNull(),
    kind: text("kind").$type<FlagKind>().notNull(),
    value: text("value").notNull(),
    severity: text("severity").$type<Severity>().notNull(),
    state: text("state").$type<FlagState>().notNull(),
    baseline: boolean("baseline").notNull(),
    openedAt: timestamp("opened_at", { withTimezone: true, mode: "string" }).notNull(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
    message: text("message").notNull(),
    evidence: jsonb("evidence").$type<Record<string, unknown>>().notNull(),
    advice: text("advice").notNull(),
    resolvedAt: timestamp("resolved_at", { withTimezone: true, mode: "string" }),
    resolvedBy: text("resolved_by"),
    note: text("note"),
    /** True once the flagged value has left the record: only then may the same identity open again. */
    gone: boolean("gone").notNull().default(false),
  },
  (t) => [
    uniqueIndex("flags_open_identity")
      .on(t.review, t.tableNo, t.kind, t.nctId, t.columnName, t.value)
      .where(sql`state <> 'resolved'`),
  ],
);
