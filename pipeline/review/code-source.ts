import type { Donor, Product } from "../extract/product.ts";
import type { CoProductCode, Notation } from "./codes.ts";

/** Donors of co-products by neutral co-product code, where the record tells one. */
export type SourceDonors = Readonly<Record<string, Donor>>;

/** A printed cell source read back. Null: the text states none. */
export interface ReadSource {
  /** Tissues of the product, sorted; ["not_specified"] where the text says so itself. */
  tissue: string[] | null;
  /** Donor of the product. */
  donor: Donor | null;
  /** PRODUCT for the review's product, and neutral codes of what is given with it; [] where nothing could be read. */
  products: string[];
  /** Donors that the text states for co-products. */
  coDonors: SourceDonors;
  /** Some text is printed otherwise than the notation does. */
  aliased: boolean;
  /** Texts that the notation does not know. */
  unread: string[];
}

/** Stands for the product that the review is about, in a set of products. */
export const PRODUCT = "product";

const SILENT = "not_specified";

/** Before a neutral code of what is given with the product: without it, it would be read as a tissue. */
const BESIDE = "with ";

function stated(donor: readonly Donor[] | null): Donor | null {
  const only = donor?.length === 1 ? donor[0] : undefined;
  return only === undefined || only === SILENT ? null : only;
}

/** Co-products of a record that the review counts as cells. */
export function countedCoProducts(product: Product, notation: Notation): string[] {
  const given = product.coProducts.value.filter((code) => code !== "none");
  return given.filter((code) => {
    const entries = notation.coProducts.filter(({ coProduct }) => coProduct === code);
    return entries.length === 0 || entries.some(({ printed }) => printed !== null);
  });
}

/** The printed texts of one tissue of a product; `single`: it is the product's only one. */
function printTissue(tissue: string, donor: Donor, single: boolean, notation: Notation): string[] {
  if (notation.neutral) return [donor === SILENT ? tissue : `${donor} ${tissue}`];
  const entry = notation.sources.find(
    (one) =>
      one.tissue === tissue && (one.donor === null || one.donor.includes(donor)) && (!one.singleTissue || single),
  );
  return entry?.printed ?? [tissue];
}

/**
 * Prints tissue, donor and co-products in the review's notation, one text a product. `coDonors` tells whose the co-products
 * are (the donor of the product is not theirs). [] where the record gives no product.
 */
export function printCellSource(product: Product, notation: Notation, coDonors: SourceDonors = {}): string[] {
  if (!product.includesProduct.value) return [];
  const others = countedCoProducts(product, notation).map((code) => {
    const donor = coDonors[code] ?? SILENT;
    const entry = notation.coProducts.find((one) => one.coProduct === code && (one.donor?.includes(donor) ?? true));
    return entry?.printed ?? `${BESIDE}${code}`;
  });
  return [...new Set([...printTissues(product.tissue.value, product.donor.value, notation), ...others])];
}

function printTissues(tissues: readonly string[], donor: Donor, notation: Notation): string[] {
  return tissues.flatMap((tissue) => printTissue(tissue, donor, tissues.length === 1, notation));
}

/**
 * A printed cell source with another tissue or donor of the product; what is given beside it stays as printed. Null where the
 * review's codes cannot say it.
 */
export function withPart(
  printed: readonly string[],
  part: { tissue: string[] } | { donor: Donor },
  notation: Notation,
): string[] | null {
  const before = readCellSource(printed, notation);
  const tissue = "tissue" in part ? part.tissue : (before.tissue ?? [SILENT]);
  const donor = "donor" in part ? part.donor : (before.donor ?? SILENT);
  const beside = printed.filter((text) => readCellSource([text], notation).tissue === null);
  const texts = [...new Set([...printTissues(tissue, donor, notation), ...beside])];
  const after = readCellSource(texts, notation);
  const said = "tissue" in part ? after.tissue?.join() === part.tissue.toSorted().join() : after.donor === part.donor;
  return said && after.unread.length <= before.unread.length ? texts : null;
}

/** Neutral texts: "autologous bone_marrow" is the product, "with hsc" is given beside it. */
function readNeutral(printed: readonly string[]): ReadSource {
  const others = printed.filter((text) => text.startsWith(BESIDE)).map((text) => text.slice(BESIDE.length));
  const own = printed.filter((text) => !text.startsWith(BESIDE));
  const read = own.map((text) => /^(?:(autologous|allogeneic|both) )?(.+)$/.exec(text.trim()));
  const donors = read.map((match) => (match?.[1] as Donor | undefined) ?? null);
  return {
    tissue: own.length === 0 ? null : [...new Set(read.map((match) => match?.[2] ?? ""))].toSorted(),
    donor: donorOfAll(donors),
    products: [...(own.length === 0 ? [] : [PRODUCT]), ...others],
    coDonors: {},
    aliased: false,
    unread: [],
  };
}

function donorOfAll(donors: readonly (Donor | null)[]): Donor | null {
  const found = [...new Set(donors.filter((donor) => donor !== null))];
  return found.length > 1 ? "both" : (found[0] ?? null);
}

/** Reads printed texts back: aliases first, then the entries. */
export function readCellSource(printed: readonly string[], notation: Notation): ReadSource {
  if (notation.neutral) return readNeutral(printed);
  const tissue = new Set<string>();
  const donors: (Donor | null)[] = [];
  const others: CoProductCode[] = [];
  const unread: string[] = [];
  for (const text of printed) {
    const alias = notation.aliases[text] ?? text;
    // a co-product without an entry is printed by its neutral name
    const beside = alias.startsWith(BESIDE) ? alias.slice(BESIDE.length) : null;
    const name = beside ?? alias;
    // an entry that prints this text alone goes before one that prints it beside others
    const entry =
      notation.sources.find((one) => one.printed.length === 1 && one.printed[0] === name) ??
      notation.sources.find((one) => one.printed.includes(name) || one.tissue === name);
    const other = notation.coProducts.find((one) => one.printed === name);
    if (entry !== undefined) {
      tissue.add(entry.tissue);
      donors.push(entry.statesDonor);
    } else if (other !== undefined) others.push(other);
    else if (beside !== null) others.push({ printed: null, coProduct: beside, donor: null, means: null });
    else unread.push(text);
  }
  const coDonors = others.flatMap(({ coProduct, donor }) => {
    const one = stated(donor);
    return one === null ? [] : [[coProduct, one] as const];
  });
  return {
    tissue: tissue.size === 0 ? null : [...tissue].toSorted(),
    donor: donorOfAll(donors),
    products: [...(tissue.size === 0 ? [] : [PRODUCT]), ...new Set(others.map(({ coProduct }) => coProduct))],
    coDonors: Object.fromEntries(coDonors),
    aliased: printed.some((text) => notation.aliases[text] !== undefined),
    unread,
  };
}
