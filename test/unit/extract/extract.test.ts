import { existsSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractProduct, mayContainProduct } from "../../../pipeline/extract/extract.ts";
import type { Study } from "../../../pipeline/registry/study.ts";
import { CASES, studyOf } from "../../gold/cases.ts";
import { mscLexicon } from "../../support/lexicon.ts";
import { corpus, isVerbatim, studiesOf } from "./support.ts";

const lexicon = mscLexicon();
const FILES = ["msc-2022-01", "msc-2022-09", "registry-v2"];

describe("extraction of any text", () => {
  const words = fc.constantFrom(
    ...CASES.flatMap(({ text }) => JSON.stringify(text).split(/[\s"]+/)),
    "\\>",
    "\\*",
    "&gt;",
    "\\&amp;#39;",
    "\0",
    "İ",
    "ß",
    "\n",
    ";",
    "(",
    ")",
    "❤",
    "1×10^6",
  );
  const prose = fc.oneof(
    fc.array(words, { maxLength: 40 }).map((list) => list.join(" ")),
    fc.string({ unit: "binary", maxLength: 80 }),
  );

  it("never throws, quotes verbatim, and says the same twice", () => {
    fc.assert(
      fc.property(prose, prose, prose, prose, prose, (title, name, description, summary, detail) => {
        const study = studyOf({
          title,
          summary,
          detail,
          keywords: [summary],
          conditions: [name],
          arms: [
            ["EXPERIMENTAL", name, description, [0]],
            ["PLACEBO_COMPARATOR", title, detail, [1]],
          ],
          interventions: [
            ["BIOLOGICAL", name, description, [detail]],
            ["OTHER", summary, title],
          ],
        });
        const product = extractProduct(study, lexicon);
        expect(isVerbatim(study, product)).toBe(true);
        expect(extractProduct(structuredClone(study), lexicon)).toEqual(product);
      }),
      { numRuns: 300 },
    );
  });

  it("reads nothing from an empty record", () => {
    const product = extractProduct(studyOf({ title: "" }), lexicon);
    expect(product).toMatchObject({
      includesProduct: { value: false },
      productType: "none",
      tissue: { value: ["not_specified"], evidence: [] },
      conflicts: [],
    });
  });
});

describe.each(FILES)("every record of %s", (name) => {
  const absent = !existsSync(corpus(name));
  const reason = absent ? " (skipped: the shared corpus is not beside the project)" : "";

  it.skipIf(absent)(`is read without a throw, with spans verbatim at their path${reason}`, () => {
    const studies = studiesOf(name);
    const failed = studies
      .filter((study) => !isVerbatim(study, extractProduct(study, lexicon)))
      .map((study) => study.protocolSection.identificationModule.nctId);
    expect(failed).toEqual([]);
    expect(studies.length).toBeGreaterThan(70);
  });

  it.skipIf(absent)(`passes the gate where the product is given${reason}`, () => {
    const lost = studiesOf(name).filter(
      (study) => !mayContainProduct(study, lexicon) && extractProduct(study, lexicon).includesProduct.value,
    );
    expect(lost.map((study) => study.protocolSection.identificationModule.nctId)).toEqual([]);
  });

  it.skipIf(absent)(`says the same with an unrelated sentence added${reason}`, () => {
    const withSentence = (study: Study): Study => {
      const text = study.protocolSection.descriptionModule;
      const detail = text?.detailedDescription;
      return {
        ...study,
        protocolSection: {
          ...study.protocolSection,
          descriptionModule: { ...text, detailedDescription: `${detail ?? ""}\n\nThe weather was recorded daily.` },
        },
      };
    };
    const moved = studiesOf(name).filter(
      (study) =>
        JSON.stringify(extractProduct(withSentence(study), lexicon)) !== JSON.stringify(extractProduct(study, lexicon)),
    );
    expect(moved.map((study) => study.protocolSection.identificationModule.nctId)).toEqual([]);
  });
});

describe("what a reader is told beside the value", () => {
  it("keeps alternatives apart from combinations, with the site in the record's words", () => {
    const product = extractProduct(
      studyOf({
        interventions: [
          ["BIOLOGICAL", "Mesenchymal stem cells", "through the pancreatic artery or intravenous infusion"],
        ],
      }),
      lexicon,
    );
    expect(product.routeJoin).toBe("or");
    expect(product.routeSites).toMatchObject({ intra_arterial_pancreatic: "pancreatic artery" });
    const both = extractProduct(
      studyOf({ interventions: [["BIOLOGICAL", "Mesenchymal stem cells", "intravenous and intrathecal"]] }),
      lexicon,
    );
    expect(both.routeJoin).toBe("and");
  });

  it("reports fields that disagree about the donor, with both spans", () => {
    const study = studyOf({
      keywords: ["Autologous stem cell transplantation"],
      interventions: [["BIOLOGICAL", "mesenchymal stem cells", "by vein"]],
      detail: "Mesenchymal stem cells are collected from a first degree relative and cultured.",
    });
    const [conflict] = extractProduct(study, lexicon).conflicts;
    expect(conflict).toMatchObject({ about: "donor", values: ["allogeneic", "autologous"] });
    expect(conflict?.evidence.map((item) => item.span)).toEqual(["first degree relative", "Autologous"]);
  });

  it("maps a span back through Markdown escapes", () => {
    const study = studyOf({ interventions: [["BIOLOGICAL", "MSC", "dose \\> 1 \\* 10\\^6, intra\\-venous"]] });
    const product = extractProduct(study, lexicon);
    expect(product.route.value).toEqual(["intravenous"]);
    expect(product.route.evidence[0]?.span).toBe("intra\\-venous");
  });

  it("explains what was set aside", () => {
    const study = studyOf({
      interventions: [["BIOLOGICAL", "MSC", "Fludarabine is given intravenously. MSC follow."]],
    });
    expect(extractProduct(study, lexicon).ruledOut).toContainEqual(
      expect.objectContaining({ about: "route", because: 'of "fludarabine"' }),
    );
  });
});
