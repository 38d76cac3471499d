import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, freshDirectory } from "../support/cli.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { reviewFolder } from "../support/small-review.ts";

/** Review folders as a person makes, checks and uses them. */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = readFileSync(`${ROOT}docs/your-own-review.md`, "utf8");
const SHIPPED = JSON.parse(readFileSync(`${ROOT}fixtures/reviews/msc-gvhd/review.json`, "utf8")) as Record<
  string,
  unknown
>;

/** A database that cannot be reached: a command that opens one ends with 69. */
const NO_DATABASE = { DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" };

const home = mkdtempSync(join(tmpdir(), "trialdrift-own-review-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("reviews check", () => {
  test("our own reviews are sound, one line each, without a database", async () => {
    expect(await cli(["reviews", "check"], NO_DATABASE)).toEqual({
      code: 0,
      signal: null,
      stdout:
        "msc-gvhd: 1 watchlist, 0 tables, 0 printed trials, lexicon msc\nmsc-t1d-sle: 3 watchlists, 2 tables, 20 printed trials, lexicon msc\n",
      stderr: "",
    });
  });

  test("2 with the errors of all parts of all reviews at once; those not asked for are left alone", async () => {
    const reviews = join(home, "wrong", "reviews");
    const put = (file: string, content: unknown) => {
      mkdirSync(join(reviews, file, ".."), { recursive: true });
      writeFileSync(join(reviews, file), typeof content === "string" ? content : JSON.stringify(content));
    };
    const watchlists = [{ id: "a", query: { cond: "lupus" } }];
    put("sound/review.json", { id: "sound", title: "S", watchlists });
    put("first/review.json", {
      id: "first",
      title: 3,
      watchlists,
      lexicon: "nowhere",
      tables: [
        { table: 1, title: "T", file: "table-1.json" },
        { table: 2, title: "T", file: "table-2.json" },
      ],
      codes: {
        route: {
          codes: [
            { code: "iv", neutral: "oral" },
            { code: "im", neutral: "intramuscular" },
          ],
        },
      },
      screening: { conditions: [{ name: "x", named: { terms: ["(open"] } }] },
    });
    put("first/table-1.json", { table: 1, title: "T", version: 0, rows: [] });
    put("second/review.json", { id: "other", title: "S", watchlists, lexicon: "bad", codes: { phase: { NA: 1 } } });
    put("third/review.json", "{");
    put("../lexicons/bad/lexicon.json", { id: "bad", version: "1", title: "B", gate: ["(open"], gate_text: ["x"] });
    put("../lexicons/bad/words.json", { nonsense: [] });
    const env = { ...NO_DATABASE, TRIALDRIFT_REVIEWS: reviews };
    const ended = await cli(["reviews", "check"], env);
    expect(ended).toMatchObject({ code: 2, stdout: "sound: 1 watchlist, 0 tables, 0 printed trials, no lexicon\n" });
    const at = (id: string) => join(reviews, id);
    for (const line of [
      `${at("first")}/review.json $.title: expected string, found 3`,
      `${at("first")}/review.json $.screening.conditions[0].named.terms[0]: a bracket is not closed in the term "(open", found "(open"`,
      `${at("first")}/table-1.json $.version: expected number to be >0, found 0`,
      `${at("first")}/table-2.json $: expected JSON, found: `,
      `${at("first")}/review.json $.lexicon: expected a folder of lexicons/ beside the reviews or of ours, found "nowhere"`,
      `${at("first")}/review.json $.codes.route.codes[0]: iv is reserved for intravenous, found {"code":"iv","neutral":"oral"}`,
      `${at("first")}/review.json $.codes.route.codes[1]: a code of one's own has at least 3 signs, or it is misread, found {"code":"im"`,
      `${at("second")}/review.json $.id: expected the folder's name second, found "other"`,
      `${at("second")}/review.json $.codes.phase.NA: Invalid input: expected string, found 1`,
      `lexicon bad: lexicon.json: gate: a bracket is not closed in the term "(open"`,
      `lexicon bad: words.json: no reader asks for a group "nonsense"`,
      `${at("third")}/review.json $: expected JSON, found: `,
    ])
      expect(ended.stderr).toContain(`\n  ${line}`);
    expect(ended.stderr).toMatch(/^error review_invalid: 12 problems in 3 reviews:/);
    expect(ended.stderr).toMatch(/\n {2}state: .*\n {2}next: /);
    expect(await cli(["reviews", "check", "sound"], env)).toMatchObject({ code: 0, stderr: "" });
    const unknown = await cli(["reviews", "check", "sound", "fourth"], env);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toMatch(/there is no review fourth[\s\S]*first, second, sound, third/);
  });
});

describe("reviews init", () => {
  const reviews = join(home, "made");
  const env = { ...NO_DATABASE, TRIALDRIFT_REVIEWS: reviews };

  test.concurrent.each<[string, string[], RegExp]>([
    ["no title", ["knee", "--cond", "knee"], /required option '--title/],
    ["nothing to track", ["knee", "--title", "K"], /--cond, --intr, --term or --pin/],
    ["a path as id", ["../knee", "--title", "K", "--cond", "knee"], /"\.\.\/knee" is no id/],
    ["a file that is not there", ["knee", "--title", "K", "--pin", "no-such-file"], /no-such-file cannot be read/],
  ])("2 for %s, and nothing is written", async (_, args, said) => {
    const ended = await cli(["reviews", "init", ...args], env);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(said);
    expect(existsSync(reviews)).toBe(false);
  });
});

describe("docs/your-own-review.md", () => {
  const place = freshDirectory();
  let played: Played;
  beforeAll(async () => {
    const gvhd = { condition: "Graft Versus Host Disease" };
    played = await playRegistry({
      date: "2022-01-21",
      records: [trial(366145, gvhd), trial(2336230, { condition: "Grade B aGVHD" }), trial(803, gvhd), trial(804)],
    });
  });
  afterAll(async () => {
    await played.close();
    await place.dispose();
  });

  /** The page as one shell script in a directory of its own; npm is the program itself, as package.json has it. */
  const script = [
    "set -e",
    `npm() { [ "$1 $2 $3 $4" = "run -s trialdrift --" ] || return 99; shift 4; "$NODE" "$LAUNCHER" "$@"; }`,
    ...[...PAGE.matchAll(/^```(sh|json)\n(.*?)^```$/gms)].map(([, kind, body = ""]) =>
      kind === "sh"
        ? body.replace(
            /^npm run -s trialdrift -- .*$/gm,
            (line) => `echo '>>>' ${line.split(" -- ")[1]?.split(" --")[0]}\n${line}`,
          )
        : `cp my-reviews/msc-gvhd/review.json made.json\ncat > my-reviews/msc-gvhd/review.json <<'END'\n${body}END\n`,
    ),
  ].join("\n");

  test("every command does what the page says, and makes the review that we ship", async () => {
    const child = spawn("sh", ["-c", script], {
      cwd: home,
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        NODE: process.execPath,
        LAUNCHER: `${ROOT}jobs/trialdrift.mjs`,
        CTGOV_BASE_URL: played.url,
        TRIALDRIFT_RATE: "1000",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] += text;
      });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code, said.stderr).toBe(0);
    const steps = said.stdout
      .split(/^>>> /m)
      .slice(1)
      .map((step) => step.split("\n"));
    const of = (command: string) =>
      steps
        .find(([head]) => head === command)
        ?.slice(1)
        .join("\n") ?? `no ${command}`;
    expect(steps).toHaveLength(PAGE.match(/^npm run/gm)?.length ?? 0);
    expect(of("reviews init msc-gvhd")).toContain("sync --review msc-gvhd");
    expect(of("reviews check")).toBe("msc-gvhd: 1 watchlist, 0 tables, 0 printed trials, no lexicon\n");
    for (const n of [366145, 2336230, 803]) expect(of("members")).toContain(nct(n));
    expect(of("members")).not.toContain(nct(804));
    expect(
      of("flags")
        .match(/NCT\d{8}/g)
        ?.toSorted(),
    ).toEqual([nct(803), nct(366145), nct(2336230)]);
    expect(of("reviews check msc-gvhd")).toContain("lexicon msc");
    expect(of("show NCT00366145")).toMatch(/intravenous/);
    const read = (file: string) => JSON.parse(readFileSync(join(home, file), "utf8")) as Record<string, unknown>;
    expect(read("my-reviews/msc-gvhd/review.json")).toEqual(SHIPPED);
    expect({ ...read("made.json"), lexicon: "msc" }).toEqual(SHIPPED);
    // Ten processes one after another, each seconds long where others share the cores.
  }, 240_000);

  test("`table` without --review is of the one review that has tables; without any it says so", async () => {
    const env = { TRIALDRIFT_REVIEWS: join(home, "my-reviews"), TRIALDRIFT_DATA_DIR: join(home, ".data-my-reviews") };
    const none = await cli(["table"], env);
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toMatch(/no review in the database has a curated table/);
    const printed = reviewFolder("small", { cond: "lupus", rows: [{ n: 804, cells: { enrollment: 20 } }] });
    cpSync(join(printed.directory, "small"), join(home, "my-reviews", "small"), { recursive: true });
    printed.remove();
    const ended = await cli(["sync"], { ...env, CTGOV_BASE_URL: played.url });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const table = await cli(["table"], env);
    expect(table, table.stderr).toMatchObject({ code: 0 });
    expect(table.stdout).toContain(nct(804));
    const named = await cli(["table", "--review", "msc-gvhd"], env);
    expect(named).toMatchObject({ code: 2, stdout: "" });
    expect(named.stderr).toMatch(/review msc-gvhd has no curated table/);
  }, 120_000);
});
