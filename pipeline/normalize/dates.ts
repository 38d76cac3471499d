import type { DateType, PartialDate, Precision } from "../../db/model.ts";

/**
 * Registry dates as calendar intervals (ctgov-api.md 3 and 5.4): a month stays a month, and no day is ever invented.
 * Nothing here asks what day it is; the rules' clock is the data date, which callers pass.
 */

const DAY_MS = 86_400_000;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Length of yyyy, yyyy-mm and yyyy-mm-dd; study.ts has already refused every other shape. */
const PRECISION: Record<number, Precision> = { 4: "year", 7: "month", 10: "day" };

function lastDayOf(month: string): string {
  const year = Number(month.slice(0, 4));
  const number = Number(month.slice(5, 7));
  const leap = number === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return `${month}-${leap ? 29 : DAYS_IN_MONTH[number - 1]}`;
}

function dateType(type: string | undefined): DateType | null {
  return type === "ACTUAL" || type === "ESTIMATED" ? type : null;
}

/**
 * Reads {date, type}, or a bare date text, as posted. Null where there is no date or the text is none.
 * `from` and `to` are the first and last calendar day that the text may stand for.
 */
export function partialDate(
  struct: { date?: string | undefined; type?: string | undefined } | string | undefined,
): PartialDate | null {
  const text = typeof struct === "string" ? struct : struct?.date;
  if (text === undefined || struct === undefined) return null;
  const precision = PRECISION[text.length];
  if (precision === undefined) return null;
  const type = typeof struct === "string" ? null : dateType(struct.type);
  if (precision === "day") return { text, precision, from: text, to: text, type };
  if (precision === "month") return { text, precision, from: `${text}-01`, to: lastDayOf(text), type };
  return { text, precision, from: `${text}-01-01`, to: `${text}-12-31`, type };
}

/** Is every day that `inner` may stand for also one of `outer`'s? Equal intervals are within each other. */
export function within(inner: PartialDate, outer: PartialDate): boolean {
  return inner.from >= outer.from && inner.to <= outer.to;
}

/** Whole days from one calendar day (yyyy-mm-dd) to another; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/**
 * How far a date moved, in days: between the last days of both intervals, and the least and most that the precisions
 * leave open (2014-03 to 2014-04-11 is 11, at least 11 and at most 41).
 */
export function daysMoved(from: PartialDate, to: PartialDate): { days: number; atLeast: number; atMost: number } {
  return {
    days: daysBetween(from.to, to.to),
    atLeast: daysBetween(from.to, to.from),
    atMost: daysBetween(from.from, to.to),
  };
}
