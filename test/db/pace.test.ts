import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { holdPlaces, openBucket, takePlace } from "../../db/pace.ts";
import { openSharedPace, type Places, spacingOf } from "../../pipeline/registry/pace.ts";
import { openTestDatabase } from "../support/pglite.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

/** Places as a process of its own would take them. */
function placesOf(host: string, rate: number, first = false): Places {
  const { db } = database;
  return {
    take: () => takePlace(db, { host, spacing: spacingOf(rate), first }),
    hold: (ms) => holdPlaces(db, host, ms),
  };
}

/** Most starts in any window of so many seconds. */
function busiest(starts: readonly number[], seconds: number): number {
  const sorted = starts.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + seconds * 1000).length));
}

describe("one pace for several processes", () => {
  test("never starts more than the rate in a window, whoever asks", async () => {
    const rate = 40;
    await openBucket(database.db, "shared");
    const paces = [1, 2, 3].map(() => openSharedPace(rate, placesOf("shared", rate)));
    const starts: number[] = [];
    const never = new AbortController().signal;
    const tasks = paces.flatMap((pace) =>
      Array.from({ length: 20 }, () => pace.run(async () => starts.push(performance.now()), never)),
    );
    const began = performance.now();
    await Promise.all(tasks);
    expect(starts).toHaveLength(60);
    // 59 spaces of 26 ms: no faster, and on a busy machine not ten times slower.
    expect(performance.now() - began).toBeGreaterThan(59 * 25);
    expect(busiest(starts, 1)).toBeLessThanOrEqual(rate + 1);
  });

  test("gives a place that is due at once, else says how long to wait and takes none", async () => {
    await openBucket(database.db, "due");
    const bucket = { host: "due", spacing: 5, first: false };
    expect(await takePlace(database.db, bucket)).toBe(0);
    for (const _ of [1, 2, 3]) {
      const wait = await takePlace(database.db, bucket);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(5000);
    }
  });

  test("lets the nightly sync go first: while it asks, nobody else gets a place", async () => {
    const { db } = database;
    await openBucket(db, "night");
    const backfill = { host: "night", spacing: 0.001, first: false };
    const sync = { ...backfill, first: true };
    expect(await takePlace(db, backfill)).toBe(0);
    while ((await takePlace(db, sync)) > 0);
    expect(await takePlace(db, backfill)).toBeGreaterThan(1000);
    while ((await takePlace(db, sync)) > 0);
    expect(await takePlace(db, backfill)).toBeGreaterThan(1000);
  });

  test("keeps everybody waiting where the registry told one to wait", async () => {
    const { db } = database;
    await openBucket(db, "told");
    await holdPlaces(db, "told", 30_000);
    for (const first of [true, false])
      expect(await takePlace(db, { host: "told", spacing: 0.001, first })).toBeGreaterThan(20_000);
  });
});
