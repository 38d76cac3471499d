import { zstdCompressSync } from "node:zlib";
import postgres from "postgres";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { cli, freshOnServer, type Place } from "../support/cli.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** `quarantine`, `quarantine show` and `quarantine retry` as a data engineer meets them; each test goes on from the one before. */

const BAD = trial(942, { start: "2019-02-30", title: "Cells \u001b[2J in \u202etrial" });
let place: Place & { url: string };
let played: Played;
let folder: ReviewFolder;
let env: Record<string, string>;
beforeAll(async () => {
  place = await freshOnServer(inject("postgres"));
  played = await playRegistry({ date: "2022-01-21", records: [trial(941), BAD] });
  folder = reviewFolder("small", { cond: "lupus", rows: [{ n: 942, cells: { enrollment: 20 } }] });
  env = { ...place.env, CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory };
});
afterAll(async () => {
  await played.close();
  await place.dispose();
  folder.remove();
});

test("show prints what is known and the whole record; nothing of it reaches the terminal as control", async () => {
  expect((await cli(["sync"], env)).code).toBe(3);
  const shown = await cli(["quarantine", "show", "1"], env);
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(shown.stdout).toMatch(/^quarantine 1\n {2}study +NCT00000942\n {2}state +held\n/);
  expect(shown.stdout).toMatch(/ {2}path +\$\.protocolSection\.statusModule\.startDateStruct\.date\n/);
  expect(shown.stdout).toMatch(/ {2}seen +1x, first \d{4}-\d\d-\d\dT[\d:]+Z, last /);
  for (const control of ["\u001b", "\u202e"]) expect(shown.stdout).not.toContain(control);
  expect(JSON.parse(shown.stdout.slice(shown.stdout.indexOf("{")))).toEqual(BAD);
  const json = JSON.parse((await cli(["quarantine", "show", "1", "--format", "json"], env)).stdout);
  expect(json).toMatchObject([{ quarantine_id: 1, nct_id: nct(942), state: "held", count: 1, record: BAD }]);
});

test("retry ends with 3 while it is still held, then with 0; a wrong number with 2", async () => {
  const still = await cli(["quarantine", "retry", "1"], env);
  expect(still.code).toBe(3);
  expect(still.stdout).toMatch(/^quarantine 1 \(NCT00000942\) is still held: .*not a calendar date .*\n$/);
  for (const verb of ["show", "retry"]) {
    const unknown = await cli(["quarantine", verb, "1", "77"], env);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("quarantine has no record 77");
  }
  const owner = postgres(place.url, { max: 1, onnotice: () => {} });
  const mended = zstdCompressSync(JSON.stringify(trial(942, { count: 30 })));
  await owner`update trialdrift.quarantine set raw = ${mended} where quarantine_id = 1`;
  await owner.end();
  const well = await cli(["quarantine", "retry", "1"], env);
  expect(well.code).toBe(0);
  expect(well.stdout).toMatch(/quarantine 1 \(NCT00000942\) is recovered\n$/);
  const again = await cli(["quarantine", "retry", "1"], env);
  expect(again).toMatchObject({ code: 0, stdout: "quarantine 1 (NCT00000942) is recovered\n" });
  const listed = JSON.parse((await cli(["table", "--review", "small", "--format", "json"], env)).stdout);
  expect(JSON.stringify(listed)).toContain("30");
});
