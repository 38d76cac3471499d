import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { cli, type Ended, freshDirectory, freshOnServer, logLines, startCli } from "../support/cli.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** The program as a user or cron meets it: exit codes, the two streams, help. */

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
    expect(ended.stdout).toMatch(/^# trialdrift run 1, registry data of 2022-01-21\n/);
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
    // Names that Kubernetes injects beside a service of our name are no mistake of the user's.
    const injected = { TRIALDRIFT_SERVICE_HOST: "10.0.0.1", TRIALDRIFT_PORT_5432_TCP: "tcp://10.0.0.1:5432" };
    const ended = await cli(["members", "--format", "json"], { ...env, ...injected, LOG_LEVEL: "trace" });
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
    [
      "wrong and unknown settings, all of them at once",
      ["runs"],
      { TRIALDRIFT_DATADIR: "x", TRIALDRIFT_RATE: "fast", DATABASE_URL: "mysql://x/y" },
      /TRIALDRIFT_DATADIR: there is no such setting[\s\S]*DATABASE_URL: not a postgres[\s\S]*TRIALDRIFT_RATE="fast"/,
    ],
    ["an unknown review", ["sync", "--review", "large"], {}, /there is no review large[\s\S]*small/],
  ])("2 for %s", async (_, args, more, said) => {
    // They end before any database is opened, so they may run side by side.
    const ended = await cli(args, { ...env, ...more });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(said);
    expect(ended.stderr).toMatch(/^error (usage|config): [^]*\n {2}state: .+\n {2}next: .+/);
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

test("--help names every command, -V is the version alone, a subcommand keeps the options that it shares", async () => {
  const [help, version, flags] = await Promise.all([cli(["--help"]), cli(["-V"]), cli(["flags", "--help"])]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  const named = [...help.stdout.matchAll(/^ {2}([a-z-]+)(?: |$)/gm)].map(([, name]) => name);
  for (const command of COMMANDS) expect(named).toContain(command);
  expect(help.stdout).toMatch(/Exit codes: 0 fine/);
  expect(version).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
  expect(flags.stdout).toMatch(/--review <id>[\s\S]*--since <when>[\s\S]*--kind <kinds>[\s\S]*--format <format>/);
});
