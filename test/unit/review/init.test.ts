import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TrialdriftError } from "../../../db/errors.ts";
import { readReview } from "../../../pipeline/review/folder.ts";
import { definitionOf, type NewReview, parsePins, writeReview } from "../../../pipeline/review/init.ts";
import { parseReview, parseTable } from "../../../pipeline/review/parse.ts";

const said: NewReview = { id: "knee", title: "Cells in the knee", query: { cond: "knee" }, pinned: [] };

function refusal(work: () => unknown): TrialdriftError {
  try {
    work();
  } catch (error) {
    if (error instanceof TrialdriftError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("ids to pin", () => {
  test("one a line, any line ends, blanks and letter case; each once, in the order given", () => {
    expect(parsePins("\uFEFFNCT00000802\r\n\n  nct00000801 \nNCT00000802", "pins.txt")).toEqual([
      "NCT00000802",
      "NCT00000801",
    ]);
  });

  test.each([
    ["a lost digit", "NCT0000080"],
    ["a digit too many", "NCT000008011"],
    ["two on a line", "NCT00000801, NCT00000802"],
    ["no study has number 0", "NCT00000000"],
    ["a comment", "# ours"],
  ])("%s is refused with its line", (_, line) => {
    const { code, message } = refusal(() => parsePins(`NCT00000801\n\n${line}\n`, "pins.txt"));
    expect(code).toBe("usage");
    expect(message).toContain(`pins.txt line 3: expected NCT and 8 digits, found ${JSON.stringify(line)}`);
  });

  test("all wrong lines are named at once; a file without any id is refused", () => {
    expect(refusal(() => parsePins("x\nNCT00000801\ny", "p")).message).toMatch(/p line 1: [\s\S]*p line 3: /);
    expect(refusal(() => parsePins("\n \n", "p")).message).toBe("p holds no ids");
  });
});

describe("a new review", () => {
  test("is the smallest review.json, with the queries as written", () => {
    const query = { cond: '"knee pain" OR AREA[Phase]PHASE2', intr: "a ", term: "b" };
    expect(definitionOf({ ...said, query, pinned: ["NCT00000801"] })).toEqual({
      id: "knee",
      title: "Cells in the knee",
      watchlists: [{ id: "main", query, pinned: ["NCT00000801"] }],
    });
    expect(definitionOf({ ...said, query: {}, pinned: ["NCT00000801"] }).watchlists).toEqual([
      { id: "main", pinned: ["NCT00000801"] },
    ]);
  });

  test.each<[string, Partial<NewReview>, RegExp]>([
    ["a path", { id: "../knee" }, /"\.\.\/knee" is no id/],
    ["capitals", { id: "Knee" }, /"Knee" is no id/],
    ["nothing as id", { id: "" }, /"" is no id/],
    ["a blank title", { title: " " }, /title is empty/],
    ["neither query nor ids", { query: {} }, /tracks nothing/],
    ["a blank query beside another", { query: { cond: "knee", intr: " " } }, /--intr/],
  ])("%s is refused", (_, wrong, message) => {
    expect(refusal(() => definitionOf({ ...said, ...wrong }))).toMatchObject({
      code: "usage",
      message: expect.stringMatching(message),
      state: "nothing was written",
    });
  });
});

describe("its folder", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "trialdrift-init-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test("is read as a sync reads it, in a directory that was not there", () => {
    const reviews = join(directory, "some", "reviews");
    const file = writeReview(reviews, definitionOf({ ...said, pinned: ["NCT00000801"] }));
    expect(file).toBe(join(reviews, "knee", "review.json"));
    const review = readReview(reviews, "knee", directory);
    expect(review).toMatchObject({ id: "knee", title: said.title, tables: [], lexicon: null, screening: null });
    expect(review.watchlists).toMatchObject([
      { id: "main", table: null, query: { cond: "knee" }, pinned: ["NCT00000801"] },
    ]);
  });

  test("is never written into one that is there, whatever it holds", () => {
    mkdirSync(join(directory, "knee"));
    writeFileSync(join(directory, "knee", "notes.txt"), "mine");
    const { code, message } = refusal(() => writeReview(directory, definitionOf(said)));
    expect([code, message]).toEqual(["usage", `${join(directory, "knee")} is there already`]);
    expect(readdirSync(join(directory, "knee"))).toEqual(["notes.txt"]);
    writeFileSync(join(directory, "hip"), "a file");
    expect(refusal(() => writeReview(directory, definitionOf({ ...said, id: "hip" }))).code).toBe("usage");
    expect(readFileSync(join(directory, "hip"), "utf8")).toBe("a file");
  });

  test("where it cannot be made, nothing is left and the setting is named", () => {
    writeFileSync(join(directory, "file"), "");
    const error = refusal(() => writeReview(join(directory, "file", "reviews"), definitionOf(said)));
    expect(error).toMatchObject({ code: "config", next: expect.stringContaining("TRIALDRIFT_REVIEWS") });
    expect(existsSync(join(directory, "reviews"))).toBe(false);
  });
});

