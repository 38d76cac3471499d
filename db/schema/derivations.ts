import { bigint, boolean, index, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { Basis, Confidence, DriftKind, Evidence } from "../model.ts";
import { trialdrift } from "./namespace.ts";

/**
 * A study in a review's columns, named by a hash of all that it says (values, evidence, drift, rule and table
 * versions): deriving the same twice writes nothing. Readers see the one that `members` points at.
 */
export const derivations = trialdrift.table("derivations", {
  derivationId: uuid("derivation_id").primaryKey(),
  review: text("review").notNull(),
  nctId: text("nct_id").notNull(),
  /** The version read; null when the registry has never shown us the study (a curated id that is gone). */
  versionId: uuid("version_id"),
  route: text("route").array().notNull(),
  cellSource: text("cell_source").array().notNull(),
  tissue: text("tissue").array().notNull(),
  donor: text("donor"),
  armsWithProduct: integer("arms_with_product"),
  controlled: boolean("controlled"),
  comparatorType: text("comparator_type"),
  placebo: boolean("placebo"),
  extractorVersion: text("extractor_version").notNull(),
  /** The run that staged it; cleaned up when that run dies before anything points here. */
  runId: bigint("run_id", { mode: "number" }).notNull(),
});

export const cells = trialdrift.table(
  "cells",
  {
    derivationId: uuid("derivation_id")
      .notNull()
      .references(() => derivations.derivationId, { onDelete: "cascade" }),
    columnName: text("column_name").notNull(),
    value: text("value"),
    neutral: jsonb("neutral"),
    sourcePath: text("source_path"),
    span: text("span"),
    evidence: jsonb("evidence").$type<Evidence[]>().notNull(),
    confidence: text("confidence").$type<Confidence>().notNull(),
    rule: text("rule").notNull(),
    decidedBy: text("decided_by").$type<"rule" | "curator">().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.derivationId, t.columnName] }),
    // One column of a review's cells: 2-3 ms instead of 4-18 at 1,453 members, whose former derivations would be read too.
    index("cells_by_column").on(t.columnName, t.derivationId),
  ],
);

export const drift = trialdrift.table(
  "drift",
  {
    derivationId: uuid("derivation_id")
      .notNull()
      .references(() => derivations.derivationId, { onDelete: "cascade" }),
    tableNo: integer("table_no").notNull(),
    columnName: text("column_name").notNull(),
    curated: text("curated"),
    registry: text("registry"),
    kind: text("kind").$type<DriftKind>().notNull(),
    basis: text("basis").$type<Basis>(),
    note: text("note"),
    tableVersion: integer("table_version"),
  },
  (t) => [primaryKey({ columns: [t.derivationId, t.tableNo, t.columnName] })],
);
