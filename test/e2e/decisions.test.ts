import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { lockFile } from "../../db/datadir-lock.ts";
import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { openServer } from "../../db/server.ts";
import { cli, type Ended, freshOnServer, type Place } from "../support/cli.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** A process takes seconds on a busy machine, and each of these tests starts several. */
const LONG = 180_000;

/** The commands of a curator as whole processes: what they print, their exit codes, what they leave. */

let played: Played;
let folder: ReviewFolder;
let place: Place & { url: string };
let database: Database;
const A = nct(11);
const B = nct(12);
const C = nct(13);

beforeAll(async () => {
  place = await freshOnServer(inject("postgres") as string);
  played = await playRegistry({ date: "2022-01-21", records: [11, 12, 13].map((n) => trial(n)) });
  const cells = {
    enrollment: 25,
    start_date: "2019-05",
    completion_date: "2023-06",
    status: null,
    country: ["Finland"],
    phase: ["Phase 1"],
    results: null,
  };
  folder = reviewFolder("lupus", { cond: "lupus", rows: [11, 12].map((n) => ({ n, cells })) });
  expect((await run("sync")).code).toBe(0);
  database = await openServer({ url: place.url, dataDir: "", lockWaitMs: 0, onWait: () => {} });
});
afterAll(async () => {
  await database?.close();
  await played?.close();
  folder?.remove();
  await place?.dispose();
});

const run = (...args: string[]): Promise<Ended> =>
  cli(args, {
    ...place.env,
    CTGOV_BASE_URL: played.url,
    TRIALDRIFT_REVIEWS: folder.directory,
    TRIALDRIFT_LOCK_WAIT: "200ms",
    LOG_LEVEL: "warn",
  });
const path = (name: string): string => join(folder.directory, "lupus", name);
const bytes = (): string => readFileSync(path("table-1.json"), "utf8");
const idOf = ({ stdout }: Ended): string => /decision (\w{26})/.exec(stdout)?.[1] ?? "";

async function enrollmentOf(nctId: string): Promise<unknown> {
  const rows = await readView<Record<string, unknown>>(database.db, "drift", { nctIds: [nctId] });
  const row = rows.find((one) => one["column_name"] === "enrollment");
  return [row?.["curated"], row?.["registry"], row?.["decision"], row?.["decision_id"]];
}

