import type { GroupName } from "./lexicon.ts";
import { type Hit, hits, type Passage, quoteHit, sentenceAt } from "./passages.ts";
import type { RuledOut } from "./product.ts";
import type { InterventionText, RecordText } from "./record.ts";
import { deniedBy, inCriteria, isBackground } from "./scope.ts";

/** The sentence around a hit, in lower case. */
export const sentenceOf = (hit: Hit): string => hit.passage.low.slice(...sentenceAt(hit.passage, hit.start));

/** Names of the product in a passage, with those that need the record to call them stem cells. */
export function productHits(record: RecordText, passage: Passage): readonly Hit[] {
  const own = hits(passage, "product");
  const claimed = hits(passage, "product_if_called");
  if (claimed.length === 0 || !isCalled(record)) return own;
  return [...own, ...claimed].toSorted((a, b) => a.start - b.start);
}

const called = new WeakMap<RecordText, boolean>();
function isCalled(record: RecordText): boolean {
  const known = called.get(record);
  if (known !== undefined) return known;
  const texts = [
    ...record.titles,
    ...record.interventions.flatMap(textsOf),
    ...record.arms.flatMap((arm) => arm.texts),
    ...record.summary,
    ...record.keywords,
    ...record.conditions,
  ];
  const answer = texts.some((text) => hits(text, "called").some((hit) => deniedBy(hit) === null));
  called.set(record, answer);
  return answer;
}

/** Every text of an intervention, its names first. */
export const textsOf = (item: InterventionText): Passage[] =>
  item.description === null ? [...item.names] : [...item.names, item.description];

/** Words of a dose or of making: in a record whose titles do not name the product, a description must hold one. */
export const DOSED =
  /\b(?:inject|infus|transplant|implant|administ|deliver|given|receiv|transfus|graft|appl(?:y|ied)|deriv|contain|consist|suspension|dose|expanded|cultured|isolat|obtain|autolog|allogen|donor|mixture|product|enrich)/;

/** First name of the product that is neither denied nor background; the others go to `ruledOut`. */
export function firstGiven(
  record: RecordText,
  texts: readonly Passage[],
  ruledOut: RuledOut[],
  needed?: RegExp,
): Hit | null {
  for (const text of texts) {
    for (const hit of productHits(record, text)) {
      const denied = deniedBy(hit);
      if (needed !== undefined && !needed.test(sentenceOf(hit))) continue;
      if (denied === null && !isBackground(hit) && !inCriteria(hit)) return hit;
      ruledOut.push({
        about: "product",
        evidence: quoteHit(hit),
        because: denied === null ? "background or criteria" : `"${denied.entry.name}" before it`,
      });
    }
  }
  return null;
}

const COMPARATOR_WORDS: readonly GroupName[] = ["placebo", "sham", "no_intervention"];

/** Whether an intervention's own name is that of a comparator. */
export function namesComparator(item: InterventionText): boolean {
  const name = item.names[0];
  return name !== undefined && COMPARATOR_WORDS.some((group) => hits(name, group).some((hit) => hit.start < 12));
}

/** Interventions that take a sample and give nothing: their words name what is looked for in it. */
const SAMPLING =
  /\b(?:samples?|sampling|biops(?:y|ies)|blood draw|analys[ei]s|assays?|flow cytometry|questionnaires?|imaging)\b/;
/** Work at the bench, which an observational study may list as an intervention. */
const BENCH = /\b(?:explants?|in vitro|co-?cultur\w*|co-?incubat\w*|assays?|organoids?|cell lines?)\b/;

export function takesOnly(record: RecordText, item: InterventionText): boolean {
  const [name] = item.names;
  if (item.type === "DIAGNOSTIC_TEST") return true;
  if (record.studyType === "OBSERVATIONAL" && textsOf(item).some((text) => BENCH.test(text.low))) return true;
  return name !== undefined && SAMPLING.test(name.low) && !DOSED.test(name.low.replace(/collect\w*/g, ""));
}
