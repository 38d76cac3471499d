import { describe, expect, test } from "vitest";
import { DRIFT_KINDS } from "../../../db/model.ts";
import { show, SHOWN_COLUMNS, type ShownViews } from "../../../pipeline/report/show.ts";
import { passageAround } from "../../../pipeline/report/show-passage.ts";
import { ofColumn } from "../../../pipeline/report/show-rows.ts";
import { driftMeaning, neutralWords, shortPath } from "../../../pipeline/report/show-words.ts";
import { drift, statusChange } from "./rows.ts";
import { cell, contradiction, DETAIL, ID, shown, study } from "./shown.ts";

const text = (of: Partial<ShownViews> = {}) => show([shown(of)], { format: "text", column: null });
const about = (column: (typeof SHOWN_COLUMNS)[number], of: Partial<ShownViews> = {}, record: unknown = null) =>
  show([shown(of, record)], { format: "text", column });

describe("a whole study", () => {
  test("heading, status and dates, versions by the data they came with", () => {
    const out = text();
    expect(out).toContain(`${ID} Cells in a disease\n  https://clinicaltrials.gov/study/${ID}\n`);
    expect(out).toContain('terminated; reason stated: "No funds"');
    expect(out).toContain("start 2014-01, completion 2016-02 (actual)");
    expect(out.replace(/\s+/g, " ")).toContain(
      "3 held, registry data of 2022-01-01 (submitted), 2022-01-05, 2022-03-01; last confirmed 2022-04-01",
    );
  });

  test("status spans, and changes oldest first whatever their ids", () => {
    const out = text();
    expect(out).toMatch(
      /before 2022-03-01 +recruiting\n +from 2022-03-01 +terminated +stopped early, posted 2022-02-25/,
    );
    expect(out.indexOf("2015-12 -> 2016-02")).toBeLessThan(out.indexOf("RECRUITING -> UNKNOWN"));
    expect(text({ changes: [], status_changes: [] })).toMatch(/in all versions +terminated/);
    expect(out).toContain("2015-12 -> 2016-02 (+62 days)");
    expect(text({ versions: [] })).toContain("one held, registry data of 2022-03-01");
    const many = Array.from({ length: 30 }, (_, at) => ({
      nct_id: ID,
      valid_from: `2021-01-${String(at + 1).padStart(2, "0")}`,
      dated: "observed" as const,
    }));
    expect(text({ versions: many }).replace(/\s+/g, " ")).toContain(
      "30 held, registry data of 2021-01-01, 21 more, 2021-01-23, 2021-01-24",
    );
  });

  test("the changes of a retired number go on under its survivor", () => {
    const retired = [statusChange({ nct_id: "NCT00000009", survivor: ID })];
    const [out, json] = (["text", "json"] as const).map((format) =>
      show([{ ...shown(), retired }], { format, column: null }),
    );
    expect(out?.replace(/\s+/g, " ")).toContain(
      "Changes of NCT00000009, which the registry merged into this study 2022-01-21 status",
    );
    expect(JSON.parse(json ?? "")[0]).toMatchObject({ retired_changes: retired });
  });

  test("headings assigned anew are a change but no version", () => {
    const anew = statusChange({ column_name: "derived", kind: "derived_only", old: null, new: null });
    const out = text({ changes: [anew], status_changes: [] });
    expect(out).toMatch(/registry's own index terms .*no new date/);
  });

  test("a change that leaves the printed value alike does not read as a -> a", () => {
    const typed = statusChange({ column_name: "enrollment", kind: "enrollment_changed", old: "81", new: "81" });
    expect(text({ changes: [typed], status_changes: [] })).not.toContain("81 -> 81");
  });

  test("membership, cells with confidence and words, drift in words with its note, open flags with advice", () => {
    const out = text();
    expect(out).toContain("r1/main  present since 2022-01-21 (matched); screened in");
    expect(out).toMatch(/cells +AlloBM +low +"bone marrow" \+1 +descriptionModule\.detailed/);
    expect(out).toMatch(/donor +autologous -> allogeneic +registry contradicts\n +the record tells of kin/);
    expect(out).toMatch(/phase +Phase 1 -> Phase 2 +moved \(edited since\)/);
    expect(out).toContain("-> advice on contradicts");
    expect(out).toContain("Open flags (1 flag resolved)");
    expect(out).not.toContain("over and done");
  });

  test("a study that the registry never showed, and one without review", () => {
    const bare = { studies: [], trials: [], cells: [], changes: [], status_changes: [], flags: [], drift: [] };
    expect(text({ ...bare, curated: [] })).toContain("(the registry has not shown us this study)");
    expect(text({ ...bare, studies: [study], members: [], curated: [] })).toContain("No review tracks it");
  });
});

describe("one column", () => {
  test("both sides, neutral value, path, words, rule, all evidence, what says otherwise, why this kind", () => {
    const out = about("cell_source");
    expect(out).toMatch(/printed +AutoBM \(table 1, version 2\)\n/);
    expect(out).not.toContain("OldCode");
    expect(out).toMatch(/registry +AlloBM\n +neutral +tissue: bone_marrow; donor: allogeneic\n/);
    expect(out).toMatch(/path +protocolSection\.descriptionModule\.detailedDescription\n +words +"bone marrow"/);
    expect(out).toMatch(/rule +tissue\/generic, rules version 7\n +confidence +low\n +updated +2021-12-23/);
    expect(out).toMatch(/2\. "a relative" +donor_person\/allogeneic/);
    const [, otherwise = ""] = out.split("The record says otherwise in\n");
    expect(otherwise).toMatch(/^ +1\. "Autologous" +donor\/autologous\n/);
    expect(out).toContain("the record's words exclude the printed value (the record tells of kin)");
    expect(out.replace(/\s+/g, " ")).toContain(
      "AutoBM -> AlloBM: same both sides state the same value as a set of products",
    );
  });

  test("a part has its own printed value and its own words; other columns stay out", () => {
    const out = about("donor");
    expect(out).toMatch(/printed +autologous \(by the code AutoBM, table 1, version 2\)/);
    expect(out).toMatch(/words +"a relative"\n +rule +donor_person\/allogeneic,/);
    expect(out).not.toContain("Phase");
    expect(out).toMatch(/registry +allogeneic \(by the code AlloBM\)/);
    expect(out).not.toContain('"bone marrow"');
  });

  test("a donor without words of its own is said to be implied; one not specified has none", () => {
    const tissue = [{ path: DETAIL, span: "cord", rule: "tissue/umbilical_cord" }];
    expect(about("donor", { cells: [cell("cell_source", { evidence: tissue })] })).toMatch(
      /rule +tissue\/umbilical_cord \(no words of its own: implied\)/,
    );
    const silent = cell("cell_source", { evidence: tissue, neutral: { donor: "not_specified" } });
    expect(about("donor", { cells: [silent] })).toMatch(/registry +\(not stated\) [^]*words +\(none\)\n/);
  });

  test("silence names the paths that were looked in", () => {
    expect(about("phase").replace(/\s+/g, " ")).toContain("(none: no words found in protocolSection.designModule");
  });

  test("the passage around the words comes from the record", () => {
    const record = {
      protocolSection: { descriptionModule: { detailedDescription: "Cells of a relative are given." } },
    };
    expect(about("cell_source", {}, record)).toContain("Cells of [a relative] are given.");
  });

  test("every column can be asked for", () => {
    for (const column of SHOWN_COLUMNS) expect(about(column)).toContain("in r1\n");
  });
});

describe("json", () => {
  test("one object a study, rows under the names of their views, record left out", () => {
    const out = show([shown({}, { secret: 1 }), shown()], { format: "json", column: null });
    const [first, ...rest] = JSON.parse(out) as Record<string, unknown>[];
    expect(rest).toHaveLength(1);
    expect(first).toEqual({
      nct_id: ID,
      url: `https://clinicaltrials.gov/study/${ID}`,
      ...shown().views,
      retired_changes: [],
    });
  });

  test("with a column only its rows", () => {
    const [one] = JSON.parse(show([shown()], { format: "json", column: "donor" })) as ShownViews[];
    expect(one?.drift.map((row) => row.column_name)).toEqual(["donor"]);
    expect(one?.cells.map((row) => row.column_name)).toEqual(["cell_source"]);
    expect(one?.flags.map((row) => row.flag_id)).toEqual([2, 3]);
    expect(one?.changes).toEqual([]);
    expect(one?.studies).toHaveLength(1);
  });
});

describe("what came from outside", () => {
  const evil = "a\u001b[31m\u202eb\u0007";

  test.each([60, 80, 96])("has no control characters and stays within %i columns", (width) => {
    const of = {
      studies: [{ ...study, title: evil, why_stopped: evil.repeat(30) }],
      cells: [
        cell("cell_source", { value: evil, span: evil, evidence: [{ path: DETAIL, span: evil, rule: "tissue/x" }] }),
      ],
      flags: [{ ...contradiction, message: evil, advice: evil }],
      drift: [drift(ID, "donor", "contradicts", [evil, evil], { note: evil })],
    };
    for (const column of [null, "cell_source"] as const) {
      const out = show([shown(of)], { format: "text", column, width });
      expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
      const longest = Math.max(...out.split("\n").map((line) => [...line].length));
      expect(longest).toBeLessThanOrEqual(width);
    }
  });
});

describe("pieces", () => {
  test("cell_source brings its parts; any other column only itself", () => {
    expect(ofColumn(shown().views, "cell_source").drift).toHaveLength(2);
    expect(ofColumn(shown().views, "phase").drift).toHaveLength(1);
  });

  test("a passage is shown only where its place is certain", () => {
    const record = { a: { list: [{ text: `${"x ".repeat(90)}before SPAN after${" y".repeat(90)}` }] } };
    const found = passageAround(record, "a.list[0].text", "SPAN");
    expect(found).toMatch(/^… x .*before \[SPAN\] after .* y …$/);
    expect(found?.length).toBeLessThan(180);
    expect(passageAround({ a: "SPAN and SPAN" }, "a", "SPAN")).toBeNull();
    expect(passageAround({ a: "SPAN" }, "a", "SPAN")).toBeNull();
    expect(passageAround({ a: "SPAN x" }, "a", "other")).toBeNull();
    expect(passageAround({ a: 5 }, "a.b[0]", "SPAN")).toBeNull();
    expect(passageAround(null, "a", "SPAN")).toBeNull();
  });

  test("neutral values of any shape", () => {
    expect(neutralWords(null)).toBeNull();
    expect(neutralWords([])).toBeNull();
    expect(neutralWords(10)).toBe("10");
    expect(neutralWords({ routes: ["iv", "im"], join: "or", details: {} })).toBe("routes: iv, im; join: or");
    expect(neutralWords({ co_product_donors: { hsc: "autologous" } })).toBe("co product donors: (hsc: autologous)");
    expect(shortPath("protocolSection.designModule.designInfo.maskingInfo.masking")).toBe("maskingInfo.masking");
  });

  test("every kind of drift has a meaning of its own", () => {
    const meanings = DRIFT_KINDS.map((kind) => driftMeaning(kind, null));
    expect(new Set(meanings).size).toBe(meanings.length);
    expect(driftMeaning("moved", "edited_since")).not.toBe(driftMeaning("moved", "history"));
  });
});
