import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { html, link, publicationLink, recordLink } from "../../../pipeline/report/html.ts";

describe("a template", () => {
  test("escapes every text, nests markup, and shows nothing for nothing", () => {
    const inner = html`<b>${"a & b"}</b>`;
    expect(
      html`<p title="${`"x" 'y' \`z\``}">${"<script>"}${inner}${[1, [inner], null, undefined, false, ""]}</p>`.toString(),
    ).toBe('<p title="&quot;x&quot; &#39;y&#39; &#96;z&#96;">&lt;script&gt;<b>a &amp; b</b>1<b>a &amp; b</b></p>');
  });

  test("no text can open a tag or end an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = html`<p title="${text}">${text}</p>`.toString();
        expect(shown.match(/[<>"]/g)).toEqual(["<", '"', '"', ">", "<", ">"]);
      }),
    );
  });

  test("control and invisible formatting characters go", () => {
    expect(html`${"a\u0000\u001b[31m\u202eb\u200b\ud800c\n\td"}`.toString()).toBe("a[31mb\ufffdc\n\td");
  });

  test.each<[string, () => unknown]>([
    ["an attribute without quotes", () => html`<p class=${"x"}>`],
    ["single quotes", () => html`<p class='${"x"}'>`],
    ["a name inside a tag", () => html`<p ${"onclick"}="x">`],
    ["a script", () => html`<script>${"x"}</script>`],
    ["a style", () => html`<style>p { color: ${"x"} }</style>`],
  ])("with a part in %s is refused", (_, make) => {
    expect(make).toThrow(/not safe/);
  });

  test("what looks like markup but was a text stays a text", () => {
    const forged = { toString: () => "<img src=x>" } as unknown as string;
    expect(html`${forged}`.toString()).toBe("&lt;img src=x&gt;");
  });
});

test("links go to this page or to https, anything else is its text", () => {
  expect(link("#t1-NCT00000001", "x").toString()).toBe('<a href="#t1-NCT00000001">x</a>');
  for (const address of [
    "javascript:alert(1)",
    "data:text/html,x",
    "//x.org/",
    'https://x.org/"onclick',
    "http://x.org/",
  ])
    expect(link(address, "x").toString()).toBe("x");
  expect(recordLink("NCT00000001").toString()).toContain('href="https://clinicaltrials.gov/study/NCT00000001"');
  expect(recordLink("NCT0000000<1").toString()).toBe("NCT0000000&lt;1");
  expect(publicationLink("1/../2").toString()).toBe("PMID 1/../2");
});
