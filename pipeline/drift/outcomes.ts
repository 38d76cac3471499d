import { type Acronyms, type Outcome, timeFrameText } from "../normalize/outcomes.ts";
import {
  descriptionParts,
  measureParts,
  OVER_TIME,
  type OutcomePart,
  printedParts,
  withExplained,
} from "./outcome-keys.ts";
import { folded, listed, type Relation, relation, SAME, SILENT, sameSet } from "./relation.ts";

/** How well two parts agree, best first. `changed`: the same is measured, another figure of it is told. */
const AGREEMENTS = ["equal", "loose", "changed", "none"] as const;
type Agreement = (typeof AGREEMENTS)[number];

/** A word for an effect in general: the instrument behind it says which. */
const GENERAL_EFFECT =
  /^(?:(?:clinical|overall|treatment|disease|therapeutic) )*(?:response|responders?|efficacy|activity|effect|outcome)$/i;

function same(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && folded(a) === folded(b));
}

/** An index is a measurand when named alone, and the instrument of a general effect when that is named too. */
function sameIndex(a: OutcomePart, b: OutcomePart): boolean {
  return (
    b.instrument !== null &&
    a.instrument === null &&
    GENERAL_EFFECT.test(b.measurand) &&
    same(a.measurand, b.instrument)
  );
}

function statistics(a: string | null, b: string | null): "equal" | "loose" | "changed" {
  if (a === b) return "equal";
  const one = a ?? b;
  // the course of a measurand in time, where the other side names no figure
  return (a === null || b === null) && one !== null && OVER_TIME.has(one) ? "loose" : "changed";
}

/** Words beside the figures of a share that say of whom and when, not what. */
const OF_WHOM_AND_WHEN = new Set([
  "patient",
  "group",
  "arm",
  "day",
  "week",
  "month",
  "year",
  "minut",
  "min",
  "after",
  "above",
  "below",
]);

function subject({ stems }: OutcomePart): string[] {
  return stems.split(" ").filter((word) => !/^\d/.test(word) && !OF_WHOM_AND_WHEN.has(word));
}

/** A sentence on a share of people is known again by all its figures, where half of the shorter one's subject agrees too. */
function sameShare(a: OutcomePart, b: OutcomePart): boolean {
  if (a.figures.length === 0 || !sameSet(a.figures, b.figures)) return false;
  const [one, other] = [subject(a), subject(b)];
  const shared = one.filter((word) => other.includes(word)).length;
  return shared > 0 && 2 * shared >= Math.min(one.length, other.length);
}

function worse(...all: Agreement[]): Agreement {
  return AGREEMENTS[Math.max(...all.map((one) => AGREEMENTS.indexOf(one)))] ?? "none";
}

function agreement(printed: OutcomePart, registered: OutcomePart): Agreement {
  const statistic = statistics(printed.statistic, registered.statistic);
  const time = printed.timeFrame === null || same(printed.timeFrame, registered.timeFrame) ? "equal" : "changed";
  if (sameShare(printed, registered)) return worse(statistic, time);
  if (sameIndex(printed, registered) || sameIndex(registered, printed)) return worse("loose", statistic, time);
  const words = same(printed.measurand, registered.measurand)
    ? "equal"
    : printed.stems === registered.stems
      ? "loose"
      : "none";
  if (words === "none") return "none";
  const instrument = same(printed.instrument, registered.instrument)
    ? "equal"
    : printed.instrument === null || registered.instrument === null
      ? "loose"
      : "changed";
  return worse(words, instrument, statistic, time);
}

interface Match {
  part: OutcomePart;
  agreement: Agreement;
  partner: OutcomePart | null;
}

function best(part: OutcomePart, others: readonly OutcomePart[], judge: (other: OutcomePart) => Agreement): Match {
  let found: Match = { part, agreement: "none", partner: null };
  for (const other of others) {
    const one = judge(other);
    if (AGREEMENTS.indexOf(one) < AGREEMENTS.indexOf(found.agreement)) found = { part, agreement: one, partner: other };
  }
  return found;
}

const holds = ({ agreement: one }: Match) => one === "equal" || one === "loose";

