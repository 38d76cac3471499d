import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { lockDirectory, writeLockAs } from "../../db/datadir-lock.ts";
import type { TrialdriftError } from "../../db/errors.ts";
import { cli, freshDirectory, logLines, startCli } from "../support/cli.ts";
import { always, asksVersion, first } from "../support/registry-faults.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** One process holds the embedded directory, readers included (design.md 4.2). */

const place = freshDirectory(inject("pglite"));
let played: Played;
let folder: ReviewFolder;
let env: Record<string, string>;

beforeAll(async () => {
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(811)] },
    { date: "2022-10-01", records: [trial(811, { count: 30 })] },
  );
  folder = reviewFolder("small", { cond: "lupus" });
  env = { ...place.env, CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory };
  await cli(["sync"], env);
});
afterAll(async () => {
  await played.close();
  folder.remove();
  await place.dispose();
});

describe("the lock of the embedded directory", () => {
  const quick = () => ({ ...env, TRIALDRIFT_LOCK_WAIT: "1s" });

  test("a second process waits, then exits 4 naming the holder; a killed holder's lock is reaped", async () => {
    await played.show(2);
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

  test("another host's lock ends the wait with 4, whatever its age", async () => {
    writeLockAs(join(place.directory, "pglite"), { host: "another-machine", pid: 4_000_000, since: "2001-01-01" });
    const ended = await cli(["runs"], { ...env, TRIALDRIFT_LOCK_WAIT: "100ms" });
    expect(ended).toMatchObject({ code: 4, stdout: "" });
    expect(ended.stderr).toMatch(/error locked: .*process 4000000 on another-machine/);
    rmSync(place.lock);
  });
});

describe("taking it over", () => {
  const home = freshDirectory();
  const directory = join(home.directory, "pglite");
  afterEach(() => {
    rmSync(home.lock, { recursive: true, force: true });
    rmSync(`${home.lock}.reap`, { force: true });
  });
  afterAll(() => home.dispose());

  /** The refusal, explained; fails where the lock is given. */
  async function refused(): Promise<string> {
    const error: unknown = await lockDirectory(directory, 50, () => {}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "locked", exitCode: 4 });
    return (error as TrialdriftError).explain();
  }

  test.each<[string, Parameters<typeof writeLockAs>[1]]>([
    ["no such process", { pid: 4_194_304 }],
    ["a pid that was given to another process", { start: "1" }],
    ["another boot of this host", { boot: "another" }],
  ])("%s is no holder", async (_, holder) => {
    writeLockAs(directory, holder);
    const lock = await lockDirectory(directory, 50, () => {});
    expect(existsSync(`${home.lock}.reap`)).toBe(false);
    lock.assertHeld();
    lock.release();
    expect(existsSync(home.lock)).toBe(false);
  });

  test("a live process of this host, and any of another, are; the words say what to do", async () => {
    writeLockAs(directory, { command: "sync" });
    expect(await refused()).toMatch(new RegExp(`process ${process.pid} on ${hostname()} \\(sync, since `));
    for (const more of [{}, { boot: "another" }, { start: "1" }]) {
      writeLockAs(directory, { host: "another-machine", pid: 4_194_304, ...more });
      expect(await refused()).toContain(`if that machine is gone for good, delete ${home.lock}`);
      expect(existsSync(home.lock)).toBe(true);
    }
  });

  test("a left-over .reap is named, and nothing is taken", async () => {
    writeLockAs(directory, { boot: "another" });
    writeFileSync(`${home.lock}.reap`, "");
    const said = await refused();
    expect(said).toContain(`${home.lock}.reap is left over`);
    expect(said).toContain(`delete ${home.lock}.reap and ${home.lock}`);
    expect([existsSync(home.lock), existsSync(`${home.lock}.reap`)]).toEqual([true, true]);
  });

  test("a lock file without words, or one that cannot be read, ends the wait with what to do", async () => {
    for (const make of [() => writeFileSync(home.lock, ""), () => mkdirSync(home.lock)]) {
      make();
      const said = await refused();
      expect(said).toMatch(/unreadable lock file/);
      expect(said).toContain(`then delete ${home.lock}`);
      rmSync(home.lock, { recursive: true });
    }
  });

  test("a holder whose lock was taken says so, and leaves the other's alone", async () => {
    const lock = await lockDirectory(directory, 50, () => {});
    writeLockAs(directory, { token: "another" });
    expect(() => lock.assertHeld()).toThrow(expect.objectContaining({ code: "locked" }));
    lock.release();
    expect(existsSync(home.lock)).toBe(true);
  });
});
