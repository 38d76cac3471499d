import { plain } from "./text.ts";

/**
 * Texts of the registry's history, which are HTML with every special character written as an entity (ctgov-api.md 4), as
 * API v2 would have them: paragraphs apart, list items as lines with an asterisk or a number, nothing else marked up.
 */

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " " };
const ENTITY = /&(?:(lt|gt|amp|quot|apos|nbsp)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi;
const TAG = /<(\/?)(p|ul|ol|li|br|mark|b|i|em|strong|u|sup|sub|span|div|a)(?:\s[^<>]*)?\/?>/gi;

function character(whole: string, name?: string, decimal?: string, hex?: string): string {
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
}

/** Tags become line breaks and bullets; a nested list is indented by its depth. */
function untagged(html: string): string {
  const lists: { ordered: boolean; items: number }[] = [];
  return html.replace(TAG, (_, closing: string, tag: string) => {
    switch (tag.toLowerCase()) {
      case "p":
      case "div":
        return closing === "" ? "" : "\n\n";
      case "br":
        return "\n";
      case "ul":
      case "ol":
        if (closing === "") {
          lists.push({ ordered: tag.toLowerCase() === "ol", items: 0 });
          return lists.length === 1 ? "\n" : "";
        }
        lists.pop();
        return lists.length === 0 ? "\n\n" : "";
      case "li": {
        const list = lists.at(-1);
        if (closing !== "" || list === undefined) return "";
        list.items += 1;
        return `\n${"  ".repeat(lists.length - 1)}${list.ordered ? `${list.items}.` : "*"} `;
      }
      default:
        return "";
    }
  });
}

/** One text. What would read as an escape or an entity in API v2 is escaped, so that plain() gives these very characters. */
export function fromHtml(html: string): string {
  if (!/[<&\\]/.test(html)) return html;
  const text = untagged(html)
    .replace(ENTITY, character)
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return plain(text) === text ? text : text.replace(/[\\&]/g, "\\$&");
}

/** Every text of a record. */
export function recordFromHtml(record: unknown): unknown {
  if (typeof record === "string") return fromHtml(record);
  if (Array.isArray(record)) return record.map(recordFromHtml);
  if (typeof record !== "object" || record === null) return record;
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, recordFromHtml(value)]));
}
