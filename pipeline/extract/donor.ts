import { type Candidate, best, headAfter, harvestTexts, headBefore, headsIn, shelves } from "./attach.ts";
import type { Given } from "./given.ts";
import { type Hit, hits, hitsIn, quoteHit, sentenceAt } from "./passages.ts";
import type { RecordText } from "./record.ts";
import type { Donor, Reading, RecordConflict, RuledOut } from "./product.ts";
import { inCriteria, isBackground, wordBefore } from "./scope.ts";

type Side = "autologous" | "allogeneic";
export interface DonorReading extends Reading<Donor> {
  explicit: boolean;
  conflict: RecordConflict | null;
}

/** Nouns of acts that an adjective may stand before without naming cells: "autologous transplantation". */
const ACT =
  /^[\s,-]*(?:(?:stem cells? )?(?:transplant\w*|implant\w*|infusion|injection|administration|therapy|product|use|source|origin|setting|manner|type)|[),]|$)/;

/** How a donor's adjective belongs to the product: its noun's kind, "act", "tissue", or null. */
function adjectiveOf(record: RecordText, hit: Hit): "product" | "generic" | null {
  const { passage } = hit;
  const own = headAfter(record, passage, hit.start, 90);
  if (own !== null && own.hit.start <= hit.start && own.hit.end >= hit.end)
    return own.kind === "product" ? "product" : null;
  const owner = headBefore(record, passage, hit.start, 4);
  if (owner !== null && /^\s*of\s*$/.test(passage.low.slice(owner.hit.end, hit.start)))
    return owner.kind === "companion" ? null : owner.kind;
  const next = headAfter(record, passage, hit.end, 90);
  const tissue = hitsIn(passage, "tissue", hit.end, hit.end + 90).find((item) => item.start - hit.end < 40);
  if (
    next?.kind === "companion" &&
    tissue !== undefined &&
    tissue.end <= next.hit.start &&
    next.hit.start - tissue.end > 12
  )
    return "generic";
  if (next?.kind === "product") return "product";
  if (next?.kind === "generic") return "generic";
  const before = headBefore(record, passage, hit.start, 60);
  if (next?.kind === "companion") return null;
  const rest = passage.low.slice(hit.end, hit.end + 40);
  if (ACT.test(rest)) return before?.kind === "companion" ? null : before?.kind === "product" ? "product" : "generic";
  if (tissue !== undefined && !/[.;\n]/.test(passage.low.slice(hit.end, tissue.start))) return "generic";
  return before?.kind === "product" ? "product" : null;
}

/** "MSCs (…) obtained from healthy marrow donors": nothing but the origin between the product and the people. */
const FROM_THEM =
  /^\s*(?:\([^()]*\)\s*)?(?:that |which )?(?:(?:are|were|was|is|will be)\s+)?(?:derived|obtained|isolated|collected|harvested|taken|generated|prepared)?\s*(?:from|of)\s+(?:[\w-]+\s+){0,4}$/;

