import { InvalidArgumentError, Option } from "commander";

/** Options that several commands share, so that each is spelled and checked once. */

export const reviewOption = (): Option => new Option("--review <id>", "only this review");

export const formatOption = (...choices: string[]): Option =>
  new Option("--format <format>", "what to print").choices(choices).default("text");

/** Parses a whole number from `least`; commander turns the error into exit code 2. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`Needs a whole number from ${least}.`);
    return value;
  };

/** Reads a calendar day, yyyy-mm-dd; commander turns the error into exit code 2. */
export function calendarDay(text: string): string {
  const day = new Date(`${text}T00:00:00Z`);
  // Date takes the 30th of February for the 2nd of March; a day that does not come back is no day.
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError("Needs a day such as 2026-11-20.");
  return text;
}
