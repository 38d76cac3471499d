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

/**
 * One compiled group, by the character code a word begins with and by `pairOf` the next two: the entries that may begin so, in
 * their order. Each entry is one expression of its own: a group in one would be past the size that V8 still optimizes (20 kB
 * of source) and try every term at every word (1.4 ms a record against 0.5), and one for each set of terms that begin alike
 * was 378 kB to compile instead of 117: a thread's first hundred records took twice the CPU.
 */
export interface Matcher {
  /** Place of the group in GROUPS. */
  readonly id: number;
  readonly entries: readonly Entry[];
  readonly bySign: readonly ((readonly Entry[] | undefined)[] | undefined)[];
}

function entryPattern(entry: EntrySource): string {
  const { terms } = entry;
  const except = entry.except === undefined ? "" : `(?!${anyOf(entry.except)}${WORD_END})`;
  // The term first: looking back at every word that is no hit would cost more than reading a hit twice.
  const after =
    entry.not_after === undefined ? "" : `(?=${anyOf(terms)})(?<!${WORD_START}${anyOf(entry.not_after)}[\\s(/-]*)`;
  const before = entry.not_before === undefined ? "" : `(?![\\s)/-]*${anyOf(entry.not_before)}${WORD_END})`;
  const only = entry.only_before === undefined ? "" : `(?=[\\s)/&+-]*${anyOf(entry.only_before)}${WORD_END})`;
  return `${after}${except}${anyOf(terms)}${WORD_END}${before}${only}`;
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
    own: new RegExp(entryPattern(entry), "y"),
    name: `${name}/${entry.code}`,
  }));
  const bySign: (Entry[] | undefined)[][] = [];
  for (const [n, { terms }] of sources.entries()) {
    const entry = entries[n];
    if (entry === undefined) continue;
    const allow = (first: string, start: string): void => {
      const trials = (bySign[first.charCodeAt(0)] ??= Array.from({ length: 1024 }));
      eachPair(start, (second, third) => {
        const allowed = (trials[pairOf(second, third)] ??= []);
        if (allowed.at(-1) !== entry) allowed.push(entry);
      });
    };
    for (const start of new Set(terms.flatMap((term) => [...beginnings(term)])))
      for (const first of start[0] === ANY_SIGN ? SIGNS : (start[0] ?? ""))
        if (SIGNS.includes(first)) allow(first, start);
  }
  return { id, entries, bySign };
}

/** Which groups may begin at a word with these signs: by 1024 times the first one's code plus `pairOf` the next two. */
export function indexByBeginning(compiled: readonly (readonly [GroupName, Matcher])[]): (number[] | undefined)[] {
  const table: (number[] | undefined)[] = Array.from({ length: 128 * 1024 });
  for (const [, { id, bySign }] of compiled) {
    bySign.forEach((matcher, first) => {
      matcher?.forEach((allowed, pair) => {
        if (allowed !== undefined) (table[1024 * first + pair] ??= []).push(id);
      });
    });
  }
  return table;
}
