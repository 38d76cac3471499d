import { expect, test } from "vitest";
import { stopwatch } from "../../pipeline/stopwatch.ts";

test("each step has its own seconds, the one under way those so far; a step begun again goes on", () => {
  let now = 5000;
  const watch = stopwatch(() => now);
  const pass = (ms: number): void => void (now += ms);
  expect(watch.read()).toEqual({});
  pass(700);
  watch.begin("walk");
  pass(12_000.4);
  expect(watch.read()).toEqual({ walk: 12 });
  pass(300);
  watch.begin("settle");
  pass(40);
  watch.begin("publish");
  pass(9);
  expect(watch.read()).toEqual({ walk: 12.3, settle: 0.04, publish: 0.009 });
  watch.begin("walk");
  pass(1000);
  watch.begin("settle");
  expect(watch.read()).toEqual({ walk: 13.3, settle: 0.04, publish: 0.009 });
});
