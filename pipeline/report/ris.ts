/** Publications that records link, for reference managers (RIS): one entry a publication and PMID, with the trials that link it. */

/** A reference as the record has it, and the study that has it. */
export interface LinkedReference {
  nct_id: string;
  pmid: string | null;
  /** RESULT, DERIVED or BACKGROUND (ctgov-api.md, references). */
  type: string | null;
  citation: string | null;
}

/** A line of RIS holds no line break and no control character. */
const clean = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/\p{Cc}/gu, "")
    .trim();

/** PubMed's own way to cite: authors. title. journal. year … Anything else stays a note. */
function partsOf(citation: string): { authors: string[]; title: string; journal: string; year: string } | null {
  const [, authors, title, journal, year] =
    /^([^.]{3,}?)\. (.{8,}?[.?!]) ([^.]{2,}(?:\.[^.]{2,}?)?)\. (\d{4})\b/.exec(clean(citation)) ?? [];
  if (authors === undefined || title === undefined || journal === undefined || year === undefined) return null;
  return { authors: authors.split(/, /), title: title.replace(/\.$/, ""), journal, year };
}

function entry(references: readonly LinkedReference[]): string {
  const [first] = references;
  const citation = clean(first?.citation ?? "");
  const parts = partsOf(citation);
  const year = parts?.year ?? /\b(19|20)\d\d\b/.exec(citation)?.[0];
  const pmid = first?.pmid ?? null;
  const lines = [
    ["TY", "JOUR"],
    ...(parts?.authors ?? []).map((author) => ["AU", author]),
    ...(parts === null
      ? []
      : [
          ["TI", parts.title],
          ["JO", parts.journal],
        ]),
    ...(year === undefined ? [] : [["PY", year]]),
    ...(pmid === null
      ? []
      : [
          ["AN", pmid],
          ["DB", "PubMed"],
          ["UR", `https://pubmed.ncbi.nlm.nih.gov/${pmid}/`],
        ]),
    ...(citation === "" ? [] : [["N1", citation]]),
    ...references.map(({ nct_id, type }) => ["KW", `${nct_id} ${(type ?? "reference").toLowerCase()}`]),
    ["ER", ""],
  ];
  return lines.map(([tag, value]) => `${tag}  - ${value}\r\n`).join("");
}

/** All references, each publication once; the same references in any order give the same text. */
export function ris(references: readonly LinkedReference[]): string {
  const named = references.filter(({ pmid, citation }) => pmid !== null || clean(citation ?? "") !== "");
  const groups = Map.groupBy(named, ({ pmid, citation }) => pmid ?? clean(citation ?? ""));
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => entry(group.toSorted((a, b) => (`${a.nct_id} ${a.type}` < `${b.nct_id} ${b.type}` ? -1 : 1))))
    .join("\r\n");
}
