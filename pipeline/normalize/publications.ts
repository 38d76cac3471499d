import type { PartialDate } from "../../db/model.ts";
import type { Study } from "../registry/study.ts";
import { plain } from "./text.ts";

/** Which publications does a record link, and which of them can report the trial? Whether one does, only a curator says. */

export interface Reference {
  pmid: string | null;
  /** BACKGROUND and RESULT are the sponsor's word; DERIVED was linked by the registry, from the paper's own NCT number. */
  type: string | null;
  citation: string | null;
  retracted: boolean;
}

export function referencesOf(study: Study): Reference[] {
  return (study.protocolSection.referencesModule?.references ?? []).map(({ pmid, type, citation, retractions }) => ({
    pmid: pmid ?? null,
    type: type ?? null,
    citation: citation === undefined ? null : plain(citation),
    retracted: retractions !== undefined && retractions.length > 0,
  }));
}

/** PubMed's form, "Authors. Title. Journal. 2012 Feb;65(2):1-5.": the year of the issue follows the journal's full stop. */
const AFTER_JOURNAL =
  /[.)\]] ?((?:19|20)\d\d)(?=(?: [A-Z][a-z]{2}| [1-4](?:st|nd|rd|th)| Spring| Summer| Autumn| Fall| Winter)?[^.;]{0,12}[;:.])/;

/** In other forms a year stands alone: not in a range of pages (1996-2011), not behind a volume's colon or in a doi. */
const ALONE = /(?<![\w/:.–-])((?:19|20)\d\d)(?![\w/:–-]|\.\d)/g;

/** Year of the issue that a citation names; null where it names none, or several and does not say which. */
export function publicationYear(citation: string): number | null {
  const [, issue] = AFTER_JOURNAL.exec(citation) ?? [];
  if (issue !== undefined) return Number(issue);
  const years = new Set([...citation.matchAll(ALONE)].map(([, year]) => Number(year)));
  return years.size === 1 ? ([...years][0] ?? null) : null;
}

/** Title in PubMed's form: behind the authors' full stop, before the journal's name; another form is given whole. */
export function publicationTitle(citation: string): string {
  const end = AFTER_JOURNAL.exec(citation)?.index;
  const [, title] = /^.*?[^.]{2}\. (.+[.?!\]]) [^.?!]+$/.exec(citation.slice(0, end)) ?? [];
  return title ?? citation;
}

/** What a person is told of a linked publication. */
export interface Candidate {
  pmid: string;
  type: string;
  year: number | null;
  title: string;
  retracted: boolean;
}

/**
 * A BACKGROUND reference is older work. A RESULT counts from the start year on: of the 277 that 1,453 stem-cell records link
 * with a PMID, 211 are older than their trial. Where the citation shows no year or the record no start, nothing shows that it
 * is older: it counts, because a question too many costs less than a result that nobody reads. DERIVED names the trial itself.
 */
function canReport({ type, citation }: Reference, start: PartialDate | null): boolean {
  if (type === "DERIVED") return true;
  if (type !== "RESULT") return false;
  const year = citation === null ? null : publicationYear(citation);
  return year === null || start === null || year >= Number(start.from.slice(0, 4));
}

/** PMIDs that the record links and that can report the trial, each once, in the record's order. */
export function publicationsOf(references: readonly Reference[], start: PartialDate | null): string[] {
  const pmids = references.flatMap((one) => (one.pmid !== null && canReport(one, start) ? [one.pmid] : []));
  return [...new Set(pmids)];
}

/** A reference that has a PMID, as a person is asked about it. */
export function candidateOf({ pmid, type, citation, retracted }: Reference): Candidate {
  return {
    pmid: pmid ?? "",
    type: type ?? "",
    year: citation === null ? null : publicationYear(citation),
    title: citation === null ? "title not given" : publicationTitle(citation),
    retracted,
  };
}
