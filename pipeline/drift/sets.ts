import type { Donor } from "../extract/product.ts";
import { listed, type Relation, relation, SAME, SILENT, sameSet } from "./relation.ts";

/** Comparison of what is read from prose: tissue, donor, products and routes. None of these ever "differs": words that exclude the printed value contradict it. */

const NOT_SPECIFIED = "not_specified";

const readable = (codes: readonly string[]) => codes.map((code) => code.replaceAll("_", " "));

/** `printed` and `registry` are tissues of the product; not_specified on the printed side is a statement, on the other silence. */
export function compareTissue(printed: readonly string[], registry: readonly string[]): Relation {
  const silent = registry.every((tissue) => tissue === NOT_SPECIFIED);
  const open = printed.every((tissue) => tissue === NOT_SPECIFIED);
  if (open) return silent ? SAME : relation("refined", `the record names ${readable(registry).join(", ")}`);
  if (silent) return SILENT;
  if (sameSet(printed, registry)) return SAME;
  const [kept, added, lost] = parts(printed, registry);
  const words = listed(readable(kept), readable(added), readable(lost));
  if (lost.length === 0) return relation("coarsened", words);
  return added.length === 0 ? relation("refined", words) : relation("contradicts", words);
}

export function compareDonor(printed: Donor, registry: Donor): Relation {
  if (registry === NOT_SPECIFIED) return SILENT;
  if (printed === registry) return SAME;
  if (registry === "both") return relation("coarsened", "the record names the patient's own cells and a donor's");
  if (printed === "both") return relation("refined", `the record names ${registry} cells alone`);
  return relation("contradicts", `the record's words say ${registry}`);
}

function parts(printed: readonly string[], registry: readonly string[]): [string[], string[], string[]] {
  return [
    printed.filter((item) => registry.includes(item)),
    registry.filter((item) => !printed.includes(item)),
    printed.filter((item) => !registry.includes(item)),
  ];
}

/** Sets of codes: some shared is overlap, none shared contradicts. Null where they are equal. */
export function compareSets(
  printed: readonly string[],
  registry: readonly string[],
  name: (code: string) => string,
): Relation | null {
  const [kept, added, lost] = parts(printed, registry);
  if (added.length === 0 && lost.length === 0) return null;
  const words = listed(kept.map(name), added.map(name), lost.map(name));
  return kept.length === 0 ? relation("contradicts", words) : relation("overlap", words);
}

/** A product given beside the main one, and whose it is: the printed donor, the record's, and where the record tells it. */
export interface Companion {
  code: string;
  printed: Donor | null;
  registry: Donor | null;
  path: string | null;
  /** Told by a paper of the study, not by the record itself. */
  fromPaper: boolean;
}

/** Products as sets, then the donors of those that both sides have. `aliased`: printed otherwise than the notation does. */
export function compareProducts(
  printed: readonly string[],
  registry: readonly string[],
  companions: readonly Companion[],
  aliased: boolean,
): Relation {
  if (registry.length === 0) return relation("silent", "the record gives no such product");
  const sets = compareSets(printed, registry, (code) => code.replaceAll("_", " "));
  if (sets !== null) return sets;
  for (const { code, printed: stated, registry: told, path } of companions) {
    const name = code.replaceAll("_", " ");
    if (stated !== null && told === null) return relation("coarsened", `the record does not say whose the ${name} are`);
    if (stated === null && told !== null) return relation("refined", `the ${name} are ${told}`, path);
    if (stated !== told) return relation("contradicts", `the ${name} are ${told}`, path);
  }
  const paper = companions.find(({ fromPaper }) => fromPaper);
  if (paper !== undefined)
    return relation(
      "equivalent",
      `a paper of the study says whose the ${paper.code.replaceAll("_", " ")} are; low confidence`,
      paper.path,
    );
  return aliased ? relation("equivalent", "the review's own words for it") : SAME;
}

/** One way of giving: the neutral route, and whether the printed code holds for one body site alone. */
export interface Way {
  code: string;
  neutral: string | null;
  sited: boolean;
}

export interface WaysOfRecord {
  codes: readonly Way[];
  join: "and" | "or";
  /** Routes told in the detail of a code alone. */
  untold: readonly string[];
  details: readonly string[];
}

/**
 * Routes by code. The same way at another site is an overlap: the way is kept, the place is not. "and" against "or" is one
 * too: both routes are shared, not that all are taken. Routes kept in a code's detail are equivalent.
 */
export function compareRoutes(printed: readonly Way[], join: "and" | "or", record: WaysOfRecord): Relation {
  if (record.codes.length === 0) return SILENT;
  const unknown = printed.filter(({ neutral }) => neutral === null);
  if (unknown.length > 0)
    return relation("undecided", `not in the review's codes: ${unknown.map(({ code }) => code).join(", ")}`);
  const codes = [...new Set(printed.map(({ code }) => code))];
  const registry = record.codes.map(({ code }) => code);
  const sets = compareSets(codes, registry, (code) => code);
  const where = record.details.length > 0 ? `; in the record: ${record.details.join(", ")}` : "";
  if (sets !== null) {
    if (sets.kind === "overlap") return relation("overlap", `${sets.note}${where}`);
    const shared = printed.filter(
      ({ neutral }) => record.codes.some((one) => one.neutral === neutral) || record.untold.includes(neutral ?? ""),
    );
    if (shared.length === 0) return sets;
    const kept = [...new Set(shared.map(({ neutral }) => neutral?.replaceAll("_", " ") ?? ""))];
    return relation("overlap", `kept: ${kept.join(", ")}; ${sets.note}${where}`);
  }
  if (codes.length > 1 && join !== record.join) {
    return relation("overlap", `kept: ${codes.join(", ")}; printed with "${join}", the record says "${record.join}"`);
  }
  if (record.untold.length > 0) return relation("equivalent", `a detail of the code: ${record.details.join(", ")}`);
  return SAME;
}
