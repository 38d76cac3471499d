import { bigint, boolean, index, jsonb, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import type { Cause, ChangeKind, Severity } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/** The registry before against after: a fact of the store, found once, whoever fetched the record. */
export const changes = trialdrift.table(
  "changes",
  {
    changeId: bigint("change_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    nctId: text("nct_id").notNull(),
    fromVersion: uuid("from_version").notNull(),
    /** Equal to from_version for derived_only, which makes no version. */
    toVersion: uuid("to_version").notNull(),
    columnName: text("column_name").notNull(),
    kind: text("kind").$type<ChangeKind>().notNull(),
    old: text("old"),
    new: text("new"),
    severity: text("severity").$type<Severity>().notNull(),
    /** lastUpdatePostDate of the newer record; null when it did not move (dateless). */
    posted: text("posted"),
    dateless: boolean("dateless").notNull(),
    cause: text("cause").$type<Cause>().notNull(),
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull(),
    dataAt: text("data_at").notNull(),
    detectedAt: timestamp("detected_at", { withTimezone: true, mode: "string" }).notNull(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
    /** True for a change between two versions that later input came to stand between. */
    superseded: boolean("superseded").notNull().default(false),
    /** True for input older than the head: kept as history, opens no flag and no notice. */
    historic: boolean("historic").notNull().default(false),
  },
  (t) => [
    // data_at belongs to the key for derived_only alone: it can happen again at the same version.
    unique("changes_key").on(t.nctId, t.fromVersion, t.toVersion, t.columnName, t.kind, t.dataAt),
    index("changes_by_run").on(t.runId),
  ],
);
