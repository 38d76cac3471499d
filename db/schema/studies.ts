import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, trialdrift } from "./namespace.ts";

/**
 * A record whose core differs from the one before. The id is the name of its content: a hash of (nct_id, core hash,
 * data date), so that writing the same version twice is one row. Immutable, but for the browse part of `raw`, which
 * the registry recomputes on its own (design rule 2), and `published`, which publication sets.
 */
export const versions = trialdrift.table(
  "versions",
  {
    versionId: uuid("version_id").primaryKey(),
    nctId: text("nct_id").notNull(),
    coreHash: uuid("core_hash").notNull(),
    derivedHash: uuid("derived_hash").notNull(),
    /** dataTimestamp of the walk or file, yyyy-mm-ddThh:mm:ss, no zone (ctgov-api.md 1.10); sorts as text. */
    dataAt: text("data_at").notNull(),
    /**
     * The whole record as JSON, zstd: 20 KB become 5 KB. NUL characters survive here, they cannot in jsonb. Stored as it is,
     * in pages half filled (migration 0002, by hand: drizzle has no words for either).
     */
    raw: bytea("raw").notNull(),
    lastUpdatePosted: text("last_update_posted"),
    /** What `data_at` is: when we or a file saw the record, or the sponsor's submission date from the registry's history. */
    dated: text("dated").$type<"observed" | "submitted">().notNull().default("observed"),
    /** The run that staged it; until `published` no reader sees it and its run may delete it. */
    runId: bigint("run_id", { mode: "number" }).notNull(),
    published: boolean("published").notNull().default(false),
    /** Arrival order: at an equal data date the later arrival is newer. */
    seq: bigint("seq", { mode: "number" }).generatedAlwaysAsIdentity(),
  },
  (t) => [
    unique("versions_key").on(t.nctId, t.coreHash, t.dataAt),
    index("versions_by_study").on(t.nctId, t.dataAt, t.seq),
    index("versions_by_run").on(t.runId),
  ],
);

/** The registry columns of a version by one version of the rules of normalize/: typed, so that views only select. */
export const rows = trialdrift.table(
  "rows",
  {
    versionId: uuid("version_id").notNull(),
    factsVersion: integer("facts_version").notNull(),
    nctId: text("nct_id").notNull(),
    title: text("title").notNull(),
    studyType: text("study_type"),
    director: text("director"),
    country: text("country").array().notNull(),
    status: text("status").notNull(),
    lastKnownStatus: text("last_known_status"),
    whyStopped: text("why_stopped"),
    startDate: text("start_date"),
    startDatePrecision: text("start_date_precision"),
    startDateFrom: date("start_date_from", { mode: "string" }),
    startDateTo: date("start_date_to", { mode: "string" }),
    startDateType: text("start_date_type"),
    primaryCompletionDate: text("primary_completion_date"),
    primaryCompletionDatePrecision: text("primary_completion_date_precision"),
    primaryCompletionDateFrom: date("primary_completion_date_from", { mode: "string" }),
    primaryCompletionDateTo: date("primary_completion_date_to", { mode: "string" }),
    primaryCompletionDateType: text("primary_completion_date_type"),
    completionDate: text("completion_date"),
    completionDatePrecision: text("completion_date_precision"),
    completionDateFrom: date("completion_date_from", { mode: "string" }),
    completionDateTo: date("completion_date_to", { mode: "string" }),
    completionDateType: text("completion_date_type"),
    phase: text("phase").array().notNull(),
    enrollment: integer("enrollment"),
    enrollmentType: text("enrollment_type"),
    allocation: text("allocation"),
    interventionalModel: text("interventional_model"),
    masking: text("masking"),
    whoMasked: text("who_masked").array().notNull(),
    armsTotal: integer("arms_total").notNull(),
    primaryOutcomes: text("primary_outcomes").array().notNull(),
    conditions: text("conditions").array().notNull(),
    sponsor: text("sponsor"),
    results: text("results").notNull(),
    hasResults: boolean("has_results").notNull(),
    /** PMIDs that the record links and that can report this trial: never BACKGROUND, RESULT only from the start year on. */
    publications: text("publications").array().notNull().default(sql`'{}'`),
    firstPosted: text("first_posted"),
    lastUpdatePosted: text("last_update_posted"),
  },
  (t) => [
    primaryKey({ columns: [t.versionId, t.factsVersion] }),
    foreignKey({ columns: [t.versionId], foreignColumns: [versions.versionId] }).onDelete("cascade"),
  ],
);

/** The text that a study's head came as, and what in it the registry's description does not name. */
export interface KnownText {
  /** pipeline/hash.ts, nameText. */
  name: string;
  keys: string[];
  values: string[];
}

/** The head of every stored study: which version and which row readers see. */
export const studies = trialdrift.table("studies", {
  nctId: text("nct_id").primaryKey(),
  versionId: uuid("version_id")
    .notNull()
    .references(() => versions.versionId),
  factsVersion: integer("facts_version").notNull(),
  coreHash: uuid("core_hash").notNull(),
  derivedHash: uuid("derived_hash").notNull(),
  /** The same text need not be read again (pipeline/known.ts); null where the head came as a value of the API's answer. */
  knownText: jsonb("known_text").$type<KnownText>(),
  dataAt: text("data_at").notNull(),
  /** Data date of the first version held: input older than this fills history, never the present. */
  firstDataAt: text("first_data_at").notNull(),
});

/** The record of a tracked study's head as jsonb, for dashboards; other records stay compressed in `versions`. */
export const records = trialdrift.table("records", {
  versionId: uuid("version_id")
    .primaryKey()
    .references(() => versions.versionId, { onDelete: "cascade" }),
  record: jsonb("record").notNull(),
});
