import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** A disk that fills up under the embedded database, as a file system of its own in memory: needs the right to mount one. */

const disk = mkdtempSync(join(tmpdir(), "trialdrift-disk-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128m", "tmpfs", disk]).status === 0;
if (!mounted) console.warn("disk-full: skipped, this user may not mount a file system");

const ballast = join(disk, "ballast");
function leave(bytes: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
}

describe.skipIf(!mounted)("a full disk", () => {
  let played: Played;
  let folder: ReviewFolder;
  let env: Record<string, string>;
  beforeAll(async () => {
    // Random text does not shrink: the second day needs 12 MB that the disk will not have.
    const heavy = (n: number) =>
      trial(n, {
        stamp: "2022-01-16",
        summary: `Mesenchymal stem cells. ${randomBytes(1_000_000).toString("base64")}`,
      });
    played = await playRegistry(
      { date: "2022-01-15", records: [trial(1), trial(2)] },
      { date: "2022-01-16", records: Array.from({ length: 12 }, (_, at) => heavy(at + 1)) },
    );
    folder = reviewFolder("small", { cond: "lupus" });
    env = { TRIALDRIFT_DATA_DIR: disk, CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory };
  });
  afterAll(async () => {
    await played?.close();
    folder?.remove();
  });

  test("in the middle of a run: told as such, nothing published, and the next run with room ends well", async () => {
    expect(await cli(["sync"], env)).toMatchObject({ code: 0 });
    const before = await cli(["members", "--format", "json"], env);
    await played.show(2);
    leave(6_000_000);
    const failed = await cli(["sync"], env);
    expect(failed).toMatchObject({ code: expect.toSatisfy((code: number) => [1, 69].includes(code)), stdout: "" });
    expect(failed.stderr).toMatch(/error (run_failed|database_unreachable): .*(no room|does not open|lost)/);
    expect(failed.stderr).toMatch(/next: .*room/);
    expect(failed.stderr.length).toBeLessThan(20_000);
    rmSync(ballast);
    expect((await cli(["members", "--format", "json"], env)).stdout).toBe(before.stdout);
    expect(await cli(["sync"], env)).toMatchObject({ code: 0 });
    const after = JSON.parse((await cli(["members", "--format", "json"], env)).stdout) as unknown[];
    expect(after).toHaveLength(12);
  });
});

afterAll(() => {
  if (mounted) spawnSync("umount", [disk]);
  rmSync(disk, { recursive: true, force: true });
});
