import type { Cell, Confidence, DriftColumn, Evidence } from "../../db/model.ts";
import { type Relation, relation } from "../drift/relation.ts";
import { type Companion, compareDonor, compareProducts, compareRoutes, compareTissue } from "../drift/sets.ts";
import type { Product } from "../extract/product.ts";
import type { Facts } from "../normalize/facts.ts";
import { type CoDonor, coProductDonors } from "./co-donor.ts";
import { countedCoProducts, PRODUCT } from "./code-source.ts";
import {
  type Notation,
  printCellSource,
  printRoute,
  type ReadSource,
  type SourceDonors,
  readCellSource,
  readRoute,
} from "./codes.ts";
import {
  type ColumnEntry,
  type Compared,
  type Comparison,
  LIST_SEPARATOR,
  printValue,
  silent,
  texts,
} from "./column.ts";

/** Columns that are read from prose with the review's lexicon, and printed in its codes. */

const PROSE = [
  "protocolSection.armsInterventionsModule",
  "protocolSection.identificationModule",
  "protocolSection.descriptionModule",
  "protocolSection.conditionsModule.keywords",
];

const NO_LEXICON = relation("undecided", "the review has no lexicon: nothing is read from prose");

const CONFIDENCES: readonly Confidence[] = ["high", "medium", "low"];

function least(...all: Confidence[]): Confidence {
  return CONFIDENCES[Math.max(...all.map((one) => CONFIDENCES.indexOf(one)))] ?? "low";
}

function distinct(evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter(
    ({ path, span }, at) => at === evidence.findIndex((one) => one.path === path && one.span === span),
  );
}

/** At most so many passages a cell: a long description names tissues by the dozen. */
const SET_ASIDE = 12;

/** The words about one thing that were read and set aside, each with the reason, in reading order. */
function setAside(product: Product, about: "tissue" | "donor" | "route"): Evidence[] {
  const all = product.ruledOut.filter((one) => one.about === about);
  const first = all.filter(
    (one, at) =>
      at ===
      all.findIndex(
        ({ because, evidence: { span, path } }) =>
          because === one.because && span === one.evidence.span && path === one.evidence.path,
      ),
  );
  return first.slice(0, SET_ASIDE).map(({ evidence, because }) => ({ ...evidence, ruled_out: because }));
}

function readRouteCell(product: Product | null, notation: Notation): Cell {
  if (product === null) return silent("route", "no_lexicon");
  const { codes, join, details } = printRoute(product, notation);
  const { value, evidence, confidence, rule } = product.route;
  const neutral = { routes: value, join, codes, details };
  const read = [...evidence, ...setAside(product, "route")];
  return { column: "route", value: printValue({ codes, join }), neutral, evidence: read, confidence, rule };
}

/** The cell source as printed, one text a product, co-products with their own donors. */
export function printedSource(facts: Facts, product: Product, notation: Notation): string[] {
  return printCellSource(product, notation, donorsOf(coProductDonors(facts, product, notation)));
}

function donorsOf(told: Record<string, CoDonor>): SourceDonors {
  return Object.fromEntries(Object.entries(told).map(([code, { donor }]) => [code, donor]));
}

function readSourceCell(facts: Facts, product: Product | null, notation: Notation): Cell {
  if (product === null) return silent("cell_source", "no_lexicon");
  const told = coProductDonors(facts, product, notation);
  const coDonors = donorsOf(told);
  const printed = printCellSource(product, notation, coDonors);
  const { tissue, donor, coProducts, includesProduct } = product;
  const silentOnes = [
    tissue.value.includes("not_specified") ? [] : tissue.evidence,
    donor.evidence,
    coProducts.evidence,
  ];
  const read: Evidence[] = [...silentOnes.flat(), ...Object.values(told).map(({ evidence }) => evidence)];
  return {
    column: "cell_source",
    value: printed.length === 0 ? null : printed.join(LIST_SEPARATOR),
    neutral: {
      tissue: tissue.value,
      donor: donor.value,
      products: includesProduct.value ? [PRODUCT, ...countedCoProducts(product, notation)] : [],
      co_products: coProducts.value,
      co_product_donors: coDonors,
      details: product.tissueSubtypes,
    },
    evidence: [
      ...(read.length > 0 ? distinct(read) : includesProduct.evidence),
      ...setAside(product, "tissue"),
      ...setAside(product, "donor"),
    ],
    confidence: least(tissue.confidence, donor.confidence, ...Object.values(told).map(({ confidence }) => confidence)),
    rule: tissue.rule,
  };
}

