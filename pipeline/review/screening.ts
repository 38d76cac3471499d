import type { Evidence, Screened as Verdict } from "../../db/model.ts";
import type { Product, ProductType } from "../extract/product.ts";
import { anyOf, WORD_END, WORD_START } from "../extract/term.ts";
import { plainMapped, type PlainText, rawSpan } from "../normalize/text.ts";
import type { Study } from "../registry/study.ts";
import { inclusionParts } from "./inclusion.ts";
import type { Screening } from "./screening-shape.ts";

export type { Screening } from "./screening-shape.ts";

/** What a review's screening makes of one study. */
export interface Screened {
  verdict: Verdict;
  /** `code: words`; the code is what counts are made of. */
  reason: string;
  /** Most telling first; every span is verbatim at its path. */
  evidence: Evidence[];
  /** Marks of the review's footnote classes that conditions or titles name, in the review's order. */
  footnotes: string[];
  /** The condition is named, and one that would put the study aside is named beside it. */
  mixed: boolean;
}

interface Finding {
  verdict: Verdict;
  reason: string;
  evidence: Evidence[];
  mixed: boolean;
}

/** A stretch of a record's text: `words` are the plain characters from `from` on of the raw text at a path. */
interface Text {
  path: string;
  raw: string;
  mapped: PlainText;
  words: string;
  from: number;
}

/** Where a condition may be named, in order of trust; a keyword alone decides nothing. */
interface Places {
  topic: Text[];
  inclusion: Text[];
  keywords: Text[];
}

type Words = Screening["conditions"][number]["named"];
type Condition = Screening["conditions"][number];

const PRODUCT_WORDS: Record<ProductType, string> = {
  cells: "cells",
  exosomes_or_ev: "vesicles shed by cells",
  conditioned_medium_or_secretome: "a secretome or conditioned medium",
  other: "a cell-free product",
  none: "no product",
};

/** From the most to the least favourable. */
const BY_FAVOUR: readonly Verdict[] = ["in", "uncertain", "out"];

const patterns = new WeakMap<Words, RegExp>();

/** One pattern for an entry's words; `denials` are those of the whole screening. Compiled once an entry. */
function patternOf(words: Words, denials: Screening["denials"]): RegExp {
  const known = patterns.get(words);
  if (known !== undefined) return known;
  const behind = [...(words.not_after ?? []), ...(denials?.before ?? [])];
  const ahead = [...(words.not_before ?? []), ...(denials?.after ?? [])];
  const terms = anyOf(words.terms);
  const source = [
    // The term first: looking back at every word of a text costs five times as much as reading a hit twice.
    behind.length === 0 ? WORD_START : `${WORD_START}(?=${terms})(?<!${WORD_START}${anyOf(behind)}[\\s(/-]*)`,
    words.except === undefined ? "" : `(?!${anyOf(words.except)}${WORD_END})`,
    terms,
    WORD_END,
    ahead.length === 0 ? "" : `(?![\\s)/-]*${anyOf(ahead)}${WORD_END})`,
  ];
  const pattern = new RegExp(source.join(""), "i");
  patterns.set(words, pattern);
  return pattern;
}

function textOf(path: string, raw: string | undefined): Text[] {
  if (raw === undefined || raw === "") return [];
  const mapped = plainMapped(raw);
  return [{ path: `protocolSection.${path}`, raw, mapped, words: mapped.text, from: 0 }];
}

function placesOf(study: Study): Places {
  const { identificationModule: id, conditionsModule: about, eligibilityModule } = study.protocolSection;
  const listed = (name: "conditions" | "keywords") =>
    (about?.[name] ?? []).flatMap((raw, at) => textOf(`conditionsModule.${name}[${at}]`, raw));
  const criteria = textOf("eligibilityModule.eligibilityCriteria", eligibilityModule?.eligibilityCriteria);
  return {
    topic: [
      ...listed("conditions"),
      ...textOf("identificationModule.briefTitle", id.briefTitle),
      ...textOf("identificationModule.officialTitle", id.officialTitle),
    ],
    inclusion: criteria.flatMap((text) =>
      inclusionParts(text.words).map(([from, to]) => ({ ...text, words: text.words.slice(from, to), from })),
    ),
    keywords: listed("keywords"),
  };
}

