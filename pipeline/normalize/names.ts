import {
  DEGREES,
  HONORIFICS,
  JOB_WORDS,
  LEGAL_FORM,
  LEGAL_FORMS,
  LOOSE_DEGREES,
  ORGANISATION,
  PARTICLES,
  RANKS,
} from "./name-words.ts";

/** A person's name taken apart: how it is printed, and its words in natural order (given names first). */
export interface PersonName {
  printed: string;
  words: string[];
}

/** Lower case without accents; equal for "Júlio" and "Julio". */
export function fold(text: string): string {
  // nearly every name is ASCII; normalizing those too cost a fifth of all facts
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function letters(word: string): string {
  return fold(word).replace(/[^\p{L}]/gu, "");
}

/** Longest run of degrees written as one word that is taken apart; a word beyond is no degree. */
const LONGEST_DEGREES = 12;

/** "mdphd" and "mbbsms" are degrees written together: the whole word must be made of known ones. */
function isDegree(word: string): boolean {
  if (DEGREES.has(word)) return true;
  if (word.length < 4 || word.length > LONGEST_DEGREES) return false;
  for (let cut = 2; cut <= word.length - 2; cut++) {
    if (DEGREES.has(word.slice(0, cut)) && isDegree(word.slice(cut))) return true;
  }
  return false;
}

/** "MA" is a degree, "Ma" a surname: these count only in capitals, beside a name that is not all capitals. */
function isLooseDegree(word: string, name: readonly string[]): boolean {
  if (!LOOSE_DEGREES.has(letters(word)) || word !== word.toUpperCase()) return false;
  return name.length >= 2 && name.some((part) => part.length > 2 && part !== part.toUpperCase());
}

/** Takes off what stands behind the name; a rank counts only when a comma or a title parts it from the name. */
function withoutEnd(words: readonly string[], apart: boolean): string[] {
  const kept = [...words];
  let parted = apart;
  for (let word = kept.at(-1); word !== undefined; word = kept.at(-1)) {
    const plainWord = letters(word);
    const title = plainWord === "" || HONORIFICS.has(plainWord) || isDegree(plainWord);
    if (!title && !(parted && RANKS.has(plainWord)) && !isLooseDegree(word, kept.slice(0, -1))) break;
    kept.pop();
    parted = true;
  }
  return kept;
}

const MIDDLE_TITLES: ReadonlySet<string> = new Set(["dr", "prof", "professor"]);

/**
 * The words of one comma-separated segment without titles before and degrees behind. A degree in front is none: "MD" and
 * "JD" begin names there (Md. Rahman, J.D. Smith).
 */
function bareWords(segment: string, at: number): string[] {
  const joined = segment
    .replace(/\bPh\.?\s+D\b\.?/i, "PhD")
    .replace(/(?<=\s|^)M\.\s*D\.?$/, "MD")
    // "Dr.Deepak" is two words
    .replace(/\b(Dr|Prof)\.(?=\p{Lu})/gu, "$1. ");
  const written = joined.split(/\s+/).filter((word) => word !== "");
  // "Bingxuan Dr. Wu": a title between two names
  const words = written.filter((word, i) => i === 0 || i === written.length - 1 || !MIDDLE_TITLES.has(letters(word)));
  const behind = at > 0;
  let start = 0;
  for (; start < words.length; start++) {
    const word = letters(words[start] ?? "");
    // "Dr. med. Anna Berg": a rank behind a form of address belongs to it
    if (!HONORIFICS.has(word) && !((start > 0 || behind) && RANKS.has(word))) break;
  }
  const bare = withoutEnd(words.slice(start), behind);
  return bare.map((word) => (/^\p{L}{3,}\.$/u.test(word) ? word.slice(0, -1) : word));
}

function capitalised(word: string): string {
  return word.replace(/^\p{Ll}|(?<=-)\p{Ll}/gu, (letter) => letter.toUpperCase());
}

/**
 * Takes a written name apart: titles, degrees and job descriptions go, "Wang, Yangang MD" keeps its printed order and
 * has the words Yangang, Wang. A text that is nothing but titles is printed as it stands.
 */
export function personName(written: string): PersonName {
  const text = written.replace(/\s+/g, " ").trim();
  const segments = text.replace(/\([^)]*\)/g, " ").split(/[,;/]|\s-\s|\.-\s/);
  const bare = segments.map(bareWords).filter((words) => words.length > 0);
  let [first = [], second = []] = bare;
  // a name written in small letters throughout is printed with capitals; any capital in it is the writer's own choice
  if (first.length > 0 && text === text.toLowerCase())
    [first, second] = [first.map(capitalised), second.map(capitalised)];
  if (first.length === 0) return { printed: text, words: [] };
  const single = first.length === 1 || PARTICLES.has(letters(first[0] ?? ""));
  const lastFirst =
    single && second.length > 0 && second.length <= 3 && !isLooseDegree(second.join(" "), [...first, ""]);
  if (!lastFirst) return { printed: first.join(" "), words: first };
  return { printed: `${first.join(" ")}, ${second.join(" ")}`, words: [...second, ...first] };
}

