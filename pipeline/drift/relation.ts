/**
 * How a printed value and the record's relate, with no word of time: whether a value that differs has moved or was always
 * different is for compare.ts alone.
 */
export type RelationKind =
  | "same"
  | "equivalent"
  | "refined"
  | "coarsened"
  | "silent"
  | "contradicts"
  | "wording"
  | "overlap"
  | "undecided"
  | "differs";

export interface Relation {
  kind: RelationKind;
  /** Words for a person: kept, added, lost, or why this kind. */
  note: string | null;
  /** Where the same fact stands, if elsewhere than where the cell was read. */
  path: string | null;
}

export function relation(kind: RelationKind, note: string | null = null, path: string | null = null): Relation {
  return { kind, note, path };
}

export const SAME = relation("same");
export const SILENT = relation("silent", "the record says nothing about it");

/** "kept: a; added: b; lost: c", leaving out what is empty. */
export function listed(kept: readonly string[], added: readonly string[], lost: readonly string[]): string {
  const groups = { kept, added, lost };
  return Object.entries(groups)
    .filter(([, items]) => items.length > 0)
    .map(([name, items]) => `${name}: ${items.join(", ")}`)
    .join("; ");
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

/** Order and case of letters, hyphens and punctuation are no part of what a text says. */
export function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
