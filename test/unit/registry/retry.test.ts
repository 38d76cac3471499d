import { describe, expect, test } from "vitest";
import { type AttemptOutcome, decide, MOST_ATTEMPTS, retryAfterMs } from "../../../pipeline/registry/retry.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const status = (code: number, more: { retryAfter?: string | null; body?: string } = {}): AttemptOutcome => ({
  kind: "status",
  status: code,
  ...more,
});
const retry = { action: "retry" };
const giveUp = (code: string) => ({ action: "give_up", code });

describe("decide, first attempt", () => {
  test.each<[string, AttemptOutcome, object]>([
    ["a good answer", { kind: "ok" }, { action: "return" }],
    ["an alias", status(301), { action: "return" }],
    ["another redirect", status(307), { action: "return" }],
    ["too many requests", status(429), retry],
    ["a failure of the registry", status(500), retry],
    ["a bad gateway", status(502), retry],
    ["unavailable", status(503), retry],
    ["a gateway's timeout", status(504), retry],
    ["a timeout of ours", { kind: "timeout" }, retry],
    ["a refused connection", { kind: "network", message: "connect ECONNREFUSED", code: "ECONNREFUSED" }, retry],
    ["a name that does not resolve", { kind: "network", message: "ENOTFOUND", code: "ENOTFOUND" }, retry],
    ["a cut body", { kind: "body", message: "cut" }, retry],
    ["a forbidden client", status(403, { body: "<html>" }), giveUp("registry_forbidden")],
    ["a bad query", status(400), giveUp("registry_rejected")],
    ["an unknown path", status(404), giveUp("registry_rejected")],
    ["an overlong URL", status(414), giveUp("registry_rejected")],
    ["not modified, which we never ask", status(304), giveUp("registry_rejected")],
    [
      "a certificate not trusted",
      { kind: "network", message: "x", code: "CERT_HAS_EXPIRED" },
      giveUp("registry_unreachable"),
    ],
    ["too much", { kind: "too_large", message: "256 MB" }, giveUp("registry_rejected")],
  ])("%s", (_name, outcome, expected) => {
    expect(decide(1, outcome, NOW, 0.5)).toMatchObject(expected);
  });

  test("the registry's own text is in the reason, a page for browsers is not", () => {
    const said = "Error parsing query in advanced filter:\n Unknown area name: `X`";
    expect(decide(1, status(400, { body: said }), NOW, 0)).toMatchObject({
      why: "HTTP 400: Error parsing query in advanced filter: Unknown area name: `X`",
    });
    expect(decide(1, status(414, { body: "<html><h1>414</h1>" }), NOW, 0)).toMatchObject({
      why: "HTTP 414: an HTML page",
    });
    expect(decide(1, status(400, { body: "x".repeat(9000) }), NOW, 0)).toHaveProperty("why.length", 511);
  });
});

describe("decide, waiting", () => {
  test.each([
    [1, 0, 0],
    [1, 0.5, 500],
    [1, 0.999, 999],
    [2, 0.5, 1000],
    [3, 0.5, 2000],
    [5, 0.5, 8000],
  ])("attempt %d with jitter %d waits %d ms", (attempt, random, delayMs) => {
    expect(decide(attempt, status(503), NOW, random)).toMatchObject({ action: "retry", delayMs });
  });

  test.each([
    ["5", 0, 5000],
    ["5", 0.9, 5000],
    ["0", 0.5, 500],
    ["3600", 0.5, 60_000],
    ["Tue, 24 Nov 2026 12:00:07 GMT", 0.5, 7000],
    ["Tue, 24 Nov 2026 11:00:00 GMT", 0.5, 500],
    ["Wed, 25 Nov 2026 12:00:00 GMT", 0.5, 60_000],
    ["soon", 0.5, 500],
    ["", 0.5, 500],
    [null, 0.5, 500],
  ])("Retry-After %j with jitter %d waits %d ms", (retryAfter, random, delayMs) => {
    expect(decide(1, status(429, { retryAfter }), NOW, random)).toMatchObject({ action: "retry", delayMs });
  });

  test("never more than a minute, and the sixth failure is the last", () => {
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
      const decision = decide(attempt, { kind: "timeout" }, NOW, 0.999999);
      expect(decision).toMatchObject(retry);
      expect((decision as { delayMs: number }).delayMs).toBeLessThanOrEqual(60_000);
    }
    expect(decide(6, status(503, { retryAfter: "1" }), NOW, 0.5)).toMatchObject(giveUp("registry_unreachable"));
    expect(decide(6, { kind: "ok" }, NOW, 0.5)).toEqual({ action: "return" });
  });
});

test.each([
  ["1.5", null],
  ["-1", null],
  ["7 Nov", null],
  ["2026-11-24", null],
  [" 12 ", 12_000],
])("retryAfterMs(%j)", (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});
