import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, inject } from "vitest";
import { type Database, openDatabase } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { freshDirectory, freshOnServer, type Place, type Started, startCli } from "./cli.ts";
import { asksVersion, first } from "./registry-faults.ts";
import { type Played, playRegistry, trial } from "./small-registry.ts";
import { type ReviewFolder, reviewFolder } from "./small-review.ts";

/** Schedulers as whole processes over a registry and a review of one trial; whatever is left running is killed after each test. */

/** Due once a day, hours ago at least: nothing becomes due while a test runs, but at the midnight that a catch-up then serves. */
const DAILY = "0 0 * * *";

/** Looked up or changed behind the scheduler's back. */
export async function inside<T>({ env }: Place, look: (db: Database["db"]) => Promise<T>): Promise<T> {
  const [url = null, dataDir = ""] = [env["DATABASE_URL"], env["TRIALDRIFT_DATA_DIR"]];
  const database = await openDatabase({ url, dataDir, lockWaitMs: 10_000, onWait: () => {} });
  try {
    return await look(database.db);
  } finally {
    await database.close();
  }
}

interface SlotRow {
  job: string;
  owner: string;
  attempts: number;
  outcome: string | null;
  detail: string | null;
}
/** Every claim and the state of every nightly run, in order, in one look; the monthly history refresh runs beside them when it comes to it. */
export const standing = (place: Place) =>
  inside(place, async (db) => {
    const claims = await rows<SlotRow>(
      db,
      sql`select job, owner, attempts, outcome, detail from trialdrift.slots order by job desc, slot`,
    );
    const runs = await rows<{ state: string }>(
      db,
      sql`select state from review.runs where job = 'sync' order by run_id`,
    );
    return { claims, syncs: claims.filter(({ job }) => job === "sync"), states: runs.map(({ state }) => state) };
  });

export const SYNCED = /sync: slot of \S+ (?:complete|unmoved)/;
export const TIDIED = /maintenance: slot of \S+ complete/;

/** Registers the hooks of a test file. */
export function scheduling() {
  let played: Played;
  let folder: ReviewFolder;
  const places: Place[] = [];
  const running = new Set<Started>();
  beforeAll(async () => {
    played = await playRegistry(
      { date: "2022-01-21", records: [trial(821)] },
      { date: "2022-10-01", records: [trial(821, { count: 30 })] },
    );
    folder = reviewFolder("small", { cond: "lupus" });
  });
  afterEach(async () => {
    played.fault = null;
    await played.show(1);
    await Promise.all([...running].map((one) => one.kill()));
    running.clear();
  });
  afterAll(async () => {
    await played.close();
    folder.remove();
    for (const place of places) await place.dispose();
  });

  async function freshOn(kind: "embedded" | "server"): Promise<Place> {
    const place = kind === "embedded" ? freshDirectory(inject("pglite")) : await freshOnServer(inject("postgres"));
    places.push(place);
    return place;
  }

  function schedule(place: Place, more: Record<string, string> = {}): Started {
    const settings = { CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory, TRIALDRIFT_CRON: DAILY };
    const started = startCli(["schedule"], { ...place.env, ...settings, ...more });
    running.add(started);
    return started;
  }

  /** Waits until the registry is asked for its version and does not answer: a run is then under way. */
  function stall(): Promise<void> {
    return new Promise((resolve) => {
      played.fault = first(1, asksVersion, () => {
        resolve();
        return true;
      });
    });
  }

  return { freshOn, schedule, stall, played: () => played, folder: () => folder };
}
