import { describe, expect, test } from "vitest";
import { csv } from "../../../pipeline/report/csv.ts";
import { jsonRows, jsonText } from "../../../pipeline/report/json.ts";
import { markdownTable, markdownText } from "../../../pipeline/report/markdown.ts";
import { clean, gridRow, gridWidths, ink, paragraph, wrap } from "../../../pipeline/report/text.ts";

const ESC = "\u001b";

describe("csv", () => {
  test("quotes, commas and line breaks as in RFC 4180, CRLF after every record", () => {
    expect(
      csv(
        ["a", "b"],
        [
          ['say "x"', "1, 2"],
          ["two\nlines", null],
        ],
      ),
    ).toBe('a,b\r\n"say ""x""","1, 2"\r\n"two\nlines",\r\n');
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")'])(
    "%j is data, not a formula",
    (text) => {
      const [, record = ""] = csv(["a"], [[text]]).split(/\r\n(?=['"])/);
      expect(record.replace(/^"/, "").startsWith("'")).toBe(true);
      expect(csv(["a"], [[[text, "b"]]])).toContain("'");
    },
  );

  test("numbers and booleans are bare, lists joined, structures JSON", () => {
    expect(csv(["a"], [[-5], [true], [["x", "y"]], [{ k: 1 }], [[]]])).toBe(
      'a\r\n-5\r\ntrue\r\nx; y\r\n"{""k"":1}"\r\n\r\n',
    );
  });

  test("an apostrophe is not put where nothing would run", () => {
    expect(csv(["a"], [["a=b"], ["2014-04"], ["'quoted"]])).toBe("a\r\na=b\r\n2014-04\r\n'quoted\r\n");
  });
});

describe("json", () => {
  test("reads back equal and holds no character that moves a cursor or ends a script", () => {
    const row = { text: `\u009b31m ${ESC}[31m \u202e </script> \u2028 ü 漢`, list: ["a"], none: null, n: 5 };
    const out = jsonRows([row, row]);
    expect(JSON.parse(out)).toEqual([row, row]);
    expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e\u2028<]/u);
    expect(out.split("\n")).toHaveLength(5);
    expect(jsonRows([])).toBe("[]\n");
    expect(jsonText({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  });
});

describe("markdown", () => {
  test("pipes, markup, HTML, links and line breaks stay words", () => {
    expect(markdownText("a|b\\ *c* _d_ `e` [f](g)\n<b>&amp;")).toBe(
      "a\\|b\\\\ \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) &lt;b&gt;&amp;amp;",
    );
    expect(markdownText("see https://x.org, www.y.org and @z")).toBe("see https&#58;//x.org, www&#46;y.org and &#64;z");
    expect(markdownText(`a${ESC}[31m\u202eb`)).toBe("a\\[31mb");
  });

  test("a table has as many cells in each line as its head", () => {
    const lines = markdownTable(["a", "b"], [[markdownText("1|2"), "3"]]).split("\n");
    expect(lines).toEqual(["| a | b |", "| --- | --- |", "| 1\\|2 | 3 |"]);
  });
});

describe("text", () => {
  test("control and invisible formatting characters are stripped, white space is one blank", () => {
    expect(clean(`a\n\tb ${ESC}[31mred\u0007\u009b2J \u202eevil\u200b\u00ad end\r\n`)).toBe("a b [31mred2J evil end");
    expect(clean("β-cell – 漢 é 👩‍⚕️".normalize())).toContain("β-cell – 漢 é");
  });

  test("wraps at blanks, cuts what is longer than the line, never exceeds the width", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("abcdefghij kl", 4)).toEqual(["abcd", "efgh", "ij", "kl"]);
    expect(wrap("abcdefgh", 4)).toEqual(["abcd", "efgh"]);
    expect(wrap("", 4)).toEqual([""]);
    expect(paragraph("one two three", 9, 1, 2)).toBe(" one\n   two\n   three");
  });

  test("a grid shrinks its flexible columns, widest first, and keeps the fixed ones", () => {
    const rows = [["id-1", "a long text that must be wrapped", "short"]];
    const widths = gridWidths(rows, [{ shrink: null }, { shrink: 8 }, { shrink: 8 }], 30);
    expect(widths).toEqual([4, 17, 5]);
    expect(gridRow(rows[0] ?? [], widths, 1)).toBe(" id-1  a long text that   short\n       must be wrapped");
    expect(gridRow(["a", ["b", "c"]], [1, 1])).toBe("a  b\n   c");
  });

  test("no colour unless asked; a colour ends with its line", () => {
    expect(ink(false).alarm("a\nb")).toBe("a\nb");
    expect(ink(true).strong("a\nb")).toBe(`${ESC}[1ma${ESC}[22m\n${ESC}[1mb${ESC}[22m`);
  });
});
