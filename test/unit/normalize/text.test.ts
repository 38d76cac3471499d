import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countNuls, plain, plainMapped, rawSpan } from "../../../pipeline/normalize/text.ts";

describe("plain text", () => {
  it.each([
    ["HbA1c \\> 7", "HbA1c > 7"],
    ["\\[1\\] 2\\^6 \\~ \\_x\\_", "[1] 2^6 ~ _x_"],
    ["\\&gt; and \\&amp;#39;", "> and '"],
    ["a\\\\b", "a\\b"],
    ["C:\\dir", "C:\\dir"],
    ["AT&T; &unknown;", "AT&T; &unknown;"],
    ["&#0; &#x0;", "&#0; &#x0;"],
    ["a\0b", "ab"],
  ])("%j reads %j", (raw, expected) => {
    expect(plain(raw)).toBe(expected);
  });

  it("counts the NULs it strips", () => {
    expect(countNuls("\0a\0")).toBe(2);
    expect(plainMapped("\0a\0").nuls).toBe(2);
  });

  it("leaves untouched text as the same string", () => {
    expect(plainMapped("plain").offsets).toBeNull();
  });

  it("maps every piece back to raw words that read as it", () => {
    const piece = fc.constantFrom("\\>", "\\&gt;", "&amp;", "\\\\", "\0", "a", " ", "\\*", "ü");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(), fc.nat(), (pieces, a, b) => {
        const raw = pieces.join("");
        const mapped = plainMapped(raw);
        const start = mapped.text.length === 0 ? 0 : a % mapped.text.length;
        const end = start + (b % (mapped.text.length - start + 1));
        const span = rawSpan(raw, mapped, start, end);
        expect(raw).toContain(span);
        expect(end > start ? plain(span) : "").toBe(mapped.text.slice(start, end));
      }),
    );
  });
});
