/** Which part of the registry's one text of eligibility criteria says who may take part (ctgov-api.md 3.1). */

/** Words of a sentence that speaks about the criteria ("none of the exclusion criteria"); a heading has none of them. */
const SENTENCE = String.raw`(?:the|of|these|those|any|all|no|none|not|meets?|meeting|met|fulfil\w*|if|with|and|or|see|per|under|above)\b`;
/** At the start of a line or after a sentence, at most three words before the one that makes a heading ("Key", "Donor -"). */
const LEAD = String.raw`(?:^|[\n.;\]])[^\p{L}\n]*(?:(?!${SENTENCE})\p{L}+[^\p{L}\n.;:]+){0,3}?`;
const COLON = String.raw`[:\uff1a]`;
const HEADING = new RegExp(
  `${LEAD}\\b(?:` +
    // "Exclusion criteria" makes one whatever follows; "Exclusions" has to end its line or to be followed by a colon.
    String.raw`((?:non[\s-]?inclusion|exclusion|inclusion)s?)\b(?!\s+of\b)(?:[\s-]*criteri(?:a|on|ums?)\b|[^\n:.;,]{0,40}(?:${COLON}|\n|$))` +
    String.raw`|(excluded|included)\b[^\n:.;,]{0,20}${COLON})`,
  "giu",
);

/**
 * Plain-text stretches [from, to) that are not under an exclusion heading: the text before the first one, and what follows a
 * later inclusion heading (21 of 1,453 records list their groups one after the other).
 */
export function inclusionParts(text: string): [from: number, to: number][] {
  const parts: [number, number][] = [];
  let from: number | null = 0;
  for (const match of text.matchAll(HEADING)) {
    const opens = /^incl/i.test(match[1] ?? match[2] ?? "");
    if (!opens && from !== null) {
      parts.push([from, match.index]);
      from = null;
    } else if (opens && from === null) from = match.index;
  }
  if (from !== null) parts.push([from, text.length]);
  return parts.filter(([start, end]) => end > start);
}
