import { defineConfig } from "vitest/config";

/** Rooms of tests: unit has no IO, net a loopback or intercepted network, db a real database, e2e whole processes. */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts", "test/gold/**/*.test.ts"] } },
      { extends: true, test: { name: "net", include: ["test/net/**/*.test.ts"] } },
    ],
  },
});
