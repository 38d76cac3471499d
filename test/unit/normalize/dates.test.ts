import { describe, expect, test } from "vitest";
import { daysBetween, daysMoved, partialDate, within } from "../../../pipeline/normalize/dates.ts";

function date(text: string) {
  const read = partialDate({ date: text });
  if (read === null) throw new Error(`${text} was not read`);
  return read;
}

describe("partial dates", () => {
  test.each([
    ["2014-04-11", "day", "2014-04-11", "2014-04-11"],
    ["2014-04", "month", "2014-04-01", "2014-04-30"],
    ["2024-02", "month", "2024-02-01", "2024-02-29"],
    ["2100-02", "month", "2100-02-01", "2100-02-28"],
    ["2000-02", "month", "2000-02-01", "2000-02-29"],
    ["2014", "year", "2014-01-01", "2014-12-31"],
  ])("%s has %s precision", (text, precision, from, to) => {
    expect(partialDate({ date: text, type: "ACTUAL" })).toEqual({ text, precision, from, to, type: "ACTUAL" });
  });

  test("absent stays absent, and an unknown type is no type", () => {
    expect(partialDate(undefined)).toBeNull();
    expect(partialDate({})).toBeNull();
    expect(partialDate({ date: "2014-04", type: "HOPED" })?.type).toBeNull();
    expect(partialDate("2014-04")?.type).toBeNull();
  });

  test("a day lies within its month and year, never the reverse", () => {
    expect(within(date("2014-04-11"), date("2014-04"))).toBe(true);
    expect(within(date("2014-04"), date("2014"))).toBe(true);
    expect(within(date("2014-04"), date("2014-04-11"))).toBe(false);
    expect(within(date("2014-05-01"), date("2014-04"))).toBe(false);
  });

  test("days are calendar days, with the slack that precision leaves", () => {
    expect(daysBetween("2016-02-28", "2016-03-01")).toBe(2);
    expect(daysBetween("2016-03-01", "2016-02-28")).toBe(-2);
    expect(daysMoved(date("2014-03"), date("2014-04-11"))).toEqual({ days: 11, atLeast: 11, atMost: 41 });
  });
});
