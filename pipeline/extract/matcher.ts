import type { EntrySource, GroupName } from "./lexicon.ts";
import { ANY_SIGN, anyOf, beginnings, NO_WORD_SIGN, WORD_END, WORD_START } from "./term.ts";

/** An entry of a compiled group. */
export interface Entry {
  readonly code: string;
  readonly kind: "cells" | "transplant" | "graft" | "carrier" | "noun" | null;
  readonly vague: boolean;
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

/** What can begin with one letter or digit: sticky, its n-th bracket belongs to the n-th of `brackets`. */
export interface SignMatcher {
  readonly brackets: readonly Entry[];
  /** By character code (0: none of a word): whether a word whose second sign it is may be one of these. */
  readonly second: Uint8Array;
  /** By `pairOf` the second and third sign: the same for both together. */
  readonly third: Uint8Array;
  readonly regex: RegExp;
}

/**
 * One compiled group, by the character code a word begins with. One expression for all would be past the size that V8
 * still optimizes (20 kB of source) and tries every term at every word: 1.4 ms a record against 0.5 ms.
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

/** Place of two character codes in `third`; different pairs may share one, which costs a needless try and no hit. */
export const pairOf = (second: number, third: number): number => (second * 37 + third) & 1023;

const SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789";
const CODES = [0, ...[...SIGNS].map((sign) => sign.charCodeAt(0))];

/** Marks what may stand second and third; 0 stands for every sign that is no letter or digit. */
function allow(second: Uint8Array, third: Uint8Array, start: string): void {
  const codesOf = (sign: string | undefined): number[] =>
    sign === ANY_SIGN ? CODES : [sign === NO_WORD_SIGN || sign === undefined ? 0 : sign.charCodeAt(0) & 127];
  const seconds = start[0] === ANY_SIGN ? CODES : codesOf(start[1]);
  // After the end of a word any number of blanks or an acronym may stand: what comes third is open.
  const open = start[0] === ANY_SIGN || start[1] === ANY_SIGN || start[1] === NO_WORD_SIGN;
  for (const code of seconds) {
    second[code] = 1;
    for (const next of open ? CODES : codesOf(start[2])) third[pairOf(code, next)] = 1;
  }
}

/** Compiles the entries of a group; `id` is its place in GROUPS. */
export function compileGroup(id: number, name: GroupName, sources: readonly EntrySource[]): Matcher {
  if (sources.length === 0) return { id, entries: [], bySign: [] };
  const entries = sources.map((entry) => ({
    code: entry.code,
    kind: entry.kind ?? null,
    vague: entry.vague ?? false,
    impliesDonor: entry.implies_donor ?? null,
    also: entry.also ?? [],
    needs: entry.needs === undefined ? null : new RegExp(`${WORD_START}${anyOf(entry.needs)}${WORD_END}`),
    reason: entry.reason,
    group: name,
    own: new RegExp(`${WORD_START}${entryPattern(entry)}`, "y"),
    name: `${name}/${entry.code}`,
  }));
  const starts = new Map(sources.flatMap((source) => source.terms.map((term) => [term, beginnings(term)] as const)));
  const bySign: (SignMatcher | undefined)[] = [];
  for (const sign of SIGNS) {
    const brackets: Entry[] = [];
    const second = new Uint8Array(128);
    const third = new Uint8Array(1024);
    const patterns = sources.flatMap((source, n) => {
      const terms = source.terms.filter((term) =>
        [...(starts.get(term) ?? [])].some((start) => start[0] === sign || start[0] === ANY_SIGN),
      );
      for (const term of terms)
        for (const start of starts.get(term) ?? [])
          if (start[0] === sign || start[0] === ANY_SIGN) allow(second, third, start);
      const entry = entries[n];
      if (terms.length === 0 || entry === undefined) return [];
      brackets.push(entry);
      return [entryPattern(source, terms)];
    });
    if (patterns.length > 0)
      bySign[sign.charCodeAt(0)] = { brackets, second, third, regex: new RegExp(`(?:${patterns.join("|")})`, "y") };
  }
  return { id, entries, bySign };
}

/** Which groups may begin at a word with these two signs. */
export function indexByBeginning(compiled: readonly (readonly [GroupName, Matcher])[]): (number[] | undefined)[] {
  const table: (number[] | undefined)[] = Array.from({ length: 128 * 128 });
  for (const [, { id, bySign }] of compiled) {
    bySign.forEach((matcher, first) => {
      matcher?.second.forEach((allowed, second) => {
        const at = 128 * first + second;
        if (allowed === 1) (table[at] ??= []).push(id);
      });
    });
  }
  return table;
}
