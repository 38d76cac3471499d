import { customType, pgSchema } from "drizzle-orm/pg-core";

/** Tables live in schema `trialdrift`; the public contract is the views of schema `review` (docs/schema.md). */
export const trialdrift = pgSchema("trialdrift");

/** Binary column; both drivers hand back bytes, which are wrapped without a copy. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
