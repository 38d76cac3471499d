import { createHash } from "node:crypto";
import type { Study } from "./registry/study.ts";

/** What makes a version: these sections and miscInfoModule without its daily stamp (design rule 2). */
export const CORE_SECTIONS = [
  "protocolSection",
  "resultsSection",
  "annotationSection",
  "documentSection",
  "hasResults",
] as const;

/** The name of a content: first 128 bits of its SHA-256, written as a uuid so that the database keeps 16 bytes. */
export function contentId(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Hash of the core as served. Key order counts here and is cheap; a record that comes back with its keys in another order
 * is told from a changed one by comparing values (receive.ts), which costs only when hashes differ.
 */
export function coreHash(study: Study): string {
  const { versionHolder: _, ...misc } = study.derivedSection?.miscInfoModule ?? {};
  return contentId(JSON.stringify([...CORE_SECTIONS.map((section) => study[section] ?? null), misc]));
}

/** Hash of the parts that the registry computes on its own: subject headings of conditions and interventions. */
export function derivedHash(study: Study): string {
  const { conditionBrowseModule = null, interventionBrowseModule = null } = study.derivedSection ?? {};
  return contentId(JSON.stringify([conditionBrowseModule, interventionBrowseModule]));
}

/** The name of a version: the same record at the same data date is the same version, whoever fetched it. */
export function versionId(nctId: string, core: string, dataAt: string): string {
  return contentId(`${nctId} ${core} ${dataAt}`);
}
