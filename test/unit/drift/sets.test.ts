import { describe, expect, test } from "vitest";
import {
  compareDonor,
  compareProducts,
  compareRoutes,
  compareTissue,
  type Companion,
  type Way,
} from "../../../pipeline/drift/sets.ts";

describe("tissue", () => {
  test.each([
    [["bone_marrow"], ["bone_marrow"], "same"],
    [["bone_marrow"], ["not_specified"], "silent"],
    [["not_specified"], ["not_specified"], "same"],
    [["not_specified"], ["adipose"], "refined"],
    [["umbilical_cord"], ["cord_blood"], "contradicts"],
    [["bone_marrow"], ["adipose", "bone_marrow"], "coarsened"],
    [["adipose", "bone_marrow"], ["bone_marrow"], "refined"],
  ])("%o against %o is %s", (printed, registry, kind) => expect(compareTissue(printed, registry).kind).toBe(kind));
});

describe("donor", () => {
  test.each([
    ["autologous", "autologous", "same"],
    ["autologous", "not_specified", "silent"],
    ["autologous", "allogeneic", "contradicts"],
    ["autologous", "both", "coarsened"],
    ["both", "allogeneic", "refined"],
  ] as const)("%s against %s is %s", (printed, registry, kind) =>
    expect(compareDonor(printed, registry).kind).toBe(kind),
  );
});

describe("products", () => {
  const companion = (one: Partial<Companion>): Companion => ({
    code: "bm_mnc",
    printed: null,
    registry: null,
    path: null,
    fromPaper: false,
    ...one,
  });

  test.each<[string[], string[], Companion[], string]>([
    [["product"], ["product"], [], "same"],
    [["product"], [], [], "silent"],
    [["product", "bm_mnc"], ["product"], [], "overlap"],
    [["bm_mnc"], ["product"], [], "contradicts"],
    [
      ["product", "bm_mnc"],
      ["product", "bm_mnc"],
      [companion({ printed: "autologous", registry: "autologous" })],
      "same",
    ],
    [["product", "bm_mnc"], ["product", "bm_mnc"], [companion({ printed: "autologous" })], "coarsened"],
    [["product", "bm_mnc"], ["product", "bm_mnc"], [companion({ registry: "autologous" })], "refined"],
    [
      ["product", "bm_mnc"],
      ["product", "bm_mnc"],
      [companion({ printed: "autologous", registry: "allogeneic" })],
      "contradicts",
    ],
    [
      ["product", "bm_mnc"],
      ["product", "bm_mnc"],
      [companion({ printed: "autologous", registry: "autologous", fromPaper: true })],
      "equivalent",
    ],
  ])("%o against %o, %o, is %s", (printed, registry, companions, kind) => {
    expect(compareProducts(printed, registry, companions, false).kind).toBe(kind);
  });

  test("what was kept, added and lost is told", () => {
    expect(compareProducts(["product", "hsc"], ["product", "islets"], [], false).note).toBe(
      "kept: product; added: islets; lost: hsc",
    );
  });
});

describe("routes", () => {
  const WAYS: Record<string, Way> = {
    iv: { code: "iv", neutral: "intravenous", sited: false },
    ipa: { code: "ipa", neutral: "intra_arterial_pancreatic", sited: false },
    is: { code: "is", neutral: "intralesional", sited: true },
    "i-les": { code: "i-les", neutral: "intralesional", sited: false },
    xx: { code: "xx", neutral: null, sited: false },
  };
  const ways = (codes: string[]) => codes.flatMap((code) => WAYS[code] ?? []);

  test.each<[string[], "and" | "or", string[], "and" | "or", string]>([
    [["iv"], "and", ["iv"], "and", "same"],
    [["iv"], "and", [], "and", "silent"],
    [["iv", "ipa"], "or", ["ipa", "iv"], "or", "same"],
    [["iv", "ipa"], "and", ["ipa", "iv"], "or", "overlap"],
    [["iv"], "and", ["ipa", "iv"], "and", "overlap"],
    [["iv"], "and", ["ipa"], "and", "contradicts"],
    [["is"], "and", ["i-les"], "and", "overlap"],
    [["xx"], "and", ["iv"], "and", "undecided"],
  ])("%o (%s) against %o (%s) is %s", (printed, join, codes, own, kind) => {
    expect(compareRoutes(ways(printed), join, { codes: ways(codes), join: own, untold: [], details: [] }).kind).toBe(
      kind,
    );
  });

  test("a route that only the detail tells leaves the code equivalent", () => {
    const record = { codes: ways(["iv"]), join: "and" as const, untold: ["intramuscular"], details: ["i-musc"] };
    expect(compareRoutes(ways(["iv"]), "and", record)).toMatchObject({
      kind: "equivalent",
      note: "a detail of the code: i-musc",
    });
  });
});
