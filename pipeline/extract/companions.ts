import { heads, headsIn, productTexts } from "./attach.ts";
import type { Given } from "./given.ts";
import { type Hit, hits, hitsIn, quoteHit, sentenceAt } from "./passages.ts";
import type { InterventionText, RecordText } from "./record.ts";
import type { Reading, RuledOut } from "./product.ts";
import { deniedBy, inCriteria, wordBefore } from "./scope.ts";

/** What is given together with the product: companions named in the texts of its interventions, arms and titles. */
export function readCompanions(record: RecordText, given: Given, ruledOut: RuledOut[]): Reading<string[]> {
  const found = new Map<string, Hit>();
  const elsewhere = inOtherArms(record, given);
  for (const text of productTexts(record, given)) {
    for (const head of heads(record, text)) {
      const { hit } = head;
      if (head.kind !== "companion" || hit.entry.kind === "noun" || found.has(hit.entry.code)) continue;
      const why = elsewhere.has(hit.entry.code) ? "given in another arm" : refused(record, hit);
      if (why === null) found.set(hit.entry.code, hit);
      else ruledOut.push({ about: "co_products", evidence: quoteHit(hit), because: why });
    }
  }
  if (found.size === 0) return { value: ["none"], evidence: [], confidence: "high", rule: "co_products/none" };
  return {
    value: [...found.keys()].toSorted(),
    evidence: [...found.values()].map((hit) => quoteHit(hit)),
    confidence: "medium",
    rule: "co_products/with_product",
  };
}

/** Companions that only arms without the product are given, as interventions of their own: what it is compared with. */
function inOtherArms(record: RecordText, given: Given): Set<string> {
  const codesOf = (item: InterventionText) =>
    item.names.flatMap((name) => hits(name, "companion").map((hit) => hit.entry.code));
  const listed = (with_: boolean) =>
    new Set(record.arms.flatMap((arm) => (given.arms.has(arm.index) === with_ ? arm.interventions : [])));
  const [own, others] = [listed(true), listed(false)];
  const beside = new Set(record.interventions.flatMap((item) => (own.has(item.index) ? codesOf(item) : [])));
  const told = record.arms
    .filter((arm) => given.arms.has(arm.index))
    .flatMap((arm) => arm.texts.flatMap((text) => hits(text, "companion").map((hit) => hit.entry.code)));
  const codes = record.interventions.flatMap((item) =>
    others.has(item.index) && !own.has(item.index) ? codesOf(item) : [],
  );
  return new Set(codes.filter((code) => !beside.has(code) && !told.includes(code)));
}

/** Words after a graft by which it names the patients or their illness, not something given here. */
const OF_PEOPLE =
  /^s?(?:ation)?[\s,-]*(?:allo)?(?:graft[\s-]*)?(?:recipients?|patients?|receivers?|candidates?|donors?|rejection|failure|dysfunction|loss|survivors?|setting)\b/;

/** What ends right before a companion that the product is made from or grown in. */
const MADE_FROM =
  /\b(?:deriv\w*|isolat\w*|obtain\w*|collect\w*|cultur\w*|medium|media|separat\w*|from)\W+(?:\w+\W+){0,7}$/;
const JOINED = /\b(?:combined|mixed|seeded|loaded|embedded|fixed|carried|suspended|coated|plus|together)\b/;

function refused(record: RecordText, hit: Hit): string | null {
  const { passage } = hit;
  if (deniedBy(hit) !== null) return "denied";
  if (inCriteria(hit)) return "a criterion for who may take part";
  if (wordBefore(passage, hit.start, "history", 40) !== null) return "what happened before";
  const [from, to] = sentenceAt(passage, hit.start);
  const sentence = passage.low.slice(from, to);
  const source = MADE_FROM.exec(passage.low.slice(from, hit.start));
  if (source !== null && !JOINED.test(source[0])) return "what the product is made from";
  if (hit.entry.kind !== "carrier" && OF_PEOPLE.test(passage.low.slice(hit.end, hit.end + 40)))
    return "it says who the patients are";
  const product = headsIn(record, passage, from, to).some((head) => head.kind !== "companion");
  const joined = hitsIn(passage, "together", from, to).length > 0;
  if (product && !joined && sentence.length > 40) return "nothing joins it to the product";
  return null;
}
