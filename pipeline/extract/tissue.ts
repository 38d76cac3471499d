import type { Reading, RecordConflict, RuledOut } from "./product.ts";
import { type Candidate, best, harvestTexts, headAfter, headBefore, shelves } from "./attach.ts";
import type { Given } from "./given.ts";
import { fitting, type Hit, hits, quoteHit } from "./passages.ts";
import type { RecordText } from "./record.ts";
import { inCriteria, isBackground, wordBefore } from "./scope.ts";

/** Verbs that name an origin: "cells … isolated from X". */
const ORIGIN =
  /\b(?:deriv\w*|obtain\w*|isolat\w*|harvest\w*|extract\w*|collect\w*|sourc\w*|originat\w*|origin|prepared|taken|aspirat\w*|procured|generated|separated|produced|manufactured|expanded|cultured|donated|made|grown)\b/;
/** A bare preposition names an origin only close by: "cells from X", "cells (X)", "cells of X". */
const BARE_ORIGIN = /^[\s,)]*(?:\([^()]{1,20}\)[\s,]*)?(?:from|of|\(|-|:)\s*(?:[\w'-]+\s+){0,4}$/;
/** An origin told without the product's name, in the text of an intervention or arm that is the product. */
const FROM =
  /\b(?:deriv\w*|obtained|isolated|harvested|extracted|collected|prepared|grown|expanded|cultured|originat\w*)\s+(?:from|out of)\s+(?:[\w'-]+\s+){0,3}$/;

/** What ends the reach of a bare preposition. */
const NOT_ORIGIN =
  /\b(?:for|patients?|treat\w*|therapy|into|inject\w*|infus\w*|to|after|before|in|effect\w*|with|on)\b/;

type How = "own_name" | "before" | "after" | "generic";

/** Fields so short that a tissue in them is the product's even without its name beside it. */
const NAMES = new Set(["intervention_name", "other_name", "arm_label"]);

/** How a tissue word belongs to the product, or null when it does not. */
function belongs(record: RecordText, hit: Hit, given: boolean): How | null {
  const { passage } = hit;
  const next = headAfter(record, passage, hit.start, 80);
  if (next !== null && next.hit.start <= hit.start && next.hit.end >= hit.end)
    return next.kind === "product" ? "own_name" : null;
  const after = headAfter(record, passage, hit.end, 80);
  if (after?.kind === "product") return "before";
  const before = headBefore(record, passage, hit.start, 120);
  if (before !== null && before.kind !== "companion") {
    const gap = passage.low.slice(before.hit.end, hit.start);
    const origin =
      ORIGIN.test(gap) && /\b(?:from|of|by|in|using|:)\b|[-(]\s*$/.test(gap.slice(gap.search(ORIGIN)) + " ");
    if (origin || (BARE_ORIGIN.test(gap) && !NOT_ORIGIN.test(gap)))
      return before.kind === "product" ? "after" : "generic";
  }
  // "Embryonic stem cells" are themselves what is named: only the product made of them comes from there.
  if (/\bcells?$/.test(passage.low.slice(hit.start, hit.end))) return null;
  if (after?.kind === "generic") return "generic";
  if (
    before === null &&
    given &&
    FROM.test(passage.low.slice(Math.max(0, hit.start - 40), hit.start)) &&
    after === null
  )
    return "generic";
  return null;
}

/** Rank of a way to belong inside one shelf; a looser way on a better shelf beats a tighter one on a worse shelf. */
const LOOSENESS: Record<How, number> = { own_name: 0, before: 0, after: 0, generic: 0.3 };

const subtypesOf = (candidates: readonly Candidate[]): string[] => [
  ...new Set(candidates.flatMap(({ hit }) => hit.entry.subtype ?? [])),
];

/** Where the product comes from. Harvests of a tissue count when no name of the product says more; knowledge counts last. */
export function readTissue(
  record: RecordText,
  given: Given,
  ruledOut: RuledOut[],
): Reading<string[]> & { hits: Hit[]; subtypes: string[]; conflict: RecordConflict | null } {
  const candidates: Candidate[] = [];
  for (const hit of harvestTexts(record).flatMap((text) => hits(text, "harvest")))
    candidates.push({ code: hit.entry.code, hit, rank: 6, confidence: "medium", rule: "tissue/harvest" });
  for (const shelf of shelves(record, given)) {
    for (const text of shelf.texts) {
      for (const hit of hits(text, "tissue")) {
        if (fitting(hit, record.topic) !== hit) continue;
        const how = belongs(record, hit, shelf.rank === 1);
        if (
          how === null &&
          shelf.rank === 1 &&
          NAMES.has(text.field) &&
          headAfter(record, text, hit.start, 60)?.kind !== "companion" &&
          wordBefore(text, hit.start, "history", 30) === null
        ) {
          candidates.push({ code: hit.entry.code, hit, rank: 9, confidence: "low", rule: "tissue/loose" });
          continue;
        }
        if (how === null || inCriteria(hit) || (how === "generic" && hit.entry.vague)) {
          ruledOut.push({ about: "tissue", evidence: quoteHit(hit), because: "no name of the product belongs to it" });
          continue;
        }
        const background = isBackground(hit);
        if (background && hit.entry.vague) continue;
        const rank = (background ? 10 : 0) + shelf.rank + LOOSENESS[how];
        candidates.push({
          code: hit.entry.code,
          hit,
          rank,
          confidence: background ? "low" : shelf.confidence,
          rule: `tissue/${background ? "background" : how}`,
        });
      }
      if (shelf.rank > 3) continue;
      for (const hit of hits(text, "harvest")) {
        if (inCriteria(hit) || isBackground(hit)) continue;
        candidates.push({
          code: hit.entry.code,
          hit,
          rank: shelf.rank + 5,
          confidence: "medium",
          rule: "tissue/harvest",
        });
      }
    }
    if (shelf.rank >= 3 && candidates.some((item) => item.rank < shelf.rank + 1)) break;
  }
  const chosen = best(candidates);
  const first = chosen[0];
  if (first === undefined || (first.rank > 10 && chosen.length > 1))
    return {
      value: ["not_specified"],
      evidence: [],
      confidence: "high",
      rule: "tissue/silent",
      hits: [],
      subtypes: [],
      conflict: null,
    };
  const specific = chosen.filter((item) => !item.hit.entry.vague);
  const kept = specific.length > 0 ? specific : chosen;
  // Another field that names the product itself by another tissue; looser words elsewhere contradict nothing.
  const isKept = (code: string) => kept.some((own) => own.code === code);
  const against = candidates.find(
    (item) =>
      item.rank < 4 &&
      item.rank === Math.floor(item.rank) &&
      !item.hit.entry.vague &&
      !isKept(item.code) &&
      !candidates.some((same) => same.hit.passage === item.hit.passage && isKept(same.code)),
  );
  return {
    value: kept.map((item) => item.code).toSorted(),
    evidence: kept.map((item) => quoteHit(item.hit)),
    confidence: first.confidence,
    rule: first.rule,
    hits: kept.map((item) => item.hit),
    subtypes: subtypesOf(candidates.filter((item) => item.rank < 4 && isKept(item.code))),
    conflict:
      against === undefined
        ? null
        : {
            about: "tissue",
            values: [first.code, against.code],
            evidence: [quoteHit(first.hit), quoteHit(against.hit)],
          },
  };
}
