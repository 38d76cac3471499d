import type { GroupName } from "./lexicon.ts";
import { firstFrom, type Hit, hits, hitsIn, type Field, type Passage, sentenceAt } from "./passages.ts";

/**
 * What a hit's surroundings say about it. A name of the product is not yet the product being given: it may be denied,
 * pretended, remembered, or knowledge about other people's work.
 */

/** Letters and spaces between two names that may still belong together. */
const CLAUSE_END = /[.;:\n]|,\s(?:and|but|which|while|whereas|then)\b/;

/** Whether a word of the group stands before position `at`, in the same clause and at most `reach` characters away. */
export function wordBefore(passage: Passage, at: number, group: GroupName, reach: number): Hit | null {
  const list = hits(passage, group);
  const word = list[firstFrom(list, at + 1, (hit) => hit.end) - 1];
  if (word === undefined || at - word.end > reach) return null;
  return CLAUSE_END.test(passage.low.slice(word.end, at)) ? null : word;
}

/** Whether a word of the group follows position `at` within `reach` characters of the same clause. */
export function wordAfter(passage: Passage, at: number, group: GroupName, reach: number): Hit | null {
  const list = hits(passage, group);
  const word = list[firstFrom(list, at, (hit) => hit.start)];
  if (word === undefined || word.start - at > reach) return null;
  return CLAUSE_END.test(passage.low.slice(at, word.start)) ? null : word;
}

/** Hits of a group inside the sentence that holds `at`. */
export function inSentence(passage: Passage, at: number, group: GroupName): Hit[] {
  return hitsIn(passage, group, ...sentenceAt(passage, at));
}

const TELLS_BACKGROUND: ReadonlySet<Field> = new Set([
  "brief_summary",
  "detailed_description",
  "intervention_description",
  "arm_description",
  "model_description",
]);

/** Knowledge of the field: only prose that also tells background is suspected of it. */
export function isBackground(hit: Hit): boolean {
  return TELLS_BACKGROUND.has(hit.passage.field) && inSentence(hit.passage, hit.start, "background").length > 0;
}

/** A heading stands at the start of its line, or is followed by a colon or a line's end. */
function isHeading(word: Hit): boolean {
  const { low } = word.passage;
  return (
    /(?:^|\n)[\s*•-]*$/.test(low.slice(Math.max(0, word.start - 6), word.start)) ||
    /^\s*(?::|\n|$)/.test(low.slice(word.end, word.end + 3))
  );
}

/** Whether a description has, at this point, turned to who may take part. */
export function inCriteria(hit: Hit): boolean {
  const { passage } = hit;
  const { opens, closes } = headingsOf(passage);
  const opened = opens[firstFrom(opens, hit.start + 1, (word) => word.end) - 1];
  if (opened === undefined) return false;
  const closed = closes[firstFrom(closes, hit.start + 1, (word) => word.end) - 1];
  return closed === undefined || closed.start <= opened.end;
}

interface Headings {
  readonly opens: readonly Hit[];
  readonly closes: readonly Hit[];
}
const known = new WeakMap<Passage, Headings>();

/** Headings of criteria and of what follows them: found once a passage. */
function headingsOf(passage: Passage): Headings {
  const found = known.get(passage);
  if (found !== undefined) return found;
  const headings = {
    opens: hits(passage, "criteria").filter(isHeading),
    closes: hits(passage, "end_of_criteria").filter(isHeading),
  };
  known.set(passage, headings);
  return headings;
}

/** Words that stand between a denial and what it denies. */
const REACH_OF_DENIAL = 32;

const PRETENDED = /^(?:placebo|sham|simulated|mock|dummy)$/;
const THEN = /\b(?:and|then|or|plus|followed)\b/;

/** What may stand between the product's name and a word that turns it into its own placebo. */
const SAME_NAME = /^[\s-]*(?:(?:injection|infusion|transplantation|therapy|treatment|cells?)[\s-]*)?$/;

/** The word that says this name is not something given here, or null. */
export function deniedBy(hit: Hit): Hit | null {
  const { passage } = hit;
  const before = wordBefore(passage, hit.start, "not_given", REACH_OF_DENIAL);
  if (before !== null) {
    const between = passage.low.slice(before.end, hit.start);
    // "Placebo, then cells", "placebo first and cells later": both are given.
    const beside = PRETENDED.test(passage.low.slice(before.start, before.end)) && THEN.test(between);
    if (!beside && !between.includes(",")) return before;
  }
  const after = wordAfter(passage, hit.end, "not_given_after", 18);
  return after !== null && SAME_NAME.test(passage.low.slice(hit.end, after.start)) ? after : null;
}
