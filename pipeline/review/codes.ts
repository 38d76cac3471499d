import * as z from "zod";
import { TrialdriftError } from "../../db/errors.ts";
import type { Donor } from "../extract/product.ts";
import type { Acronyms } from "../normalize/outcomes.ts";

export { type ReadSource, type SourceDonors, printCellSource, readCellSource, withPart } from "./code-source.ts";
export { printRoute, readRoute } from "./code-route.ts";

/** One code of the route column: the neutral route it prints, and what narrows it. */
export interface RouteCode {
  code: string;
  neutral: string;
  means: string | null;
  /** Co-products that must all be given for this code to be printed. */
  coProducts: string[];
  /** Body site without which the code is not printed (any letter case); null: any site. */
  site: RegExp | null;
  /** The other routes of the record are told in the detail, not printed. */
  othersInDetail: boolean;
}

/** How one tissue and donor of the product are printed. */
export interface SourceCode {
  printed: string[];
  tissue: string;
  /** Donors for which this entry is printed; null: any. */
  donor: Donor[] | null;
  singleTissue: boolean;
  /** Donor that a reader learns from the printed text; null: none. */
  statesDonor: Donor | null;
  means: string | null;
}

export interface CoProductCode {
  /** Null: not part of the cell source (it stands in the route code or in the detail). */
  printed: string | null;
  coProduct: string;
  donor: Donor[] | null;
  means: string | null;
}

/** A review's notation, checked. With `neutral` true there is none, and neutral codes are printed as they are. */
export interface Notation {
  neutral: boolean;
  /** Neutral route that prints nothing. */
  silentRoute: string;
  routes: RouteCode[];
  sources: SourceCode[];
  coProducts: CoProductCode[];
  /** Printed text -> the printed text of an entry that means the same. */
  aliases: Record<string, string>;
  /** Registry value -> the review's word. */
  country: Record<string, string>;
  phase: Record<string, string>;
  status: Record<string, string>;
  acronyms: Acronyms;
}

/**
 * Short codes that a reader of MSC tables knows with one meaning: no review may give them another. The neutral routes are
 * those of the labelling guide.
 */
const RESERVED: Readonly<Record<string, string>> = {
  iv: "intravenous",
  ipa: "intra_arterial_pancreatic",
  ic: "intracavernous",
  is: "intralesional_or_perilesional",
  "co-pi": "co_transplant_with_organ_or_islets",
  "co-pi-k": "co_transplant_with_organ_or_islets",
};

/** Codes this short are read as one of the reserved ones, or as another route's abbreviation. */
const SHORTEST_ADDITION = 3;

const words = z.string().trim().min(1);
const donors = z.array(z.enum(["autologous", "allogeneic", "both", "not_specified"])).min(1);
const origin = z.enum(["paper", "added"]).optional();
const map = z.record(words, words).optional();

const codesSchema = z.strictObject({
  route: z
    .strictObject({
      note: z.string().optional(),
      silent: words.default("not_specified"),
      codes: z.array(
        z.strictObject({
          code: words,
          neutral: words,
          means: words.optional(),
          co_products: z.array(words).optional(),
          site: words.optional(),
          other_routes: z.literal("detail").optional(),
          from: origin,
        }),
      ),
    })
    .optional(),
  cell_source: z
    .strictObject({
      note: z.string().optional(),
      products: z.array(
        z.strictObject({
          printed: z.array(words).min(1),
          tissue: words,
          donor: donors.nullable().default(null),
          single_tissue: z.boolean().optional(),
          states_donor: z.enum(["autologous", "allogeneic", "both"]).nullable().default(null),
          means: words.optional(),
          from: origin,
        }),
      ),
      co_products: z
        .array(
          z.strictObject({
            printed: words.nullable(),
            co_product: words,
            donor: donors.nullable().default(null),
            means: words.optional(),
            from: origin,
          }),
        )
        .default([]),
      aliases: z.record(words, words).default({}),
    })
    .optional(),
  country: map,
  phase: map,
  status: map,
  acronyms: z.record(words, z.union([words, z.array(words).min(1)])).optional(),
});
type Codes = z.infer<typeof codesSchema>;

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, "iu") instanceof RegExp;
  } catch {
    return false;
  }
}

