import { type Candidate, best, type Head, headBefore, heads, productTexts } from "./attach.ts";
import { type Given } from "./given.ts";
import { fitting, type Hit, hits, type Passage, quoteHit, sentenceAt } from "./passages.ts";
import type { RecordText } from "./record.ts";
import type { Reading, RecordConflict, RuledOut } from "./product.ts";
import { inCriteria, isBackground, wordAfter } from "./scope.ts";

export interface RouteReading extends Reading<string[]> {
  join: "and" | "or";
  sites: Record<string, string | null>;
  conflict: RecordConflict | null;
}

/** A procedure that takes tissue out: its route is not how the product is given. */
const TAKING =
  /\b(?:aspirat\w*|harvest\w*|biops\w*|blood (?:draw|sampl\w*|collection|test)\w*|leuk?apheresis|liposuction)\b/;
const GIVING =
  /\b(?:inject\w*|infus\w*|transplant\w*|implant\w*|administ\w*|deliver\w*|given|receiv\w*|instill\w*|transfus\w*|graft\w*|apply|applied|application|placed|inserted|introduc\w*|seeded|dose[sd]?|treat\w*|therapy|delivered|drip|perfus\w*|co-?transplant\w*)\b/;

/** Names of the record's other interventions: the route of each is its own, whatever drug it is. */
function otherNames(record: RecordText, given: Given): string[] {
  if (given.interventions.size === 0) return [];
  const others = record.interventions.filter((item) => !given.interventions.has(item.index));
  return others
    .flatMap((item) => item.names)
    .filter(
      (name) =>
        name.low.length > 4 && name.low.length < 50 && heads(record, name).every((head) => head.kind === "companion"),
    )
    .map((name) => name.low.trim());
}

/** What stands between a route and the thing given: "intravenous infusion of the …". */
const OF_IT =
  /^[\s,-]*(?:(?:single|daily|applications?|administration|injections?|infusions?|use|doses?|therapy|treatment|of|the|a|with)[\s,-]+)*$/;

/** "Topical application of X", "X was given by mouth", where X is another intervention of the same record. */
function otherIntervention(
  record: RecordText,
  given: Given,
  passage: Passage,
  hit: Hit,
  from: number,
  to: number,
): string | null {
  const between = (start: number, end: number) =>
    heads(record, passage).some((head) => head.kind !== "companion" && head.hit.end > start && head.hit.start < end);
  for (const name of otherNames(record, given)) {
    const after = passage.low.indexOf(name, hit.end);
    if (after !== -1 && after < to && OF_IT.test(passage.low.slice(hit.end, after))) return name;
    const before = passage.low.lastIndexOf(name, hit.start - name.length);
    if (
      before >= from &&
      hit.start - before - name.length < 90 &&
      !between(before + name.length, hit.start) &&
      !between(hit.end, hit.end + 30)
    )
      return name;
  }
  return null;
}

/** Why a route word is not the product's route, or null when it is. */
function notTheProducts(record: RecordText, given: Given, hit: Hit, prose: boolean): string | null {
  const { passage } = hit;
  const [from, to] = sentenceAt(passage, hit.start);
  const sentence = passage.low.slice(from, to);
  const following = wordAfter(passage, hit.end, "drug", 14);
  const inThis = heads(record, passage).filter(
    (head) => head.hit.start >= from && head.hit.end <= to && head.kind !== "companion",
  );
  const organ = heads(record, passage).find((head) => head.hit.start >= hit.end);
  if (
    organ !== undefined &&
    ownRoute(organ) &&
    organ.hit.start - hit.end < 30 &&
    !TOGETHER.test(passage.low.slice(hit.end, organ.hit.start)) &&
    !inThis.some((head) => head.hit.start > organ.hit.start && head.hit.start - organ.hit.end < 20)
  )
    return `of "${passage.low.slice(organ.hit.start, organ.hit.end)}"`;
  const cellsNear = inThis.some(
    (head) => Math.abs(head.hit.start - hit.end) < 100 || Math.abs(hit.start - head.hit.end) < 100,
  );
  if (following !== null && !inThis.some((head) => head.hit.start >= hit.end && head.hit.start <= following.start))
    return `of "${passage.low.slice(following.start, following.end)}"`;
  const owner = headBefore(record, passage, hit.start, 60);
  if (inThis.length === 0 && owner !== null && ownRoute(owner) && owner.hit.end <= hit.start)
    return `of "${passage.low.slice(owner.hit.start, owner.hit.end)}"`;
  const other = otherIntervention(record, given, passage, hit, from, to);
  if (other !== null) return `of "${other}"`;
  const subject = [...hits(passage, "drug")]
    .toReversed()
    .find((drug) => drug.start >= from && drug.end <= hit.start && !CARRIER.test(passage.low.slice(from, drug.start)));
  const head = headBefore(record, passage, hit.start, 200);
  if (
    subject !== undefined &&
    hit.start - subject.end < 90 &&
    (head === null || head.kind === "companion" || head.hit.start < subject.start) &&
    !inThis.some((item) => item.hit.start >= hit.end && item.hit.start - hit.end < 40)
  )
    return `of "${passage.low.slice(subject.start, subject.end)}"`;
  if (TAKING.test(sentence) && !GIVING.test(sentence)) return "a tissue is taken there";
  if (prose && !cellsNear) return "no cells in this sentence";
  if (prose && !GIVING.test(sentence)) return "nothing is given in this sentence";
  return null;
}

/** Companions that are given by a route of their own; a carrier or a plain noun has none. */
const ownRoute = (head: Head): boolean =>
  head.kind === "companion" && head.hit.entry.kind !== "carrier" && head.hit.entry.kind !== "noun";

/** The companion is only mentioned beside the product: "through the artery along with X", "co-transplantation of X and cells". */
const TOGETHER = /\b(?:along|with|and|plus|together|combined|followed)\b|[.;,\n(]/;

/** What stands before a liquid that carries the cells or a drug named in passing: "in 100 ml of saline", "with heparin". */
const CARRIER =
  /\b(?:in|with|by|under|into|containing|plus|and|using|per)\s+(?:a |an |the )?(?:[\d.,%]+\s*)?(?:ml|cc|%)?\s*(?:of\s+)?(?:normal|sterile|physiological|isotonic|saline|solution|\W)*\s*$/;

/** The body place nearest to a route's words, as the record writes it. */
function siteOf(hit: Hit, chosen: readonly Candidate[]): string | null {
  const [from, to] = sentenceAt(hit.passage, hit.start);
  let nearest: Hit | null = null;
  let distance = 70;
  for (const site of hits(hit.passage, "site")) {
    if (site.start < from || site.end > to) continue;
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
  let candidates: Candidate[] = [];
  let against: Candidate | undefined;
  for (const shelf of shelves) {
    const settled = candidates.some((item) => item.rank < WEAK);
    const found = candidatesOn(record, given, shelf, settled, ruledOut);
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
  given: Given,
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
          : notTheProducts(record, given, hit, shelf.prose);
      if (why !== null) ruledOut.push({ about: "route", evidence: quoteHit(hit), because: why });
      else
        list.push({
          code: hit.entry.code,
          hit,
          rank: shelf.rank + (weak ? WEAK : 0),
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
