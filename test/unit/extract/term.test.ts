import { describe, expect, it } from "vitest";
import { anyOf, beginnings, termPattern, WORD_END, WORD_START } from "../../../pipeline/extract/term.ts";

const reads = (term: string, text: string): boolean =>
  new RegExp(`${WORD_START}(?:${termPattern(term)})${WORD_END}`).test(text);

describe("the term language", () => {
  it.each([
    ["umbilical cord", "an umbilical-cord graft", true],
    ["umbilical cord", "umbilical\ncord", true],
    ["umbilical cord derived", "umbilical cord (uc) derived", true],
    ["umbilical cord", "umbilicalcord", false],
    ["uc-mscs?", "hucmsc", false],
    ["uc-mscs?", "ucmsc", true],
    ["uc-mscs?", "uc mscs", true],
    ["uc=mscs?", "uc mscs", false],
    ["uc=mscs?", "uc-msc", true],
    ["allogen*", "allogeneic", true],
    ["allogen*", "xallogeneic", false],
    ["(adipose|fat) (tissue )?cells", "fat cells", true],
    ["(adipose|fat) (tissue )?cells", "adipose tissue cells", true],
    ["inject* ... joint", "injected slowly into the joint", true],
    ["inject* ... joint", "injected. the joint", false],
    ["wharton's jelly", "wharton´s jelly", true],
    ["i.v.", "by i.v. drip", true],
  ])("%s in «%s» is %s", (term, text, expected) => {
    expect(reads(term, text)).toBe(expected);
  });

  it.each([["(open"], ["shut)"], ["a^b"], [" ?x"], [""]])("refuses %s and says why", (term) => {
    expect(() => termPattern(term)).toThrow(/bracket|cannot read|empty/);
  });

  it("prefers the longer of two terms", () => {
    expect(new RegExp(anyOf(["cord", "cord blood"])).exec("cord blood")?.[0]).toBe("cord blood");
  });

  it("knows how a term can begin", () => {
    expect([...beginnings("(h|hu)?uc")].toSorted()).toEqual(["huc", "huu", "uc "]);
    expect([...beginnings("t cells")]).toEqual(["t c"]);
    expect([...beginnings("a*")].toSorted()).toEqual(["a  ", "a* "]);
  });
});