describe("problems of a review folder", () => {
  const reviewProblems = (content: unknown): string[] => {
    const problems: string[] = [];
    parseReview(content, "review.json", problems);
    return problems;
  };
  const sound = { id: "knee", title: "T", watchlists: [{ id: "main", query: { cond: "knee" } }] };

  test.each<[string, object, string]>([
    [
      "a name",
      { id: "Knee" },
      'review.json $.id: expected small letters, digits, . _ - that begin with a letter or digit, found "Knee"',
    ],
    ["a missing key", { title: undefined }, "review.json $.title: expected string, found nothing"],
    ["a type", { title: 7 }, "review.json $.title: expected string, found 7"],
    ["an empty list", { watchlists: [] }, "review.json $.watchlists: expected array to have >=1 items, found []"],
    ["a day", { as_of: { from: "2016-05" } }, 'review.json $.as_of.from: expected a day (yyyy-mm-dd), found "2016-05"'],
    [
      "an id",
      { watchlists: [{ id: "a", pinned: ["NCT1"] }] },
      'review.json $.watchlists[0].pinned[0]: expected an NCT id (NCT and 8 digits), found "NCT1"',
    ],
    [
      "a key",
      { as_of: { form: "2016-05-05" } },
      'review.json $.as_of.form: there is no key "form", expected one of from, to, found "2016-05-05"',
    ],
    [
      "a key of the review itself",
      { tabels: [] },
      'review.json $.tabels: there is no key "tabels", expected one of id, title, source, as_of, lexicon, watchlists, tables, screening, codes, columns, claims, found []',
    ],
    [
      "nothing tracked",
      { watchlists: [{ id: "a" }] },
      'review.json $.watchlists[0]: expected a query or pinned ids, found {"id":"a"}',
    ],
    ["the whole registry", { watchlists: [{ id: "a", query: { cond: " " } }] }, 'found {"cond":" "}'],
    [
      "two of one id",
      { watchlists: [sound.watchlists[0], sound.watchlists[0]] },
      'review.json $.watchlists: expected each id once, found "main" twice',
    ],
  ])("%s: place, what was expected, what was found", (_, wrong, line) => {
    expect(reviewProblems(sound)).toEqual([]);
    const problems = reviewProblems({ ...sound, ...wrong });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(line);
  });

  test("every key of the contract may be there", () => {
    const tables = [{ table: 1, title: "T", file: "table-1.json" }];
    const rest = { source: {}, as_of: {}, lexicon: "msc", tables, screening: null, codes: {}, columns: [], claims: [] };
    expect(reviewProblems({ ...sound, ...rest })).toEqual([]);
  });

  test("two unknown keys are two problems; a long value is cut", () => {
    expect(reviewProblems({ ...sound, as_of: { a: 1, b: 2 } }).map((one) => one.split(":")[0])).toEqual([
      "review.json $.as_of.a",
      "review.json $.as_of.b",
    ]);
    expect(reviewProblems({ ...sound, title: Array.from({ length: 99 }, () => "long") })[0]).toMatch(/found .{79}…$/);
  });

  test("a table's cells and footnotes", () => {
    const problems: string[] = [];
    const named = { table: 1, title: "T" };
    const row = { nct_id: "NCT00000801", footnotes: ["*"], cells: { country: [1], phases: ["Phase 1"] } };
    parseTable({ table: 2, title: "T", version: 1, rows: [row] }, "t.json", named, problems);
    expect(problems).toHaveLength(2);
    expect(problems.join("\n")).toContain("t.json $.rows[0].cells.country[0]: expected string, found 1");
    expect(problems.join("\n")).toMatch(
      /\$\.rows\[0\]\.cells\.phases: there is no key "phases", expected one of director, .*found \["Phase 1"\]/,
    );
    const later: string[] = [];
    parseTable({ table: 2, title: "T", version: 1, rows: [{ ...row, cells: {} }] }, "t.json", named, later);
    expect(later).toEqual([
      "t.json $.table: expected 1 as in review.json, found 2",
      't.json $.rows[0].footnotes: expected a mark explained in $.footnotes, found "*"',
    ]);
  });
});
