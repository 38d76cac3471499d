import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
/** Another review of the same trials, sound or with a misspelt key. */
function putOther(key: "watchlists" | "watchlist"): void {
  const file = join(folder.directory, "other", "review.json");
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify({ id: "other", title: "O", [key]: [{ id: "list", pinned: [nct(942)] }] }));
}

/** What quarantine 1 holds, as an earlier, stricter version of the rules would have left it. */
async function hold(record: object): Promise<void> {
  const owner = postgres(place.url, { max: 1, onnotice: () => {} });
  const raw = zstdCompressSync(JSON.stringify(record));
  await owner`update trialdrift.quarantine set raw = ${raw}, state = 'held' where quarantine_id = 1`;
  await owner.end();
}

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
  await hold(trial(942, { count: 30 }));
  const well = await cli(["quarantine", "retry", "1"], env);
  expect(well.code).toBe(0);
  expect(well.stdout).toMatch(/quarantine 1 \(NCT00000942\) is recovered\n$/);
  const again = await cli(["quarantine", "retry", "1"], env);
  expect(again).toMatchObject({ code: 0, stdout: "quarantine 1 (NCT00000942) is recovered\n" });
  const listed = JSON.parse((await cli(["table", "--review", "small", "--format", "json"], env)).stdout);
  expect(JSON.stringify(listed)).toContain("30");
});

test("retry beside a review folder that is wrong: the others are settled, it is named, 3; mended, it catches up", async () => {
  putOther("watchlists");
  expect((await cli(["recompute", "--review", "other"], env)).code).toBe(0);
  const flagged = async (): Promise<string[]> => {
    const owner = postgres(place.url, { max: 1, onnotice: () => {} });
    const found = await owner`select review from review.flags where kind = 'stopped_early' order by review`;
    await owner.end();
    return found.map(({ review }) => String(review));
  };
  expect(await flagged()).toEqual([]);
  putOther("watchlist");
  await hold(trial(942, { status: "TERMINATED", posted: "2022-01-20" }));
  const ended = await cli(["quarantine", "retry", "1"], env);
  expect(ended.code).toBe(3);
  expect(ended.stdout).toMatch(/quarantine 1 \(NCT00000942\) is recovered\n$/);
  expect(ended.stderr).toContain(
    `other/review.json $.watchlist: there is no key \\"watchlist\\", expected one of id, title`,
  );
  expect(ended.stderr).toContain("trialdrift recompute --review other");
  expect(await flagged()).toEqual(["small"]);
  putOther("watchlists");
  expect((await cli(["recompute", "--review", "other"], env)).code).toBe(0);
  expect(await flagged()).toEqual(["other", "small"]);
});