function compareRoute({ printed, product, cell, notation }: Comparison): Compared[] {
  const codes = texts(printed);
  const compared = { column: "route" as const, curated: printValue(printed), registry: cell.value };
  if (codes.length === 0) return [{ ...compared, relation: null }];
  if (product === null) return [{ ...compared, relation: NO_LEXICON }];
  const { codes: registry, untold, details } = printRoute(product, notation);
  const join = printed !== null && typeof printed === "object" && !Array.isArray(printed) ? printed.join : "and";
  const record = { codes: readRoute(registry, notation), join: product.routeJoin, untold, details };
  return [{ ...compared, relation: compareRoutes(readRoute(codes, notation), join, record) }];
}

function words(codes: readonly string[] | string | null): string | null {
  if (codes === null) return null;
  return [codes].flat().join(LIST_SEPARATOR).replaceAll("_", " ");
}

/** A reading of low confidence says so beside the kind. */
function withConfidence(relation_: Relation | null, confidence: Confidence): Relation | null {
  if (relation_ === null || confidence !== "low" || relation_.kind === "silent") return relation_;
  return { ...relation_, note: relation_.note === null ? "low confidence" : `${relation_.note}; low confidence` };
}

function companionsOf(source: ReadSource, facts: Facts, product: Product, notation: Notation): Companion[] {
  const told = coProductDonors(facts, product, notation);
  return countedCoProducts(product, notation)
    .filter((code) => source.products.includes(code))
    .map((code) => ({
      code,
      printed: source.coDonors[code] ?? null,
      registry: told[code]?.donor ?? null,
      path: told[code]?.evidence.path ?? null,
      fromPaper: told[code]?.confidence === "low",
    }));
}

function relateSource(
  source: ReadSource,
  { facts, product, notation }: Comparison,
): Record<"tissue" | "donor" | "cell_source", Relation | null> {
  if (product === null) {
    return {
      tissue: source.tissue === null ? null : NO_LEXICON,
      donor: source.donor === null ? null : NO_LEXICON,
      cell_source: NO_LEXICON,
    };
  }
  const registry = product.includesProduct.value ? [PRODUCT, ...countedCoProducts(product, notation)] : [];
  const unread =
    source.unread.length > 0 && relation("undecided", `not in the review's codes: ${source.unread.join(", ")}`);
  return {
    tissue:
      source.tissue && withConfidence(compareTissue(source.tissue, product.tissue.value), product.tissue.confidence),
    donor: source.donor && withConfidence(compareDonor(source.donor, product.donor.value), product.donor.confidence),
    cell_source:
      unread ||
      compareProducts(source.products, registry, companionsOf(source, facts, product, notation), source.aliased),
  };
}

function compareSource(input: Comparison): Compared[] {
  const { product, cell, notation } = input;
  const printed = texts(input.printed);
  const source = printed.length === 0 ? null : readCellSource(printed, notation);
  const relations = source === null ? { tissue: null, donor: null, cell_source: null } : relateSource(source, input);
  const stated = (value: string | string[] | undefined) =>
    value === undefined || [value].flat().includes("not_specified") ? null : words(value);
  return [
    {
      column: "tissue",
      curated: words(source?.tissue ?? null),
      registry: stated(product?.tissue.value),
      relation: relations.tissue,
    },
    {
      column: "donor",
      curated: words(source?.donor ?? null),
      registry: stated(product?.donor.value),
      relation: relations.donor,
    },
    {
      column: "cell_source",
      curated: printValue(input.printed),
      registry: cell.value,
      relation: relations.cell_source,
    },
  ];
}

function sourcePart(cell: Cell, part: DriftColumn): unknown {
  const neutral = cell.neutral as { tissue?: unknown; donor?: unknown; products?: unknown } | null;
  if (part === "tissue" || part === "donor") return neutral?.[part];
  return neutral?.products;
}

/** Sites and shares of arms are details: a new word for one does not move the cell. */
function routesAndJoin({ neutral }: Cell): unknown {
  const route = neutral as { routes?: unknown; join?: unknown } | null;
  return [route?.routes, route?.join];
}

export const PRODUCT_COLUMNS: readonly ColumnEntry[] = [
  {
    name: "route",
    label: "Route",
    paths: PROSE,
    read: (_facts, product, notation) => readRouteCell(product, notation),
    parts: ["route"],
    compare: compareRoute,
    identity: (cell) => routesAndJoin(cell),
    printCurated: printValue,
    reason: "no words for the way of giving is silence: the printed value stands",
  },
  {
    name: "cell_source",
    label: "Cell source",
    paths: [...PROSE, "protocolSection.referencesModule.references"],
    read: readSourceCell,
    parts: ["tissue", "donor", "cell_source"],
    compare: compareSource,
    identity: (cell, _facts, part) => sourcePart(cell, part),
    printCurated: printValue,
    reason: "a printed code states up to three things, and each can be right or wrong alone",
  },
];
