import type { Study } from "../registry/study.ts";

/** Which other studies does a record name by their number? Follow-ups, extensions and second registrations do. */

export interface Mention {
  nctId: string;
  /** First place where it stands. */
  path: string;
  span: string;
}

const NUMBER = /\bNCT\d{8}\b/g;

/** Calls back with each text that names a study; its path is written only for those, which are few. */
function visit(value: unknown, path: () => string, seen: (text: string, path: () => string) => void): void {
  if (typeof value === "string") {
    if (value.includes("NCT")) seen(value, path);
  } else if (Array.isArray(value)) for (const [at, one] of value.entries()) visit(one, () => `${path()}[${at}]`, seen);
  else if (typeof value === "object" && value !== null)
    for (const [key, one] of Object.entries(value)) visit(one, () => `${path()}.${key}`, seen);
}

/** Each other study once, in the record's order; the study's own number and its aliases are left out. */
export function mentionsOf(study: Study): Mention[] {
  const { nctId, nctIdAliases = [] } = study.protocolSection.identificationModule;
  const own = new Set([nctId, ...nctIdAliases]);
  const found = new Map<string, Mention>();
  visit(
    study.protocolSection,
    () => "protocolSection",
    (text, path) => {
      for (const [span] of text.matchAll(NUMBER))
        if (!own.has(span) && !found.has(span)) found.set(span, { nctId: span, path: path(), span });
    },
  );
  return [...found.values()];
}
