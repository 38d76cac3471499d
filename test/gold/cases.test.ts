import { describe, expect, it } from "vitest";
import { extractProduct } from "../../pipeline/extract/extract.ts";
import { labelOf } from "../../pipeline/extract/label.ts";
import { mscLexicon } from "../support/lexicon.ts";
import { CASES, studyOf } from "./cases.ts";

describe("labelled cases", () => {
  const lexicon = mscLexicon();
  it.each(CASES)("$shows", ({ text, expected }) => {
    const study = studyOf(text);
    expect(labelOf(study, extractProduct(study, lexicon))).toMatchObject(expected);
  });
});
