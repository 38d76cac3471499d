import { headline } from "./digest.ts";
import { digestText } from "./digest-text.ts";
import type { Delivery } from "./payloads.ts";
import { clean } from "./text.ts";

/** The newest digests as Atom (RFC 4287) and JSON Feed 1.1; pure. Ids are those of the digests and never change. */

/** One feed an installation: its id need not differ from another's, because readers know a feed by its address. */
const FEED_ID = "urn:uuid:5d0f3c52-9f7c-4e0e-8a57-2b9a1c6f7d11";
const TITLE = "trialdrift: what changed in the registry";

/** Text that XML 1.0 can hold: control characters and half surrogates are not, not even escaped. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?![\t\n])[\p{Cc}\ufffe\uffff]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function atomEntry({ key, createdAt, digest }: Delivery): string {
  // The text is laid out for reading as it stands; escaped once for HTML, and again as the text of an XML element.
  const html = `<pre>${xml(digestText(digest))}</pre>`;
  return [
    "  <entry>",
    `    <id>urn:uuid:${key}</id>`,
    `    <title>${xml(clean(headline(digest)))}</title>`,
    `    <published>${createdAt}</published>`,
    `    <updated>${createdAt}</updated>`,
    ...digest.reviews.map(({ id }) => `    <category term="${xml(id)}"/>`),
    `    <content type="html">${xml(html)}</content>`,
    "  </entry>",
  ].join("\n");
}

/** `deliveries`: the newest first; `at` stands where there is none. */
export function atomFeed(deliveries: readonly Delivery[], at: string): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `  <id>${FEED_ID}</id>`,
    `  <title>${TITLE}</title>`,
    `  <updated>${deliveries[0]?.createdAt ?? at}</updated>`,
    "  <author><name>trialdrift</name></author>",
    "  <generator>trialdrift</generator>",
    ...deliveries.map(atomEntry),
    "</feed>",
    "",
  ].join("\n");
}

export function jsonFeed(deliveries: readonly Delivery[]): string {
  const items = deliveries.map(({ key, createdAt, digest }) => ({
    id: `urn:uuid:${key}`,
    title: clean(headline(digest)),
    content_text: digestText(digest),
    date_published: createdAt,
    tags: digest.reviews.map(({ id }) => id),
  }));
  return `${JSON.stringify({ version: "https://jsonfeed.org/version/1.1", title: TITLE, items }, null, 1)}\n`;
}
