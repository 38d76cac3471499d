import { type Head, headBefore, heads, headsIn } from "./attach.ts";
import type { Given } from "./given.ts";
import { type Hit, hitsIn, type Passage, sentenceAt } from "./passages.ts";
import type { RecordText } from "./record.ts";
import { wordAfter } from "./scope.ts";

/** A procedure that takes tissue out: its route is not how the product is given. */
const TAKING =
  /\b(?:aspirat\w*|harvest\w*|biops\w*|blood (?:draw|sampl\w*|collection|test)\w*|leuk?apheresis|liposuction)\b/;
const GIVING =
  /\b(?:inject\w*|infus\w*|transplant\w*|implant\w*|administ\w*|deliver\w*|given|receiv\w*|instill\w*|transfus\w*|graft\w*|apply|applied|application|placed|inserted|introduc\w*|seeded|dose[sd]?|treat\w*|therapy|delivered|drip|perfus\w*|co-?transplant\w*|fill\w*|augment\w*|cover\w*|spray\w*)\b/;

/** Names of the record's other interventions: the route of each is its own, whatever drug it is. */
export function otherNames(record: RecordText, given: Given): string[] {
  if (given.interventions.size === 0) return [];
  const others = record.interventions.filter((item) => !given.interventions.has(item.index));
  const own = new Set(
    record.interventions.flatMap((item) =>
      given.interventions.has(item.index) ? item.names.map((name) => name.low) : [],
    ),
  );
  return others
    .flatMap((item) => item.names)
    .filter(
      (name) =>
        name.low.length > 4 &&
        name.low.length < 50 &&
        !own.has(name.low) &&
        heads(record, name).every((head) => head.kind === "companion"),
    )
    .map((name) => name.low.trim());
}

/** What stands between a route and the thing given: "intravenous infusion of the …". */
const OF_IT =
  /^[\s,-]*(?:(?:single|daily|applications?|administration|injections?|infusions?|use|doses?|therapy|treatment|of|the|a|with)[\s,-]+)*$/;

/** "Topical application of X", "X was given by mouth", where X is another intervention of the same record. */
function otherIntervention(
  record: RecordText,
  others: readonly string[],
  passage: Passage,
  hit: Hit,
  from: number,
  to: number,
): string | null {
  const between = (start: number, end: number) =>
    headsIn(record, passage, start - 90, end + 90).some(
      (head) => head.kind !== "companion" && head.hit.end > start && head.hit.start < end,
    );
  for (const name of others) {
    const follows = passage.low.slice(hit.end, Math.min(to, hit.end + 90 + name.length)).indexOf(name);
    if (follows !== -1 && OF_IT.test(passage.low.slice(hit.end, hit.end + follows))) return name;
    const low = Math.max(from, hit.start - 90 - name.length);
    const before = passage.low.slice(low, hit.start).lastIndexOf(name) + low;
    if (
      before >= low &&
      !carriesProduct(record, passage, before, from) &&
      !between(before + name.length, hit.start) &&
      !between(hit.end, hit.end + 30)
    )
      return name;
  }
  return null;
}

/** "Cells seeded into X": the other thing is what carries the product here. */
function carriesProduct(record: RecordText, passage: Passage, at: number, from: number): boolean {
  const head = headBefore(record, passage, at, 60);
  return (
    head !== null &&
    head.kind !== "companion" &&
    head.hit.start >= from &&
    /\b(?:seeded|loaded|mixed|combined|embedded|in|into|on|with|and|plus)\b/.test(passage.low.slice(head.hit.end, at))
  );
}

/** "By intravenous infusion at a dose of 2 mg/kg": cells are counted, drugs are weighed. */
const DOSED_BY_WEIGHT = /^[^.;:]{0,24}?\bdos(?:e|es|age) of ([\d.,]+\s*(?:mg|g|mcg|µg|μg|iu|units?))(?![a-z])/;

/** An illness right before "in the …": its place, not the product's. */
const ILLNESS =
  /\b(?:\w*(?:isch(?:a?)emia|emia|osis|itis|opathy)|disease|pain|occlusion|insufficiency|defects?|lesions?|ulcers?|wounds?|injur(?:y|ies)|damage|degeneration|cartilage|tears?|scars?|cancer|tumou?rs?)\s*(?:\([^()]*\)\s*)?$/;
/** "In the knee" is where something goes only after a word of putting it there. */
const PUT_THERE =
  /\b(?:inject|infus|implant|transplant|administ|deliver|appl|plac|insert|introduc|instil|put|fill|deposit|graft|seed|inocul|given|use)\w*[^;]{0,90}$/;
