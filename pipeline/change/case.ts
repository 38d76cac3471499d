import type { Cause, Change, ChangeKind, Severity } from "../../db/model.ts";
import type { Facts } from "../normalize/facts.ts";
import type { Study } from "../registry/study.ts";
import { equalJson } from "./difference.ts";

/** One record of a pair: its facts and, for what facts leave out, the study itself. */
export interface Side {
  facts: Facts;
  study: Study;
}

/** A difference that a case found, as printed, with the facts that its sentence and the views need. */
export interface Found {
  old: string | null;
  new: string | null;
  detail: Record<string, unknown>;
}

/** One line of the table of changes. */
export interface ChangeCase {
  /** Column of the review, or the name of the field where no review prints it. */
  column: string;
  kind: ChangeKind;
  /** Record paths whose difference this case explains when it fires; the rest is `other`. */
  covers: readonly string[];
  /** Reads both sides and compares: null where this is not what happened. */
  find: (before: Side, after: Side) => Found | null;
  severity: Severity;
  cause: Cause;
  /** What happened, for a person, without the study's name. */
  sentence: (change: Change) => string;
  reason: string;
}

/** Registry words as read by a person: NON_RANDOMIZED is "non randomized", nothing is "not stated". */
export function say(value: string | null): string {
  return value === null ? "not stated" : value.toLowerCase().replaceAll("_", " ");
}

export function shown(value: string | null): string {
  return value ?? "not stated";
}

/** A field that holds one value or a list: differs or not. Lists are printed with "; ". */
export function whenDifferent(read: (side: Side) => string | readonly string[] | null): ChangeCase["find"] {
  return (before, after) => {
    const [old, now] = [read(before), read(after)];
    if (equalJson(old, now)) return null;
    return { old: printedList(old), new: printedList(now), detail: {} };
  };
}

function printedList(value: string | readonly string[] | null): string | null {
  if (value === null || typeof value === "string") return value;
  return value.length === 0 ? null : value.join("; ");
}

/** How many names of a list are printed; the whole list is in the detail. */
const MOST_NAMED = 3;

/** "3 sites added: A; B; C and 2 more removed: D", or "" for nothing. */
export function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join("; ") + (more > 0 ? ` and ${more} more` : "");
}

/** Reads a list of texts from a change's detail; [] where it has none. */
export function detailList(change: Change, key: string): string[] {
  const value = change.detail[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** "added A; B, removed C" from the detail of a set change. */
export function addedAndRemoved(change: Change): string {
  const [added, removed] = [detailList(change, "added"), detailList(change, "removed")];
  const said = [
    added.length > 0 ? `added ${listed(added)}` : "",
    removed.length > 0 ? `removed ${listed(removed)}` : "",
  ].filter((part) => part !== "");
  return said.length > 0 ? said.join(", ") : "wording or details";
}
