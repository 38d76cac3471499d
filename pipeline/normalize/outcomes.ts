import type { Study } from "../registry/study.ts";
import {
  BARE_NUMBER,
  FILLER_END,
  FILLER_START,
  FROM_BASELINE,
  INSTRUMENT_END,
  INSTRUMENT_LINK,
  NUMBERS_IN_PARENTHESES,
  PART_OF_TRIAL,
  PURPOSE,
  SAME_PART,
  STATED_LINK,
  STATISTICS,
  SUBJECTS,
  TAIL,
  WHOLE_SENTENCE,
} from "./outcome-words.ts";
import { plain } from "./text.ts";

/** A primary outcome as registered; texts are plain (Markdown escapes undone). */
export interface Outcome {
  measure: string;
  timeFrame: string | null;
  description: string | null;
}

/** One thing that an outcome measures: what, by which test, and which figure of it. */
export interface CondensedOutcome {
  /** What is measured; an index or score named alone is its own measurand. */
  measurand: string;
  /** Test or scale by which the measurand is read, where the words say so. */
  instrument: string | null;
  /** AUC, peak, proportion, change … (outcome-words.ts); null where the words name none. */
  statistic: string | null;
  /** Verbatim; a bare number is followed by "unit not given". */
  timeFrame: string | null;
}

/** A review's acronyms and what they stand for, e.g. OGTT: oral glucose tolerance test; several spellings are fine. */
export type Acronyms = Readonly<Record<string, string | readonly string[]>>;

export function primaryOutcomes(study: Study): Outcome[] {
  return (study.protocolSection.outcomesModule?.primaryOutcomes ?? []).map(({ measure, timeFrame, description }) => ({
    measure: plain(measure ?? "").trim(),
    timeFrame: timeFrame === undefined ? null : plain(timeFrame).trim(),
    description: description === undefined ? null : plain(description).trim(),
  }));
}

