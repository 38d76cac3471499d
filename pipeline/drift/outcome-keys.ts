import { type Acronyms, type CondensedOutcome, condense, type Outcome } from "../normalize/outcomes.ts";
import { folded } from "./relation.ts";

/** A part of a printed or registered outcome, ready to be compared. */
export interface OutcomePart extends CondensedOutcome {
  /** As a person reads it. */
  text: string;
  /** Stems of the words that carry the measurand, sorted; the order and ends of words say nothing. */
  stems: string;
  /** Figures in a sentence about a share of people, sorted. */
  figures: string[];
  source: "measure" | "description";
  /** Place of the outcome in the registry's list; null for a printed part. */
  at: number | null;
}

/** Statistics that follow a measurand in time: which way it went is not what was measured. */
export const OVER_TIME: ReadonlySet<string> = new Set([
  "change",
  "percent change",
  "reduction",
  "increase",
  "improvement",
]);

/** Words that carry no meaning of their own in a measurand: grammar, and what any amount is called. */
const EMPTY_WORDS = new Set(
  (
    "a an the of in to from for with by on at and or who which that is are be will was were each per any their his her its " +
    "level concentration value amount quantity measurement measure dose dosage requirement need use usage consumption " +
    "change delta rate stimulated overall score total study"
  )
    .split(" ")
    .map(stem),
);

/** Where the population begins: "… in severe T1D patients with ketoacidosis". */
const POPULATION =
  /\s(?:in|of|among) (?:[\p{L}\d-]+ ){0,5}(?:patients|participants|subjects|people|persons|children|adults|recipients)\b.*$/iu;

/** A share under another name than condense knows. */
const SHARE = /\bshare (?:of )/giu;

const NUMBER = /\d+(?:[.,]\d+)?/g;

/** Least figures by which a sentence is known again: one number alone is met by chance. */
const ENOUGH_FIGURES = 2;

/** Ends of English words off: achieving, achieve, achieved. Crude, and the same on both sides. */
function stem(word: string): string {
  const bare = word.replace(/(?:ies|y)$/, "i").replace(/(?:ing|ed|es|s|e)$/, "");
  return bare.length < 3 ? word : bare;
}

function stemsOf(text: string): string {
  const shorter = text.replace(/\([^()]*\)/g, " ").replace(POPULATION, "");
  const words = folded(shorter === "" ? text : shorter)
    .split(" ")
    .map(stem);
  const carrying = words.filter((word) => !EMPTY_WORDS.has(word));
  return [...new Set(carrying.length > 0 ? carrying : words)].toSorted().join(" ");
}

function isShare(part: CondensedOutcome): boolean {
  return part.statistic === "proportion" || part.statistic === "number";
}

function partsOf(
  outcome: Outcome,
  acronyms: Acronyms,
  source: OutcomePart["source"],
  at: number | null,
): OutcomePart[] {
  const measure = outcome.measure.replace(SHARE, "proportion of ");
  const condensed = condense({ ...outcome, measure }, acronyms);
  const whole = (measure.match(NUMBER) ?? []).toSorted();
  return condensed.map((part) => ({
    ...part,
    text: [part.measurand, part.statistic, part.instrument].filter((word) => word !== null).join(" "),
    stems: stemsOf(part.measurand),
    figures: isShare(part) && whole.length >= ENOUGH_FIGURES ? [...new Set(whole)] : [],
    source,
    at,
  }));
}

/** Printed outcomes; a time frame counts only where one is printed, in brackets at the end. */
export function printedParts(printed: readonly string[], acronyms: Acronyms): OutcomePart[] {
  return printed.flatMap((text) => {
    const bracket = /\s*\[([^\]]+)\]\s*$/.exec(text);
    const measure = bracket === null ? text : text.slice(0, bracket.index);
    const parts = partsOf({ measure, timeFrame: null, description: null }, acronyms, "measure", null);
    return parts.map((part) => ({ ...part, timeFrame: bracket?.[1] ?? null }));
  });
}

export function measureParts(outcomes: readonly Outcome[], acronyms: Acronyms): OutcomePart[] {
  return outcomes.flatMap((outcome, at) => partsOf(outcome, acronyms, "measure", at));
}

/** Descriptions sentence by sentence: they explain a measure, and may name what it leaves out. */
export function descriptionParts(outcomes: readonly Outcome[], acronyms: Acronyms): OutcomePart[] {
  return outcomes.flatMap(({ description, timeFrame }, at) => {
    if (description === null) return [];
    const sentences = description.split(/(?<=[.;:])\s+(?=\p{Lu})|\n+/u).filter((sentence) => sentence.trim() !== "");
    return sentences.flatMap((measure) =>
      partsOf({ measure: measure.trim(), timeFrame, description: null }, acronyms, "description", at),
    );
  });
}

/** Letters of an acronym, in order among the initials of the words, the first one first. */
function initialsFit(words: readonly string[], acronym: string): boolean {
  const letters = [...acronym.replace(/(?<=\p{Lu})s$/u, "").toLowerCase()].filter((letter) => /\p{L}/u.test(letter));
  const initials = words.flatMap((word) => word.split("-")).map((word) => word.charAt(0).toLowerCase());
  let next = 0;
  for (const initial of initials) if (initial === letters[next]) next++;
  return (
    letters.length > 1 && initials[0] === letters[0] && initials.at(-1) === letters.at(-1) && next === letters.length
  );
}

/** Words that an acronym may pass over ("Systemic Lupus Erythematosus Responder Index (SRI)"). */
const PASSED_OVER = 2;

/** Acronyms that the texts explain themselves, "postmeal blood glucose (PBG)", beside the review's key. */
export function withExplained(texts: readonly string[], acronyms: Acronyms): Acronyms {
  const found: Record<string, string[]> = Object.fromEntries(
    Object.entries(acronyms).map(([key, meaning]) => [key, [meaning].flat()]),
  );
  for (const text of texts) {
    for (const [, before = "", acronym = ""] of text.matchAll(/((?:[\p{L}\d'-]+ ){1,8})\(([\p{Lu}\d-]{2,8}s?)\)/gu)) {
      const words = before.trim().split(" ");
      const letters = acronym.replace(/[^\p{L}]/gu, "").length;
      // hyphens part words too: "progression-free survival" is two words and three letters
      for (
        let length = Math.max(1, letters - PASSED_OVER);
        length <= Math.min(words.length, letters + PASSED_OVER);
        length++
      ) {
        const meaning = words.slice(-length);
        if (!initialsFit(meaning, acronym)) continue;
        (found[acronym] ??= []).push(meaning.join(" "));
        break;
      }
    }
  }
  return found;
}
