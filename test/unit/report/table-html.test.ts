import { describe, expect, test } from "vitest";
import { DRIFT_KINDS } from "../../../db/model.ts";
import { table, tables } from "../../../pipeline/report/table.ts";
import { driftSign, driftWords } from "../../../pipeline/report/words.ts";
import { cell, drift, flag, input, printed, trial } from "./rows.ts";

const OPTIONS = { format: "html", values: "curated", wide: false } as const;
const EVIL = `<script>alert("1")</script>'"><img src=x onerror=alert(2)>`;

/** A table with words, flags, publications and a notation. */
function full() {
  const rows = input();
  const [one, two] = ["NCT00000001", "NCT00000002"] as const;
  return {
    ...rows,
    head: {
      ...rows.head,
      codes: {
        route: {
          codes: [
            { code: "iv", neutral: "intravenous", means: "into a vein" },
            { code: "i-musc", neutral: "intramuscular", means: "into a muscle" },
          ],
        },
        acronyms: { "BM-MSCs": "marrow cells", AUC: ["area under the curve"], MMTT: "meal test" },
      },
    },
    trials: rows.trials.map((row) => (row.nct_id === one ? { ...row, publications: ["11", "22"] } : row)),
    curated: [
      ...rows.curated,
      printed(one, "publications", "22"),
      printed(one, "route", "iv"),
      printed(one, "primary_outcomes", "C-peptide AUC"),
    ],
    cells: [
      ...rows.cells,
      cell(one, "enrollment", "10", {
        evidence: [{ path: "protocolSection.designModule.enrollmentInfo.count", span: "10", rule: "enrollment" }],
      }),
      cell(two, "director", "B. Printed", {
        confidence: "low",
        evidence: Array.from({ length: 7 }, (_, at) => ({
          path: `a.b[${at}]`,
          span: `word ${at}`,
          rule: "director.site",
        })),
      }),
    ],
    drift: [...rows.drift, drift(one, "route", "registry_silent", ["iv", null], { note: "no words" })],
    flags: [
      flag(1, "low", "publication_candidate", { column_name: "publications" }),
      flag(2, "high", "stopped_early", { nct_id: one, column_name: "status", state: "acknowledged" }),
      flag(3, "medium", "cell_moved", { nct_id: one, column_name: "enrollment" }),
      flag(4, "medium", "merged", { nct_id: "NCT00000077", table_no: null }),
      flag(5, "medium", "cell_moved", { table_no: 2, nct_id: "NCT00000009" }),
    ],
  };
}
const page = (of = full(), values: "curated" | "registry" = "curated") => table(of, { ...OPTIONS, values });
/** Text as a person reads it: tags gone, blanks single. */
const read = (markup: string) =>
  markup
    .replace(/<style>.*<\/style>/s, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replace(/\s+/g, " ");
/** The part of the page from an id to the next study. */
const study = (markup: string, id: string) =>
  markup.split(/(?=<tr role="row" class="study")/).find((part) => part.includes(`id="t1-${id}"`)) ?? "";

describe("the page", () => {
  test("is whole by itself: nothing is fetched, no script, links to records and places on it alone", () => {
    const out = page();
    expect(out).not.toMatch(/<(script|link|img|iframe|object|form|input|button)\b|\son\w+=|url\(|@import|src=/i);
    expect(out).toContain("default-src 'none'");
    const addresses = [...out.matchAll(/href="([^"]+)"/g)].map(([, address = ""]) => address);
    const ids = [...out.matchAll(/\sid="([^"]+)"/g)].map(([, id = ""]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const address of addresses)
      if (address.startsWith("#")) expect(ids).toContain(address.slice(1));
      else
        expect(address).toMatch(
          /^https:\/\/(clinicaltrials\.gov\/study\/NCT\d{8}|pubmed\.ncbi\.nlm\.nih\.gov\/\d+\/)$/,
        );
    expect(addresses.length).toBeGreaterThan(8);
  });

  test("a script in a title, a name, a value, a flag or the review's own texts is read, not run", () => {
    const rows = full();
    const evil = {
      ...rows,
      head: { ...rows.head, title: EVIL, tableTitle: EVIL, citation: EVIL, footnotes: { "‡": EVIL } },
      trials: [
        trial("NCT00000001", { title: EVIL, director: EVIL }),
        trial("NCT00000003", { title: EVIL, in_curated: false }),
      ],
      curated: [...rows.curated, printed("NCT00000002", "masking", EVIL)],
      cells: [cell("NCT00000001", "director", EVIL, { evidence: [{ path: EVIL, span: EVIL, rule: EVIL }] })],
      drift: [drift("NCT00000001", "director", "moved", [EVIL, EVIL], { note: EVIL })],
      flags: [flag(1, "high", "stopped_early", { message: EVIL, nct_id: EVIL, advice: EVIL })],
    };
    for (const values of ["curated", "registry"] as const) {
      const out = page(evil, values);
      expect(out).not.toMatch(/<script|<img|onerror=[^&]*>(?!.*&gt;)/i);
      expect(out).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    }
  });

  test("the heading says what is shown, of which date, how many of each kind, and that it is not the paper's", () => {
    const text = read(page());
    expect(text).toContain("This is not the published table");
    expect(text).toContain("Source: Somebody et al., 2018");
    expect(text).toContain("as the table prints them (version 2), with the registry's where they differ");
    expect(text).toContain("data of 2022-01-21");
    expect(text).toMatch(/▲ moved since printed 1 the record was edited since the table was printed/);
    expect(text).toMatch(/✕ registry contradicts 1/);
  });

  test("what needs a person comes first, the gravest first, with where to look and what to type", () => {
    const out = page();
    const needs = out.slice(out.indexOf('id="needs-you"'), out.indexOf('id="table-1"'));
    expect(out.indexOf('id="needs-you"')).toBeLessThan(out.indexOf("<table"));
    const text = read(needs);
    for (const [before, after] of [
      ["stopped early", "cell moved"],
      ["cell moved", "possible publication"],
    ] as const)
      expect(text.indexOf(before)).toBeLessThan(text.indexOf(after));
    expect(text).toContain("flag 2, seen");
    expect(needs).toContain('href="#t1-NCT00000001-enrollment"');
    expect(text).toContain('trialdrift flags ack 3 --note "…"');
    expect(text).toContain("NCT00000077");
    expect(text).not.toContain("NCT00000009");
    expect(read(page({ ...full(), flags: [] }))).toContain("Nothing: no flag is open.");
  });
});

describe("a study", () => {
  test("prints the table's values in the paper's columns, the registry's beside them where it differs, kinds in words", () => {
    const one = study(page(), "NCT00000001");
    expect(read(one)).toContain("printed 50 → registry 10 ▲ moved (edited since)");
    expect(read(one)).toContain("Donor: printed autologous → registry allogeneic ✕ registry contradicts");
    expect(read(one)).toContain("printed iv → registry (not stated) ∅ registry does not say");
    expect(read(one)).not.toMatch(/People.*People.*People/);
    expect(one.match(/data-head=/g)).toHaveLength(11);
    const two = study(page(), "NCT00000002");
    expect(two).toContain("<sup>‡</sup>");
    expect(two).toContain('href="https://clinicaltrials.gov/study/NCT00000002"');
    expect(read(two)).toContain("not printed");
  });

  test("its evidence is behind a disclosure that needs no script: path, words, rule, confidence, why, what to type", () => {
    const one = study(page(), "NCT00000001");
    expect(one).toMatch(/<details>\s*<summary>Title of NCT00000001/);
    const text = read(one.slice(one.indexOf('id="t1-NCT00000001-enrollment"')));
    expect(text).toContain("the record was edited since the table was printed");
    expect(text).toContain(
      "Read with high confidence from 10 in protocolSection.designModule.enrollmentInfo.count , by rule enrollment",
    );
    expect(text).toContain("trialdrift drift accept NCT00000001 --column enrollment");
    expect(text).toContain("trialdrift drift reject NCT00000001 --column enrollment");
    expect(one).not.toContain("trialdrift drift accept NCT00000001 --column route<");
    expect(one).toContain("trialdrift drift reject NCT00000001 --column route");
    expect(one).not.toContain("--column country");
    expect(read(study(page(), "NCT00000002"))).toContain("and 2 more: trialdrift show NCT00000002 --column director");
  });

  test("a decided cell says so and how to take it back, and does not ask again", () => {
    const rows = full();
    const decision = { decision: "rejected", decision_id: "01ABC" } as const;
    const one = study(
      page({ ...rows, drift: rows.drift.map((row) => (row.kind === "moved" ? { ...row, ...decision } : row)) }),
      "NCT00000001",
    );
    expect(read(one)).toContain("▲ moved (edited since) rejected");
    expect(read(one)).toContain(
      "kept the printed value against this one. To take it back: trialdrift drift undo 01ABC",
    );
    expect(one).not.toContain("--column enrollment");
  });

  test("publications are told apart: confirmed by a curator, linked by the record", () => {
    const text = read(study(page(), "NCT00000001"));
    expect(text).toContain("registry: results posted published: PMID 22 linked by the record: PMID 11");
    expect(text).toMatch(/write another: trialdrift drift accept NCT\d+ --column results --value/);
    expect(text).toMatch(/PMID 11 ?: trialdrift drift accept NCT\d+ --column publications --value 11 or reject/);
  });

  test("one that the table lacks stands under its own heading with the registry's values", () => {
    const out = page();
    expect(out.indexOf("Not in the table: 1 study")).toBeLessThan(out.indexOf('id="t1-NCT00000003"'));
    expect(read(study(out, "NCT00000003"))).toMatch(
      /\+ new since the table C\. Found Sweden Recruiting not stated not stated Phase 1 30/,
    );
  });
});

test("the key explains what the table uses, and nothing else", () => {
  const out = page();
  const key = read(out.slice(out.indexOf('class="key"')));
  expect(key).toContain("‡ explained");
  expect(key).toContain("iv into a vein");
  expect(key).toContain("BM-MSCs marrow cells");
  expect(key).toContain("AUC area under the curve");
  expect(key).not.toMatch(/not used|into a muscle|meal test/);
});

test("values registry: the registry's alone, no kinds, no commands, no footnotes", () => {
  const out = page(full(), "registry");
  expect(read(out)).toContain("Values: the registry's alone");
  const one = study(out, "NCT00000001");
  expect(read(one)).toMatch(/A\. Printed People's Republic of China Recruiting/);
  expect(one).not.toMatch(/class="kind|drift accept|→/);
  expect(study(out, "NCT00000002")).not.toContain("<sup>");
});

test("all tables of a review are one page", () => {
  const rows = full();
  const second = { ...rows, head: { ...rows.head, table: 2, tableTitle: "Other trials", version: 2 } };
  const out = tables([rows, second], OPTIONS);
  expect(out.match(/<html/g)).toHaveLength(1);
  expect(out).toContain('href="#table-2"');
  expect(out).toContain('id="t2-NCT00000009"');
  expect(out).toContain('href="#t2-NCT00000009"');
  const ids = [...out.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every kind has a word and a sign of its own", () => {
  expect(new Set(DRIFT_KINDS.map(driftSign)).size).toBe(DRIFT_KINDS.length);
  expect(new Set(DRIFT_KINDS.map((kind) => driftWords(kind, null))).size).toBe(DRIFT_KINDS.length);
});
