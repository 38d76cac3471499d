import { bigint, integer, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, trialdrift } from "./namespace.ts";

/** A record that could not be loaded, kept whole with the reason. Seen again with the same hash and reason, it is counted. */
export const quarantine = trialdrift.table(
  "quarantine",
  {
    quarantineId: bigint("quarantine_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    nctId: text("nct_id"),
    source: text("source").notNull(),
    path: text("path").notNull(),
    reason: text("reason").notNull(),
    hash: uuid("hash").notNull(),
    /** The received JSON, zstd. */
    raw: bytea("raw").notNull(),
    firstSeenAt: timestamp("first_seen_at", { withTimezone: true, mode: "string" }).notNull(),
    lastSeenAt: timestamp("last_seen_at", { withTimezone: true, mode: "string" }).notNull(),
    count: integer("count").notNull(),
    state: text("state").$type<"held" | "recovered">().notNull(),
  },
  (t) => [unique("quarantine_key").on(t.hash, t.reason)],
);
