import fc from "fast-check";
import cron from "node-cron";
import { afterEach, describe, expect, test, vi } from "vitest";
import { keepUtc, readConfig } from "../../../jobs/config.ts";
import { cronProblem, gapMs, newestDue, ZONE } from "../../../jobs/cron.ts";
import { JOBS } from "../../../jobs/schedule.ts";

const NIGHTLY = "30 15 * * 1-5";
const due = (expression: string, now: string): string | undefined =>
  newestDue(expression, new Date(now))?.toISOString();

describe("the newest due time", () => {
  test.each([
    [NIGHTLY, "2026-11-26T15:30:00.000Z", "2026-11-26T15:30:00.000Z"],
    [NIGHTLY, "2026-11-26T15:29:59.999Z", "2026-11-25T15:30:00.000Z"],
    [NIGHTLY, "2026-11-30T15:29:00.000Z", "2026-11-27T15:30:00.000Z"],
    ["*/5 * * * * *", "2026-11-26T00:00:04.000Z", "2026-11-26T00:00:00.000Z"],
    ["59 23 * * *", "2026-03-01T12:00:00.000Z", "2026-02-28T23:59:00.000Z"],
    ["0 4 L * *", "2026-11-26T12:00:00.000Z", "2026-10-31T04:00:00.000Z"],
    ["0 4 * * 0#1", "2026-11-26T12:00:00.000Z", "2026-11-01T04:00:00.000Z"],
    ["0 0 29 2 *", "2026-11-26T12:00:00.000Z", "2024-02-29T00:00:00.000Z"],
  ])("of %s at %s is %s", (expression, now, expected) => expect(due(expression, now)).toBe(expected));

  test("is the last instant that node-cron itself names before the next one", () => {
    const expressions = [NIGHTLY, "0 4 * * 0", "15,45 */6 1,15 * *", "*/7 * * * * *", "0 3 1 * *"];
    const instants = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...expressions), instants, (expression, now) => {
        vi.useFakeTimers({ now, toFake: ["Date"] });
        const found = newestDue(expression, new Date(now)) as Date;
        vi.setSystemTime(found.getTime() - 1);
        const task = cron.createTask(expression, () => {}, { timezone: ZONE });
        const [first, second] = task.getNextRuns(2) as [Date, Date];
        void task.destroy();
        expect(first).toEqual(found);
        expect(found.getTime()).toBeLessThanOrEqual(now);
        expect(second.getTime()).toBeGreaterThan(now);
      }),
      { numRuns: 60 },
    );
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });
});

describe("nights on which clocks are set", () => {
  const nights = [
    // The machine's zone; the midnights around its change of clocks, two days apart.
    ["America/New_York", "2026-10-31", "2026-11-02"],
    ["America/New_York", "2026-03-07", "2026-03-09"],
    ["Europe/Helsinki", "2026-10-24", "2026-10-26"],
    ["Europe/Helsinki", "2026-03-28", "2026-03-30"],
    ["Australia/Lord_Howe", "2026-04-04", "2026-04-06"],
  ] as const;
  // Every hour of the night, so that one is in the repeated or missing hour whatever the zone.
  const daily = [...Array(24).keys()].map((hour) => `30 ${hour} * * *`);

  test.each(nights)("%s from %s to %s: each day has one slot, started once", async (zone, from, to) => {
    vi.stubEnv("TZ", zone);
    expect(new Date(from).getTimezoneOffset()).not.toBe(0);
    keepUtc();
    expect(new Date(from).getTimezoneOffset()).toBe(0);
    const [begin, end] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)];
    vi.useFakeTimers({ now: begin });
    const keys: string[] = [];
    const tasks = daily.map((expression) =>
      cron.createTask(expression, () => {}, {
        timezone: ZONE,
        name: expression,
        distributed: true,
        noOverlap: true,
        runCoordinator: {
          shouldRun(key) {
            keys.push(key);
            return true;
          },
        },
      }),
    );
    for (const task of tasks) await task.start();
    const due = new Set<string>();
    for (let now = begin; now < end; now += 3_600_000) {
      await vi.advanceTimersByTimeAsync(3_600_000);
      for (const expression of daily) due.add(`${expression}:${newestDue(expression, new Date())?.toISOString()}`);
    }
    for (const task of tasks) await task.destroy();
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBe(24 * 2);
    // What a start in between would have caught up are the same slots, by the same names; and that of the day before.
    expect(
      [...due].filter((key) => !key.includes(new Date(begin - 86_400_000).toISOString().slice(0, 10))).sort(),
    ).toEqual(keys.sort());
  });
});

describe("expressions", () => {
  test.each([
    ["61 * * * *", "minute: 61"],
    ["nightly", "expected 5 or 6 fields"],
    ["0 0 30 2 *", "30 2 is an impossible day"],
    ["0 0 L-30 2 *", "no day that will ever come"],
  ])("%s is refused at start, with the reason", (expression, why) => {
    expect(cronProblem(expression)).toContain(why);
    expect(() => readConfig({ TRIALDRIFT_CRON: expression })).toThrow(
      expect.objectContaining({
        code: "config",
        exitCode: 2,
        message: expect.stringContaining(why) as string,
      }) as Error,
    );
  });

  test("the table's are sound, and starts are scattered within a tenth of the time between them", () => {
    for (const { name, cron: cronOf } of JOBS) {
      const expression = cronOf(readConfig({}));
      expect(cronProblem(expression), name).toBeNull();
      expect(gapMs(expression), name).toBeGreaterThanOrEqual(3_600_000);
    }
    expect(gapMs("*/5 * * * * *")).toBe(5000);
    expect(new Set(JOBS.map(({ name }) => name)).size).toBe(JOBS.length);
  });
});

describe("TRIALDRIFT_HTTP_PORT", () => {
  test.each([
    ["9464", { host: "127.0.0.1", port: 9464 }],
    ["0.0.0.0:9464", { host: "0.0.0.0", port: 9464 }],
    ["[::1]:9464", { host: "::1", port: 9464 }],
  ])("%s", (text, expected) => expect(readConfig({ TRIALDRIFT_HTTP_PORT: text }).http).toEqual(expected));

  test("unset is nowhere; what Kubernetes injects beside a service of this name is refused", () => {
    expect(readConfig({}).http).toBeNull();
    expect(() => readConfig({ TRIALDRIFT_HTTP_PORT: "tcp://10.0.0.1:80" })).toThrow(/TRIALDRIFT_HTTP_PORT/);
  });
});
