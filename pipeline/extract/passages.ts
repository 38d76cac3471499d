import { plainMapped, type PlainText, rawSpan } from "../normalize/text.ts";
import type { Evidence } from "../../db/model.ts";
import { type GroupName, GROUPS, type Lexicon } from "./lexicon.ts";
import { type Entry, pairOf } from "./matcher.ts";

/** The kinds of text that are read; how far each is trusted stands in attach.ts (`shelves`). */
export type Field =
  | "intervention_name"
  | "other_name"
  | "intervention_description"
  | "arm_label"
  | "arm_description"
  | "official_title"
  | "brief_title"
  | "brief_summary"
  | "model_description"
  | "masking_description"
  | "detailed_description"
  | "keyword"
  | "condition";

/** Where a term was found: plain-text positions, and the sentence around it. */
export interface Hit {
  readonly passage: Passage;
  readonly start: number;
  readonly end: number;
  readonly entry: Entry;
}

export interface Passage {
  readonly field: Field;
  readonly path: string;
  readonly raw: string;
  readonly plain: PlainText;
  /** Lower case, same length as the plain text. */
  readonly low: string;
  readonly lexicon: Lexicon;
  /** Found once, asked often. */
  readonly found: (readonly Hit[] | undefined)[];
  bounds: Int32Array | null;
  starts: readonly (readonly number[] | undefined)[] | null;
}

/** A text of a record at its path, or null where the record has none. */
export function passageOf(field: Field, path: string, raw: string | undefined, lexicon: Lexicon): Passage | null {
  if (raw === undefined || raw === "") return null;
  const plain = plainMapped(raw);
  const lower = plain.text.toLowerCase();
  // A few capitals grow when lowered (U+0130): then letter by letter, so that positions stay.
  const low = lower.length === plain.text.length ? lower : plain.text.replace(/[^\0-\x7f]/g, " ").toLowerCase();
  return {
    field,
    path,
    raw,
    plain,
    low,
    lexicon,
    found: Array.from({ length: GROUP_COUNT }),
    bounds: null,
    starts: null,
  };
}

const GROUP_COUNT = Object.keys(GROUPS).length;
const NOWHERE: readonly number[] = [];

const isWordSign = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57);

/** A letter's or digit's code; 0 for any other sign and past the end. */
function signCode(low: string, at: number): number {
  const code = at < low.length ? low.charCodeAt(at) : 0;
  return isWordSign(code) ? code : 0;
}

/** Where, for each group, a word begins as one of its terms does: one walk over the text for all groups. */
function candidateStarts(low: string, { groupsAt }: Lexicon): (number[] | undefined)[] {
  const starts: (number[] | undefined)[] = Array.from({ length: GROUP_COUNT });
  let inside = false;
  let code = signCode(low, 0);
  let next = signCode(low, 1);
  for (let at = 0; at < low.length; at++) {
    const third = signCode(low, at + 2);
    if (code !== 0 && !inside) {
      const groups = groupsAt[1024 * code + pairOf(next, third)];
      if (groups !== undefined) {
        for (const group of groups) {
          const list = starts[group];
          if (list === undefined) starts[group] = [at];
          else list.push(at);
        }
      }
    }
    inside = code !== 0;
    code = next;
    next = third;
  }
  return starts;
}

/** Does an entry read the text at `start`? Its expression's lastIndex then is the end. */
function readsAt({ own }: Entry, low: string, start: number): boolean {
  own.lastIndex = start;
  return own.test(low);
}

