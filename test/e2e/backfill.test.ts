import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import {
  cli,
  type Environment,
  freshDirectory,
  freshOnServer,
  logLines,
  type Place,
  startCli,
} from "../support/cli.ts";
import { asksListing, asksQuery } from "../support/registry-faults.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";
import { entryOf, writeArchive } from "../support/small-zip.ts";
import { countOf, viewState } from "../support/store-state.ts";

/** `backfill` as a person starts it, on both databases. */

const folder = mkdtempSync(join(tmpdir(), "trialdrift-backfill-"));
const archive = join(folder, "ctg-2024-03-15.zip");
const idFile = join(folder, "ids.txt");
const RECORDS = 3_300;
const LISTED = 1_500;

let played: Played;
let review: ReviewFolder;
const places: Place[] = [];

beforeAll(async () => {
  const records = Array.from({ length: RECORDS }, (_, at) => trial(at + 1));
  await writeArchive(archive, records.map(entryOf));
  writeFileSync(idFile, `${Array.from({ length: LISTED }, (_, at) => nct(at + 1)).join("\n")}\n`);
  played = await playRegistry({ date: "2022-01-21", records: records.slice(0, LISTED) });
  review = reviewFolder("small", { cond: "no such condition", pinned: [1] });
});
afterAll(async () => {
  await played?.close();
  review?.remove();
  for (const place of places) await place.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  played.fault = null;
});

const settings = (place: Place): Environment => ({
  ...place.env,
  CTGOV_BASE_URL: played.url,
  TRIALDRIFT_REVIEWS: review.directory,
});

async function looking<T>(place: Place, look: (db: Awaited<ReturnType<typeof openDatabase>>["db"]) => Promise<T>) {
  const database = await openDatabase({
    url: place.env["DATABASE_URL"] ?? null,
    dataDir: place.env["TRIALDRIFT_DATA_DIR"] ?? "",
    lockWaitMs: 10_000,
    onWait: () => {},
  });
  try {
    return await look(database.db);
  } finally {
    await database.close();
  }
}

const words = (stderr: string): string =>
  logLines(stderr)
    .map(({ msg }) => msg)
    .join("\n");