function repeated(list: readonly string[]): string[] {
  return [...new Set(list.filter((item, at) => list.indexOf(item) !== at))];
}

function routeProblems(codes: NonNullable<Codes["route"]>["codes"]): string[] {
  const found = repeated(codes.map(({ code }) => code)).map((code) => `route.codes: ${code} is there twice`);
  codes.forEach(({ code, neutral, site }, at) => {
    const where = `route.codes.${at} (${code})`;
    const reserved = RESERVED[code];
    if (reserved !== undefined && reserved !== neutral) found.push(`${where}: ${code} is reserved for ${reserved}`);
    if (reserved === undefined && code.length < SHORTEST_ADDITION) {
      found.push(`${where}: a code of one's own has at least ${SHORTEST_ADDITION} signs, or it is misread`);
    }
    if (site !== undefined && !compiles(site)) found.push(`${where}.site: not a pattern: ${site}`);
  });
  return found;
}

function sourceProblems({ products, co_products, aliases }: NonNullable<Codes["cell_source"]>): string[] {
  const texts = [
    ...products.map(({ printed }) => printed.join("; ")),
    ...co_products.flatMap((one) => one.printed ?? []),
  ];
  const single = new Set([...products.flatMap(({ printed }) => printed), ...texts]);
  return [
    ...repeated(texts).map((text) => `cell_source: "${text}" is printed by two entries`),
    ...Object.entries(aliases)
      .filter(([, target]) => !single.has(target))
      .map(([alias, target]) => `cell_source.aliases: "${alias}" stands for "${target}", which no entry prints`),
  ];
}

/** Words for status values that every review shares; a review's own map goes before. */
const STATUS_WORDS = { COMPLETED: "Completed" };

function notationOf(codes: Codes): Notation {
  return {
    neutral: false,
    silentRoute: codes.route?.silent ?? "not_specified",
    routes: (codes.route?.codes ?? []).map((one) => ({
      code: one.code,
      neutral: one.neutral,
      means: one.means ?? null,
      coProducts: one.co_products ?? [],
      site: one.site === undefined ? null : new RegExp(one.site, "iu"),
      othersInDetail: one.other_routes === "detail",
    })),
    sources: (codes.cell_source?.products ?? []).map((one) => ({
      printed: one.printed,
      tissue: one.tissue,
      donor: one.donor,
      singleTissue: one.single_tissue ?? false,
      statesDonor: one.states_donor,
      means: one.means ?? null,
    })),
    coProducts: (codes.cell_source?.co_products ?? []).map((one) => ({
      printed: one.printed,
      coProduct: one.co_product,
      donor: one.donor,
      means: one.means ?? null,
    })),
    aliases: codes.cell_source?.aliases ?? {},
    country: codes.country ?? {},
    phase: codes.phase ?? {},
    status: { ...STATUS_WORDS, ...codes.status },
    acronyms: codes.acronyms ?? {},
  };
}

const parsedAlready = new WeakMap<object, Notation>();

/**
 * Checks and compiles a review's `codes` (design 4.4), once an object: every member asks, and reading them took 0.2 ms of its
 * 2. Nothing given: a neutral notation, which prints neutral codes as they are. Throws review_invalid naming every problem at
 * once, each with its JSON path.
 */
export function parseNotation(codes: unknown): Notation {
  if (codes === undefined || codes === null) return { ...notationOf({}), neutral: true };
  const known = typeof codes === "object" ? parsedAlready.get(codes) : undefined;
  if (known !== undefined) return known;
  const parsed = codesSchema.safeParse(codes);
  const problems = parsed.success
    ? [
        ...routeProblems(parsed.data.route?.codes ?? []),
        ...(parsed.data.cell_source === undefined ? [] : sourceProblems(parsed.data.cell_source)),
      ]
    : parsed.error.issues.map((issue) => `${issue.path.join(".") || "(all)"}: ${issue.message}`);
  if (parsed.success && problems.length === 0) {
    const notation = notationOf(parsed.data);
    parsedAlready.set(codes as object, notation);
    return notation;
  }
  throw new TrialdriftError({
    code: "review_invalid",
    message: `the review's codes cannot be read: ${problems.map((problem) => `codes.${problem}`).join("; ")}`,
    state: "nothing was read with them",
    next: "mend the named places in review.json",
  });
}