/** Every hit of a group in a passage, left to right. */
export function hits(passage: Passage, group: GroupName): readonly Hit[] {
  const { id, bySign } = passage.lexicon.groups[group];
  const known = passage.found[id];
  if (known !== undefined) return known;
  const { low } = passage;
  const list: Hit[] = [];
  let free = 0;
  passage.starts ??= candidateStarts(low, passage.lexicon);
  for (const start of passage.starts[id] ?? NOWHERE) {
    if (start < free) continue;
    const trials = bySign[low.charCodeAt(start)]?.[pairOf(signCode(low, start + 1), signCode(low, start + 2))];
    const entry = trials?.find((one) => readsAt(one, low, start));
    if (entry === undefined) continue;
    free = entry.own.lastIndex;
    list.push({ passage, start, end: free, entry });
  }
  passage.found[id] = list;
  return list;
}

/**
 * The hit itself where the record's topic has what its entry needs, else the first later entry of its group that reads the
 * same place and fits; null when none does.
 */
export function fitting(hit: Hit, topic: string): Hit | null {
  if (hit.entry.needs === null || hit.entry.needs.test(topic)) return hit;
  const { passage, start } = hit;
  for (const entry of passage.lexicon.groups[hit.entry.group].entries) {
    if (entry === hit.entry || (entry.needs !== null && !entry.needs.test(topic))) continue;
    if (readsAt(entry, passage.low, start)) return { passage, start, end: entry.own.lastIndex, entry };
  }
  return null;
}

/** Abbreviations whose full stop ends no sentence. */
const ABBREVIATION = /(?:\b[a-z]|\b(?:vs|approx|resp|incl|etc|inj|dr|prof|fig|no|st|ca|al|i\.v|e\.g|i\.e))$/;

function sentenceBounds(low: string, text: string): Int32Array {
  const bounds: number[] = [0];
  const end = /[.!?;](?=\s|$)|\.(?=[A-Z][a-z])|\n+/g;
  for (let match = end.exec(text); match !== null; match = end.exec(text)) {
    if (match[0] === "." && ABBREVIATION.test(low.slice(Math.max(0, match.index - 7), match.index))) {
      const next = /^\.\s+([A-Z])/.exec(text.slice(match.index, match.index + 6));
      if (next === null || /\b[a-z]$/.test(low.slice(Math.max(0, match.index - 2), match.index)) === false) continue;
    }
    bounds.push(match.index + match[0].length);
  }
  if (bounds[bounds.length - 1] !== text.length) bounds.push(text.length);
  return Int32Array.from(bounds);
}

/** First index of a list that is sorted by `key` whose key is at least `at`. */
export function firstFrom<T>(list: readonly T[], at: number, key: (item: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && key(item) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

const startOf = (hit: Hit): number => hit.start;

/** Hits of a group that lie wholly inside [from, to), left to right: the cost is that of what is found, not of the text. */
export function hitsIn(passage: Passage, group: GroupName, from: number, to: number): Hit[] {
  const list = hits(passage, group);
  const found: Hit[] = [];
  for (let n = firstFrom(list, from, startOf); n < list.length; n++) {
    const hit = list[n];
    if (hit === undefined || hit.start >= to) break;
    if (hit.end <= to) found.push(hit);
  }
  return found;
}

/** What stands farther away than this belongs to a list without full stops, not to the same sentence. */
const SENTENCE_REACH = 1200;

/** [start, end) of the sentence that holds a position. Semicolons and line breaks end one too. */
export function sentenceAt(passage: Passage, at: number): [number, number] {
  passage.bounds ??= sentenceBounds(passage.low, passage.plain.text);
  const bounds = passage.bounds;
  let low = 0;
  let high = bounds.length - 1;
  while (low < high - 1) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return [
    Math.max(bounds[low] ?? 0, at - SENTENCE_REACH),
    Math.min(bounds[high] ?? passage.low.length, at + SENTENCE_REACH),
  ];
}

/** The raw words behind plain positions, with their path. */
export function quote(passage: Passage, start: number, end: number, rule: string): Evidence {
  return { path: passage.path, span: rawSpan(passage.raw, passage.plain, start, end), rule };
}

export function quoteHit(hit: Hit, rule: string = hit.entry.name): Evidence {
  return quote(hit.passage, hit.start, hit.end, rule);
}
