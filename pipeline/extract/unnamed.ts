import { firstGiven, namesComparator, productHits, sentenceOf, takesOnly, textsOf } from "./naming.ts";
import { type Hit, hits, sentenceAt } from "./passages.ts";
import type { InterventionText, RecordText } from "./record.ts";
import type { RuledOut } from "./product.ts";
import { deniedBy, inCriteria, wordBefore } from "./scope.ts";

/** The product of a record whose interventions and arms do not name it: a brand, a code, "cells", or no intervention. */
export interface Unnamed {
  readonly by: Hit;
  readonly rule: string;
  readonly confidence: "medium" | "low";
  readonly interventions: readonly number[];
}

/** Words of giving, of which one must stand beside a name in prose or title before it counts as given. */
const GIVING =
  /\b(?:inject|infus|transplant|implant|administ|deliver|given|receiv|treat|thera|transfus|graft|appl|enrich|using|use of|efficacy|efficiency|safety|effect|toler|clinical trial|trial of|repair|regenerat|reconstruct|dose)/;

/** Titles about what cells are, or about taking them, not about giving them. */
const STUDIED =
  /\b(?:count|collect|harvest|isolat|alteration|propert|charact|senescence|mobili[sz]|identification of|differentiation of|response of|impact of|effects? (?:on|in)|effects? of .* on |pre-?clinical|biobank|bank|survival of)/;

const GIVEN_TYPES = new Set(["BIOLOGICAL", "DRUG", "GENETIC", "COMBINATION_PRODUCT", "PROCEDURE", "OTHER", "DEVICE"]);

function genericOnes(record: RecordText): InterventionText[] {
  return record.interventions.filter(
    (item) =>
      !namesComparator(item) &&
      !takesOnly(record, item) &&
      textsOf(item).some((text) =>
        hits(text, "generic").some(
          (hit) => deniedBy(hit) === null && wordBefore(text, hit.start, "history", 20) === null,
        ),
      ),
  );
}

/** Interventions that may be the product under a brand: neither a comparator, nor another product, nor a harvest. */
function brands(record: RecordText): InterventionText[] {
  const possible = record.interventions.filter(
    (item) =>
      GIVEN_TYPES.has(item.type) &&
      !namesComparator(item) &&
      !takesOnly(record, item) &&
      !item.names.some(
        (name) =>
          hits(name, "harvest").length > 0 || hits(name, "standard_care").length > 0 || hits(name, "drug").length > 0,
      ),
  );
  // What only comparator arms list is not the product, where some arm is called experimental.
  const tried = new Set(record.arms.flatMap((arm) => (arm.type === "EXPERIMENTAL" ? arm.interventions : [])));
  const experimental = possible.filter((item) => tried.has(item.index));
  const biological = (experimental.length > 0 ? experimental : possible).filter(
    (item) => item.type === "BIOLOGICAL" || item.type === "GENETIC" || item.type === "COMBINATION_PRODUCT",
  );
  return biological.length > 0 ? biological : experimental.length > 0 ? experimental : possible;
}