/** Does the text name a body, firm, office or job rather than a person? */
export function looksLikeOrganisation(text: string): boolean {
  const words = fold(text)
    .replace(/\./g, "")
    .split(/[^\p{L}\p{N}&]+/u);
  return words.some(
    (word, at) =>
      // "BV" and "Co" end the name of a firm, and begin that of a person
      (ORGANISATION.has(word) && (at > 0 || word.length > 2)) ||
      JOB_WORDS.has(word) ||
      /(?:ology|iatrics|tech)$/.test(word),
  );
}

/** A form of incorporation anywhere makes the whole text a firm: "Novo Nordisk A/S", "Autonomic Technologies, Inc.". */
function hasLegalForm(text: string): boolean {
  return LEGAL_FORM.test(text);
}

/** A person's name has at least two words, none of which belongs to a firm, and no digits. */
export function looksLikePerson(text: string): boolean {
  if (/\d/.test(text) || hasLegalForm(text)) return false;
  const { printed, words } = personName(text);
  return words.length >= 2 && words.length <= 6 && !looksLikeOrganisation(printed);
}

/** Name of a body for comparison: accents, case, dots and "the" go; "Limited" is "Ltd", but no legal form is dropped. */
function organisationKey(text: string): string {
  const words = fold(text)
    .replace(/[.'’]/g, "")
    .replace(/&/g, " and ")
    .split(/[^\p{L}\p{N}]+/u);
  return words
    .filter((word) => word !== "" && word !== "the")
    .map((word) => LEGAL_FORMS[word] ?? word)
    .join(" ");
}

/** Words of a person for comparison: accents and hyphens go, "J.M." is two initials. */
function personTokens(text: string): string[] {
  return personName(text)
    .words.flatMap((word) => fold(word).split(/[^\p{L}]+/u))
    .filter((word) => word !== "" && word !== "jr" && word !== "sr");
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.toSorted().join(" ") === b.toSorted().join(" ");
}

/** "Yan-Gang Wang" and "Yangang Wang": the same letters, also with the family name first. */
function sameLetters(a: readonly string[], b: readonly string[]): boolean {
  const joined = b.join("");
  return a.some((_, turn) => [...a.slice(turn), ...a.slice(0, turn)].join("") === joined);
}

function initialOf(initial: string, word: string): boolean {
  return initial.length === 1 && word.startsWith(initial);
}

/**
 * A middle name or initial that one side lacks: the shorter one's words are all in the longer, and first and last word
 * of the longer are among them. So Gary S. Gilkeson is Gary Gilkeson, and Xiao Wei Wang is not Wei Wang.
 */
function sameWithoutMiddle(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const ends = [long[0], long.at(-1)];
  if (short.filter((word) => word.length > 1).length < 2) return false;
  if (!ends.every((word) => word !== undefined && word.length > 1 && short.includes(word))) return false;
  return short.every((word) =>
    long.some((other) => word === other || initialOf(word, other) || initialOf(other, word)),
  );
}

/**
 * Do two printed names stand for the same person, or the same body? Titles, degrees, accents, order and middle initials
 * do not matter for persons; for bodies all words do: firms of one group are different legal entities.
 */
export function samePerson(a: string, b: string): boolean {
  if (organisationKey(a) === organisationKey(b)) return organisationKey(a) !== "";
  if (hasLegalForm(a) || hasLegalForm(b)) return false;
  if (looksLikeOrganisation(personName(a).printed) || looksLikeOrganisation(personName(b).printed)) return false;
  const [left, right] = [personTokens(a), personTokens(b)];
  if (left.length < 2 || right.length < 2) return false;
  return sameWords(left, right) || sameLetters(left, right) || sameWithoutMiddle(left, right);
}

function pairs(words: readonly string[]): string[] {
  return words.flatMap((word, at) => (at % 2 === 0 ? [`${word}, ${words[at + 1]}`] : []));
}

/**
 * The names in one printed cell. A comma separates two names only where both sides are whole names: "Wang, Yangang" is
 * one person and "Cellonis Biotechnology Co. Ltd., Others" one body.
 */
export function splitNames(printed: string): string[] {
  const text = printed.trim();
  if (text === "") return [];
  if (text.includes(";")) return text.split(";").flatMap(splitNames);
  if (looksLikeOrganisation(text) || hasLegalForm(text)) return [text];
  const parts = text
    .split(/,|\s(?:and|&)\s/)
    .map((part) => part.trim())
    .filter((part, at) => bareWords(part, at).length > 0);
  if (parts.length < 2) return [text];
  if (parts.every((part) => bareWords(part, 0).length >= 2)) return parts;
  const singles = parts.every((part) => bareWords(part, 0).length === 1);
  return singles && parts.length >= 4 && parts.length % 2 === 0 ? pairs(parts) : [text];
}
