import type { GroupName } from "./lexicon.ts";
import { type Hit, hits, type Passage } from "./passages.ts";
import type { ArmText, InterventionText, RecordText } from "./record.ts";
import type { ProductType, RuledOut } from "./product.ts";
import { DOSED, firstGiven, namesComparator, productHits, sentenceOf, takesOnly, textsOf } from "./naming.ts";
import { deniedBy } from "./scope.ts";
import { readUnnamed } from "./unnamed.ts";

/** Who gets the product in this record, and by which words. */
export interface Given {
  /** The words that decide; null: nobody is given the product. */
  readonly by: Hit | null;
  readonly rule: string;
  readonly confidence: "high" | "medium" | "low";
  readonly productType: ProductType;
  readonly interventions: ReadonlySet<number>;
  readonly arms: ReadonlySet<number>;
  readonly ruledOut: readonly RuledOut[];
}

/** Types of arms that are comparators whatever they list. */
export const COMPARATOR_TYPES = new Set(["PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION"]);

/** Whether a name (the first of an intervention, an arm's label) is that of another product and of nothing that could be this one. */
function namesOther([name]: readonly Passage[]): boolean {
  if (name === undefined || hits(name, "generic").length > 0 || hits(name, "derived").length > 0) return false;
  return hits(name, "companion").some((hit) => hit.entry.kind !== "noun" && hit.entry.kind !== "carrier");
}

function interventionsGiven(record: RecordText, ruledOut: RuledOut[]): Map<number, Hit> {
  const given = new Map<number, Hit>();
  for (const item of record.interventions) {
    const hit = takesOnly(record, item) ? null : firstGiven(record, item.names, ruledOut);
    if (hit !== null) given.set(item.index, hit);
  }
  const titled = record.titles.some((text) => productHits(record, text).length > 0);
  for (const item of record.interventions) {
    // A name that only denies the product ("no transplantation of …") is a comparator's, whatever its description tells.
    const denies = item.names.some((name) => productHits(record, name).length > 0);
    // "Concentrate", "platelet-rich plasma": a name of another product whose description only tells what is in it.
    const other = !titled && namesOther(item.names);
    if (
      given.has(item.index) ||
      item.description === null ||
      denies ||
      other ||
      takesOnly(record, item) ||
      namesComparator(item)
    )
      continue;
    const hit = firstGiven(record, [item.description], ruledOut, titled ? undefined : DOSED);
    if (hit !== null) given.set(item.index, hit);
  }
  // One product in several strengths, of which the record describes only the first.
  for (const item of record.interventions) {
    const stem = strengthless(item);
    const sibling = record.interventions.find(
      (other) => given.has(other.index) && strengthless(other) === stem && other.names[0]?.low !== item.names[0]?.low,
    );
    const hit = sibling === undefined ? undefined : given.get(sibling.index);
    if (stem.length > 3 && hit !== undefined && !given.has(item.index)) given.set(item.index, hit);
  }
  return given;
}

