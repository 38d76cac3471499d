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
