import { createHash } from "node:crypto";
import type { Study } from "./registry/study.ts";
import { servedSections } from "./served.ts";

/** What makes a version: these sections and miscInfoModule without its daily stamp (design rule 2). */
export const CORE_SECTIONS = [
  "protocolSection",
  "resultsSection",
  "annotationSection",
  "documentSection",
  "hasResults",
] as const;

/** The name of a content, given in pieces: first 128 bits of its SHA-256, written as a uuid so that the database keeps 16 bytes. */
export function contentId(...pieces: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  const hex = hash.digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** A record as text, with the hashes of what makes a version and of what the registry computes on its own. */
export interface Serialized {
  /** The whole record as JSON, equal to JSON.stringify of it; joined only when it is stored. */
  json: () => string;
  core: string;
  /** Subject headings of conditions and interventions: a change there makes no version. */
  derived: string;
}

const pair = (key: string, text: string): string => `${JSON.stringify(key)}:${text}`;

/**
 * Writes a record once, section by section, and hashes the sections' texts: stringifying, hashing and packing
 * apart took 265 us a record of 20 KB, this 225. Key order counts here and is cheap; a record that comes back with its keys in another order is told
 * from a changed one by comparing values (receive.ts), which costs only when hashes differ.
 */
export function serialize(study: Study): Serialized {
  const { derivedSection, ...sections } = study;
  const texts = new Map(Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]));
  const modules = new Map(Object.entries(derivedSection ?? {}).map(([key, value]) => [key, JSON.stringify(value)]));
  const { versionHolder: _, ...misc } = derivedSection?.miscInfoModule ?? {};
  const object = (fields: ReadonlyMap<string, string>): string =>
    `{${[...fields].map(([key, text]) => pair(key, text)).join(",")}}`;
  return {
    json() {
      if (derivedSection === undefined) return object(texts);
      return object(new Map(Object.keys(study).map((key) => [key, texts.get(key) ?? object(modules)])));
    },
    core: contentId([...CORE_SECTIONS.map((key) => texts.get(key) ?? "null"), JSON.stringify(misc)].join(",")),
    derived: contentId(
      `${modules.get("conditionBrowseModule") ?? "null"},${modules.get("interventionBrowseModule") ?? "null"}`,
    ),
  };
}

/** The hashes of a record from the text it came as; equal to those of `serialize`, which is asked where the text is odd. */
export function hashServed(text: Uint8Array, study: Study): { core: string; derived: string } {
  const served = servedSections(text);
  if (served === null) return serialize(study);
  const { sections, modules } = served;
  const { versionHolder: _, ...misc } = study.derivedSection?.miscInfoModule ?? {};
  return {
    core: contentId(...CORE_SECTIONS.flatMap((key) => [sections.get(key) ?? "null", ","]), JSON.stringify(misc)),
    derived: contentId(
      modules.get("conditionBrowseModule") ?? "null",
      ",",
      modules.get("interventionBrowseModule") ?? "null",
    ),
  };
}

/** The name of a version: the same record at the same data date is the same version, whoever fetched it. */
export function versionId(nctId: string, core: string, dataAt: string): string {
  return contentId(`${nctId} ${core} ${dataAt}`);
}

/** What is seen of a record's text without reading it; `name` leaves out the daily stamp. */
export interface NamedText {
  nctId: string;
  /** versionHolder; null where there is none. */
  stamp: string | null;
  name: string;
}

const SPACE = 32;
const STAMP = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^NCT\d{8}$/;

/** Where the text of a key begins whose colon is at `colon`, after its quote; spaces may stand between. */
function valueFrom(text: Uint8Array, colon: number): number {
  let at = colon + 1;
  while (text[at] === SPACE) at += 1;
  return at + 1;
}

/**
 * Names a record's text, so that the same text need not be read twice; null where id or stamp do not stand as expected.
 * What is found is a guess until the text has been read once: only then is the name kept (reading.ts). `rules` names what
 * it is read by: with others the same text has another name.
 */
export function nameText(text: Uint8Array, rules: string): NamedText | null {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const [idKey, stampKey] = ['"nctId":', '"versionHolder":'];
  const idAt = valueFrom(text, bytes.indexOf(idKey) + idKey.length - 1);
  const nctId = bytes.toString("latin1", idAt, idAt + 11);
  if (!ID.test(nctId)) return null;
  const keyAt = bytes.lastIndexOf(stampKey);
  if (keyAt === -1) return { nctId, stamp: null, name: contentId(rules, text) };
  const from = valueFrom(text, keyAt + stampKey.length - 1);
  const stamp = bytes.toString("latin1", from, from + 10);
  if (!STAMP.test(stamp)) return null;
  return { nctId, stamp, name: contentId(rules, text.subarray(0, from), text.subarray(from + 10)) };
}