/** "Cells plus X ointment": a medicine named beside the product. */
const BESIDE = /\b(?:plus|and|with|versus|vs)\s+[\w-]+\s+$/;

/** Why a route word is not the product's route, or null when it is. */
export function notTheProducts(record: RecordText, others: readonly string[], hit: Hit, prose: boolean): string | null {
  const { passage } = hit;
  const [from, to] = sentenceAt(passage, hit.start);
  const sentence = passage.low.slice(from, to);
  const following = wordAfter(passage, hit.end, "drug", 14);
  const before = passage.low.slice(from, hit.start);
  if (/^in\b/.test(passage.low.slice(hit.start, hit.end)) && (ILLNESS.test(before) || !PUT_THERE.test(before)))
    return "it says where the illness is";
  if (/(?:ointment|cream|drops?|gel|spray)$/.test(passage.low.slice(hit.start, hit.end)) && BESIDE.test(before))
    return `of "${before.split(" ").at(-2) ?? ""}"`;
  const inThis = headsIn(record, passage, from, to).filter((head) => head.kind !== "companion");
  const organ = headsIn(record, passage, hit.end, hit.end + 90)[0];
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
  const weight = DOSED_BY_WEIGHT.exec(passage.low.slice(hit.end, Math.min(to, hit.end + 70)));
  if (weight !== null && !inThis.some((head) => head.hit.start < hit.end + weight[0].length))
    return `of a drug dosed by weight ("${weight[1] ?? ""}")`;
  const other = otherIntervention(record, others, passage, hit, from, to);
  if (other !== null) return `of "${other}"`;
  const subject = hitsIn(passage, "drug", from, hit.start).findLast(
    (drug) => !CARRIER.test(passage.low.slice(Math.max(from, drug.start - 80), drug.start)),
  );
  const head = headBefore(record, passage, hit.start, 200);
  if (
    subject !== undefined &&
    hit.start - subject.end < 90 &&
    (head === null || head.kind === "companion" || head.hit.start < subject.start) &&
    !inThis.some((item) => item.hit.start >= hit.end && item.hit.start - hit.end < 40)
  )
    return `of "${passage.low.slice(subject.start, subject.end)}"`;
  if (TAKING.test(sentence) && !GIVING.test(sentence)) return "a tissue is taken there";
  if (prose && !cellsNear && !speaksOfTreatment(passage, hit, from)) return "no cells in this sentence";
  if (prose && !GIVING.test(sentence)) return "nothing is given in this sentence";
  return null;
}

/**
 * A sentence that goes on about the treatment without naming it: "the infusion will be given intravenously". Its subject
 * must stand alone, after an article, a number or at the beginning: "antibiotic treatment" is another one.
 */
const TREATMENT =
  /(?:^|[.:;,(]|\b(?:the|this|these|each|all|both|every|single|one|two|three|four|study|investigational|experimental|trial|first|second|third|repeated|subsequent))\s*(?:(?:cell(?:ular)?|study|investigational|experimental|medicinal)[\s-]+)*(?:treatments?|therapy|infusions?|injections?|transplantations?|administrations?|doses?|product|drug|agent|medication|imps?|suspension|preparation|vials?|bags?|it|they)\b[^.;:]{0,90}$/;

function speaksOfTreatment(passage: Passage, hit: Hit, from: number): boolean {
  const before = passage.low.slice(from, hit.start);
  return hitsIn(passage, "drug", from, hit.start).length === 0 && TREATMENT.test(before);
}

/** Companions that are given by a route of their own; a carrier or a plain noun has none. */
const ownRoute = (head: Head): boolean =>
  head.kind === "companion" && head.hit.entry.kind !== "carrier" && head.hit.entry.kind !== "noun";

/** The companion is only mentioned beside the product: "through the artery along with X", "co-transplantation of X and cells". */
const TOGETHER = /\b(?:along|with|and|plus|together|combined|followed)\b|[.;,\n(]/;

/** What stands before a liquid that carries the cells or a drug named in passing: "in 100 ml of saline", "with heparin". */
const CARRIER =
  /\b(?:in|with|by|under|into|containing|plus|and|using|per)\s+(?:a |an |the )?(?:[\d.,%]+\s*)?(?:ml|cc|%)?\s*(?:of\s+)?(?:normal|sterile|physiological|isotonic|saline|solution|dedicated|special|balloon|injection|infusion|delivery|guiding|needle|\W)*\s*$/;
