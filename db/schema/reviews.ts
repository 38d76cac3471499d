import { bigint, boolean, integer, jsonb, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { trialdrift } from "./namespace.ts";

/** A review as last published: its folder's content by value, and which version of each curated table is in force. */
export const reviews = trialdrift.table("reviews", {
  review: text("review").primaryKey(),
  title: text("title").notNull(),
  /** False when its folder is gone: readable, not fetched, flags frozen. */
  active: boolean("active").notNull(),
  folderHash: text("folder_hash").notNull(),
  lexicon: text("lexicon"),
  /** review.json by value, so that readers need no folder. */
  definition: jsonb("definition").$type<Record<string, unknown>>().notNull(),
  /** Version in force by table number; a curated version that is not here is not published. */
  tables: jsonb("tables").$type<Record<string, number>>().notNull(),
  lastRunId: bigint("last_run_id", { mode: "number" }).notNull(),
});

/** One version of a curated table, imported from its file; immutable. */
export const curatedTables = trialdrift.table(
  "curated_tables",
  {
    review: text("review").notNull(),
    tableNo: integer("table_no").notNull(),
    version: integer("version").notNull(),
    title: text("title").notNull(),
    fileHash: text("file_hash").notNull(),
    /** Status convention, footnotes: what a reader of this version needs besides its cells. */
    definition: jsonb("definition").$type<Record<string, unknown>>().notNull(),
    importedAt: timestamp("imported_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.review, t.tableNo, t.version] })],
);

export const curatedCells = trialdrift.table(
  "curated_cells",
  {
    review: text("review").notNull(),
    tableNo: integer("table_no").notNull(),
    version: integer("version").notNull(),
    nctId: text("nct_id").notNull(),
    columnName: text("column_name").notNull(),
    /** As printed; sets joined by "; ". Null where the table prints nothing. */
    value: text("value"),
    neutral: jsonb("neutral"),
    /** Place of the row in the printed table, from 0. */
    position: integer("position").notNull(),
    footnotes: text("footnotes").array().notNull(),
    cite: text("cite"),
  },
  (t) => [primaryKey({ columns: [t.review, t.tableNo, t.version, t.nctId, t.columnName] })],
);
