import { describe, expect, test } from "vitest";
import { table } from "../../../pipeline/report/table.ts";
import { drift, HEAD, input, printed, trial } from "./rows.ts";

const text = { format: "text", values: "curated", wide: false } as const;
const width = (out: string) => Math.max(...out.split("\n").map((line) => [...line].length));
/** The block of a study: from its id at the start of a line to the next empty line. */
const block = (out: string, nctId: string) => out.split("\n\n").find((part) => part.startsWith(nctId));

describe("text", () => {
  test("one block a study in printed order; only cells that differ, a line each; the rest is counted", () => {
    const out = table(input(), text);
    expect(block(out, "NCT00000001")).toBe(
      [
        "NCT00000001 A. Printed – China, status not printed",
        "  enrollment  50 -> 10                  moved (edited since)  updated 2021-12-23",
        "  donor       autologous -> allogeneic  registry contradicts  updated 2021-12-23",
        "  3 cells unchanged (same 2, same in another notation 1), 1 not printed",
      ].join("\n"),
    );
    expect(block(out, "NCT00000002")).toBe(
      "NCT00000002 ‡ B. Printed – country not printed, Completed\n  2 cells unchanged (same 2)",
    );
    expect(out.indexOf("NCT00000002")).toBeLessThan(out.indexOf("NCT00000001"));
  });

  test("the heading names review, source, values, data date and counts, and that it is not the paper's table", () => {
    const out = table(input(), text).replace(/\s+/g, " ");
    expect(out).toContain("Table 1: Trials in disease Review: A review of trials (r1) Source: Somebody et al., 2018");
    expect(out).toContain("as the table prints them (version 2), with the registry's where they differ");
    expect(out).toContain("data of 2022-01-21");
    expect(out).toContain("This is not the published table");
    expect(out).toContain("2 studies printed, 1 not in the table (new since the table 1).");
    expect(out).toContain(
      "Cells that differ: moved since printed 1, registry contradicts 1. All others: same 4, same in another notation 1, not printed 1.",
    );
  });

  test("studies that the table lacks come last, with their title and what they are", () => {
    const out = table(input(), text);
    expect(block(out, "NCT00000003")).toBe(
      "NCT00000003 C. Found – Sweden, RECRUITING\n  Title of NCT00000003\n  new since the table\n  phase: Phase 1; enrollment: 30",
    );
    expect(out.indexOf("Not in the table: 1 study")).toBeGreaterThan(out.indexOf("NCT00000001"));
    expect(out).not.toContain("NCT00000009");
  });

  test("footnotes that a row carries are explained, others not", () => {
    const out = table(input(), text);
    expect(out).toContain("\n‡ explained\n");
    expect(out).not.toContain("not used");
  });

  test("wide shows every cell, both sides where they are written differently", () => {
    const one = block(table(input(), { ...text, wide: true }), "NCT00000001") ?? "";
    expect(one).toMatch(/director +A\. Printed +same\n/);
    expect(one).toMatch(/country +China -> People's Republic of China +same in another notation\n/);
    expect(one).toMatch(/status +\(blank\) -> RECRUITING +not printed\n/);
    expect(one).toMatch(/results +Not available +not compared/);
    expect(one).not.toContain("unchanged");
  });

  test("values registry shows the registry's alone", () => {
    const out = table(input(), { ...text, values: "registry" });
    expect(out).toContain("Values: the registry's alone");
    expect(block(out, "NCT00000001")).toContain("NCT00000001 A. Printed – People's Republic of China, RECRUITING");
    expect(block(out, "NCT00000001")).toMatch(/enrollment +10$/m);
    expect(out).not.toMatch(/\b50\b|->/);
    expect(out).not.toContain("‡");
  });

  test.each([60, 80, 96])("fits %i columns, whatever the cells hold, and prints no control characters", (columns) => {
    const rows = input();
    const long = "\u001b[31mlong ".repeat(40) + "x".repeat(150);
    const wild = {
      ...rows,
      drift: [...rows.drift, drift("NCT00000002", "primary_outcomes", "wording", [long, long.toUpperCase()])],
    };
    const out = table(wild, { ...text, width: columns });
    expect(width(out)).toBeLessThanOrEqual(columns);
    expect(out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect(table(wild, { ...text, colour: true })).toContain("\u001b[1m");
  });

  test("a printed study that the registry no longer has keeps its block and says so", () => {
    const gone = {
      ...input(),
      trials: [],
      drift: [drift("NCT00000001", "*", "study_gone", [null, null], { last_update_posted: null })],
    };
    expect(block(table(gone, text), "NCT00000001")).toContain("\n  gone from the registry\n");
  });

  test("a moved cell says what is known: a version of the printed date, or an edit since", () => {
    const moved = (basis: "history" | "edited_since") =>
      table({ ...input(), drift: [drift("NCT00000001", "enrollment", "moved", ["50", "10"], { basis })] }, text);
    expect(moved("history")).toMatch(/50 -> 10 +moved since printed +updated/);
    expect(moved("edited_since")).toMatch(/50 -> 10 +moved \(edited since\) +updated/);
  });

  test("a review without tables lists its studies", () => {
    const bare = {
      head: { ...HEAD, table: null, version: null, order: [] },
      dataDate: null,
      trials: [trial("NCT00000004", { table_no: null })],
      curated: [],
      cells: [],
      drift: [],
      flags: [],
    };
    const out = table(bare, text);
    expect(out).toContain("Studies: Trials in disease");
    expect(out).toContain("NCT00000004 R. Registry – Sweden, RECRUITING");
  });
});

describe("files", () => {
  test("Markdown: a row a study, differences inside their cells, the registry's words escaped", () => {
    const rows = input();
    const out = table(
      { ...rows, curated: [...rows.curated, printed("NCT00000001", "phase", "a|b <i>")] },
      { ...text, format: "md" },
    );
    expect(out).toContain("50 → 10 *moved (edited since)*");
    expect(out).toContain("BM-MSCs<br>donor: autologous → allogeneic *registry contradicts*");
    expect(out).toContain("[NCT00000002](https://clinicaltrials.gov/study/NCT00000002) ‡ | printed | B. Printed |");
    expect(out).toContain("a\\|b &lt;i&gt;");
    expect(out).toContain("- This is not the published table");
    const lines = out.split("\n").filter((line) => line.startsWith("|"));
    expect(lines).toHaveLength(5);
    expect(new Set(lines.map((line) => line.replaceAll("\\|", "").split("|").length)).size).toBe(1);
  });

  test("text and Markdown end with the key of what they use; Markdown and JSON have the publications", () => {
    const rows = input();
    const codes = { route: { codes: [{ code: "iv", neutral: "intravenous", means: "into a vein" }] } };
    const more = {
      ...rows,
      head: { ...rows.head, codes },
      trials: rows.trials.map((row) => ({ ...row, publications: ["11", "22"] })),
      curated: [...rows.curated, printed("NCT00000001", "route", "iv"), printed("NCT00000001", "publications", "22")],
    };
    expect(table(more, text)).toMatch(/\n\n‡ explained\nRoutes: iv: into a vein\.\n$/);
    const md = table(more, { ...text, format: "md" });
    expect(md).toMatch(/\n- Routes: iv: into a vein\.\n$/);
    expect(md).toContain("Not available<br>published: [PMID 22](https://pubmed.ncbi.nlm.nih.gov/22/)");
    const { trials } = JSON.parse(table(more, { ...text, format: "json" }));
    expect(trials[1].publications).toEqual({ confirmed: ["22"], linked: ["11"] });
  });

  test("CSV: printed values under the column's name, the registry's and the kind beside", () => {
    const [header = "", ...records] = table(input(), { ...text, format: "csv" })
      .trimEnd()
      .split("\r\n");
    expect(header.startsWith("\uFEFFnct_id,")).toBe(true);
    const names = header.slice(1).split(",");
    const one = Object.fromEntries((records[1] ?? "").split(",").map((value, at) => [names[at], value]));
    expect(one).toMatchObject({
      nct_id: "NCT00000001",
      in_curated: "true",
      enrollment: "50",
      enrollment_registry: "10",
      enrollment_kind: "moved",
      donor_kind: "contradicts",
      status: "",
      results: "Not available",
      table_version: "2",
    });
    expect(records[2]).toContain("NCT00000003,false,new_since,2021-12-23,C. Found");
    const registry = table(input(), { ...text, format: "csv", values: "registry" });
    expect(registry).not.toMatch(/_kind,(?!last)|_registry/);
    expect(registry).toContain("People's Republic of China,RECRUITING");
  });

  test("JSON: both sides and the kind of each cell, or the registry's values alone", () => {
    const both = JSON.parse(table(input(), { ...text, format: "json" }));
    expect(both).toMatchObject({
      review: "r1",
      table: 1,
      version: 2,
      values: "curated",
      data_date: "2022-01-21",
      counts: { moved: 1, new_since: 1 },
    });
    expect(both.warning).toContain("not the published table");
    expect(both.trials[1].cells.enrollment).toEqual({
      printed: "50",
      registry: "10",
      kind: "moved",
      basis: "edited_since",
    });
    const registry = JSON.parse(table(input(), { ...text, format: "json", values: "registry" }));
    expect(registry.trials[1].cells).toMatchObject({ enrollment: "10", status: "RECRUITING", results: "posted" });
  });
});