/** When a registered measure speaks of time or comparison, and the printed one does not. */
const TIME_WORDS =
  /\b(?:baseline|follow[- ]?up|compared|(?:second|minute|hour|day|week|month|year)s?|min|delta|changes?)\b|∆|Δ/iu;

/** A name of few words can be told apart from another by its words; a sentence cannot. */
const NAME_WORDS = 3;

function isName({ stems }: OutcomePart): boolean {
  return stems.split(" ").length <= NAME_WORDS;
}

function sharesWord(a: OutcomePart, b: OutcomePart): boolean {
  return a.stems.split(" ").some((word) => b.stems.split(" ").includes(word));
}

function pathOf({ at, source }: OutcomePart): string {
  return `protocolSection.outcomesModule.primaryOutcomes[${at}].${source}`;
}

/** Nothing is shared: another figure of the same, or other things by name, differs; sentences go to a person. */
function apart(printed: readonly Match[], registered: readonly OutcomePart[]): Relation {
  const changed = printed.find((match) => match.agreement === "changed");
  const words = listed(
    [],
    registered.map(({ text }) => text),
    printed.map(({ part }) => part.text),
  );
  if (changed !== undefined)
    return relation("differs", `another figure of the same: ${words}`, changed.partner && pathOf(changed.partner));
  const names = [...printed.map(({ part }) => part), ...registered].every(isName);
  const touching = printed.some(({ part }) => registered.some((other) => sharesWord(part, other)));
  return names && !touching ? relation("differs", words) : relation("undecided", `no rule places it: ${words}`);
}

/**
 * Primary outcomes as sets of (measurand, instrument, statistic) on both sides. Same words are `same`; equal sets, or a part
 * that stands in a description, `equivalent`; all parts of the same meaning `wording`; some of them `overlap`.
 */
export function compareOutcomes(printed: readonly string[], outcomes: readonly Outcome[], key: Acronyms): Relation {
  const measures = outcomes.map(({ measure }) => measure);
  if (outcomes.length === 0 || measures.every((measure) => measure === "")) return SILENT;
  if (sameTexts(printed, outcomes)) return SAME;
  const acronyms = withExplained([...printed, ...measures], key);
  const own = printedParts(printed, acronyms);
  const registered = measureParts(outcomes, acronyms);
  const described = descriptionParts(outcomes, acronyms);
  const forward = own.map((part) => {
    const match = best(part, registered, (other) => agreement(part, other));
    const elsewhere = match.agreement === "equal" ? match : best(part, described, (other) => agreement(part, other));
    return elsewhere.agreement === "equal" ? elsewhere : match;
  });
  const backward = registered.map((part) => best(part, own, (other) => agreement(other, part)));
  const kept = forward.filter(holds);
  if (kept.length === 0) return apart(forward, registered);
  const lost = forward.filter((match) => !holds(match));
  const added = backward.filter((match) => !holds(match));
  if (lost.length > 0 || added.length > 0) {
    const texts = [kept, added, lost].map((matches) => matches.map(({ part }) => part.text));
    return relation("overlap", listed(texts[0] ?? [], texts[1] ?? [], texts[2] ?? []));
  }
  const inDescription = forward.find(({ partner }) => partner?.source === "description");
  const timed = TIME_WORDS.test(measures.join(" ")) && !TIME_WORDS.test(printed.join(" "));
  const exact = [...forward, ...backward].every((match) => match.agreement === "equal");
  if (!exact || timed)
    return relation(
      "wording",
      "all parts have the same meaning",
      inDescription?.partner ? pathOf(inDescription.partner) : null,
    );
  if (inDescription?.partner)
    return relation("equivalent", "stands in an outcome's description", pathOf(inDescription.partner));
  return relation("equivalent", "the same measurands, instruments and statistics");
}

/** Word for word, in whatever order the outcomes are listed; a printed time frame must be the registered one. */
function sameTexts(printed: readonly string[], outcomes: readonly Outcome[]): boolean {
  const measures = outcomes.map(({ measure }) => folded(measure));
  const timed = outcomes.map(({ measure, timeFrame }) => folded(`${measure} ${timeFrameText(timeFrame) ?? ""}`));
  const texts = printed.map(folded);
  const joined = texts.join(" ");
  return (
    sameSet(texts, measures) || sameSet(texts, timed) || joined === measures.join(" ") || joined === timed.join(" ")
  );
}
