import { describe, expect, test } from "vitest";
import { TrialdriftError } from "../../../db/errors.ts";
import type { Donor, Product } from "../../../pipeline/extract/product.ts";
import {
  parseNotation,
  printCellSource,
  printRoute,
  readCellSource,
  readRoute,
} from "../../../pipeline/review/codes.ts";
import { fixtureJson } from "../fixtures/support.ts";

const review = fixtureJson<{ codes: Record<string, unknown> }>("fixtures/reviews/msc-t1d-sle/review.json");
const notation = parseNotation(review.codes);
const neutral = parseNotation(undefined);

function reading<T>(value: T) {
  return { value, evidence: [], confidence: "high" as const, rule: "test" };
}

interface Told {
  tissue?: string[];
  donor?: Donor;
  coProducts?: string[];
  route?: string[];
  join?: "and" | "or";
  sites?: Record<string, string | null>;
  arms?: [number, number];
}

function product({ tissue, donor, coProducts, route, join, sites, arms = [1, 2] }: Told): Product {
  return {
    includesProduct: reading(true),
    productType: "cells",
    disease: reading([]),
    tissue: reading(tissue ?? ["not_specified"]),
    tissueSubtypes: [],
    donor: reading(donor ?? "not_specified"),
    donorExplicit: false,
    coProducts: reading(coProducts ?? ["none"]),
    route: reading(route ?? ["not_specified"]),
    routeJoin: join ?? "and",
    routeSites: sites ?? {},
    armsTotal: arms[1],
    armsWithProduct: arms[0],
    controlArm: reading(false),
    comparatorType: reading("none"),
    placebo: reading(false),
    conflicts: [],
    ruledOut: [],
    extractorVersion: "1",
    lexicon: "test@1",
  };
}

const GRAFT = "co_transplant_with_organ_or_islets";
const LESION = "intralesional_or_perilesional";

describe("printed routes", () => {
  test.each<[string, Told, string[]]>([
    ["one route", { route: ["intravenous"] }, ["iv"]],
    ["two routes", { route: ["intra_arterial_pancreatic", "intravenous"] }, ["ipa", "iv"]],
    ["silence prints nothing", {}, []],
    ["islets and kidney", { route: [GRAFT], coProducts: ["islets", "kidney"] }, ["co-pi-k"]],
    ["islets alone", { route: [GRAFT], coProducts: ["islets"] }, ["co-pi"]],
    ["another graft", { route: [GRAFT] }, ["co-graft"]],
    [
      "a co-transplant keeps the other routes in its detail",
      { route: [GRAFT, "intramuscular"], coProducts: ["islets"] },
      ["co-pi"],
    ],
    ["a lesion", { route: [LESION], sites: { [LESION]: "wound bed" } }, ["i-les"]],
    [
      "a named site besides",
      { route: [LESION], sites: { [LESION]: "third Distal part of the shin" } },
      ["i-les", "is"],
    ],
    ["a route without a code is not lost", { route: ["by_balloon"] }, ["by_balloon"]],
  ])("%s", (_, told, codes) => expect(printRoute(product(told), notation).codes).toEqual(codes));

  test("details tell site, other routes and share of arms", () => {
    const told = product({
      route: [GRAFT, "intramuscular"],
      coProducts: ["islets"],
      sites: { intramuscular: "forearm" },
      arms: [1, 4],
    });
    expect(printRoute(told, notation)).toMatchObject({
      details: ["i-musc (forearm)", "in 1 of 4 arms"],
      untold: ["intramuscular"],
    });
  });

  test("or stays or", () => {
    expect(
      printRoute(product({ route: ["intravenous", "intra_arterial_pancreatic"], join: "or" }), notation).join,
    ).toBe("or");
  });

  test("a neutral notation prints neutral codes", () => {
    expect(printRoute(product({ route: ["intravenous"] }), neutral).codes).toEqual(["intravenous"]);
  });

  test("codes are read back, an unknown one as unknown", () => {
    expect(readRoute(["iv", "co-pi-k", "xyz"], notation)).toMatchObject([
      { neutral: "intravenous" },
      { neutral: GRAFT, coProducts: ["islets", "kidney"] },
      { neutral: null },
    ]);
  });
});

