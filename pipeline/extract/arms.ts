import { COMPARATOR_TYPES, type Given } from "./given.ts";
import { namesComparator, productHits, textsOf } from "./naming.ts";
import type { GroupName } from "./lexicon.ts";
import { type Hit, hits, type Passage, quoteHit } from "./passages.ts";
import type { ArmText, InterventionText, RecordText } from "./record.ts";
import type { ComparatorType, Reading } from "./product.ts";
import { inCriteria, isBackground } from "./scope.ts";

export interface ArmsReading {
  armsTotal: number;
  armsWithProduct: number;
  controlArm: Reading<boolean>;
  comparatorType: Reading<ComparatorType>;
  placebo: Reading<boolean>;
}

function firstIn(texts: readonly Passage[], group: GroupName, fits: (hit: Hit) => boolean = () => true): Hit | null {
  for (const text of texts) {
    for (const hit of hits(text, group)) if (fits(hit) && !inCriteria(hit) && !isBackground(hit)) return hit;
  }
  return null;
}

/** A liquid named in a long text of an open study is a solvent or an anaesthetic; the words placebo and dummy never are. */
const isNamedSo = ({ passage, start, end }: Hit): boolean =>
  /placebo|dummy|inert|vehicle/.test(passage.low.slice(start, end));
const isInert =
  (masked: boolean) =>
  (hit: Hit): boolean =>
    masked ||
    !isDescription(hit.passage) ||
    isNamedSo(hit) ||
    GIVEN_ALONE.test(hit.passage.low.slice(Math.max(0, hit.start - 60), hit.start));
/** "Injecting normal saline", "will receive 2 ml of saline": the liquid is what is given. */
const GIVEN_ALONE =
  /\b(?:inject\w*|infus\w*|receiv\w*|given|administ\w*)\s+(?:(?:of|with|the|a|an|only|same|equal|amount|volume|injections?|infusions?|ml|cc|[\d.,%]+)\s*)*$/;
const DESCRIPTIONS = new Set(["arm_description", "intervention_description"]);
const isDescription = ({ field }: Passage): boolean => DESCRIPTIONS.has(field);

/** An arm's own words and those of its interventions that are not the product. */
function comparatorTexts(record: RecordText, given: Given, arm: ArmText): Passage[] {
  const items = record.interventions.filter(
    (item) => arm.interventions.includes(item.index) && !given.interventions.has(item.index),
  );
  return [...arm.texts, ...items.flatMap(textsOf)];
}

const ACTIVE = /\bactive[- ](?:control|comparator)\b/;

/** Whether an arm lists an intervention of its own: "exercise without stem cells" is an active comparator. */
function getsSomething(record: RecordText, given: Given, arm: ArmText): boolean {
  return record.interventions.some(
    (item) =>
      arm.interventions.includes(item.index) &&
      !given.interventions.has(item.index) &&
      !namesComparator(item) &&
      item.names.every((name) => productHits(record, name).length === 0),
  );
}

/** What a comparator arm gets. Its words decide; its registered type decides where they are silent. */
function typeOfArm(
  record: RecordText,
  given: Given,
  arm: ArmText,
  masked: boolean,
): { type: ComparatorType; hit: Hit | null; rule: string } {
  const texts = comparatorTexts(record, given, arm);
  const sham = firstIn(texts, "sham");
  // "Active control" with a liquid beside it: the liquid only hides which of two injections is which.
  const active = arm.texts.some((text) => ACTIVE.test(text.low));
  const placebo = firstIn(texts, "placebo", active ? isNamedSo : isInert(masked));
  const usual = firstIn(texts, "standard_care");
  const nothing = firstIn(texts, "no_intervention");
  // Where an arm says both, its registered type decides: "sham infusion of saline" is a placebo of that type.
  if (sham !== null && !(placebo !== null && arm.type === "PLACEBO_COMPARATOR"))
    return { type: "sham", hit: sham, rule: "comparator/sham_words" };
  if (placebo !== null) return { type: "placebo", hit: placebo, rule: "comparator/placebo_words" };
  if (arm.type === "NO_INTERVENTION")
    return usual === null
      ? { type: "no_intervention", hit: nothing, rule: "comparator/type" }
      : { type: "standard_care", hit: usual, rule: "comparator/usual_care_words" };
  if (usual !== null) return { type: "standard_care", hit: usual, rule: "comparator/usual_care_words" };
  if (nothing !== null)
    return getsSomething(record, given, arm)
      ? { type: "active", hit: null, rule: "comparator/other_treatment" }
      : { type: "no_intervention", hit: nothing, rule: "comparator/nothing_words" };
  if (arm.type === "PLACEBO_COMPARATOR" && masked) return { type: "placebo", hit: null, rule: "comparator/type" };
  if (arm.type === "SHAM_COMPARATOR" && masked) return { type: "sham", hit: null, rule: "comparator/type" };
  return { type: "active", hit: null, rule: "comparator/other_treatment" };
}

/** In a crossover, the arm that begins with a therapy of its own, which no other arm lists, is the other's comparator. */
function waits(record: RecordText, given: Given, arm: ArmText): boolean {
  if (record.model !== "CROSSOVER" || arm.type !== "ACTIVE_COMPARATOR" || !getsSomething(record, given, arm))
    return false;
  const others = record.arms.filter((other) => other !== arm && given.arms.has(other.index));
  return others.some((other) => arm.interventions.some((index) => !other.interventions.includes(index)));
}

