import { existsSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractProduct } from "../../../pipeline/extract/extract.ts";
import { labelOf } from "../../../pipeline/extract/label.ts";
import type { Study } from "../../../pipeline/registry/study.ts";
import { CASES, type CaseText, studyOf } from "../../gold/cases.ts";
import { mscLexicon } from "../../support/lexicon.ts";
import { corpus, isVerbatim, studiesOf } from "./support.ts";

const lexicon = mscLexicon();

describe("an unrelated sentence", () => {
  const UNRELATED = [
    "The weather was recorded daily.",
    "All participants signed a consent form.",
    "Visits take place every second Tuesday.",
    "Costs of travel are paid back.",
    "The protocol was approved by the ethics committee in 2014.",
    "A questionnaire on sleep is filled in at month 3.",
    "Data are kept for ten years!",
  ];
  const value = (text: (typeof CASES)[number]["text"]) => {
    const { evidence: _, ...rest } = labelOf(studyOf(text), extractProduct(studyOf(text), lexicon));
    return rest;
  };
  const longer = (text: string, sentence: string) =>
    text === "" ? text : `${text}${/[.!?]$/.test(text) ? "" : "."} ${sentence}`;

  it("changes nothing, in whichever description it stands", () => {
    fc.assert(
      fc.property(fc.constantFrom(...CASES), fc.constantFrom(...UNRELATED), fc.nat(5), ({ text }, sentence, where) => {
        const { summary, detail = "", interventions = [], arms = [] } = text;
        const more: CaseText = { ...text };
        if (where === 0 && summary !== undefined) more.summary = longer(summary, sentence);
        else if (where === 1) more.detail = `${detail}\n\n${sentence}`;
        else if (where === 2) more.detail = `${sentence} ${detail}`;
        else if (where === 3)
          more.interventions = interventions.map(([a, b, c = "", d = []]) => [a, b, longer(c, sentence), d]);
        else if (where === 4) more.arms = arms.map(([a, b, c = "", d = []]) => [a, b, longer(c, sentence), d]);
        else more.summary = `${summary ?? ""}\n${sentence}`;
        expect(value(more)).toEqual(value(text));
      }),
      { numRuns: 600 },
    );
  });
});

describe("extraction of long texts", () => {
  const SENTENCES = [
    "Autologous bone marrow mesenchymal stem cells are infused intravenously into the patient from a healthy donor. ",
    "inclusion criteria: patients who received mesenchymal stem cells of the donor, in the knee, with saline placebo, no end here ",
    "Animal studies have shown that umbilical cord MSCs from donors given intrathecally with methotrexate and islets are safe\n",
  ];
  const cpu = (length: number, sentence: string): number => {
    const detail = sentence.repeat(Math.ceil(length / sentence.length));
    const study = studyOf({
      title: "MSC",
      detail,
      interventions: [["BIOLOGICAL", "MSC", detail.slice(0, length / 4)]],
    });
    const before = process.cpuUsage();
    extractProduct(study, lexicon);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const least = (length: number, sentence: string) => Math.min(...[1, 2, 3, 4].map(() => cpu(length, sentence)));

  it.each(SENTENCES)("takes time as the text grows, not as its square: %s", (sentence) => {
    cpu(30_000, sentence);
    // Eight times the text: a square would take 64 times as long.
    expect(least(400_000, sentence) / least(50_000, sentence)).toBeLessThan(24);
  });
});

describe.skipIf(!existsSync(corpus("msc-2022-01")))("real records, damaged", () => {
  const damage = (text: string, at: number, how: number): string => {
    const cut = text.length === 0 ? 0 : at % (text.length + 1);
    const scraps = ["\\", "\\>", "&gt;", "\0", "(", ")", "\n\n", " not ", "İ", "\u2028", "MSC", ";", "placebo"];
    return how % 3 === 0
      ? text.slice(0, cut)
      : how % 3 === 1
        ? text.slice(cut)
        : `${text.slice(0, cut)}${scraps[how % scraps.length]}${text.slice(cut)}`;
  };
  const damaged = (value: unknown, next: () => number): unknown => {
    if (typeof value === "string") return next() % 3 === 0 ? damage(value, next(), next()) : value;
    if (Array.isArray(value)) return value.map((item) => damaged(item, next));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, damaged(item, next)]));
  };

  it("are read without a throw, word for word, twice the same", () => {
    const studies = studiesOf("msc-2022-01");
    fc.assert(
      fc.property(fc.nat(studies.length - 1), fc.array(fc.nat(100_000), { minLength: 7, maxLength: 31 }), (n, dice) => {
        let throwsOfDice = 0;
        const next = () => (dice[throwsOfDice++ % dice.length] ?? 0) + throwsOfDice;
        const study = damaged(studies[n], next) as Study;
        const product = extractProduct(study, lexicon);
        expect(isVerbatim(study, product)).toBe(true);
        expect(extractProduct(structuredClone(study), lexicon)).toEqual(product);
      }),
      { numRuns: 300 },
    );
  });
});