describe.each(["PGlite", "Postgres"])("%s", (kind) => {
  const fresh = async (): Promise<Place> => {
    const place = kind === "PGlite" ? freshDirectory(inject("pglite")) : await freshOnServer(inject("postgres"));
    places.push(place);
    return place;
  };

  test("an archive killed at a random point and resumed ends like one that was not", async () => {
    const [undisturbed, disturbed] = [await fresh(), await fresh()];
    const args = ["backfill", "--archive", archive];
    const began = performance.now();
    const calm = await cli(args, settings(undisturbed));
    const took = performance.now() - began;
    expect(calm, calm.stderr).toMatchObject({ code: 0, stdout: "" });
    expect(words(calm.stderr)).toContain(`4 parts, 0 fetched again, ${RECORDS} records: ${RECORDS} new`);
    const points: number[] = [];
    for (let killed = false; !killed && points.length < 3; ) {
      const started = startCli([...args, "--resume"], settings(disturbed));
      const at = took * (0.5 + 0.4 * Math.random());
      points.push(Math.round(at));
      const timer = setTimeout(() => started.child.kill("SIGKILL"), at);
      killed = (await started.ended).signal === "SIGKILL";
      clearTimeout(timer);
    }
    const done = await looking(disturbed, (db) => countOf(db, "trialdrift.parts where state = 'done'")).catch(() => 0);
    const again = await cli([...args, "--resume"], settings(disturbed));
    expect(again, `killed after ${points.join(", ")} ms\n${again.stderr}`).toMatchObject({ code: 0 });
    const [expected, found] = [await looking(undisturbed, viewState), await looking(disturbed, viewState)];
    expect(found, `killed after ${points.join(", ")} ms, ${done} parts done`).toEqual(expected);
    expect(await looking(disturbed, (db) => countOf(db, "trialdrift.versions where not published"))).toBe(0);
    expect(await looking(disturbed, (db) => countOf(db, "trialdrift.runs where state = 'running'"))).toBe(0);
    const once = await cli([...args, "--resume"], settings(disturbed));
    expect(once.code).toBe(0);
    expect(words(once.stderr)).toContain("is done already");
  }, 300_000);

  test("Ctrl-C keeps what is done, says how to go on, and --resume fetches no finished part again", async () => {
    const place = await fresh();
    const second = nct(LISTED);
    const started = startCli(["backfill", "--file", idFile], settings(place));
    played.fault = (request) => {
      if (!(request.url.searchParams.get("filter.ids") ?? "").includes(second)) return false;
      started.child.kill("SIGINT");
      return true; // never answered
    };
    const stopped = await started.ended;
    expect(stopped, stopped.stderr).toMatchObject({ code: 3, signal: null });
    expect(words(stopped.stderr)).toContain(`to go on: trialdrift backfill --file ${idFile} --resume`);
    expect(words(stopped.stderr)).toContain("stopped by SIGINT: what is done is kept");
    played.fault = null;
    played.asked();
    const again = await cli(["backfill", "--resume"], settings(place));
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(played.asked().filter((path) => path.includes(nct(1)))).toEqual([]);
    expect(words(again.stderr)).toContain("2 parts, 1 fetched again");
    expect(await looking(place, (db) => countOf(db, "review.studies"))).toBe(LISTED);
  }, 180_000);

  test("--into pins what it loads, shown in members, and the next sync reads it like a pin of the review", async () => {
    const place = await fresh();
    const ids = `${nct(7)},${nct(8)},${nct(999_999)}`;
    const loaded = await cli(["backfill", "--ids", ids, "--into", "small/list"], settings(place));
    expect(loaded, loaded.stderr).toMatchObject({ code: 0 });
    const members = () =>
      looking(place, async (db) =>
        (
          await rows<{ said: string }>(
            db,
            sql`select nct_id || ' ' || array_to_string(how, '+') || ' ' || state as said from review.members order by 1`,
          )
        ).map(({ said }) => said),
      );
    const expected = [1, 7, 8].map((n) => `${nct(n)} pinned present`);
    expect(await members()).toEqual(expected);
    const synced = await cli(["sync"], settings(place));
    expect(synced, synced.stderr).toMatchObject({ code: 0 });
    expect(await members()).toEqual(expected);
    // Pinned after the sync began: the next one is not ended by its gate, though the data date stands.
    await cli(["backfill", "--ids", nct(9), "--into", "small"], settings(place));
    played.asked();
    expect((await cli(["sync"], settings(place))).code).toBe(0);
    expect(played.asked().length).toBeGreaterThan(1);
  }, 180_000);

  test("--dry-run says requests and minutes and loads nothing; a window brings what was posted in it", async () => {
    const place = await fresh();
    const args = ["backfill", "--from", "2021-03-01", "--to", "2021-03-31"];
    const dry = await cli([...args, "--dry-run"], { ...settings(place), TRIALDRIFT_RATE: "10" });
    expect(dry, dry.stderr).toMatchObject({ code: 0 });
    expect(dry.stdout).toMatch(/^window-[0-9a-f]{8}: 1 part, 1500 records, 10 requests, 0\.0 minutes at 10\/s\n$/);
    const loaded = await cli(args, settings(place));
    expect(loaded, loaded.stderr).toMatchObject({ code: 0 });
    expect(await looking(place, (db) => countOf(db, "review.studies"))).toBe(LISTED);
    expect(await looking(place, (db) => countOf(db, "review.runs where job = 'backfill' and requests = 10"))).toBe(1);
  }, 180_000);
});

describe("what is refused", () => {
  const place = freshDirectory();
  places.push(place);

  test("a cut archive, before anything is loaded", async () => {
    const cut = join(folder, "cut.zip");
    writeFileSync(cut, readFileSync(archive).subarray(0, -1000));
    const { code, stderr } = await cli(["backfill", "--archive", cut], settings(place));
    expect(code).toBe(2);
    expect(stderr).toContain("is no whole zip archive");
  });

  test.each([
    [["backfill"], "nothing is said to be loaded"],
    [["backfill", "--ids", "NCT1", "--review", "small"], "more than one source"],
    [["backfill", "--from", "2024-02-01", "--to", "2024-01-01"], "is after"],
    [["backfill", "--ids", "NCT00000001", "--queue"], "DATABASE_URL is not set"],
    [["backfill", "--ids", "NCT00000001", "--into", "small/other"], "its watchlists: list"],
    [["worker"], "DATABASE_URL is not set"],
  ])("%j", async (args, message) => {
    const { code, stderr } = await cli(args, settings(place));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe("beside others on one Postgres", () => {
  test("a sync is neither refused nor waits; the same backfill again is refused, naming the holder", async () => {
    const place = await freshOnServer(inject("postgres"));
    places.push(place);
    const asked = Promise.withResolvers<void>();
    // Of the backfill alone: its request is never answered.
    played.fault = (request) => {
      if (!asksListing(request) || asksQuery(request) || !request.url.search.includes(nct(LISTED))) return false;
      asked.resolve();
      return true;
    };
    const holder = startCli(["backfill", "--file", idFile], settings(place));
    await asked.promise;
    const synced = await cli(["sync"], settings(place));
    expect(synced, synced.stderr).toMatchObject({ code: 0 });
    expect(synced.stderr).not.toContain("waiting");
    const second = await cli(["backfill", "--file", idFile], { ...settings(place), TRIALDRIFT_LOCK_WAIT: "300ms" });
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(`trialdrift ${holder.child.pid} backfill`);
    holder.child.kill("SIGTERM");
    expect(await holder.ended).toMatchObject({ code: 3, signal: null });
  }, 180_000);
});
