import { defineConfig } from "drizzle-kit";

/** Migrations are generated from db/schema, never edited: `npm run db:generate`; CI checks that nothing is left to generate. */
export default defineConfig({ dialect: "postgresql", schema: "./db/schema/index.ts", out: "./db/migrations" });
