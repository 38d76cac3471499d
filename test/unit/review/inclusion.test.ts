import { describe, expect, test } from "vitest";
import { inclusionParts } from "../../../pipeline/review/inclusion.ts";

describe("inclusion criteria", () => {
  const kept = (text: string) =>
    inclusionParts(text)
      .map(([from, to]) => text.slice(from, to))
      .join("|");
  test.each([
    ["Inclusion Criteria:\n\n* A\n\nExclusion Criteria:\n\n* B", "A", "B"],
    ["Inclusion: A. Exclusion criteria B", "A", "B"],
    ["A\n\n- Main Exclusion Criteria\nB", "A", "B"],
    ["Exclusion Criteria: B\n\nInclusion Criteria: A", "A", "B"],
    ["A\nNon-inclusion criteria:\nB", "A", "B"],
    ["Excluded: B", "", "B"],
    ["None of the exclusion criteria\nA", "A", "B"],
    ["Exclusion of pregnancy by a test\nA", "A", "B"],
    ["Tumour is excluded\nA", "A", "B"],
  ])("%j", (text, included, excluded) => {
    expect(kept(text)).toContain(included);
    expect(kept(text)).not.toContain(excluded);
  });
});
