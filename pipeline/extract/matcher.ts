import type { EntrySource, GroupName } from "./lexicon.ts";
import { ANY_SIGN, anyOf, beginnings, NO_WORD_SIGN, WORD_END, WORD_START } from "./term.ts";

/** An entry of a compiled group. */
export interface Entry {
  readonly code: string;
  readonly kind: "cells" | "transplant" | "graft" | "carrier" | "noun" | null;
  readonly vague: boolean;
  readonly subtype: string | null;
  readonly impliesDonor: "autologous" | "allogeneic" | null;
  readonly also: readonly string[];
  readonly needs: RegExp | null;
  readonly reason: string;
  readonly group: GroupName;
  /** Reads this entry alone, at `lastIndex`. */
  readonly own: RegExp;
  /** `group/code`, as named in evidence and explanations. */
  readonly name: string;
}

/** One sticky expression; its n-th bracket belongs to the n-th of `brackets`. */
export interface Trial {
  readonly brackets: readonly Entry[];
  readonly regex: RegExp;
}

/** What can begin with one letter or digit. */
export interface SignMatcher {
  /** By `pairOf` the second and third sign: the terms that may begin so, or undefined. */
  readonly trials: readonly (Trial | undefined)[];
}

/**
 * One compiled group, by the character code a word begins with, and where many terms do by the next two signs as well. One
 * expression for all would be past the size that V8 still optimizes (20 kB of source; 23 kB of route terms that begin with
 * an i took half of all time) and tries every term at every word: 1.4 ms a record against 0.5 ms.
 */
export interface Matcher {
  /** Place of the group in GROUPS. */
  readonly id: number;
  readonly entries: readonly Entry[];
  readonly bySign: readonly (SignMatcher | undefined)[];
}

function entryPattern(entry: EntrySource, terms: readonly string[] = entry.terms): string {
  const except = entry.except === undefined ? "" : `(?!${anyOf(entry.except)}${WORD_END})`;
  // The term first: looking back at every word that is no hit would cost more than reading a hit twice.
  const after =
    entry.not_after === undefined ? "" : `(?=${anyOf(terms)})(?<!${WORD_START}${anyOf(entry.not_after)}[\\s(/-]*)`;
  const before = entry.not_before === undefined ? "" : `(?![\\s)/-]*${anyOf(entry.not_before)}${WORD_END})`;
  const only = entry.only_before === undefined ? "" : `(?=[\\s)/&+-]*${anyOf(entry.only_before)}${WORD_END})`;
  return `${after}${except}(${anyOf(terms)})${WORD_END}${before}${only}`;
}

/** Place of two character codes in `trials`; different pairs may share one, which costs a needless try and no hit. */
export const pairOf = (second: number, third: number): number => (second * 37 + third) & 1023;

const SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789";
const CODES = [0, ...[...SIGNS].map((sign) => sign.charCodeAt(0))];

/** Calls back with each second and third sign that a beginning allows; 0 stands for every sign of no word. */
function eachPair(start: string, allow: (second: number, third: number) => void): void {
  const codesOf = (sign: string | undefined): number[] =>
    sign === ANY_SIGN ? CODES : [sign === NO_WORD_SIGN || sign === undefined ? 0 : sign.charCodeAt(0) & 127];
  const seconds = start[0] === ANY_SIGN ? CODES : codesOf(start[1]);
  // After the end of a word any number of blanks or an acronym may stand: what comes third is open.
  const open = start[0] === ANY_SIGN || start[1] === ANY_SIGN || start[1] === NO_WORD_SIGN;
  for (const second of seconds) for (const third of open ? CODES : codesOf(start[2])) allow(second, third);
}

/** Sources longer than this are split by the second and third sign. */
const SMALL = 3000;

type Chosen = readonly (readonly [source: EntrySource, entry: Entry, terms: readonly string[]])[];

function trialOf(chosen: Chosen): Trial {
  const patterns = chosen.map(([source, , terms]) => entryPattern(source, terms));
  return { brackets: chosen.map(([, entry]) => entry), regex: new RegExp(`(?:${patterns.join("|")})`, "y") };
}

/** The terms of a group that may begin with one sign. */
function matcherOf(chosen: Chosen, startsOf: (term: string) => readonly string[]): SignMatcher {
  const byPair: Set<string>[] = Array.from({ length: 1024 }, () => new Set());
  for (const [, , terms] of chosen)
    for (const term of terms)
      for (const start of startsOf(term)) eachPair(start, (second, third) => byPair[pairOf(second, third)]?.add(term));
  const all = trialOf(chosen);
  if (all.regex.source.length <= SMALL) return { trials: byPair.map((terms) => (terms.size === 0 ? undefined : all)) };
  const known = new Map<string, Trial>();
  const trials = byPair.map((allowed) => {
    if (allowed.size === 0) return undefined;
    const few = chosen
      .map(([source, entry, terms]) => [source, entry, terms.filter((term) => allowed.has(term))] as const)
      .filter(([, , terms]) => terms.length > 0);
    const key = few
      .map(([, entry, terms]) => `${chosen.findIndex((one) => one[1] === entry)}:${terms.join("|")}`)
      .join("\n");
    const trial = known.get(key) ?? trialOf(few);
    known.set(key, trial);
    return trial;
  });
  return { trials };
}

/** Compiles the entries of a group; `id` is its place in GROUPS. */
export function compileGroup(id: number, name: GroupName, sources: readonly EntrySource[]): Matcher {
  if (sources.length === 0) return { id, entries: [], bySign: [] };
  const entries = sources.map((entry) => ({
    code: entry.code,
    kind: entry.kind ?? null,
    vague: entry.vague ?? false,
    subtype: entry.subtype ?? null,
    impliesDonor: entry.implies_donor ?? null,
    also: entry.also ?? [],
    needs: entry.needs === undefined ? null : new RegExp(`${WORD_START}${anyOf(entry.needs)}${WORD_END}`),
    reason: entry.reason,
    group: name,
    own: new RegExp(`${WORD_START}${entryPattern(entry)}`, "y"),
    name: `${name}/${entry.code}`,
  }));
  const starts = new Map(
    sources.flatMap((source) => source.terms.map((term) => [term, [...beginnings(term)]] as const)),
  );
  const bySign: (SignMatcher | undefined)[] = [];
  for (const sign of SIGNS) {
    const startsOf = (term: string) =>
      (starts.get(term) ?? []).filter((start) => start[0] === sign || start[0] === ANY_SIGN);
    const chosen = sources.flatMap((source, n) => {
      const terms = source.terms.filter((term) => startsOf(term).length > 0);
      const entry = entries[n];
      return terms.length === 0 || entry === undefined ? [] : [[source, entry, terms] as const];
    });
    if (chosen.length > 0) bySign[sign.charCodeAt(0)] = matcherOf(chosen, startsOf);
  }
  return { id, entries, bySign };
}

/** Which groups may begin at a word with these signs: by 1024 times the first one's code plus `pairOf` the next two. */
export function indexByBeginning(compiled: readonly (readonly [GroupName, Matcher])[]): (number[] | undefined)[] {
  const table: (number[] | undefined)[] = Array.from({ length: 128 * 1024 });
  for (const [, { id, bySign }] of compiled) {
    bySign.forEach((matcher, first) => {
      matcher?.trials.forEach((trial, pair) => {
        if (trial !== undefined) (table[1024 * first + pair] ??= []).push(id);
      });
    });
  }
  return table;
}