const ORDER: readonly ComparatorType[] = ["sham", "placebo", "active", "standard_care", "no_intervention", "none"];

/** Control arm, comparator and placebo, from the arms as registered and, where they are silent, from prose. */
export function readArms(record: RecordText, given: Given, masked: boolean): ArmsReading {
  const { arms } = record;
  const isControl = (arm: ArmText): boolean => {
    if (COMPARATOR_TYPES.has(arm.type)) return true;
    if (given.by === null)
      return (
        arms.length > 1 &&
        (arm.type === "ACTIVE_COMPARATOR" ||
          (["control", "control_label", "placebo"] as const).some((group) => firstIn(arm.texts, group) !== null))
      );
    return given.arms.size > 0 && (!given.arms.has(arm.index) || waits(record, given, arm));
  };
  const controls =
    arms.length > 1 || given.by === null
      ? arms.filter(isControl)
      : arms.filter((arm) => COMPARATOR_TYPES.has(arm.type) && given.arms.size > 0);
  const types = controls.map((arm) => ({ arm, ...typeOfArm(record, given, arm, masked) }));
  const told = [...record.arms.flatMap((arm) => arm.texts), ...record.interventions.flatMap(textsOf)];
  const prose = [...record.titles, ...record.summary, ...record.detail, ...told.filter(isDescription)];
  // "Control group" said of an arm that gets the product is a control for dose or route, not a comparator without it.
  const doseControl =
    given.by !== null &&
    arms.some(
      (arm) =>
        given.arms.has(arm.index) &&
        firstIn(arm.texts, "control", ({ passage, start }) => !isDescription(passage) || start < 12) !== null &&
        firstIn(arm.texts, "placebo") === null,
    );
  // Expanded access is given to all; a comparator in its prose is that of another trial.
  const compares = record.studyType !== "EXPANDED_ACCESS";
  const said = controls.length > 0 || doseControl || !compares ? null : controlInProse(prose);
  const placeboSaid = compares ? placeboInProse(record, given, controls.length > 0) : null;
  const strongest = [...types].toSorted((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))[0];
  const inert = types.find((item) => item.type === "placebo" || item.type === "sham");
  const label = controls[0]?.texts[0];
  const controlEvidence =
    label !== undefined
      ? [{ path: label.path, span: label.raw, rule: "control/arm" }]
      : said !== null
        ? [quoteHit(said)]
        : placeboSaid !== null
          ? [quoteHit(placeboSaid)]
          : [];
  const controlled = controls.length > 0 || said !== null || placeboSaid !== null;
  const placebo = inert !== undefined || placeboSaid !== null;
  const comparator: ComparatorType =
    strongest !== undefined && (strongest.type !== "active" || !placebo)
      ? strongest.type
      : placebo
        ? "placebo"
        : controlled
          ? "standard_care"
          : "none";
  const inertHit = inert?.hit ?? placeboSaid;
  return {
    armsTotal: arms.length,
    armsWithProduct: given.arms.size,
    controlArm: {
      value: controlled,
      evidence: controlEvidence,
      confidence: controls.length > 0 ? "high" : controlled ? "medium" : "high",
      rule: controls.length > 0 ? "control/arm" : controlled ? "control/prose" : "control/none",
    },
    comparatorType: {
      value: comparator,
      evidence: strongest?.hit ? [quoteHit(strongest.hit)] : [],
      confidence: controls.length > 0 ? "high" : "medium",
      rule: strongest?.rule ?? "comparator/prose",
    },
    placebo: {
      value: placebo,
      evidence: inertHit ? [quoteHit(inertHit)] : [],
      confidence: "high",
      rule: inert?.rule ?? (placebo ? "placebo/prose" : "placebo/none"),
    },
  };
}

function controlInProse(prose: readonly Passage[]): Hit | null {
  for (const text of prose) {
    const refusals = hits(text, "no_control");
    for (const hit of hits(text, "control")) {
      const refused = refusals.some((word) => word.start < hit.end && word.end > hit.start);
      if (!refused && !inCriteria(hit) && !isBackground(hit)) return hit;
    }
  }
  return null;
}

/** A liquid that every arm lists beside the product is what the cells are suspended in. */
const isSolvent = (record: RecordText, given: Given, { index }: InterventionText): boolean =>
  record.arms.length > 0 &&
  record.arms.every((arm) => given.arms.has(arm.index) && arm.interventions.includes(index)) &&
  record.arms.some((arm) => arm.interventions.some((other) => given.interventions.has(other)));

/** "Placebo-controlled" in a title or an arm's words, or an inert intervention among those listed. */
function placeboInProse(record: RecordText, given: Given, hasControl: boolean): Hit | null {
  for (const item of record.interventions) {
    if (given.interventions.has(item.index)) continue;
    const hit =
      firstIn(item.names, "placebo", isSolvent(record, given, item) ? isNamedSo : () => true) ??
      firstIn(item.names, "sham");
    if (hit !== null) return hit;
  }
  for (const text of [
    ...record.titles,
    ...(hasControl ? [] : record.arms.flatMap((arm) => arm.texts)),
    ...record.summary,
  ]) {
    for (const hit of hits(text, "placebo"))
      if (/placebo/.test(text.low.slice(hit.start, hit.end)) && !inCriteria(hit) && !isBackground(hit)) return hit;
  }
  return null;
}
