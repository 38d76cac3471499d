import { CORE_SECTIONS } from "../hash.ts";
import type { Study } from "../registry/study.ts";

/**
 * Where the cores of two records differ (design rule 2): protocol, results, annotation and document sections, hasResults,
 * and miscInfoModule without versionHolder, which changes daily in every record.
 */

const MISC = "derivedSection.miscInfoModule";
const STAMP = `${MISC}.versionHolder`;

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; the order of keys does not matter, the order of lists does. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((part, at) => equalJson(part, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]))
  );
}

/** An absent object is compared key by key with a present one, so that its parts are named; `{}` against nothing is itself. */
function walk(a: unknown, b: unknown, path: string, found: string[]): void {
  if (a === b) return;
  const open = (isObject(a) || a === undefined) && (isObject(b) || b === undefined);
  if (!open) {
    if (!equalJson(a, b)) found.push(path);
    return;
  }
  const [left, right] = [(a ?? {}) as Json, (b ?? {}) as Json];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  if (keys.size === 0) {
    if (a === undefined || b === undefined) found.push(path);
    return;
  }
  for (const key of keys) {
    if (Object.hasOwn(left, key) !== Object.hasOwn(right, key) && left[key] === right[key]) continue;
    walk(left[key], right[key], `${path}.${key}`, found);
  }
}

/** Paths of the differing core values, lists taken whole; [] when the cores are equal. */
export function differingPaths(before: Study, after: Study): string[] {
  const found: string[] = [];
  for (const section of CORE_SECTIONS) walk(before[section], after[section], section, found);
  walk(before.derivedSection?.miscInfoModule, after.derivedSection?.miscInfoModule, MISC, found);
  // a miscInfoModule that held the stamp alone is as good as none
  return found.filter((path) => path !== STAMP && path !== MISC);
}

/** Is a differing path one of these fields, or inside one? A trailing `.*` is not needed. */
export function isUnder(path: string, fields: readonly string[]): boolean {
  return fields.some((field) => path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`));
}

/** The module a path lies in: "eligibilityModule"; "hasResults" and sections without modules as they are. */
export function moduleOf(path: string): string {
  const [section = path, module] = path.split(".");
  if (section === "protocolSection" || section === "derivedSection") return module ?? section;
  return section;
}
