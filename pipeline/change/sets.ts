import type { Outcome } from "../normalize/outcomes.ts";

/** Lists compared as sets: what stands on one side only. Equal members count once. */
export function setDifference(
  before: readonly string[],
  after: readonly string[],
): { added: string[]; removed: string[] } {
  const [left, right] = [new Set(before), new Set(after)];
  return { added: [...right].filter((one) => !left.has(one)), removed: [...left].filter((one) => !right.has(one)) };
}

/** Old and new wording of one outcome. */
interface Rewording {
  from: Outcome;
  to: Outcome;
}

export interface OutcomeDifference {
  added: Outcome[];
  removed: Outcome[];
  reworded: Rewording[];
}

/** Share of common words from which two measures are the same one in other words. */
const SIMILAR = 0.5;

function flat(text: string | null): string {
  return (text ?? "").replace(/\s+/g, " ").trim();
}

function key(outcome: Outcome): string {
  return JSON.stringify([flat(outcome.measure), flat(outcome.timeFrame), flat(outcome.description)]);
}

function words(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Dice coefficient of the measures' words: 1 for the same words in any order, 0 for none in common. */
function similarity(a: Outcome, b: Outcome): number {
  if (flat(a.measure).toLowerCase() === flat(b.measure).toLowerCase()) return 1;
  const [left, right] = [words(a.measure), words(b.measure)];
  if (left.size + right.size === 0) return 0;
  let common = 0;
  for (const word of left) if (right.has(word)) common++;
  return (2 * common) / (left.size + right.size);
}

/**
 * Outcomes matched as sets: equal ones fall away, then the most similar pair is taken first, as long as it is similar
 * at all; what remains was added or removed. Order and repetition are no difference.
 */
export function outcomeDifference(before: readonly Outcome[], after: readonly Outcome[]): OutcomeDifference {
  const [old, now] = [new Set(before.map(key)), new Set(after.map(key))];
  const removed = before.filter(
    (outcome, at) => !now.has(key(outcome)) && before.findIndex((other) => key(other) === key(outcome)) === at,
  );
  const added = after.filter(
    (outcome, at) => !old.has(key(outcome)) && after.findIndex((other) => key(other) === key(outcome)) === at,
  );
  const pairs = removed
    .flatMap((from) => added.map((to) => ({ from, to, score: similarity(from, to) })))
    .filter(({ score }) => score >= SIMILAR)
    .toSorted((a, b) => b.score - a.score);
  const taken = new Set<Outcome>();
  const reworded: Rewording[] = [];
  for (const { from, to } of pairs) {
    if (taken.has(from) || taken.has(to)) continue;
    taken.add(from).add(to);
    reworded.push({ from, to });
  }
  return {
    added: added.filter((outcome) => !taken.has(outcome)),
    removed: removed.filter((outcome) => !taken.has(outcome)),
    reworded,
  };
}
