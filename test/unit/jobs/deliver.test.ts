import { expect, test } from "vitest";
import { nextAttempt, targetsOf } from "../../../jobs/deliver.ts";

test("the next attempt: five minutes, doubled up to twelve hours, a receiver's wish in between, an end after a week", () => {
  const created = "2022-01-15T00:00:00Z";
  const now = new Date("2022-01-15T01:00:00Z");
  const minutes = (attempts: number, wish: number | null = null) =>
    ((nextAttempt(attempts, created, now, wish)?.getTime() ?? 0) - now.getTime()) / 60_000;
  expect([1, 3, 4, 5, 12, 40].map((attempts) => minutes(attempts))).toEqual([5, 5, 10, 20, 720, 720]);
  expect(minutes(3, 3_600_000)).toBe(60);
  expect(minutes(3, 90 * 86_400_000)).toBe(720);
  expect(nextAttempt(3, created, new Date("2022-01-22T00:00:01Z"), null)).toBeNull();
  const webhook = { url: new URL("https://news.example/x"), secret: null, isPrivateAllowed: false };
  expect(targetsOf({ webhook, feedDir: "/feeds" })).toEqual(["webhook", "feed"]);
});
