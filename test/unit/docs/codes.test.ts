import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareTissue } from "../../../pipeline/drift/sets.ts";
import { fixtureJson } from "../fixtures/support.ts";

interface Coded {
  means?: string;
  from?: string;
}
interface Codes {
  route: { codes: (Coded & { code: string; neutral: string; site?: string; co_products?: string[] })[] };
  cell_source: {
    products: (Coded & { printed: string[]; tissue: string; donor?: string[] | null })[];
    co_products: (Coded & { printed: string | null; co_product: string; donor?: string[] | null })[];
    aliases: Record<string, string>;
  };
}

const page = readFileSync(new URL("../../../docs/codes.md", import.meta.url), "utf8");
const { codes } = fixtureJson<{ codes: Codes }>("fixtures/reviews/msc-t1d-sle/review.json");

/** Rows of the table under a heading, cells trimmed, without the head. */
function rows(heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(1).map((line) => line.slice(2, -2).split(" | "));
}

const quoted = (text: string): string => `\`${text}\``;
const donorWords = (donor: readonly string[] | null | undefined): string => donor?.join(", ") ?? "any";

/** What the paper's key says (../shared/review/review.txt, notes to tables 1 and 2): no later edit may give these another sense. */
const KEY: Record<string, { neutral: string; means: RegExp }> = {
  iv: { neutral: "intravenous", means: /intravenous infusion/ },
  ipa: { neutral: "intra_arterial_pancreatic", means: /pancreatic artery/ },
  ic: { neutral: "intracavernous", means: /intracavernous injection/ },
  is: { neutral: "intralesional_or_perilesional", means: /third distal part of shin/ },
  "co-pi": { neutral: "co_transplant_with_organ_or_islets", means: /pancreatic islets and MSCs/ },
  "co-pi-k": { neutral: "co_transplant_with_organ_or_islets", means: /pancreatic islets, kidney and MSCs/ },
};

describe("docs/codes.md", () => {
  it("lists every route code with its neutral route and meaning", () => {
    const told = rows("Route").map(([code, neutral, means, , from]) => [code, neutral, means, from]);
    expect(told).toEqual(
      codes.route.codes.map((one) => [quoted(one.code), quoted(one.neutral), one.means, one.from ?? "added"]),
    );
    for (const [, , means] of told) expect(means?.length ?? 0).toBeGreaterThan(5);
  });

  it("says of every conditional code that it is one", () => {
    for (const one of codes.route.codes) {
      const [, , , only] = rows("Route").find(([code]) => code === quoted(one.code)) ?? [];
      for (const companion of one.co_products ?? []) expect(only, one.code).toContain(companion);
      if (one.site !== undefined) expect(only, one.code).toContain("site");
    }
  });

  it("lists every cell source, what is given beside it, and every alias", () => {
    expect(rows("Cell source")).toEqual(
      codes.cell_source.products.map((one) => [
        one.printed.map(quoted).join("; "),
        quoted(one.tissue),
        donorWords(one.donor),
        one.means,
        one.from ?? "added",
      ]),
    );
    expect(rows("Given beside the product").map(([, code, donor, means]) => [code, donor, means])).toEqual(
      codes.cell_source.co_products.map((one) => [quoted(one.co_product), donorWords(one.donor), one.means]),
    );
    expect(rows("Texts that stand for another")).toEqual(
      Object.entries(codes.cell_source.aliases).map(([text, target]) => [quoted(text), quoted(target)]),
    );
  });

  it("keeps the six codes of the paper's key in its meanings", () => {
    for (const [code, { neutral, means }] of Object.entries(KEY)) {
      const entry = codes.route.codes.find((one) => one.code === code);
      expect(entry?.neutral, code).toBe(neutral);
      expect(entry?.means, code).toMatch(means);
      expect(entry?.from, code).toBe("paper");
    }
    const two = codes.route.codes.filter(({ code }) => code.length < 3).map(({ code }) => code);
    expect(two.filter((code) => KEY[code] === undefined)).toEqual([]);
  });

  it("has a code for every route and tissue that the lexicon can read", () => {
    const folder = new URL("../../../fixtures/lexicons/msc/", import.meta.url);
    const lexicon = Object.assign(
      {},
      ...readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as object),
    ) as Record<string, { code: string }[]>;
    const read = [...(lexicon["route"] ?? []), ...(lexicon["route_weak"] ?? [])].map(({ code }) => code);
    const printed = new Set(codes.route.codes.map(({ neutral }) => neutral));
    expect([...new Set(read)].filter((code) => !printed.has(code))).toEqual([]);
    const tissues = new Set(codes.cell_source.products.map(({ tissue }) => tissue));
    expect(
      [...new Set((lexicon["tissue"] ?? []).map(({ code }) => code))].filter((code) => !tissues.has(code)),
    ).toEqual([]);
  });

  it("prints cord blood, the cord and fat apart", () => {
    const printed = (tissue: string) => codes.cell_source.products.find((one) => one.tissue === tissue)?.printed;
    expect(printed("umbilical_cord")).toEqual(["UC-MSCs"]);
    expect(printed("cord_blood")).toEqual(["CB-MSCs"]);
    expect(printed("adipose")).toEqual(["AD-MSCs"]);
    expect(compareTissue(["umbilical_cord"], ["cord_blood"]).kind).toBe("contradicts");
  });
});
