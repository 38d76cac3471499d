import * as z from "zod";
import { type Unknown, unknownIn } from "./known-paths.ts";
import { type Study, studySchema } from "./study.ts";

/** One reason why a record cannot be loaded: JSON path (`$.a.b[0].c`) and words. */
export interface Issue {
  path: string;
  reason: string;
}

/** The verdict on one record: the same object, typed, with what is unknown about it; or every reason against it. */
export type Validated =
  | { ok: true; study: Study; unknown: Unknown }
  | { ok: false; nctId: string | null; issues: Issue[] };

/** A record with thousands of bad sites says nothing more in its thousandth line. */
const MOST_ISSUES = 20;

/**
 * Compiled once. Per record of registry-v2 (19.5 KB), best of eight rounds over 2,243, Node 26.10: runtime parser
 * 22-37 us, compiled 17-26 us, unknownIn 12-18 us, validate as a whole 23-27 us, 43 us while others used the two cores.
 * An invalid record pays for both parsers.
 */
const compiled = z.compile(studySchema);

function pathOf(segments: readonly PropertyKey[]): string {
  return segments.reduce<string>(
    (path, segment) => (typeof segment === "number" ? `${path}[${segment}]` : `${path}.${String(segment)}`),
    "$",
  );
}

/** The id of a record that failed, as far as it has one: text that could be stored and searched for. */
function idOf(record: unknown): string | null {
  let value = record;
  for (const key of ["protocolSection", "identificationModule", "nctId"]) {
    if (typeof value !== "object" || value === null) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === "string" && /^NCT\d{8}$/.test(value) ? value : null;
}

/**
 * Can this record be loaded? Null, a wrong type or an impossible date on any path of study.ts is a reason against it,
 * with its path; elsewhere the record may hold what it likes. Never throws, never alters or copies the record: `study`
 * is the object that came in.
 */
export function validate(record: unknown): Validated {
  const result = compiled.safeParse(record);
  if (result.success) return { ok: true, study: record as Study, unknown: unknownIn(record as object) };
  const issues = result.error.issues.map((issue) => ({ path: pathOf(issue.path), reason: issue.message }));
  const kept = issues.slice(0, MOST_ISSUES);
  if (issues.length > kept.length)
    kept.push({ path: "$", reason: `and ${issues.length - kept.length} more like these` });
  return { ok: false, nctId: idOf(record), issues: kept };
}