/** An intervention's name without what tells one strength of it from another: "X (high dose)" -> "x". */
function strengthless({ names: [name] }: InterventionText): string {
  return (name?.low ?? "")
    .replace(
      /\b(?:low|lower|lowest|mid|middle|medium|intermediate|high|higher|highest|single|double|repeated|dos(?:e|es|age)|level|[\d.,^]+\s*(?:million|cells?|ml|mg|kg|x|%))\b/g,
      " ",
    )
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/** What is said of people who get something, in an arm that lists only what is taken from them. */
const RECEIVES = /\b(?:receiv|treated|given|infus|inject|transplant|implant|administ)/;

/** Arms with the product. Comparator types are asked only when no other arm gets it: some sponsors type every arm so. */
function armsGiven(
  record: RecordText,
  interventions: ReadonlySet<number>,
  ruledOut: RuledOut[],
): Map<number, Hit | null> {
  const given = armsOf(record, interventions, ruledOut, false);
  return given.size > 0 ? given : armsOf(record, new Set(), ruledOut, true);
}

function armsOf(
  record: RecordText,
  interventions: ReadonlySet<number>,
  ruledOut: RuledOut[],
  comparators: boolean,
): Map<number, Hit | null> {
  const given = new Map<number, Hit | null>();
  const named = new Map(record.arms.map((arm) => [arm.index, firstGiven(record, arm.texts, ruledOut)] as const));
  const anyNamed = [...named.values()].some((hit) => hit !== null);
  for (const arm of record.arms) {
    if (COMPARATOR_TYPES.has(arm.type) !== comparators) continue;
    const hit = named.get(arm.index) ?? null;
    const lists = arm.interventions.some((index) => interventions.has(index));
    const items = record.interventions.filter((item) => arm.interventions.includes(item.index));
    const taken = items.length > 0 && items.every((item) => takesOnly(record, item));
    if (taken && (hit === null || !RECEIVES.test(sentenceOf(hit)))) continue;
    if (!lists && interventions.size > 0 && namedComparator(record, arm)) continue;
    if (hit !== null || (lists && !(anyNamed && (readsAsComparator(arm, record) || namesAnother(arm)))))
      given.set(arm.index, hit);
  }
  return given;
}

/** Where only an arm's words name the product: what the arms with it list and no other arm does. */
function listedFor(record: RecordText, arms: ReadonlySet<number>): InterventionText[] {
  const listed = (own: boolean) =>
    new Set(record.arms.flatMap((arm) => (arms.has(arm.index) === own ? arm.interventions : [])));
  const [ours, others] = [listed(true), listed(false)];
  return record.interventions.filter(
    (item) => ours.has(item.index) && !others.has(item.index) && !namesComparator(item) && !namesOther(item.names),
  );
}

/** An arm whose words are those of a comparator, although it lists every intervention of the study. */
function readsAsComparator(arm: ArmText, record: RecordText): boolean {
  if (arm.interventions.length < record.interventions.length) return false;
  const label = arm.texts.find((text) => text.field === "arm_label");
  const namesCells = label !== undefined && hits(label, "generic").some((hit) => deniedBy(hit) === null);
  return !namesCells && arm.texts.some(saysComparator);
}

const COMPARATORS: readonly GroupName[] = [
  "control",
  "control_label",
  "placebo",
  "sham",
  "no_intervention",
  "standard_care",
];
const saysComparator = (text: Passage): boolean => COMPARATORS.some((group) => hits(text, group).length > 0);

/** An arm whose label is a comparator's: its description may tell of the product ("did not receive …", "as the … group"). */
const namedComparator = (record: RecordText, arm: ArmText): boolean =>
  arm.texts.some(
    (text) => text.field === "arm_label" && saysComparator(text) && productHits(record, text).length === 0,
  );

/**
 * An arm named by a drug or by other cells alone, beside an arm that names the product: sponsors often list one
 * intervention ("implantation of cells", "treatment") under both.
 */
function namesAnother(arm: ArmText): boolean {
  const label = arm.texts.find((text) => text.field === "arm_label");
  if (label === undefined || arm.type === "EXPERIMENTAL") return false;
  if ((["product", "product_if_called", "generic", "derived"] as const).some((group) => hits(label, group).length > 0))
    return false;
  return hits(label, "drug").length > 0 || namesOther([label]);
}

/** Words by which two things stand beside each other: "cells and conditioned medium". */
const BESIDE = /\b(?:and|or|plus|with|versus|vs|followed)\b|[,&+;/]/;

/** Whether a name of the product stands in the same text beside a cell-free form, not as what the form is made of. */
function givenBeside(text: Passage, product: readonly Hit[]): boolean {
  const forms = hits(text, "derived");
  return product.some((hit) =>
    forms.every((form) =>
      BESIDE.test(form.start >= hit.end ? text.low.slice(hit.end, form.start) : text.low.slice(form.end, hit.start)),
    ),
  );
}

/** The cell-free form that an intervention is, or null where it is cells: its names decide, then its description. */
function formOf(record: RecordText, item: InterventionText): ProductType | null {
  const texts = textsOf(item);
  const named = item.names.flatMap((name) => hits(name, "derived"))[0];
  const beside = (text: Passage) => hits(text, "derived").length > 0 && givenBeside(text, productHits(record, text));
  if (named !== undefined) return item.names.some(beside) ? null : (named.entry.code as ProductType);
  const told = texts.flatMap((text) => hits(text, "derived"))[0];
  return told === undefined || texts.some(beside) ? null : (told.entry.code as ProductType);
}

/** The product type by the words next to the product: only where every naming of it is cell-free. */
function productTypeOf(record: RecordText, interventions: ReadonlySet<number>): ProductType {
  const forms = record.interventions
    .filter((item) => interventions.has(item.index))
    .map((item) => formOf(record, item));
  if (forms.length > 0) return forms.includes(null) ? "cells" : (forms.at(-1) ?? "cells");
  const titled = record.titles.flatMap((text) => hits(text, "derived"))[0];
  return titled === undefined ? "cells" : (titled.entry.code as ProductType);
}

/**
 * Decides whether the product is given, in the order of trust: an intervention's name, an arm, an intervention's
 * description, a title whose intervention says only "cells", prose beside such an intervention. A keyword never decides.
 */
export function readGiven(record: RecordText): Given {
  const ruledOut: RuledOut[] = [];
  const named = interventionsGiven(record, ruledOut);
  const interventions = new Set(named.keys());
  let by: Hit | null = named.values().next().value ?? null;
  let rule = "given/intervention";
  let confidence: Given["confidence"] = "high";
  let arms = armsGiven(record, interventions, ruledOut);
  if (by === null) {
    for (const hit of arms.values()) by ??= hit;
    rule = "given/arm";
  }
  if (by === null) {
    const unnamed = readUnnamed(record, ruledOut);
    if (unnamed !== null) {
      by = unnamed.by;
      rule = unnamed.rule;
      confidence = unnamed.confidence;
      for (const index of unnamed.interventions) interventions.add(index);
      arms = armsGiven(record, interventions, ruledOut);
    }
  }
  if (by !== null && interventions.size === 0)
    for (const item of listedFor(record, new Set(arms.keys()))) interventions.add(item.index);
  return {
    by,
    rule,
    confidence,
    productType: by === null ? "none" : productTypeOf(record, interventions),
    interventions,
    arms: new Set(arms.keys()),
    ruledOut,
  };
}
