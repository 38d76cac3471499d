import { contentId } from "../hash.ts";
import known from "./known-paths.json" with { type: "json" };

/**
 * What a record holds that the registry's own description does not: fields without a known path, enum members without a
 * known name (design rule 7: keep, count, report). known-paths.json states the rule by which it was made from the OpenAPI
 * document; test/unit/registry/known-paths.test.ts makes it again and compares. The enumerations are those of
 * ctgov-api.md 3.6.
 *
 * resultsSection is not entered: it holds most of the nodes of a record with results (84 % of all nodes of the 233 such
 * records at hand) and no rule reads an enumeration there, while registry drift shows in the protocol and derived sections.
 */

/** Paths as `a.b[].c`, each once a record; values as `path=VALUE`. */
export interface Unknown {
  keys: string[];
  values: string[];
}

/** A place in the tree of known fields. `members` and `fields` are both null on a plain leaf. */
interface Place {
  path: string;
  isList: boolean;
  isPlain: boolean;
  fields: Map<string, Place> | null;
  members: ReadonlySet<unknown> | null;
  skipped: boolean;
}

/** Names the description that records are held against: another one finds other fields unknown. */
export const DESCRIPTION = contentId(JSON.stringify(known));

type Shape = string | readonly Shape[] | { readonly [field: string]: Shape };

/** A foreign value is quoted in a report, so it is cut at a length that no known member reaches (the longest has 37). */
const VALUE_LENGTH = 80;
const NOT_ENTERED = "resultsSection";
const enumerations = new Map<string, ReadonlySet<unknown>>(
  Object.entries(known.enumerations).map(([name, members]) => [name, new Set<unknown>(members)]),
);

function placeOf(shape: Shape, path: string, isList: boolean): Place {
  if (typeof shape === "string") {
    const members = enumerations.get(shape) ?? null;
    return { path, isList, isPlain: members === null && !isList, fields: null, members, skipped: false };
  }
  if (Array.isArray(shape)) return placeOf(shape[0], `${path}[]`, true);
  const fields = new Map<string, Place>();
  for (const [field, below] of Object.entries(shape as Record<string, Shape>)) {
    fields.set(field, placeOf(below, path === "" ? field : `${path}.${field}`, false));
  }
  return { path, isList, isPlain: false, fields, members: null, skipped: path === NOT_ENTERED };
}

const ROOT = placeOf(known.study, "", false);
/** One object for the usual case: nothing unknown. Frozen, since every such record shares it. */
const NOTHING: Unknown = { keys: [], values: [] };
Object.freeze(NOTHING.keys);
Object.freeze(NOTHING.values);

interface Found {
  keys: Set<string>;
  values: Set<string>;
}

const asWritten = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text;
};

/** Walks one value at its place; a list's elements are walked at the same place. */
function visit(value: unknown, place: Place, found: Found): void {
  if (place.members !== null) {
    if (!place.members.has(value)) found.values.add(`${place.path}=${asWritten(value)}`);
    return;
  }
  if (place.fields === null) {
    // A text or number that has become a list or an object is a new field, whatever it holds.
    if (typeof value === "object" && value !== null)
      found.keys.add(`${place.path}${Array.isArray(value) ? "[]" : ".*"}`);
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    found.keys.add(place.path);
    return;
  }
  if (place.skipped) return;
  for (const key in value) {
    const below = place.fields.get(key);
    if (below === undefined) {
      found.keys.add(place.path === "" ? key : `${place.path}.${key}`);
      continue;
    }
    const child = (value as Record<string, unknown>)[key];
    // Nine of ten values are plain texts: said here, they cost no call.
    if (below.isPlain && typeof child !== "object") continue;
    if (!below.isList) visit(child, below, found);
    else if (Array.isArray(child)) for (const element of child) visit(element, below, found);
    else found.keys.add(below.path.slice(0, -2));
  }
}

/** Fields and enum members of a record that the registry's description does not name. The record is only read. */
export function unknownIn(record: object): Unknown {
  const found: Found = { keys: new Set(), values: new Set() };
  visit(record, ROOT, found);
  if (found.keys.size === 0 && found.values.size === 0) return NOTHING;
  return { keys: [...found.keys], values: [...found.values] };
}
