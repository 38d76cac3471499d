import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TrialdriftError } from "../../../db/errors.ts";
import { extractProduct } from "../../../pipeline/extract/extract.ts";
import { GROUPS, type GroupName, parseLexicon } from "../../../pipeline/extract/lexicon.ts";
import { hits } from "../../../pipeline/extract/passages.ts";
import { readRecord } from "../../../pipeline/extract/record.ts";
import { CASES, studyOf } from "../../gold/cases.ts";
import { lexiconFiles, mscLexicon } from "../../support/lexicon.ts";

const head = { id: "drug", version: "7", title: "A drug", gate: ["exampleptin"], gate_text: ["exampleptin"] };

/** The message with which a lexicon is refused. */
function problemsOf(files: Record<string, unknown>): string {
  try {
    parseLexicon(files);
  } catch (error) {
    if (error instanceof TrialdriftError && error.code === "review_invalid") return error.message;
    throw error;
  }
  throw new Error("the lexicon was accepted");
}

describe("a lexicon", () => {
  it("names every problem at once, with file and path", () => {
    const message = problemsOf({
      "lexicon.json": { ...head, id: "No Such Id" },
      "a.json": { product: [{ code: "x", terms: ["(open"], reason: "r" }], nonsense: [] },
      "b.json": { product: [{ code: "x", terms: [] }] },
    });
    expect(message).toContain("lexicon.json: id");
    expect(message).toContain('a.json: product[0].terms: a bracket is not closed in the term "(open"');
    expect(message).toContain('a.json: no reader asks for a group "nonsense"');
    expect(message).toContain("b.json: product.0.terms");
    expect(message).toContain("b.json: product.0.reason");
  });

  it("says when a group is written twice or the head is missing", () => {
    const group = { product: [{ code: "x", terms: ["x"], reason: "r" }] };
    expect(problemsOf({ "lexicon.json": head, "a.json": group, "b.json": group })).toContain(
      'b.json: group "product" is defined in two files',
    );
    expect(problemsOf({ "a.json": group })).toContain("lexicon.json");
  });

  it("may be about anything: a drug by mouth", () => {
    const lexicon = parseLexicon({
      "lexicon.json": head,
      "all.json": {
        product: [{ code: "drug", terms: ["exampleptin"], reason: "the drug" }],
        route: [{ code: "oral", terms: ["orally", "by mouth"], reason: "by mouth" }],
      },
    });
    const product = extractProduct(
      studyOf({ title: "Exampleptin", interventions: [["DRUG", "Exampleptin", "taken orally"]] }),
      lexicon,
    );
    expect(product.includesProduct.value).toBe(true);
    expect(product.route.value).toEqual(["oral"]);
    expect(product.tissue.value).toEqual(["not_specified"]);
    expect(product.lexicon).toBe("drug@7");
  });

  it("gives every entry of the MSC lexicon a reason", () => {
    for (const [file, content] of Object.entries(lexiconFiles())) {
      if (file === "lexicon.json") continue;
      for (const entries of Object.values(content as Record<string, { reason: string }[]>)) {
        for (const entry of entries) expect(entry.reason.length).toBeGreaterThan(10);
      }
    }
  });

  it("finds by first signs exactly what trying every entry at every word finds", () => {
    const lexicon = mscLexicon();
    const words = CASES.flatMap(({ text }) => JSON.stringify(text).split(/[^A-Za-z0-9'/.-]+/));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (chosen) => {
        const text = readRecord(studyOf({ summary: `x ${chosen.join(" ")}` }), lexicon).summary[0];
        if (text === undefined) return;
        for (const group of Object.keys(GROUPS) as GroupName[]) {
          const expected: string[] = [];
          let free = 0;
          for (const { index } of text.low.matchAll(/(?<![a-z0-9])[a-z0-9]/g)) {
            if (index < free) continue;
            for (const entry of lexicon.groups[group].entries) {
              entry.own.lastIndex = index;
              const match = entry.own.exec(text.low);
              if (match === null) continue;
              free = index + match[0].length;
              expected.push(`${index} ${entry.name}`);
              break;
            }
          }
          expect(hits(text, group).map((hit) => `${hit.start} ${hit.entry.name}`)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
});
