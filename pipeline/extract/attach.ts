import type { Confidence } from "../../db/model.ts";
import type { Given } from "./given.ts";
import { brandHits } from "./brand.ts";
import { productHits, textsOf } from "./naming.ts";
import { type Hit, hits, type Passage, sentenceAt } from "./passages.ts";
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
  const list: Head[] = productHits(record, passage).map((hit) => ({ kind: "product", hit }));
  for (const hit of brandHits(record, passage)) list.push({ kind: "product", hit });
  const free = (hit: Hit) => list.every((head) => hit.end <= head.hit.start || hit.start >= head.hit.end);
  for (const hit of hits(passage, "companion")) if (free(hit)) list.push({ kind: "companion", hit });
  for (const hit of hits(passage, "generic")) if (free(hit)) list.push({ kind: "generic", hit });
  list.sort((a, b) => a.hit.start - b.hit.start);
  headsOf.set(passage, list);
  return list;
}

/** What may not stand between a modifier and its noun. Commas and brackets may: "autologous, ex vivo expanded, MSCs". */
const BREAK =
  /[.;\n]|\b(?:in|into|to|with|by|for|is|are|was|were|will|that|which|via|using|through|after|before|patients?|versus|vs|combined|plus|followed|then|aspirat\w*|transplant\w*|failure|graft|biops\w*)\b/;

/** The noun that a modifier ending at `end` belongs to: the next head within `reach`, or null. */
export function headAfter(record: RecordText, passage: Passage, end: number, reach: number): Head | null {
  const list = heads(record, passage);
  for (let n = 0; n < list.length; n++) {
    const head = list[n];
    if (head === undefined || head.hit.end <= end) continue;
    if (head.hit.start - end > reach) return null;
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
  let found: Head | null = null;
  for (const head of heads(record, passage)) {
    if (head.hit.end > start) break;
    if (head.hit.start >= from && start - head.hit.end <= reach) found = head;
  }
  return found;
}
