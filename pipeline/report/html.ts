/** HTML in which text cannot become markup: whatever is put into a template is escaped, and there is no way to put in raw text. */

/** Markup that was written as a template. Only this file can make one. */
class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}
export type Html = Markup;

/** What may stand in a template: markup, text, numbers, lists of these; null, undefined and false are nothing. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Text without any of these (half a surrogate pair is no text either) is its own markup; nearly all is. */
const SPECIAL = /[&<>"'`\p{Cc}\p{Cs}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** Control characters go, as do invisible ones that could make a line read differently from what it says (as in text.ts). */
function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text
    .toWellFormed()
    .replace(/(?![\t\n])\p{Cc}|[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, "")
    .replace(/[&<>"'`]/g, (mark) => ESCAPES[mark] ?? "");
}

function shown(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Markup) return part.toString();
  return Array.isArray(part) ? part.map(shown).join("") : escaped(String(part));
}

/** Places where escaping is not enough: an attribute without quotes, the inside of a tag, script and style. */
function refuse(before: string, place: number): void {
  const opened = before.slice(before.lastIndexOf("<"));
  const inTag = /^<[a-z/!]/i.test(opened) && !opened.includes(">");
  const quoted = /="[^"]*$/.test(opened);
  if ((inTag && !quoted) || /<(script|style)\b[^>]*>(?!.*<\/\1)/is.test(before))
    throw new RangeError(`part ${place} of an HTML template stands where text is not safe: …${before.slice(-40)}`);
}

const checked = new WeakSet<TemplateStringsArray>();

/**
 * The tag of a template: html`<p class="${kind}">${words}</p>`. Throws on a template with a part inside a tag but outside
 * double quotes, in a script or in a style. Addresses go through `link`.
 */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  if (!checked.has(strings)) {
    let before = "";
    strings.slice(0, -1).forEach((text, at) => {
      before += text;
      refuse(before, at + 1);
    });
    checked.add(strings);
  }
  return new Markup(strings.reduce((text, next, at) => text + shown(parts[at - 1]) + next));
}

/** A link to a place of this page (#…) or to an https address; any other address is shown as its text alone. */
export function link(address: string, text: Part, label?: string): Html {
  if (!/^(?:#[\w-]+|https:\/\/[\w.-]+\/[\w./?=&%-]*)$/.test(address)) return html`${text}`;
  return label === undefined
    ? html`<a href="${address}">${text}</a>`
    : html`<a href="${address}" aria-label="${label}">${text}</a>`;
}

const NCT_ID = /^NCT\d{8}$/;

/** The registry's own page of a study. */
export function recordLink(nctId: string): Html {
  return NCT_ID.test(nctId) ? link(`https://clinicaltrials.gov/study/${nctId}`, nctId) : html`${nctId}`;
}

/** A publication by its number in PubMed. */
export function publicationLink(pmid: string): Html {
  return /^\d+$/.test(pmid) ? link(`https://pubmed.ncbi.nlm.nih.gov/${pmid}/`, `PMID ${pmid}`) : html`PMID ${pmid}`;
}
