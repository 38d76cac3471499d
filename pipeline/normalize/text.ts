/**
 * How registry prose becomes plain text. v2 markup fields are CommonMark with backslash escapes, and a few sponsors typed
 * HTML entities that were escaped once more (`\&gt;`, `\&amp;#39;`): ctgov-api.md 5.7. NUL characters cannot be stored as
 * Postgres text, so they go from facts (never from the raw record) and are counted.
 */

/** A plain text, and where each of its characters stands in the raw text (null: the two are the same string). */
export interface PlainText {
  text: string;
  /** offsets[i] = index in raw of plain character i; one more entry than characters: the end. */
  offsets: Int32Array | null;
  nuls: number;
}

/** CommonMark: a backslash before any ASCII punctuation stands for that character alone; before anything else it is one. */
const ESCAPE = /\\[!-/:-@[-`{-~]/y;

/** Entities seen in records, after unescaping; an ampersand may itself be written `&amp;`. */
const ENTITY = /&(?:amp;)?(?:(lt|gt|amp|quot|apos|nbsp)|#(\d{1,6})|#x([0-9a-f]{1,5}));/iy;
const NAMED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " " };

const NEEDS_WORK = /[\\&\0]/;

/** One character, or null where the number names none (or a NUL, or half a pair). */
function entityCharacter(match: RegExpExecArray): string | null {
  if (match[1] !== undefined) return NAMED[match[1].toLowerCase()] ?? null;
  const code = match[2] === undefined ? Number.parseInt(match[3] ?? "", 16) : Number(match[2]);
  if (!(code > 0) || code > 0xffff || (code >= 0xd800 && code <= 0xdfff)) return null;
  return String.fromCharCode(code);
}

/** Reads an entity at `at` of a text that may still hold escapes (`\&gt\;` does not occur; `\&gt;` does). */
function entityAt(raw: string, at: number): { character: string; end: number } | null {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(raw);
  if (match === null) return null;
  const character = entityCharacter(match);
  return character === null ? null : { character, end: ENTITY.lastIndex };
}

/** Plain text with the map back to the raw one, so that a span found in the plain text can be quoted verbatim. */
export function plainMapped(raw: string): PlainText {
  if (!NEEDS_WORK.test(raw)) return { text: raw, offsets: null, nuls: 0 };
  const offsets = new Int32Array(raw.length + 1);
  let text = "";
  let nuls = 0;
  let at = 0;
  while (at < raw.length) {
    const start = at;
    let character = raw.charAt(at);
    if (character === "\0") {
      nuls++;
      at++;
      continue;
    }
    if (character === "\\") {
      ESCAPE.lastIndex = at;
      if (ESCAPE.test(raw)) {
        at++;
        character = raw.charAt(at);
      }
    }
    const entity = character === "&" ? entityAt(raw, at) : null;
    offsets[text.length] = start;
    text += entity?.character ?? character;
    at = entity?.end ?? at + 1;
  }
  offsets[text.length] = raw.length;
  return { text, offsets: offsets.subarray(0, text.length + 1), nuls };
}

/** Markdown escapes and entities undone, NULs gone. */
export function plain(raw: string): string {
  return NEEDS_WORK.test(raw) ? plainMapped(raw).text : raw;
}

/** How many NUL characters a text holds. */
export function countNuls(raw: string): number {
  let count = 0;
  for (let at = raw.indexOf("\0"); at !== -1; at = raw.indexOf("\0", at + 1)) count++;
  return count;
}

/** The raw words behind plain characters [start, end). */
export function rawSpan(raw: string, mapped: PlainText, start: number, end: number): string {
  if (mapped.offsets === null) return raw.slice(start, end);
  return raw.slice(mapped.offsets[start] ?? 0, mapped.offsets[end] ?? raw.length);
}
