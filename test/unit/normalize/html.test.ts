import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHtml } from "../../../pipeline/normalize/html.ts";
import { plain } from "../../../pipeline/normalize/text.ts";

const encode = (text: string): string =>
  text.replace(/[&<>"'/]/g, (one) => `&#x${one.codePointAt(0)?.toString(16).toUpperCase()};`);

describe("texts of the registry's history", () => {
  it.each([
    ["Adults &#x2F; children", "Adults / children"],
    ["<p>First.</p><p>Second: HbA1c &gt; 7&nbsp;%</p>", "First.\n\nSecond: HbA1c > 7 %"],
    [
      "<p>Inclusion:</p><ul><li>age &lt; 18</li><li>T1D<ul><li>new</li></ul></li></ul>",
      "Inclusion:\n\n* age < 18\n* T1D\n  * new",
    ],
    ["<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"],
    ["a <mark>mesenchymal</mark> cell", "a mesenchymal cell"],
    ["x &lt;not a tag&gt; y < z", "x <not a tag> y < z"],
    ["5&#176;C and &#x1F600;", "5\u00b0C and \u{1f600}"],
  ])("%s", (html, text) => expect(plain(fromHtml(html))).toBe(text));

  it("come back as the very characters that a sponsor wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        const trimmed = text.trim().replace(/[ \t]+\n/g, "\n");
        expect(plain(fromHtml(encode(trimmed)))).toBe(trimmed);
      }),
    );
  });
});
