import { defineConfig } from "vitest/config";

const [withPostgres, withPglite] = ["test/support/with-postgres.ts", "test/support/with-pglite.ts"];

/**
 * Rooms of tests: unit has no IO, net a loopback or intercepted network, db the same files on both databases, e2e whole
 * processes. Every file has a database of its own, so that files of all rooms run side by side, as many as there are workers.
 */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    execArgv: ["--import", new URL("jobs/resolve-drizzle.mjs", import.meta.url).href],
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts", "test/gold/**/*.test.ts"] } },
      { extends: true, test: { name: "net", include: ["test/net/**/*.test.ts"] } },
      {
        extends: true,
        test: { name: "pglite", include: ["test/db/**/*.test.ts"], globalSetup: [withPglite] },
      },
      {
        extends: true,
        test: {
          name: "postgres",
          include: ["test/db/**/*.test.ts"],
          globalSetup: [withPostgres, withPglite],
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: [withPostgres, withPglite],
        },
      },
    ],
  },
});