describe("printed cell sources", () => {
  test.each<[Told, string[]]>([
    [{ tissue: ["bone_marrow"], donor: "autologous" }, ["AutoBM-MSCs"]],
    [{ tissue: ["bone_marrow"], donor: "allogeneic" }, ["AlloBM-MSCs"]],
    [{ tissue: ["bone_marrow"], donor: "both" }, ["AutoBM-MSCs", "AlloBM-MSCs"]],
    [{ tissue: ["bone_marrow"] }, ["BM-MSCs"]],
    [{ tissue: ["umbilical_cord"], donor: "allogeneic" }, ["UC-MSCs"]],
    [{ tissue: ["cord_blood"], donor: "allogeneic" }, ["CB-MSCs"]],
    [{ tissue: ["bone_marrow", "umbilical_cord"], donor: "both" }, ["BM-MSCs", "UC-MSCs"]],
    [{ donor: "autologous" }, ["Autologous MSCs (tissue origin not specified)"]],
    [{}, ["MSCs (tissue origin not specified)"]],
    [{ tissue: ["umbilical_cord"], coProducts: ["bm_mnc", "islets"] }, ["UC-MSCs", "BM-MNCs"]],
  ])("%o", (told, printed) => expect(printCellSource(product(told), notation)).toEqual(printed));

  test("the donor of a co-product is its own", () => {
    const told = product({ tissue: ["umbilical_cord"], donor: "allogeneic", coProducts: ["bm_mnc"] });
    expect(printCellSource(told, notation, { bm_mnc: "autologous" })).toEqual(["UC-MSCs", "AutoBM-MNCs"]);
  });

  test.each<[string[], string[] | null, Donor | null, string[]]>([
    [["UC-MSCs", "AutoBM-MNC"], ["umbilical_cord"], null, ["product", "bm_mnc"]],
    [["AutoBM-MSCs", "AlloBM-MSCs"], ["bone_marrow"], "both", ["product"]],
    [["Autologous MSC transplantation (tissue origin not specified)"], ["not_specified"], "autologous", ["product"]],
    [["Stem cells of a kind"], null, null, []],
  ])("reads %o", (printed, tissue, donor, products) => {
    expect(readCellSource(printed, notation)).toMatchObject({ tissue, donor, products });
  });

  test("a neutral notation reads back what it prints", () => {
    const told = product({ tissue: ["bone_marrow"], donor: "autologous", coProducts: ["hsc"] });
    const printed = printCellSource(told, neutral);
    expect(printed).toEqual(["autologous bone_marrow", "with hsc"]);
    expect(readCellSource(printed, neutral)).toMatchObject({
      tissue: ["bone_marrow"],
      donor: "autologous",
      products: ["product", "hsc"],
    });
  });
});

describe("a notation that is wrong", () => {
  const route = (...codes: object[]) => ({ route: { codes } });
  const wrong: [string, unknown, RegExp][] = [
    ["an unknown key", { routes: {} }, /routes/],
    ["a code twice", route({ code: "i-art", neutral: "a" }, { code: "i-art", neutral: "b" }), /i-art is there twice/],
    [
      "a reserved code with another meaning",
      route({ code: "ic", neutral: "intracoronary" }),
      /reserved for intracavernous/,
    ],
    ["an addition of two letters", route({ code: "im", neutral: "intramuscular" }), /at least 3 signs/],
    ["a site that is no pattern", route({ code: "i-les", neutral: "a", site: "(" }), /not a pattern/],
    ["an alias of nothing", { cell_source: { products: [], aliases: { a: "b" } } }, /"b", which no entry prints/],
  ];
  test.each(wrong)("%s is refused", (_, codes, message) => {
    expect(() => parseNotation(codes)).toThrow(TrialdriftError);
    expect(() => parseNotation(codes)).toThrow(message);
  });

  test("all problems are told at once", () => {
    const codes = route({ code: "im", neutral: "a" }, { code: "ic", neutral: "b" });
    expect(() => parseNotation(codes)).toThrow(/im.*ic is reserved/s);
  });
});
