import type { Given } from "./given.ts";
import { productHits } from "./naming.ts";
import { type Hit, hits, type Passage } from "./passages.ts";
import type { RecordText } from "./record.ts";

/** Signs of a coined name: a trademark, a digit, two capitals, or a capital inside. A plain word is no brand. */
const COINED = /[®™\d]|[A-Z]{2}|[a-z][A-Z]/;

/**
 * The brands or codes of what is given, as listed interventions name it ("XY-101", "Curecell®"): in the record's prose such
 * a name stands for the product. Names that say what the product is are found by the lexicon and are not repeated here.
 */
export function brandsOf(record: RecordText, given: Given): string[] {
  const names = record.interventions
    .filter((item) => given.interventions.has(item.index))
    .flatMap((item) => item.names);
  const brands = names.flatMap((name) => {
    const plain = name.plain.text.replace(/\([^()]*\)/g, " ").trim();
    const low = plain.toLowerCase().replace(/[®™]/g, "").trim();
    const said =
      productHits(record, name).length > 0 ||
      (["generic", "companion", "drug", "placebo"] as const).some((group) => hits(name, group).length > 0);
    return said || low.length < 4 || low.length > 30 || !COINED.test(plain) ? [] : [low];
  });
  return [...new Set(brands)];
}

/** Where a brand stands in a passage, as hits of the entry that names the product. */
export function brandHits(record: RecordText, passage: Passage): Hit[] {
  const entry = record.lexicon.groups.product.entries[0];
  if (entry === undefined) return [];
  return record.brands.flatMap((brand) => {
    const found: Hit[] = [];
    for (let at = passage.low.indexOf(brand); at !== -1; at = passage.low.indexOf(brand, at + brand.length)) {
      const end = at + brand.length;
      if (!/[a-z0-9]/.test(passage.low.charAt(at - 1)) && !/[a-z0-9]/.test(passage.low.charAt(end)))
        found.push({ passage, start: at, end, entry });
    }
    return found;
  });
}
