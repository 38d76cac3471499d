import type { Confidence } from "../../db/model.ts";
import type { Given } from "./given.ts";
import { brandHits } from "./brand.ts";
import { productHits, textsOf } from "./naming.ts";
import { firstFrom, type Hit, hits, type Passage, sentenceAt } from "./passages.ts";
import type { RecordText } from "./record.ts";

/** A reading that could become a value: lower rank is trusted more, equal ranks are taken together. */
export interface Candidate<C extends string = string> {
  readonly code: C;
  readonly hit: Hit;
  readonly rank: number;
  readonly confidence: Confidence;
  readonly rule: string;
}

/** The candidates of the best rank, one a code, in reading order. */
export function best<C extends string>(candidates: readonly Candidate<C>[]): Candidate<C>[] {
  let rank = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) rank = Math.min(rank, candidate.rank);
  const byCode = new Map<C, Candidate<C>>();
  for (const candidate of candidates) {
    if (candidate.rank === rank && !byCode.has(candidate.code)) byCode.set(candidate.code, candidate);
  }
  return [...byCode.values()];
}

/** The texts that speak of the product, best first: what is given, then prose, then keywords. */
export interface Shelf {
  readonly rank: number;
  readonly confidence: Confidence;
  readonly texts: readonly Passage[];
}

/** Texts of the interventions and arms that get the product, and the titles. */
export function productTexts(record: RecordText, given: Given): Passage[] {
  const items = record.interventions.filter(
    (item) => given.interventions.size === 0 || given.interventions.has(item.index),
  );
  const arms = record.arms.filter((arm) => given.arms.size === 0 || given.arms.has(arm.index));
  return [...items.flatMap(textsOf), ...arms.flatMap((arm) => arm.texts), ...record.titles];
}

/** Texts of the procedures that take tissue from someone, listed as interventions of their own. */
export function harvestTexts(record: RecordText): Passage[] {
  return record.interventions.flatMap((item) =>
    item.names.some((name) => hits(name, "harvest").length > 0) ? textsOf(item) : [],
  );
}

export function shelves(record: RecordText, given: Given): Shelf[] {
  return [
    { rank: 1, confidence: "high", texts: productTexts(record, given) },
    { rank: 2, confidence: "medium", texts: record.summary },
    { rank: 3, confidence: "medium", texts: record.detail },
    { rank: 4, confidence: "low", texts: [...record.keywords, ...record.conditions] },
  ];
}

/** Nouns that a tissue or donor word can belong to, left to right; `kind` says whose noun it is. */
export interface Head {
  readonly kind: "product" | "generic" | "companion";
  readonly hit: Hit;
}

const headsOf = new WeakMap<Passage, Head[]>();

/** All heads of a passage. Where two overlap, the product's own name wins, then the longer companion. */
export function heads(record: RecordText, passage: Passage): readonly Head[] {
  const known = headsOf.get(passage);
  if (known !== undefined) return known;
  let list: Head[] = [];
  list = withFree(list, "product", productHits(record, passage));
  list = withFree(list, "product", brandHits(record, passage));
  list = withFree(list, "companion", hits(passage, "companion"));
  list = withFree(list, "generic", hits(passage, "generic"));
  headsOf.set(passage, list);
  return list;
}

/** The list with those hits that overlap nothing in it, in order; both are sorted, so one walk over each is enough. */
function withFree(list: readonly Head[], kind: Head["kind"], found: readonly Hit[]): Head[] {
  const merged: Head[] = [];
  let n = 0;
  let end = 0;
  for (const hit of found) {
    for (let head = list[n]; head !== undefined && head.hit.start < hit.end; head = list[++n]) {
      merged.push(head);
      end = Math.max(end, head.hit.end);
    }
    if (hit.start >= end) {
      merged.push({ kind, hit });
      end = hit.end;
    }
  }
  return [...merged, ...list.slice(n)];
}

/** Heads that lie wholly inside [from, to). */
export function headsIn(record: RecordText, passage: Passage, from: number, to: number): Head[] {
  const list = heads(record, passage);
  const found: Head[] = [];
  for (let n = firstFrom(list, from, (head) => head.hit.start); n < list.length; n++) {
    const head = list[n];
    if (head === undefined || head.hit.start >= to) break;
    if (head.hit.end <= to) found.push(head);
  }
  return found;
}

/** What may not stand between a modifier and its noun. Commas and brackets may: "autologous, ex vivo expanded, MSCs". */
const BREAK =
  /[.;\n]|\b(?:in|into|to|with|by|for|is|are|was|were|will|that|which|via|using|through|after|before|patients?|versus|vs|combined|plus|followed|then|aspirat\w*|transplant\w*|failure|graft|biops\w*)\b/;

/** The noun that a modifier ending at `end` belongs to: the next head within `reach`, or null. */
export function headAfter(record: RecordText, passage: Passage, end: number, reach: number): Head | null {
  const list = heads(record, passage);
  for (let n = firstFrom(list, end + 1, (head) => head.hit.end); n < list.length; n++) {
    const head = list[n];
    if (head === undefined || head.hit.start - end > reach) return null;
    const next = list[n + 1];
    // "autologous peripheral blood mesenchymal cells": a plain noun right before another head is part of its name.
    if (head.hit.entry.kind === "noun" && next !== undefined && next.hit.start - head.hit.end < 3) continue;
    if (head.hit.start > end && BREAK.test(passage.low.slice(end, head.hit.start))) return null;
    return head;
  }
  return null;
}

/** The last head before `start` in the same sentence and within `reach`. */
export function headBefore(record: RecordText, passage: Passage, start: number, reach: number): Head | null {
  const [from] = sentenceAt(passage, start);
  const list = heads(record, passage);
  const head = list[firstFrom(list, start + 1, (item) => item.hit.end) - 1];
  return head !== undefined && head.hit.start >= from && start - head.hit.end <= reach ? head : null;
}