/** The first naming in these texts, quoted. */
function find(texts: readonly Text[], words: Words, screening: Screening, rule: string): Evidence | null {
  const pattern = patternOf(words, screening.denials);
  for (const { path, raw, mapped, words: text, from } of texts) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const start = from + match.index;
    return { path, span: rawSpan(raw, mapped, start, start + match[0].length), rule: `screening/${rule}` };
  }
  return null;
}

const finding = (verdict: Verdict, reason: string, evidence: (Evidence | null)[] = []): Finding => ({
  verdict,
  reason,
  evidence: evidence.filter((one) => one !== null),
  mixed: false,
});

function screenType(study: Study, { study_types: asked }: Screening): Finding {
  const type = study.protocolSection.designModule?.studyType;
  if (asked === undefined) return finding("in", "any_type: every type of study is taken");
  if (type === undefined) return finding("uncertain", "study_type_not_stated: the record states no study type");
  const evidence = { path: "protocolSection.designModule.studyType", span: type, rule: "screening/study_type" };
  if (asked.includes(type)) return finding("in", "study_type", [evidence]);
  return finding("out", `${type.toLowerCase()}: not of a study type that the review takes`, [evidence]);
}

function interventionTexts(study: Study): Text[] {
  return (study.protocolSection.armsInterventionsModule?.interventions ?? []).flatMap((item, at) => {
    const path = `armsInterventionsModule.interventions[${at}]`;
    const others = (item.otherNames ?? []).flatMap((name, n) => textOf(`${path}.otherNames[${n}]`, name));
    return [...textOf(`${path}.name`, item.name), ...others];
  });
}

const quoteWhole = (texts: readonly Text[], rule: string): Evidence[] =>
  texts.map(({ path, raw }) => ({ path, span: raw, rule: `screening/${rule}` }));

function screenProduct(study: Study, product: Product | null, screening: Screening): Finding {
  const { product_types: asked, unclear_product: unclear } = screening;
  if (asked === undefined) return finding("in", "any_product: every product is taken");
  if (product === null)
    return finding("uncertain", "product_not_read: the review has no lexicon to read a product with");
  const { value: given, evidence, confidence } = product.includesProduct;
  if (!given) {
    const names = interventionTexts(study);
    const hint = unclear === undefined ? null : find(names, unclear, screening, "unclear_product");
    if (hint !== null) return finding("uncertain", "product_unclear: cells are given that no word places", [hint]);
    const setAside = product.ruledOut.filter(({ about }) => about === "product").map((one) => one.evidence);
    const shown = setAside.length > 0 ? setAside.slice(0, 1) : quoteWhole(names.slice(0, 3), "not_given");
    return finding("out", "not_given: no arm is given the product", shown);
  }
  if (!asked.some((type) => type === product.productType)) {
    const words = PRODUCT_WORDS[product.productType];
    return finding("out", `${product.productType}: the product is ${words}`, evidence);
  }
  if (confidence === "low") return finding("uncertain", "product_unclear: read with low confidence", evidence);
  if (product.armsTotal > 0 && product.armsWithProduct === 0)
    return finding("uncertain", "arm_unclear: the product is named, but in no arm", evidence);
  return finding("in", "product", evidence);
}

