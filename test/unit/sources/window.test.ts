import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutWindows, type Window, windowQuery } from "../../../pipeline/sources/window.ts";

/** How many studies share a day of last update and of first posting, both counted from 2024-01-01. */
type Heap = readonly [posted: number, first: number, studies: number];

const dayOf = (number: number): string => new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(0, 10);

function holds(window: Omit<Window, "count">, [posted, first]: Heap): boolean {
  const { from, to, firstPosted } = window;
  const inside = dayOf(posted) >= from && dayOf(posted) <= to;
  return inside && (firstPosted === null || (dayOf(first) >= firstPosted.from && dayOf(first) <= firstPosted.to));
}

describe("windows of posting dates", () => {
  it("hold every study once, at most 10,000 each, and at least a day", async () => {
    const studies = fc.array(
      fc.tuple(fc.nat(20), fc.integer({ min: -400, max: 20 }), fc.integer({ min: 1, max: 9000 })),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(studies, async (found) => {
        const registry = found.map(([posted, first, times]): Heap => [posted, Math.min(posted, first), times]);
        const sum = (heaps: readonly Heap[]) => heaps.reduce((total, [, , studies]) => total + studies, 0);
        const count = async (window: Omit<Window, "count">) => sum(registry.filter((one) => holds(window, one)));
        const windows = await cutWindows({ from: dayOf(0), to: dayOf(20) }, count);
        for (const one of registry) expect(windows.filter((window) => holds(window, one))).toHaveLength(1);
        expect(windows.reduce((total, window) => total + window.count, 0)).toBe(sum(registry));
        for (const { count, from, to, firstPosted } of windows) {
          expect(from <= to).toBe(true);
          const single = from === to && firstPosted !== null && firstPosted.from === firstPosted.to;
          if (!single) expect(count).toBeLessThanOrEqual(10_000);
        }
      }),
    );
  });

  it("asks in the registry's own words", () => {
    expect(windowQuery({ from: "2024-01-01", to: "2024-01-31", firstPosted: null })).toEqual({
      advanced: "AREA[LastUpdatePostDate]RANGE[2024-01-01,2024-01-31]",
    });
    const firstPosted = { from: "1999-01-01", to: "2011-07-01" };
    expect(windowQuery({ from: "2024-01-01", to: "2024-01-01", firstPosted })).toEqual({
      advanced:
        "AREA[LastUpdatePostDate]RANGE[2024-01-01,2024-01-01] AND AREA[StudyFirstPostDate]RANGE[1999-01-01,2011-07-01]",
    });
  });

  it("leaves a pair of single days whole, whatever it holds", async () => {
    const windows = await cutWindows({ from: "1999-01-01", to: "1999-01-01" }, async () => 20_000);
    expect(windows).toEqual([{ from: "1999-01-01", to: "1999-01-01", firstPosted: null, count: 20_000 }]);
  });
});
