import type { Study } from "../registry/study.ts";

/** Which other studies does a record name by their number? Follow-ups, extensions and second registrations do. */

export interface Mention {
  nctId: string;
  /** First place where it stands. */
  path: string;
  span: string;
}

const NUMBER = /\bNCT\d{8}\b/g;

function visit(value: unknown, path: string, seen: (text: string, path: string) => void): void {
  if (typeof value === "string") seen(value, path);
  else if (Array.isArray(value)) value.forEach((one, at) => visit(one, `${path}[${at}]`, seen));
  else if (typeof value === "object" && value !== null)
    for (const [key, one] of Object.entries(value)) visit(one, path === "" ? key : `${path}.${key}`, seen);
}

/** Each other study once, in the record's order; the study's own number and its aliases are left out. */
export function mentionsOf(study: Study): Mention[] {
  const { nctId, nctIdAliases = [] } = study.protocolSection.identificationModule;
  const own = new Set([nctId, ...nctIdAliases]);
  const found = new Map<string, Mention>();
  visit(study.protocolSection, "protocolSection", (text, path) => {
    for (const [span] of text.matchAll(NUMBER))
      if (!own.has(span) && !found.has(span)) found.set(span, { nctId: span, path, span });
  });
  return [...found.values()];
}
