/**
 * The small language in which a lexicon writes its terms, so that a clinician can read and change them:
 *
 *     umbilical cord      words, any case, whole words only; a blank stands for blanks, hyphens or line breaks
 *     uc-mscs?            a hyphen may be there, be a blank, or be missing (UCMSC, UC MSC, UC-MSCs); ? = the letter may be missing
 *     uc=msc              = a hyphen or nothing, never a blank (for acronyms with prefixes)
 *     allogen*            * = any letters; after a bracket: up to four times
 *     (adipose|fat) (tissue )?cells      alternatives, an optional part
 *     injected ... joint  up to 60 characters of the same sentence
 *
 * It compiles to a regular expression over lower-case text.
 */

const BLANK = "[\\s\\u2010-\\u2015-]+";
const HYPHEN = "[\\s\\u2010-\\u2015-]*";
/** Alternative: an acronym in brackets may stand between two words, as in "umbilical cord (UC) derived". */
const ACRONYM_OR_BLANK = `(?:\\s*\\([^()\\n]{1,14}\\))?${BLANK}`;
const GLUED = "[\\u2010-\\u2015-]?";
const ANYTHING = "[^.;\\n]{0,60}?\\b";
const APOSTROPHE = "['\\u2019\\u00b4`]?";

const LITERAL = /[\p{L}\p{N}]/u;
const PUNCTUATION = "/,&%+:";

/** Source of a regular expression for one term; throws an Error that says which sign it cannot read. */
export function termPattern(term: string): string {
  let source = "";
  let depth = 0;
  for (let at = 0; at < term.length; at++) {
    const sign = term.charAt(at);
    if (term.startsWith(" ... ", at)) {
      source += ANYTHING;
      at += 4;
    } else if (LITERAL.test(sign)) source += sign.toLowerCase();
    else if (sign === " ") source += depth === 0 ? ACRONYM_OR_BLANK : BLANK;
    else if (sign === "-") source += HYPHEN;
    else if (sign === "=") source += GLUED;
    else if (sign === "*") source += term.charAt(at - 1) === ")" ? "{0,4}" : "[a-z]*";
    else if (sign === "'") source += APOSTROPHE;
    else if (sign === "(") {
      depth++;
      source += "(?:";
    } else if (sign === ")") {
      depth--;
      source += ")";
    } else if (sign === "|" && depth > 0) source += "|";
    else if (sign === "?" && /[^ -]/.test(term.charAt(at - 1))) source += "?";
    else if (sign === ".") source += "\\.";
    else if (PUNCTUATION.includes(sign)) source += `(?:\\s*${sign === "+" ? "\\+" : sign}\\s*)`;
    else throw new Error(`cannot read "${sign}" at position ${at + 1} of the term "${term}"`);
    if (depth < 0) throw new Error(`a bracket is closed that was never opened in the term "${term}"`);
  }
  if (depth !== 0) throw new Error(`a bracket is not closed in the term "${term}"`);
  if (source === "") throw new Error("an empty term");
  return source;
}

/** Any of the terms, as a non-capturing group. Longer terms first, so that the longest reading wins. */
export function anyOf(terms: readonly string[]): string {
  const patterns = [...terms].toSorted((a, b) => b.length - a.length).map(termPattern);
  return `(?:${patterns.join("|")})`;
}

/** A term must begin and end where a word does (a term may end in a full stop, so the end is not \\b). */
export const WORD_START = "\\b";
export const WORD_END = "(?![a-z0-9])";

/** Any letter or digit, or a sign that is neither, in a beginning. */
export const ANY_SIGN = "*";
export const NO_WORD_SIGN = " ";

/**
 * The three signs a term can begin with: a matcher looks only at words that begin so, which made extraction three times as
 * fast with some 350 route terms. ANY_SIGN stands for any letter, digit or none; NO_WORD_SIGN for the end of a word.
 */
export function beginnings(term: string): Set<string> {
  const signs = new Set<string>();
  for (const start of expand(term)) signs.add(start.padEnd(3, NO_WORD_SIGN));
  return signs;
}

/** Beginnings up to three signs long of what a piece of a term can read. */
function expand(term: string): Set<string> {
  let starts = new Set([""]);
  for (let at = 0; at < term.length; at++) {
    const sign = term.charAt(at);
    let next: Set<string>;
    if (sign === "(") {
      const end = closing(term, at);
      next = new Set(alternatives(term.slice(at + 1, end)).flatMap((part) => [...expand(part)]));
      at = end;
    } else if (LITERAL.test(sign)) next = new Set([sign.toLowerCase()]);
    else if (sign === "*") next = new Set(["", ANY_SIGN]);
    else
      next = new Set(sign === " " || PUNCTUATION.includes(sign) || sign === "." ? [NO_WORD_SIGN] : ["", NO_WORD_SIGN]);
    const follows = term.charAt(at + 1);
    if (follows === "?" || (follows === "*" && sign === "(")) {
      next.add("");
      at++;
    }
    starts = new Set(
      [...starts].flatMap((start) =>
        start.length >= 3 ? [start] : [...next].map((item) => (start + item).slice(0, 3)),
      ),
    );
    if ([...starts].every((start) => start.length >= 3)) break;
  }
  return starts;
}

function closing(term: string, open: number): number {
  let depth = 0;
  for (let at = open; at < term.length; at++) {
    if (term.charAt(at) === "(") depth++;
    else if (term.charAt(at) === ")" && --depth === 0) return at;
  }
  return term.length;
}

function alternatives(inner: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < inner.length; at++) {
    const sign = inner.charAt(at);
    if (sign === "(") depth++;
    else if (sign === ")") depth--;
    else if (sign === "|" && depth === 0) {
      parts.push(inner.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, inner.slice(from)];
}
