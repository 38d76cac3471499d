import { createHash } from "node:crypto";
import { type Html, html } from "../pipeline/report/html.ts";
import { PAGE_STYLE } from "../pipeline/report/page-style.ts";
import { SITE_STYLE } from "./style.ts";
import { at } from "./links.ts";

/** What stands around every page: head, way round, foot; and which style the browser may apply. */

export interface Page {
  title: string;
  body: Html;
  /** Styles that this page needs besides the site's, each a whole `<style>`. */
  styles?: readonly Html[];
}

/** What the page knows of its visitor. */
export interface Visit {
  path: string;
  /** The review meant, kept while moving from page to page. */
  review: string | null;
  /** Whether decisions can be taken here. */
  isDeciding: boolean;
  /** The token of the visitor's forms; null where there is nothing to post. */
  formToken: string | null;
  isSignedIn: boolean;
}

/** TABLE OF PAGES in the order of the navigation. */
const PAGES: readonly { path: `/${string}`; name: string }[] = [
  { path: "/", name: "Home" },
  { path: "/table", name: "Table" },
  { path: "/flags", name: "Needs you" },
  { path: "/evidence", name: "Evidence map" },
  { path: "/runs", name: "Runs" },
];

const stylesOf = ({ styles = [] }: Page): readonly Html[] => [PAGE_STYLE, SITE_STYLE, ...styles];

const hashes = new Map<Html, string>();
/** The hash of what stands between the tags, as the browser computes it. */
function hashOf(style: Html): string {
  const known = hashes.get(style);
  if (known !== undefined) return known;
  const inside = style
    .toString()
    .replace(/^<style>/, "")
    .replace(/<\/style>$/, "");
  const hash = `'sha256-${createHash("sha256").update(inside).digest("base64")}'`;
  hashes.set(style, hash);
  return hash;
}

/** No script, nothing from elsewhere, our own styles by their hashes, forms to this site alone, in nobody's frame. */
export function contentPolicy(page: Page): string {
  const styles = stylesOf(page).map(hashOf).join(" ");
  return `default-src 'none'; style-src ${styles}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

function signOut({ formToken, isSignedIn }: Visit): Html | null {
  if (!isSignedIn || formToken === null) return null;
  return html`<form method="post" action="/logout" class="quiet"><input type="hidden" name="token" value="${formToken}"><button>Sign out</button></form>`;
}

export function layout(page: Page, visit: Visit): string {
  const entry = ({ path, name }: (typeof PAGES)[number]): Html =>
    visit.path === path
      ? html`<li><a href="${at(path, { review: visit.review })}" aria-current="page">${name}</a></li>`
      : html`<li><a href="${at(path, { review: visit.review })}">${name}</a></li>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · trialdrift</title>
${stylesOf(page)}
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="site">
  <p class="brand">trialdrift</p>
  <nav aria-label="Pages"><ul>${PAGES.map(entry)}</ul></nav>
  ${signOut(visit)}
</header>
<main id="content" tabindex="-1">
${page.body}
</main>
<footer><p>${visit.isDeciding ? "Decisions on this page are written to the review's folder." : "This page only reads; start it with --decide to decide on it."} Rows for programs: <a href="/api/openapi.json">/api</a>.</p></footer>
</body>
</html>
`.toString();
}
