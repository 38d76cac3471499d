import type { Evidence } from "../../db/model.ts";
import { labelOf } from "./label.ts";
import type { Study } from "../registry/study.ts";
import type { Product, RuledOut } from "./product.ts";

/** What the rules read in one record, as text for a person who tunes the lexicon: value, rule, words, what was set aside. */

const NAME = 17;
const QUOTED = 120;

function words({ path, span, rule }: Evidence): string {
  const shown = span.length > QUOTED ? `${span.slice(0, QUOTED)}…` : span;
  return `"${shown.replace(/\s+/g, " ")}"  ${path.replace("protocolSection.", "")}  (${rule})`;
}

interface Told {
  name: string;
  value: unknown;
  /** Rule and confidence; null where the value has none of its own. */
  how: string | null;
  evidence: readonly Evidence[];
  about: RuledOut["about"] | null;
}

const reading = <T>(
  name: string,
  { value, rule, confidence, evidence }: { value: T; rule: string; confidence: string; evidence: Evidence[] },
  about: RuledOut["about"] | null = null,
): Told => ({ name, value, how: `${rule}, ${confidence} confidence`, evidence, about });

function fieldsOf(product: Product): Told[] {
  const plain = (name: string, value: unknown): Told => ({ name, value, how: null, evidence: [], about: null });
  const sites = Object.entries(product.routeSites).flatMap(([route, site]) =>
    site === null ? [] : `${route}: ${site}`,
  );
  return [
    reading("includes_msc", product.includesProduct, "product"),
    plain("product_type", product.productType),
    reading("disease", product.disease),
    reading("tissue", product.tissue, "tissue"),
    plain("tissue_subtypes", product.tissueSubtypes),
    reading("donor", product.donor, "donor"),
    plain("donor_explicit", product.donorExplicit),
    reading("co_products", product.coProducts, "co_products"),
    reading("route", product.route, "route"),
    plain("route_join", product.routeJoin),
    plain("route_sites", sites),
    plain("arms", `${product.armsWithProduct} of ${product.armsTotal} with the product`),
    reading("control_arm", product.controlArm),
    reading("comparator_type", product.comparatorType),
    reading("placebo", product.placebo),
  ];
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(", ") || "-" : String(value));

/** One record in words; `*` before words that carry a value, `x` before those set aside, with the reason. */
export function explain(study: Study, product: Product): string {
  const lines = fieldsOf(product).flatMap(({ name, value, how, evidence, about }) => [
    `  ${name.padEnd(NAME)}${shown(value)}${how === null ? "" : `   [${how}]`}`,
    ...evidence.map((one) => `      * ${words(one)}`),
    ...product.ruledOut
      .filter((one) => one.about === about)
      .map((one) => `      x ${words(one.evidence)}: set aside, ${one.because}`),
  ]);
  const conflicts = product.conflicts.flatMap(({ about, values, evidence }) => [
    `  the record contradicts itself on ${about}: ${values.join(" against ")}`,
    ...evidence.map((one) => `      * ${words(one)}`),
  ]);
  return [
    labelOf(study, product).nct_id,
    ...lines,
    ...conflicts,
    `  read by rules ${product.extractorVersion}, ${product.lexicon}`,
    "",
  ].join("\n");
}