describe("drift accept, reject, undo", () => {
  test(
    "accept prints old -> new, the version, the id and how to undo; undo brings it back",
    async () => {
      const accepted = await run("drift", "accept", A, "--column", "enrollment", "--by", "Eva", "--note", "as posted");
      expect(accepted).toMatchObject({ code: 0, stderr: "" });
      expect(accepted.stdout).toContain(`accepted ${A} enrollment: 25 -> 20`);
      expect(accepted.stdout).toContain("table 1 is now version 2");
      expect(accepted.stdout).toContain(`trialdrift drift undo ${idOf(accepted)}`);
      expect(await enrollmentOf(A)).toEqual(["20", "20", "accepted", idOf(accepted)]);
      expect((await run("show", A)).stdout).toContain("enrollment: 25 -> 20");
      const undone = await run("drift", "undo", idOf(accepted).toLowerCase());
      expect(undone).toMatchObject({ code: 0 });
      expect(undone.stdout).toContain(`undone ${A} enrollment: 20 -> 25\n  takes back ${idOf(accepted)}`);
      expect(await enrollmentOf(A)).toEqual(["25", "20", null, null]);
    },
    LONG,
  );

  test(
    "another review's folder that is wrong stops neither accept nor undo; an id that may be in it names it",
    async () => {
      const wrong = join(folder.directory, "wrong");
      mkdirSync(wrong);
      try {
        writeFileSync(join(wrong, "review.json"), "{");
        const accepted = await run("drift", "accept", A, "--column", "enrollment");
        expect(accepted).toMatchObject({ code: 0, stderr: "" });
        const unknown = await run("drift", "undo", "01M8BDTJJ47H01KG63JM47BFS6");
        expect(unknown).toMatchObject({ code: 2, stdout: "" });
        expect(unknown.stderr).toContain(`${wrong}/review.json: not JSON`);
        expect(await run("drift", "undo", idOf(accepted))).toMatchObject({ code: 0 });
      } finally {
        rmSync(wrong, { recursive: true });
      }
    },
    LONG,
  );

  test(
    "--all lists and asks; without a terminal --yes is needed",
    async () => {
      const asked = await run("drift", "accept", B, "--all");
      expect(asked).toMatchObject({ code: 2, stdout: "" });
      expect(asked.stderr).toContain(`accept ${B} enrollment: 25 -> 20`);
      expect(asked.stderr).toContain("add --yes");
      const taken = await run("drift", "accept", B, "--all", "--yes");
      expect(taken).toMatchObject({ code: 0 });
      expect(taken.stdout.match(/^accepted/gm)).toHaveLength(2);
    },
    LONG,
  );

  test(
    "2 with every cell that cannot be decided so, and nothing is written",
    async () => {
      const before = bytes();
      const refused = await run("drift", "accept", A, C, "--column", "enrollment", "phase", "--by", "Eva");
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain(`${A} phase: the table and the registry agree already`);
      expect(refused.stderr).toContain(`${C} enrollment: the table does not print the study`);
      for (const [args, words] of [
        [["drift", "accept", A], "--column, or give --all"],
        [["drift", "accept", A, "--column", "size"], "There is no column size"],
        [["drift", "undo", "01M8BDTJJ47H01KG63JM47BFS6"], "no review folder has a decision"],
      ] as const) {
        const ended = await run(...args);
        expect(ended, args.join(" ")).toMatchObject({ code: 2, stdout: "" });
        expect(ended.stderr).toContain(words);
      }
      expect(bytes()).toBe(before);
    },
    LONG,
  );

  test(
    "2 where the folder is read-only or the file was edited, 4 where another decision is being taken",
    async () => {
      const before = bytes();
      chmodSync(path(""), 0o555);
      try {
        const readOnly = await run("drift", "accept", A, "--column", "enrollment");
        expect(readOnly).toMatchObject({ code: 2, stdout: "" });
        expect(readOnly.stderr).toContain("cannot be written to");
      } finally {
        chmodSync(path(""), 0o755);
      }
      const held = await lockFile(path(".lock"), { name: "the folder", instead: "" }, 0, () => {});
      try {
        const locked = await run("drift", "accept", A, "--column", "enrollment");
        expect(locked).toMatchObject({ code: 4, stdout: "" });
        expect(locked.stderr).toContain(`process ${process.pid}`);
      } finally {
        held.release();
      }
      writeFileSync(path("table-1.json"), before.replace('"2019-05"', '"2019-06"'));
      const edited = await run("drift", "accept", A, "--column", "enrollment");
      expect(edited).toMatchObject({ code: 2, stdout: "" });
      expect(edited.stderr).toContain("trialdrift recompute --review lupus");
      expect(await run("recompute")).toMatchObject({ code: 0 });
      expect(await run("drift", "reject", A, "--column", "enrollment")).toMatchObject({ code: 0 });
      expect(bytes()).toBe(before.replace('"2019-05"', '"2019-06"'));
    },
    LONG,
  );
});

describe("table --version and table import", () => {
  test(
    "an earlier version stands beside the registry of today, with who changed what",
    async () => {
      const first = await run("table", "--version", "1");
      expect(first).toMatchObject({ code: 0, stderr: "" });
      expect(first.stdout).toContain("(version 1)");
      expect(first.stdout).toMatch(/version 2, \S+ \S+ UTC, Eva: 1 change\n\s+NCT\d+ enrollment: 25 -> 20/);
      const json = JSON.parse((await run("table", "--version", "2", "--format", "json")).stdout) as {
        version: number;
        trials: { nct_id: string; cells: Record<string, { printed: string }> }[];
      };
      expect([json.version, json.trials[0]?.cells["enrollment"]?.printed]).toEqual([2, "20"]);
    },
    LONG,
  );

  test(
    "a CSV comes back: unchanged is nothing, a changed cell is an own value, a rewritten one is refused",
    async () => {
      const file = path("sheet.csv");
      const { stdout } = await run("table", "--format", "csv");
      expect(stdout.startsWith("\uFEFFnct_id,")).toBe(true);
      writeFileSync(file, stdout);
      expect(await run("table", "import", file)).toMatchObject({ code: 0, stdout: "nothing differs from the table\n" });
      const before = bytes();
      writeFileSync(file, stdout.replace("'2019-06", "Jun-19").replace(",25,", ",2.50E+01,"));
      const refused = await run("table", "import", file);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain(
        'line 2, column start_date: found "Jun-19": a spreadsheet made a date of it; it was "2019-06"',
      );
      expect(refused.stderr).toContain('column enrollment: found "2.50E+01"');
      expect(bytes()).toBe(before);
      writeFileSync(file, stdout.replace(",25,", ",24,"));
      const taken = await run("table", "import", file, "--by", "Eva");
      expect(taken).toMatchObject({ code: 0 });
      expect(taken.stdout).toContain(`own ${A} enrollment: 25 -> 24`);
      expect((await enrollmentOf(A)) as unknown[]).toEqual(["24", "20", "own", idOf(taken)]);
    },
    LONG,
  );
});
