import { plain } from "../normalize/text.ts";
import type { Study } from "../registry/study.ts";

/**
 * Two records of one study that two interfaces of the registry served: its history as submitted, and API v2 as observed.
 * Both are brought to a form in which only what a sponsor wrote can differ.
 */

/** The registry writes these by itself: a geocode, and what it computes from the record and from the calendar. */
const COMPUTED: ReadonlySet<string> = new Set(["geoPoint", "derivedSection"]);

const BULLET = /^[ \t]*(?:[*+-]|\d{1,3}\.)[ \t]+/gm;

function comparable(value: unknown): unknown {
  if (typeof value === "string") return plain(value).replace(BULLET, "").replace(/\s+/g, " ").trim();
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (COMPUTED.has(key) ? [] : [[key, comparable(part)]])),
  );
}

/** UNKNOWN is set by the calendar alone: without it the status is the last one that a sponsor gave (ctgov-api.md 5.3). */
function asSubmitted(study: Study): Study {
  const { lastKnownStatus, ...status } = study.protocolSection.statusModule;
  if (status.overallStatus !== "UNKNOWN" || lastKnownStatus === undefined) return study;
  return {
    ...study,
    protocolSection: { ...study.protocolSection, statusModule: { ...status, overallStatus: lastKnownStatus } },
  };
}

/** Both sides of the seam in comparable form: plain text, no computed fields, the status as a sponsor last gave it. */
export function acrossSeam(earlier: Study, later: Study): [Study, Study] {
  return [asSubmitted(comparable(earlier) as Study), asSubmitted(comparable(later) as Study)];
}
