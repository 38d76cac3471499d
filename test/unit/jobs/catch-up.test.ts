import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, type Judged, LEASE_MS, LOOK_MS } from "../../../jobs/catch-up.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DUE = new Date("2026-11-25T15:30:00Z");
const after = (ms: number): Date => new Date(DUE.getTime() + ms);

const ended = (outcome: Judged["outcome"], endedMs: number, attempts = 1): Judged => ({
  life: "alive",
  attempts,
  outcome,
  silentMs: endedMs,
  endedMs,
});
const open = (life: Judged["life"], silentMs: number, attempts = 1): Judged => ({
  life,
  attempts,
  outcome: null,
  silentMs,
  endedMs: null,
});
const run = expect.objectContaining({ run: true }) as unknown;
const wait = (lookMs: number) => ({ run: false, lookMs });

describe("the newest due slot", () => {
  test.each<[string, Judged | null, { now?: number; starting?: boolean }, unknown]>([
    ["nobody began it", null, {}, run],
    ["complete", ended("complete", MINUTE), {}, wait(LOOK_MS)],
    ["complete, at a start", ended("complete", MINUTE), { starting: true }, wait(LOOK_MS)],
    ["at work on this host, however long silent", open("alive", 9 * HOUR), {}, wait(LEASE_MS)],
    ["at work on this host, at a start", open("alive", 9 * HOUR), { starting: true }, wait(LEASE_MS)],
    ["its process on this host is gone, a moment ago", open("dead", 0), {}, run],
    ["at work on another host", open("unknown", 20_000), {}, wait(LEASE_MS - 20_000)],
    ["silent on another host for a lease", open("unknown", LEASE_MS), {}, run],
    ["four owners died under it", open("dead", 0, 4), {}, run],
    ["five owners died under it", open("dead", 0, 5), {}, wait(LOOK_MS)],
    ["incomplete a while ago", ended("incomplete", 10 * MINUTE), {}, wait(50 * MINUTE)],
    ["incomplete an hour ago", ended("incomplete", HOUR), {}, run],
    ["incomplete, at a start", ended("incomplete", MINUTE), { starting: true }, run],
    ["incomplete twice", ended("incomplete", HOUR, 2), {}, wait(LOOK_MS)],
    ["incomplete twice, at a start", ended("incomplete", HOUR, 2), { starting: true }, wait(LOOK_MS)],
    ["failed an hour ago", ended("failed", HOUR, 4), {}, run],
    ["failed a while ago", ended("failed", MINUTE, 4), {}, wait(59 * MINUTE)],
    ["stopped, at a start", ended("failed", MINUTE), { starting: true }, run],
    ["failed five times", ended("failed", HOUR, 5), { starting: true }, wait(LOOK_MS)],
    ["unmoved a moment ago", ended("unmoved", 0), { now: MINUTE }, wait(30 * MINUTE)],
    ["unmoved half an hour ago", ended("unmoved", 30 * MINUTE), { now: 31 * MINUTE }, run],
    ["unmoved, asked at the last moment", ended("unmoved", 30 * MINUTE), { now: 4 * HOUR }, run],
    ["unmoved for four hours", ended("unmoved", 31 * MINUTE), { now: 4 * HOUR + 1 }, wait(LOOK_MS)],
    ["unmoved, next time too late", ended("unmoved", MINUTE), { now: 3.6 * HOUR }, wait(LOOK_MS)],
    ["unmoved days ago, at a start", ended("unmoved", 20 * HOUR), { now: 24 * HOUR, starting: true }, wait(LOOK_MS)],
  ])("%s", (_, claim, { now = HOUR, starting = false }, expected) => {
    expect(decide(DUE, after(now), claim, starting)).toEqual(expected);
  });

  const claims = fc.record({
    life: fc.constantFrom("alive", "dead", "unknown"),
    attempts: fc.integer({ min: 1, max: 9 }),
    outcome: fc.constantFrom(null, "complete", "incomplete", "unmoved", "failed"),
    silentMs: fc.integer({ min: 0, max: 3 * HOUR }),
    age: fc.integer({ min: 0, max: 3 * HOUR }),
  }) as fc.Arbitrary<Omit<Judged, "endedMs"> & { age: number }>;

  test("a live claim and a complete slot are never run; a wait is never over an hour and ends in a decision", () => {
    fc.assert(
      fc.property(claims, fc.integer({ min: 0, max: 9 * HOUR }), fc.boolean(), ({ age, ...rest }, now, starting) => {
        const claim: Judged = { ...rest, endedMs: rest.outcome === null ? null : age };
        const decision = decide(DUE, after(now), claim, starting);
        if (claim.outcome === "complete" || (claim.outcome === null && claim.life === "alive"))
          expect(decision.run).toBe(false);
        if (decision.run) return;
        expect(decision.lookMs).toBeGreaterThan(0);
        expect(decision.lookMs).toBeLessThanOrEqual(LOOK_MS);
      }),
    );
  });

  test("asked as it says, a slot whose data never move is asked nine times in all", () => {
    let now = 0;
    let asked = 0;
    let claim: Judged | null = null;
    while (now < 24 * HOUR) {
      const decision = decide(DUE, after(now), claim, false);
      if (decision.run) asked += 1;
      const waited = decision.run ? 0 : decision.lookMs;
      claim = ended("unmoved", decision.run ? 0 : (claim?.endedMs ?? 0) + waited);
      now += waited;
    }
    expect(asked).toBe(9);
  });

  test("asked as it says, a slot that always fails is begun five times, an incomplete one twice", () => {
    for (const [outcome, times] of [
      ["failed", 5],
      ["incomplete", 2],
    ] as const) {
      let attempts = 0;
      let endedMs = 0;
      for (let now = 0; now < 24 * HOUR; ) {
        const decision = decide(DUE, after(now), attempts === 0 ? null : ended(outcome, endedMs, attempts), false);
        if (decision.run) attempts += 1;
        const waited = decision.run ? 0 : decision.lookMs;
        endedMs = decision.run ? 0 : endedMs + waited;
        now += waited;
      }
      expect(attempts, outcome).toBe(times);
    }
  });
});
