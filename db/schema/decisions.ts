import { boolean, index, integer, jsonb, text, timestamp } from "drizzle-orm/pg-core";
import type { DecisionKind } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/**
 * What curators decided, projected from the append-only decisions.jsonl of each review folder (design 4.5). The file is the
 * truth: this table can be emptied and filled again from it. `decided_by` is the file's `by`.
 */
export const decisions = trialdrift.table(
  "decisions",
  {
    decisionId: text("decision_id").primaryKey(),
    undoes: text("undoes"),
    at: timestamp("at", { withTimezone: true, mode: "string" }).notNull(),
    decidedBy: text("decided_by").notNull(),
    review: text("review").notNull(),
    tableNo: integer("table_no").notNull(),
    nctId: text("nct_id").notNull(),
    columnName: text("column_name").notNull(),
    decision: text("decision").$type<DecisionKind>().notNull(),
    /** The curated value that the decision writes, and the one it found, as in the table's file. */
    value: jsonb("value"),
    old: jsonb("old"),
    /** The registry's printed value when it was decided: a rejection silences this value only. */
    registryThen: text("registry_then"),
    dataDate: text("data_date"),
    tableVersion: integer("table_version").notNull(),
    note: text("note"),
    /** Place in the file, from 0: the order in which decisions were taken. */
    position: integer("position").notNull(),
    /** Neither undone nor overtaken by a later decision or an edit by hand; of a rejection the registry's value decides too. */
    stands: boolean("stands").notNull().default(false),
  },
  (t) => [index("decisions_by_cell").on(t.review, t.tableNo, t.nctId, t.columnName)],
);