/** People from whom the product came must stand near the product, its tissue or a harvest, and not beside another graft. */
function personOf(record: RecordText, hit: Hit): "product" | "generic" | null {
  const { passage } = hit;
  const [from, to] = sentenceAt(passage, hit.start);
  const near = headsIn(record, passage, Math.max(from, hit.start - 159), to).filter(
    (head) => head.hit.start - hit.start < 160,
  );
  const owner = near.findLast((head) => head.kind === "product" && head.hit.end <= hit.start);
  if (owner !== undefined && FROM_THEM.test(passage.low.slice(owner.hit.end, hit.start))) return "product";
  if (near.some((head) => head.hit.entry.kind === "transplant")) return null;
  if (headBefore(record, passage, hit.start, 40)?.kind === "companion") return null;
  // "Living donor kidney transplantation": the donor of the organ.
  if (near.some((head) => head.kind === "companion" && head.hit.start >= hit.end && head.hit.start - hit.end < 12))
    return null;
  const origin = passage.low.slice(Math.max(from, hit.start - 110), hit.start);
  if (
    !/\b(?:from|of|by|donor|donated|deriv\w*|collect\w*|obtain\w*|harvest\w*|isolat\w*|\()/.test(
      origin + passage.low.slice(hit.start, hit.end),
    )
  )
    return null;
  if (near.some((head) => head.kind === "product")) return "product";
  const source = (["tissue", "harvest"] as const).some((group) =>
    hitsIn(passage, group, Math.max(from, hit.start - 109), to).some((item) => item.start - hit.start < 110),
  );
  return near.some((head) => head.kind === "generic") || source ? "generic" : null;
}

/** A possession or a "from the patient" means the product only where something is taken from someone. */
const TAKEN =
  /\b(?:deriv\w*|collect\w*|obtain\w*|harvest\w*|isolat\w*|extract\w*|aspirat\w*|taken|own|cultured|expanded|grown|prepared|drawn|sampl\w*|cells? from|marrow from|tissue from|stem ?cells?(?:[^.;\n]{0,12}) (?:from|of))\b/;

/** "Autologous marrow-derived cells" said in a record whose own product comes from elsewhere: another product. */
function ofAnotherTissue(record: RecordText, hit: Hit, tissues: ReadonlySet<string>): boolean {
  if (tissues.size === 0) return false;
  const next = headAfter(record, hit.passage, hit.end, 90);
  return (
    next !== null && hitsIn(hit.passage, "tissue", hit.end, next.hit.end).some((item) => !tissues.has(item.entry.code))
  );
}

function candidatesOf(
  record: RecordText,
  given: Given,
  tissues: ReadonlySet<string>,
  ruledOut: RuledOut[],
): Candidate<Side>[] {
  const list: Candidate<Side>[] = [];
  for (const shelf of shelves(record, given)) {
    for (const text of shelf.texts) {
      for (const group of ["donor", "donor_person"] as const) {
        for (const hit of hits(text, group)) {
          const set = (because: string) => ruledOut.push({ about: "donor", evidence: quoteHit(hit), because });
          const how = group === "donor" ? adjectiveOf(record, hit) : personOf(record, hit);
          const past = wordBefore(text, hit.start, "history", 26);
          if (shelf.rank > 1 && ofAnotherTissue(record, hit, tissues)) set("of cells from another tissue");
          else if (how === null) set("it belongs to another product or to none");
          else if (inCriteria(hit)) set("a criterion for who may take part");
          else if (past !== null && how !== "product")
            set(`what happened before ("${text.low.slice(past.start, past.end)}")`);
          else if (
            group === "donor_person" &&
            hit.entry.code === "autologous" &&
            !TAKEN.test(text.low.slice(Math.max(0, hit.start - 90), hit.end))
          )
            set("nothing is taken from them");
          else {
            const background = isBackground(hit);
            const rank =
              (background ? 10 : 0) + shelf.rank + (how === "product" ? 0 : 0.3) + (group === "donor_person" ? 0.1 : 0);
            list.push({
              code: hit.entry.code as Side,
              hit,
              rank,
              confidence: background ? "low" : shelf.confidence,
              rule: `donor/${group}_${how}`,
            });
          }
        }
      }
    }
  }
  return list;
}

function implied(tissueHits: readonly Hit[], record: RecordText, given: Given): DonorReading | null {
  const birth = tissueHits.find((hit) => hit.entry.impliesDonor !== null);
  if (birth !== undefined && tissueHits.every((hit) => hit.entry.impliesDonor !== null)) {
    return {
      value: birth.entry.impliesDonor as Side,
      explicit: false,
      evidence: [quoteHit(birth)],
      confidence: "medium",
      rule: "donor/implied_by_tissue",
      conflict: null,
    };
  }
  const told = shelves(record, given).filter((shelf) => shelf.rank <= 3);
  for (const text of [...harvestTexts(record), ...told.flatMap((shelf) => shelf.texts)]) {
    for (const hit of hits(text, "harvest")) {
      const [from, to] = sentenceAt(text, hit.start);
      const sentence = text.low.slice(from, to);
      if (inCriteria(hit) || isBackground(hit) || /\bdonors?\b|volunteer/.test(sentence)) continue;
      return {
        value: "autologous",
        explicit: false,
        evidence: [quoteHit(hit)],
        confidence: "low",
        rule: "donor/implied_by_harvest",
        conflict: null,
      };
    }
  }
  return null;
}

/** Of a product of several tissues: the words that give another of them another donor, in a sentence of its own. */
function ofTheOtherTissue(
  tissueHits: readonly Hit[],
  candidates: readonly Candidate<Side>[],
  first: Candidate<Side>,
): Candidate<Side> | undefined {
  const codes = new Set(tissueHits.map((hit) => hit.entry.code));
  if (codes.size < 2) return undefined;
  const tissuesBeside = ({ hit }: Candidate): Set<string> => {
    const [from, to] = sentenceAt(hit.passage, hit.start);
    const near = hitsIn(hit.passage, "tissue", from, to);
    return new Set(near.map((item) => item.entry.code).filter((code) => codes.has(code)));
  };
  const own = tissuesBeside(first);
  return candidates.find(
    (item) => item.code !== first.code && own.size > 0 && [...tissuesBeside(item)].some((code) => !own.has(code)),
  );
}

/** Autologous, allogeneic, both or not stated; explicit when a word says so for the product itself. */
export function readDonor(
  record: RecordText,
  given: Given,
  tissueHits: readonly Hit[],
  ruledOut: RuledOut[],
): DonorReading {
  const silent: DonorReading = {
    value: "not_specified",
    explicit: false,
    evidence: [],
    confidence: "high",
    rule: "donor/silent",
    conflict: null,
  };
  const candidates = candidatesOf(record, given, new Set(tissueHits.map((hit) => hit.entry.code)), ruledOut);
  const strong = candidates.filter((item) => item.rank < 10);
  const chosen = best(strong);
  const first = chosen[0];
  if (first === undefined) {
    const guess = implied(tissueHits, record, given);
    if (guess !== null) return guess;
    return silent;
  }
  const firstShelf = strong.filter((item) => Math.floor(item.rank) === Math.floor(first.rank));
  const other =
    firstShelf.find((item) => item.code !== first.code) ?? chosen[1] ?? ofTheOtherTissue(tissueHits, strong, first);
  const birth =
    tissueHits.some((hit) => hit.entry.impliesDonor !== null && hit.entry.impliesDonor !== first.code) &&
    tissueHits.some((hit) => hit.entry.impliesDonor === null);
  const both = other !== undefined || birth;
  // Both sides only in loose words of the long description: what donors there are, not who they are here.
  const person = [first, other].some((item) => item?.hit.entry.group === "donor_person");
  if (other !== undefined && first.rank > 3 && !birth && !person) return silent;
  const against = both
    ? undefined
    : strong.find(
        (item) =>
          item.code !== first.code &&
          !strong.some((same) => same.hit.passage === item.hit.passage && same.code === first.code),
      );
  return {
    value: both ? "both" : first.code,
    explicit: true,
    evidence: [quoteHit(first.hit), ...(other === undefined ? [] : [quoteHit(other.hit)])],
    confidence: against === undefined ? first.confidence : "low",
    rule: first.rule,
    conflict:
      against === undefined
        ? null
        : {
            about: "donor",
            values: [first.code, against.code],
            evidence: [quoteHit(first.hit), quoteHit(against.hit)],
          },
  };
}
