import { type Candidate, best, headsIn, productTexts } from "./attach.ts";
import { type Given } from "./given.ts";
import { fitting, type Hit, hits, hitsIn, type Passage, quoteHit, sentenceAt } from "./passages.ts";
import type { RecordText } from "./record.ts";
import type { Reading, RecordConflict, RuledOut } from "./product.ts";
import { inCriteria, isBackground } from "./scope.ts";
import { notTheProducts, otherNames } from "./whose-route.ts";

export interface RouteReading extends Reading<string[]> {
  join: "and" | "or";
  sites: Record<string, string | null>;
  conflict: RecordConflict | null;
}

/** The body place nearest to a route's words, as the record writes it. */
function siteOf(hit: Hit, chosen: readonly Candidate[]): string | null {
  const [from, to] = sentenceAt(hit.passage, hit.start);
  let nearest: Hit | null = null;
  let distance = 70;
  for (const site of hitsIn(hit.passage, "site", from, to)) {
    // "through the pancreatic artery or by vein": a place inside another route's words is that route's.
    if (
      chosen.some(
        ({ hit: other }) =>
          other !== hit && other.passage === hit.passage && site.start < other.end && site.end > other.start,
      )
    )
      continue;
    const gap = site.start >= hit.end ? site.start - hit.end : site.end <= hit.start ? hit.start - site.end : 0;
    if (gap < distance) {
      nearest = site;
      distance = gap;
    }
  }
  return nearest === null ? null : quoteHit(nearest).span;
}

/** All ways in which the product is given: what arms, interventions and titles say; prose where they are silent. */
export function readRoute(record: RecordText, given: Given, ruledOut: RuledOut[]): RouteReading {
  const shelves: RouteShelf[] = [
    { rank: 1, texts: productTexts(record, given), prose: false, confidence: "high" },
    { rank: 2, texts: record.summary, prose: true, confidence: "medium" },
    { rank: 3, texts: record.detail, prose: true, confidence: "medium" },
    { rank: 4, texts: record.keywords, prose: false, confidence: "low" },
  ];
  const others = otherNames(record, given);
  let candidates: Candidate[] = [];
  let against: Candidate | undefined;
  for (const shelf of shelves) {
    const settled = candidates.some((item) => item.rank < WEAK);
    const found = candidatesOn(record, others, shelf, settled, ruledOut);
    if (!settled) candidates = [...candidates, ...found];
    else {
      // A field contradicts when it names another route and never this one; one that tells both has told its background.
      const said = found.filter((item) => item.rank < WEAK);
      if (!said.some((item) => candidates.some((own) => own.code === item.code))) against ??= said[0];
    }
    if (settled && (against !== undefined || shelf.rank >= 3)) break;
  }
  const chosen = best(candidates);
  const first = chosen[0];
  if (first === undefined)
    return {
      value: ["not_specified"],
      evidence: [],
      confidence: "high",
      rule: "route/silent",
      join: "and",
      sites: {},
      conflict: null,
    };
  const contrary = against !== undefined && chosen.every((item) => item.code !== against.code) ? against : undefined;
  return {
    value: chosen.map((item) => item.code).toSorted(),
    evidence: chosen.map((item) => quoteHit(item.hit)),
    confidence: contrary === undefined ? first.confidence : "medium",
    rule: first.rule,
    join: offersChoice(candidates.filter((item) => item.rank === first.rank)) ? "or" : "and",
    sites: Object.fromEntries(chosen.map((item) => [item.code, siteOf(item.hit, chosen)])),
    conflict:
      contrary === undefined
        ? null
        : {
            about: "route",
            values: [first.code, contrary.code],
            evidence: [quoteHit(first.hit), quoteHit(contrary.hit)],
          },
  };
}

/** What a sentence that names no cells is worth less than one that does. */
const UNNAMED = 0.5;

function namesCells(record: RecordText, { passage, start }: Hit): boolean {
  const [from, to] = sentenceAt(passage, start);
  return headsIn(record, passage, from, to).some((head) => head.kind !== "companion");
}

/** A hint from the condition alone yields to every other hint of its shelf. */
const VAGUE = 0.7;
/** Rank from which a candidate is only a hint. */
const WEAK = 6;

interface RouteShelf {
  rank: number;
  texts: readonly Passage[];
  prose: boolean;
  confidence: "high" | "medium" | "low";
}

function candidatesOn(
  record: RecordText,
  others: readonly string[],
  shelf: RouteShelf,
  settled: boolean,
  ruledOut: RuledOut[],
): Candidate[] {
  const list: Candidate[] = [];
  for (const text of shelf.texts) {
    for (const found of settled ? hits(text, "route") : [...hits(text, "route"), ...hits(text, "route_weak")]) {
      const hit = fitting(found, record.topic);
      if (hit === null) continue;
      const weak = hit.entry.group === "route_weak";
      const why = inCriteria(hit)
        ? "a criterion for who may take part"
        : isBackground(hit)
          ? "background"
          : notTheProducts(record, others, hit, shelf.prose);
      if (why !== null) ruledOut.push({ about: "route", evidence: quoteHit(hit), because: why });
      else
        list.push({
          code: hit.entry.code,
          hit,
          rank:
            shelf.rank +
            (weak ? WEAK : 0) +
            (hit.entry.vague ? VAGUE : 0) +
            (shelf.prose && !namesCells(record, hit) ? UNNAMED : 0),
          confidence: weak ? "low" : shelf.confidence,
          rule: `route/${weak ? "weak_" : ""}${shelf.prose ? "prose" : "given"}`,
        });
    }
  }
  return list;
}

/** Two routes with "or" between them, nothing else said twice. */
function offersChoice(candidates: readonly Candidate[]): boolean {
  return candidates.some((left, n) => {
    const right = candidates[n + 1];
    if (right === undefined || right.hit.passage !== left.hit.passage || right.code === left.code) return false;
    const gap = left.hit.passage.low.slice(left.hit.end, right.hit.start);
    return gap.length < 60 && /\bor\b/.test(gap) && !/[.;\n]/.test(gap);
  });
}
