import { type Candidate, candidateOf, type Reference } from "../normalize/publications.ts";
import { changesOf, type FlagCause, type FlagContext, table } from "./causes.ts";

/** Which publications ask a person? Linked ones that can report the trial, confirmed ones, retracted ones; pure. */

/** By PMID. Only a curator makes a publication count: a row of the curated table holds it, or a decision has refused it. */
export interface CuratedPublications {
  confirmed: ReadonlySet<string>;
  /** Confirmed by the tables of this run, not by those in force before it. */
  added: ReadonlySet<string>;
  rejected: ReadonlySet<string>;
}

const COLUMN = "publications";

function cause(context: FlagContext, { pmid, ...rest }: Candidate, words: string): FlagCause {
  const year = rest.year ?? "year not stated";
  const message = `${words} PMID ${pmid} (${rest.type || "type not stated"}, ${year}): ${rest.title}`;
  return { table: table(context), column: COLUMN, value: pmid, message, evidence: { pmid, ...rest } };
}

/** The record's references with a PMID, each PMID once. */
function linked(context: FlagContext): Map<string, Reference> {
  return new Map((context.facts?.references ?? []).flatMap((one) => (one.pmid === null ? [] : [[one.pmid, one]])));
}

/** PMIDs that the changes of a kind brought (change/list-cases.ts keeps the references in the detail). */
function brought(context: FlagContext, kind: "publication_linked" | "retracted"): Set<string> {
  const references = changesOf(context, [kind]).flatMap(({ detail }) => (detail["references"] ?? []) as Reference[]);
  return new Set(references.flatMap(({ pmid }) => pmid ?? []));
}

/** Linked since the review last looked, able to report the trial, and not yet decided about. */
export function candidates(context: FlagContext): FlagCause[] {
  const { facts, printed } = context;
  const fresh = brought(context, "publication_linked");
  const asked = (facts?.publications ?? []).filter((pmid) => fresh.has(pmid) && !decided(context, pmid));
  const references = linked(context);
  return asked.flatMap((pmid) => {
    const reference = references.get(pmid);
    if (reference === undefined) return [];
    const one = cause(context, candidateOf(reference), "possible publication");
    return [printed ? one : { ...one, severity: "low" as const }];
  });
}

export function decided({ publications }: FlagContext, pmid: string): boolean {
  return publications.confirmed.has(pmid) || publications.rejected.has(pmid);
}

/** A PMID that the record does not link may be confirmed too: the curator has read it. */
function confirmedOne(context: FlagContext, pmid: string): Candidate {
  const reference = linked(context).get(pmid);
  if (reference !== undefined) return candidateOf(reference);
  return { pmid, type: "not linked by the record", year: null, title: "title not given", retracted: false };
}

export function published(context: FlagContext): FlagCause[] {
  return [...context.publications.added].map((pmid) =>
    cause(context, confirmedOne(context, pmid), "published, as confirmed:"),
  );
}

/** A confirmed publication that the record now marks as retracted, or one confirmed although it is marked so. */
export function retracted(context: FlagContext): FlagCause[] {
  const { confirmed, added } = context.publications;
  const marked = brought(context, "retracted");
  return [...linked(context).values()]
    .filter(({ pmid, retracted }) => retracted && pmid !== null && confirmed.has(pmid))
    .filter(({ pmid }) => marked.has(pmid ?? "") || added.has(pmid ?? ""))
    .map((reference) => cause(context, candidateOf(reference), "retracted:"));
}
