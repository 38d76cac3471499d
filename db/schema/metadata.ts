import { bigint, jsonb, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { trialdrift } from "./namespace.ts";

/** The registry's own description of its fields and values as it was served: one row a different answer. */
export const registryMetadata = trialdrift.table(
  "registry_metadata",
  {
    /** metadata or enums: the last part of the path that served it. */
    kind: text("kind").$type<"metadata" | "enums">().notNull(),
    hash: uuid("hash").notNull(),
    body: jsonb("body").notNull(),
    dataAt: text("data_at"),
    firstSeenAt: timestamp("first_seen_at", { withTimezone: true, mode: "string" }).notNull(),
    lastSeenAt: timestamp("last_seen_at", { withTimezone: true, mode: "string" }).notNull(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.hash] })],
);
