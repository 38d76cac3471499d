import type { Confidence, Evidence } from "../../db/model.ts";
import type { Donor, Product } from "../extract/product.ts";
import type { Facts } from "../normalize/facts.ts";
import { countedCoProducts } from "./code-source.ts";
import type { Notation } from "./codes.ts";

/** Whose a co-product is, as the record's own names or a paper of this study tell. */
export interface CoDonor {
  donor: Donor;
  evidence: Evidence;
  confidence: Confidence;
}

interface Text {
  path: string;
  text: string;
  confidence: Confidence;
}

const ARMS = "protocolSection.armsInterventionsModule";
const IDENTITY = "protocolSection.identificationModule";

/** Names and titles first; a paper's title says what was done in the study, not what was registered. */
function textsOf(facts: Facts): Text[] {
  const papers = facts.references.flatMap(({ type, citation }, at) =>
    citation !== null && (type === "DERIVED" || type === "RESULT")
      ? [
          {
            path: `protocolSection.referencesModule.references[${at}].citation`,
            text: citation,
            confidence: "low" as const,
          },
        ]
      : [],
  );
  return [
    ...facts.interventions.map((text, at) => ({
      path: `${ARMS}.interventions[${at}].name`,
      text,
      confidence: "high" as const,
    })),
    ...facts.arms.map((text, at) => ({ path: `${ARMS}.armGroups[${at}].label`, text, confidence: "high" as const })),
    { path: `${IDENTITY}.briefTitle`, text: facts.title, confidence: "high" },
    { path: `${IDENTITY}.officialTitle`, text: facts.officialTitle ?? "", confidence: "high" },
    ...papers,
  ];
}

const DONOR_WORDS: readonly { donor: Donor; word: RegExp }[] = [
  { donor: "autologous", word: /^auto(?:logous|genous)?$/ },
  { donor: "allogeneic", word: /^allo(?:gen(?:e?ic|ous))?$/ },
];

function singular(word: string): string {
  return word.toLowerCase().replace(/s$/, "");
}

/**
 * The words of a co-product's meaning, behind the donor's word and up to its noun: "autologous bone marrow cells" is of
 * mononuclear marrow cells, "autologous bone marrow mesenchymal stem cells" is not.
 */
function spanIn(text: string, donorWord: RegExp, meaning: readonly string[]): string | null {
  const found = [...text.matchAll(/\p{L}+/gu)];
  const noun = meaning.at(-1);
  for (const [at, word] of found.entries()) {
    if (!donorWord.test(word[0].toLowerCase())) continue;
    let end = at + 1;
    while (meaning.includes(singular(found[end]?.[0] ?? ""))) end++;
    const last = found[end - 1];
    if (last === undefined || end - at < 3 || singular(last[0]) !== noun) continue;
    return text.slice(word.index, last.index + last[0].length);
  }
  return null;
}

/**
 * Donors of a record's co-products by neutral code. Absent: one that no text tells, and one whose printed code is the same
 * whoever gave it.
 */
export function coProductDonors(facts: Facts, product: Product, notation: Notation): Record<string, CoDonor> {
  const found: Record<string, CoDonor> = {};
  for (const code of countedCoProducts(product, notation)) {
    const entries = notation.coProducts.filter((one) => one.coProduct === code && one.donor !== null);
    const meanings = entries.flatMap(({ means }) => means ?? []);
    for (const { path, text, confidence } of meanings.length === 0 ? [] : textsOf(facts)) {
      for (const { donor, word } of DONOR_WORDS) {
        const span = meanings
          .map((means) => spanIn(text, word, (means.match(/\p{L}+/gu) ?? []).map(singular)))
          .find((one) => one !== null);
        if (span === undefined || span === null || found[code] !== undefined) continue;
        found[code] = { donor, evidence: { path, span, rule: "co_product/donor_word" }, confidence };
      }
    }
  }
  return found;
}