/** Time frame as registered, saying so where a number has no unit. */
export function timeFrameText(timeFrame: string | null): string | null {
  if (timeFrame === null || timeFrame === "") return null;
  return BARE_NUMBER.test(timeFrame) ? `${timeFrame}, unit not given` : timeFrame;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function shortened(text: string, acronyms: Acronyms): string {
  let short = text;
  for (const [acronym, meanings] of Object.entries(acronyms)) {
    for (const meaning of [meanings].flat()) {
      const words = meaning
        .split(/[\s-]+/)
        .map(escaped)
        .join("[\\s-]+");
      short = short.replace(new RegExp(`\\b${words}\\b(?:\\s*\\(${escaped(acronym)}\\))?`, "giu"), acronym);
    }
    short = short.replace(new RegExp(`\\b${escaped(acronym)}\\b`, "giu"), acronym);
  }
  return short;
}

/** Longest name that an acronym in parentheses may stand for, in words. */
const LONGEST_NAME = 8;

/** Does the acronym consist of these words' first letters, a hyphen parting words ("progression-free survival": PFS)? */
function initialsAre(words: readonly string[], acronym: string): boolean {
  const letters = acronym.replace(/[^\p{L}]/gu, "").replace(/(?<=\p{Lu})s$/u, "");
  const initials = words.flatMap((word) => word.split("-")).map((word) => word.charAt(0));
  return letters.length > 1 && initials.join("").toLowerCase() === letters.toLowerCase();
}

/** "British Isles Lupus Assessment Group score (BILAG)": a measure may explain its own acronym by its words' initials. */
function withOwnAcronyms(text: string): string {
  return text.replace(
    /((?:[\p{L}\d'-]+ ){0,7}[\p{L}\d'-]+) \(([\p{Lu}\d-]{2,8}s?)\)/gu,
    (whole, before: string, acronym: string) => {
      const words = before.split(" ");
      // one or two words behind the name ("… score") go with it
      for (const behind of [0, 1, 2]) {
        for (
          let start = words.length - behind - 1;
          start >= Math.max(0, words.length - behind - LONGEST_NAME);
          start--
        ) {
          if (initialsAre(words.slice(start, words.length - behind), acronym))
            return [...words.slice(0, start), acronym].join(" ");
        }
      }
      return whole;
    },
  );
}

/** An enumeration, and behind it a sentence that must not be cut at its commas. */
function parts(measure: string): string[] {
  const text = measure
    .replace(/，\s*|、\s*/g, ", ")
    .replaceAll("；", "; ")
    .replace(PART_OF_TRIAL, "")
    .replace(PURPOSE, "");
  const sentence = WHOLE_SENTENCE.exec(text)?.index ?? text.length;
  return [...enumerated(text.slice(0, sentence)), text.slice(sentence)]
    .map((part) => part.trim().replace(/[.:,;]+$/, ""))
    .filter((part) => part !== "" && !/^(?:the|an?)$/i.test(part));
}

/** Parts of an enumeration; commas and "and" inside parentheses do not part anything. */
function enumerated(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let current = "";
  const tokens = text.split(/([();]|, |\sand\s)/);
  for (const [at, token] of tokens.entries()) {
    if (token === "(") depth++;
    if (token === ")") depth = Math.max(0, depth - 1);
    const parts = token === ";" || token === " and " || (token === ", " && !SAME_PART.test(tokens[at + 1] ?? ""));
    if (depth === 0 && parts) {
      found.push(current);
      current = "";
    } else current += token;
  }
  return [...found, current];
}

function isInstrument(text: string, acronyms: Acronyms): boolean {
  if (INSTRUMENT_END.test(text)) return true;
  const meanings = acronyms[text];
  return meanings !== undefined && [meanings].flat().some((meaning) => INSTRUMENT_END.test(meaning));
}

/** Takes a trailing "(MMTT)" or "during OGTT" off a part; what tells only when or against what goes as well. */
function takeInstrument(part: string, acronyms: Acronyms): { rest: string; instrument: string | null } {
  const inParentheses = /^(.+?)\s*\(([^()]+)\)$/u.exec(part);
  if (inParentheses !== null && isInstrument(inParentheses[2] ?? "", acronyms)) {
    return { rest: (inParentheses[1] ?? part).replace(TAIL, ""), instrument: inParentheses[2] ?? null };
  }
  const link = INSTRUMENT_LINK.exec(part);
  if (link !== null && link.index > 0) {
    const instrument = part
      .slice(link.index + link[0].length)
      .replace(TAIL, "")
      .trim();
    const taken = STATED_LINK.test(link[0]) || isInstrument(instrument, acronyms);
    if (taken && instrument !== "")
      return { rest: part.slice(0, link.index).replace(TAIL, "").replace(/,$/, ""), instrument };
  }
  return { rest: part.replace(TAIL, ""), instrument: null };
}

/** The words in parentheses explain; a figure named there is not the outcome's own. */
function takeStatistic(part: string): { rest: string; statistic: string | null } {
  const open = part.replace(/\([^()]*\)/gu, (inside) => "·".repeat(inside.length));
  for (const { name, pattern } of STATISTICS) {
    const match = pattern.exec(open);
    if (match === null) continue;
    return { rest: `${part.slice(0, match.index)} ${part.slice(match.index + match[0].length)}`, statistic: name };
  }
  return { rest: part, statistic: null };
}

/** Known acronyms stand for the words before them: "Glycosylated hemoglobin (HbA1c)" is HbA1c. */
function tidy(text: string, statistic: string | null, acronyms: Acronyms): string {
  const flat = text
    .replace(NUMBERS_IN_PARENTHESES, "")
    .replace(`(${statistic})`, "")
    .replace(SUBJECTS, "patients")
    .replace(/\s+/g, " ")
    .trim();
  const explained = /\(([^()]+)\)$/u.exec(flat)?.[1];
  if (explained !== undefined && acronyms[explained] !== undefined) return explained;
  const bare = flat
    .replace(FILLER_START, "")
    .replace(FILLER_END, "")
    .replace(/^(?:the|an?)$/iu, "")
    .trim();
  // "C-peptide AUC response" is its AUC; "clinical response" and "response rate" are measurands
  return statistic !== "AUC" && statistic !== "peak" ? bare : bare.replace(/(?<=\S) response$/iu, "");
}

/**
 * An outcome in the condensed form that a table prints and compares: one entry a thing measured. Reads the measure alone
 * (the description explains it and stays with the full text). Never empty for a measure that has words.
 */
export function condense(outcome: Outcome, acronyms: Acronyms = {}): CondensedOutcome[] {
  const timeFrame = timeFrameText(outcome.timeFrame);
  const found: CondensedOutcome[] = [];
  for (const part of parts(withOwnAcronyms(shortened(outcome.measure, acronyms)))) {
    const { rest: measured, instrument } = takeInstrument(part.replace(FROM_BASELINE, ""), acronyms);
    const { rest, statistic } = takeStatistic(measured);
    found.push({ measurand: tidy(rest, statistic, acronyms), instrument, statistic, timeFrame });
  }
  // "Frequency and severity of adverse events": a figure without a subject shares the next part's
  for (let at = found.length - 2; at >= 0; at--) {
    const [own, next] = [found[at], found[at + 1]];
    if (own === undefined || next === undefined) continue;
    if (own.measurand === "") own.measurand = next.measurand;
    if (own.instrument === null && own.measurand === next.measurand) own.instrument = next.instrument;
  }
  const named = found.filter(({ measurand }) => measurand !== "");
  if (named.length > 0 || outcome.measure === "") return named;
  return [{ measurand: outcome.measure, instrument: null, statistic: null, timeFrame }];
}