/** Words that define: they stand between a brand and what it is made of, or before both. */
const DEFINES =
  /\b(?:is|are|consists?|contain\w*|compris\w*|composed|based on|made (?:of|from)|component|an? product|called|known as)\b|\(\s*$/;

/** A sentence that defines a listed intervention by the product: "X consists of … cells". */
function definition(
  record: RecordText,
  items: readonly InterventionText[],
): { by: Hit; item: InterventionText } | null {
  for (const item of items) {
    const main = item.names[0];
    const name = main?.low.replace(/[®™]|\(.*?\)/g, "").trim();
    if (
      main === undefined ||
      name === undefined ||
      name.length < 4 ||
      /^[a-z ]+$/.test(main.plain.text) ||
      hits(main, "derived").length > 0 ||
      hits(main, "companion").length > 0
    )
      continue;
    for (const text of [...record.summary, ...record.detail]) {
      if (!text.low.includes(name)) continue;
      const by = productHits(record, text).find((hit) => {
        if (deniedBy(hit) !== null || inCriteria(hit)) return false;
        const [from] = sentenceAt(text, hit.start);
        const at = text.low.lastIndexOf(name, hit.start);
        return at >= from && hit.start - at < 120 && DEFINES.test(text.low.slice(at, hit.start));
      });
      if (by !== undefined) return { by, item };
    }
  }
  return null;
}

/** Between a cell-free form and the cells that it comes from: "secretome of the …", "exosomes derived from human …". */
const FROM_IT =
  /^\s*(?:(?:are|is|were|was|that|which|derived|obtained|isolated|collected|produced|secreted|released|from|of|by|the|human|allogeneic|autologous|cultured)\s+)*$/;
/** And the other way: "…-derived exosomes". */
const BEFORE_IT = /^[\s-]*(?:derived|cultured?|[\s-])*$/;

/** An intervention that names a cell-free form alone, where a sentence says that this form comes from the product. */
function formOfProduct(
  record: RecordText,
  items: readonly InterventionText[],
): { by: Hit; item: InterventionText } | null {
  for (const item of items) {
    const form = item.names.flatMap((name) => hits(name, "derived"))[0];
    if (
      form === undefined ||
      item.names.some((name) => hits(name, "companion").some((hit) => hit.entry.kind === "cells"))
    )
      continue;
    for (const text of [...record.titles, ...record.summary, ...record.detail]) {
      const forms = hits(text, "derived").filter((hit) => hit.entry.code === form.entry.code);
      if (forms.length === 0) continue;
      const by = productHits(record, text).find((hit) =>
        forms.some((own) =>
          own.end <= hit.start
            ? FROM_IT.test(text.low.slice(own.end, hit.start))
            : own.start >= hit.end && BEFORE_IT.test(text.low.slice(hit.end, own.start)),
        ),
      );
      if (by !== undefined && !inCriteria(by)) return { by, item };
    }
  }
  return null;
}

/** Whether a title that names the product says that it is looked at, not given. */
const studied = (record: RecordText): boolean =>
  record.titles.some((text) => productHits(record, text).length > 0 && STUDIED.test(text.low));

/** Reads such a record, or null. In order: a title beside "cells", a title of giving beside a brand, a definition, prose. */
export function readUnnamed(record: RecordText, ruledOut: RuledOut[]): Unnamed | null {
  const titled = firstGiven(record, record.titles, ruledOut);
  if (record.interventions.length === 0) return followUp(record, titled, ruledOut);
  const generic = genericOnes(record);
  const indexes = (items: readonly InterventionText[]) => items.map((item) => item.index);
  if (titled !== null && generic.length > 0)
    return { by: titled, rule: "given/title", confidence: "medium", interventions: indexes(generic) };
  const possible = brands(record);
  if (titled !== null && possible.length > 0 && GIVING.test(titled.passage.low) && !studied(record)) {
    return { by: titled, rule: "given/title_brand", confidence: "medium", interventions: indexes(possible) };
  }
  const defined = definition(record, possible);
  if (defined !== null)
    return { by: defined.by, rule: "given/definition", confidence: "medium", interventions: [defined.item.index] };
  const form = formOfProduct(record, possible);
  if (form !== null) return { by: form.by, rule: "given/form", confidence: "medium", interventions: [form.item.index] };
  const other = record.interventions.some((item) =>
    textsOf(item).some((text) =>
      hits(text, "companion").some((hit) => hit.entry.kind === "cells" || hit.entry.kind === "transplant"),
    ),
  );
  if (generic.length === 0 || other) return null;
  const prose = firstGiven(record, [...record.summary, ...record.detail], ruledOut, GIVING);
  return prose === null ? null : { by: prose, rule: "given/prose", confidence: "low", interventions: indexes(generic) };
}

/** A study without interventions concerns the product only as a follow-up of those who were given it. */
function followUp(record: RecordText, titled: Hit | null, ruledOut: RuledOut[]): Unnamed | null {
  const long = record.titles.some((text) => /follow.?up|long.?term/.test(text.low));
  const by = titled ?? firstGiven(record, [...record.summary, ...record.detail], ruledOut, GIVING);
  if (by === null || (titled !== null && studied(record))) return null;
  const given =
    /\b(?:received|(?:been |were |was )?treated with|who (?:have |had )?(?:been )?(?:given|received)|injected|infused|transplanted|administration|infusion of|injection of)\b/.test(
      sentenceOf(by),
    );
  return long || given
    ? { by, rule: titled === null ? "given/follow_up_prose" : "given/follow_up", confidence: "low", interventions: [] }
    : null;
}