/** Conditions and titles decide, then inclusion criteria; keywords are asked last and never take a study in. */
function screenCondition(condition: Condition, places: Places, screening: Screening): Finding {
  const { name, named, inclusion, others = [], unspecified } = condition;
  const seek = (texts: readonly Text[], words: Words, rule: string) => find(texts, words, screening, rule);
  const stated = [...places.topic, ...places.inclusion];
  const besides = others.flatMap((other) => {
    const evidence = seek(stated, other, other.code);
    return evidence === null ? [] : [{ ...other, evidence }];
  });
  const topic = seek(places.topic, named, "named");
  const hit = topic ?? seek(places.inclusion, inclusion ?? named, "named_in_inclusion");
  const first = besides[0];
  if (hit !== null) {
    const where = topic === null ? "inclusion criteria" : "conditions or titles";
    if (first === undefined) return finding("in", `eligible: ${name} in ${where}`, [hit]);
    const reason = `eligible_mixed: ${name} in ${where}, with ${first.name}`;
    return { ...finding("in", reason, [hit, first.evidence]), mixed: true };
  }
  if (first !== undefined)
    return finding("out", `${first.code}: ${first.name} is named, ${name} is not`, [first.evidence]);
  const keyword = seek(places.keywords, named, "named_in_keyword");
  if (keyword !== null) return finding("uncertain", `keyword_only: ${name} among the keywords alone`, [keyword]);
  const doubt = unspecified === undefined ? null : seek(places.topic, unspecified, unspecified.code);
  const unsaid = `${unspecified?.code}: ${unspecified?.name}, not whether ${name}`;
  if (doubt !== null) return finding("uncertain", unsaid, [doubt]);
  for (const other of others) {
    const evidence = seek(places.keywords, other, other.code);
    if (evidence !== null)
      return finding("out", `${other.code}: ${other.name} among the keywords, ${name} is not named`, [evidence]);
  }
  const hint = unspecified === undefined ? null : seek(places.keywords, unspecified, unspecified.code);
  if (hint !== null) return finding("uncertain", unsaid, [hint]);
  return finding("out", `condition_not_named: ${name} is not named`, quoteWhole(places.topic.slice(0, 3), "not_named"));
}

const asksTable = (table: number | undefined, tables: readonly number[]): boolean =>
  table === undefined || tables.length === 0 || tables.includes(table);

/** The most favourable among the conditions of the tables; a table for which no condition is asked takes every study. */
function screenConditions(places: Places, tables: readonly number[], screening: Screening): Finding {
  const asked = screening.conditions.filter(({ table }) => asksTable(table, tables));
  const found = asked.map((condition) => screenCondition(condition, places, screening));
  const open = tables.some((table) => !screening.conditions.some((one) => asksTable(one.table, [table])));
  if (found.length === 0 || open) return finding("in", "eligible: no condition is asked");
  return found.toSorted((a, b) => BY_FAVOUR.indexOf(a.verdict) - BY_FAVOUR.indexOf(b.verdict))[0] as Finding;
}

/**
 * Screens one study for the tables whose candidate it is ([]: all of the review's). Pure; never throws on a study that passed
 * registry/study.ts. Study type, product and condition are asked in this order: the first that is out gives the verdict,
 * else the first that is uncertain. Null screening takes every study.
 */
export function screen(
  study: Study,
  product: Product | null,
  tables: readonly number[],
  screening: Screening | null,
): Screened {
  if (screening === null)
    return { ...finding("in", "no_screening: the review takes all that its watchlists bring"), footnotes: [] };
  const places = placesOf(study);
  const condition = screenConditions(places, tables, screening);
  const tests = [screenType(study, screening), screenProduct(study, product, screening), condition];
  const footnotes = (screening.footnotes ?? [])
    .filter((one) => asksTable(one.table, tables) && find(places.topic, one, screening, "footnote") !== null)
    .map(({ mark }) => mark);
  for (const verdict of ["out", "uncertain"] as const) {
    const failed = tests.find((one) => one.verdict === verdict);
    if (failed !== undefined) return { ...failed, mixed: condition.mixed, footnotes };
  }
  const evidence = tests.toReversed().flatMap((one) => one.evidence);
  return { ...condition, evidence, footnotes };
}
