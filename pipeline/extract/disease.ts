import { type Hit, hits, type Passage, quoteHit } from "./passages.ts";
import type { RecordText } from "./record.ts";
import type { Reading } from "./product.ts";
import { deniedBy } from "./scope.ts";

/** The target conditions that the lexicon knows: conditions, titles and keywords; prose where these are silent. */
export function readDisease(record: RecordText): Reading<string[]> {
  const found = new Map<string, Hit>();
  const take = (texts: readonly Passage[]) => {
    for (const text of texts) {
      for (const hit of hits(text, "disease")) {
        if (deniedBy(hit) !== null) continue;
        for (const code of [hit.entry.code, ...hit.entry.also]) if (!found.has(code)) found.set(code, hit);
      }
    }
  };
  take([...record.conditions, ...record.titles, ...record.keywords]);
  if (found.size === 0) return { value: [], evidence: [], confidence: "high", rule: "disease/none" };
  const order = record.lexicon.groups.disease.entries.map((entry) => entry.code);
  return {
    value: [...found.keys()].toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
    evidence: [...found.values()].map((hit) => quoteHit(hit)),
    confidence: "high",
    rule: "disease/condition",
  };
}
