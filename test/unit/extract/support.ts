import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Evidence } from "../../../db/model.ts";
import type { Product } from "../../../pipeline/extract/product.ts";
import type { Study } from "../../../pipeline/registry/study.ts";

export const corpus = (name: string) => new URL(`../../../../shared/corpus/${name}.jsonl.gz`, import.meta.url);

export function studiesOf(name: string): Study[] {
  const text = gunzipSync(readFileSync(corpus(name))).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Study);
}

/** What stands at a JSON path such as `a.b[0].c`. */
function at(study: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], study);
}

function evidenceOf(product: Product): Evidence[] {
  const readings = [
    product.includesProduct,
    product.disease,
    product.tissue,
    product.donor,
    product.coProducts,
    product.route,
    product.controlArm,
    product.comparatorType,
    product.placebo,
  ];
  return [
    ...readings.flatMap((reading) => reading.evidence),
    ...product.conflicts.flatMap((conflict) => conflict.evidence),
    ...product.ruledOut.map((item) => item.evidence),
  ];
}

export function isVerbatim(study: Study, product: Product): boolean {
  return evidenceOf(product).every(({ path, span }) => {
    const raw = at(study, path);
    return typeof raw === "string" && span.length > 0 && raw.includes(span);
  });
}
