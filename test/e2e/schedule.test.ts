import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../db/open.ts";
import type { Owner } from "../../db/slots.ts";
import { rows } from "../../db/sql.ts";
import { cli, freshDirectory, freshOnServer, type Place, type Started, startCli } from "../support/cli.ts";
import { asksVersion, first } from "../support/registry-faults.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** The scheduler as whole processes: catch-up, several instances, sudden and orderly ends. */

/** Due once a day, hours ago at least: nothing becomes due while a test runs, but at the midnight that a catch-up then serves. */
const DAILY = "0 0 * * *";

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
  const place = kind === "embedded" ? freshDirectory() : await freshOnServer(inject("postgres"));
  places.push(place);
  return place;
}

function schedule(place: Place, more: Record<string, string> = {}): Started {
  const settings = { CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory, TRIALDRIFT_CRON: DAILY };
  const started = startCli(["schedule"], { ...place.env, ...settings, ...more });
  running.add(started);
  return started;
}

/** Looked up or changed behind the scheduler's back. */
async function inside<T>({ env }: Place, look: (db: Database["db"]) => Promise<T>): Promise<T> {
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
/** Every claim and the state of every run, in order, in one look. */
const standing = (place: Place) =>
  inside(place, async (db) => {
    const claims = await rows<SlotRow>(
      db,
      sql`select job, owner, attempts, outcome, detail from trialdrift.slots order by job desc, slot`,
    );
    const runs = await rows<{ state: string }>(db, sql`select state from review.runs order by run_id`);
    return { claims, syncs: claims.filter(({ job }) => job === "sync"), states: runs.map(({ state }) => state) };
  });

const SYNCED = /sync: slot of \S+ (?:complete|unmoved)/;
const TIDIED = /maintenance: slot of \S+ complete/;

/** Waits until the registry is asked for its version and does not answer: a run is then under way. */
function stall(): Promise<void> {
  return new Promise((resolve) => {
    played.fault = first(1, asksVersion, () => {
      resolve();
      return true;
    });
  });
}

describe("on a server", () => {
  test("stopped across three due slots, it catches up once a job; started again at once, not at all", async () => {
    const place = await freshOn("server");
    const one = schedule(place);
    await one.says(SYNCED);
    await one.says(TIDIED);
    one.child.kill("SIGTERM");
    expect((await one.ended).code).toBe(0);
    // What ran is now the slot of three days and three weeks ago.
    await inside(place, (db) =>
      db.execute(
        sql`update trialdrift.slots set slot = slot - (case job when 'sync' then interval '3 days' else interval '3 weeks' end)`,
      ),
    );
    for (const until of [[SYNCED, TIDIED], [/maintenance: nothing to run/]]) {
      const two = schedule(place, { LOG_LEVEL: "debug" });
      for (const pattern of until) await two.says(pattern);
      two.child.kill("SIGTERM");
      expect((await two.ended).code).toBe(0);
      const { claims, states } = await standing(place);
      expect(states).toEqual(["published", "skipped"]);
      expect(claims.map(({ job, attempts }) => `${job} ${attempts}`)).toEqual([
        "sync 1",
        "sync 1",
        "maintenance 1",
        "maintenance 1",
      ]);
    }
  });

  test("stopped in a run it ends in order within 10 s, publishes nothing, and the next start runs the slot", async () => {
    const place = await freshOn("server");
    const reached = stall();
    const one = schedule(place);
    await reached;
    const asked = performance.now();
    one.child.kill("SIGTERM");
    expect(await one.ended).toMatchObject({ code: 0, signal: null, stdout: "" });
    expect(performance.now() - asked).toBeLessThan(10_000);
    const stopped = await standing(place);
    expect(stopped.states).toEqual(["failed"]);
    expect(stopped.syncs).toMatchObject([{ outcome: "failed", detail: "run_failed: stopped by SIGTERM" }]);
    const two = schedule(place);
    await two.says(SYNCED);
    two.child.kill("SIGINT");
    expect((await two.ended).code).toBe(0);
    expect((await standing(place)).states).toEqual(["failed", "published"]);
  });

  test("stopped while another process works on its review, it does not wait for that one", async () => {
    const place = await freshOn("server");
    const holder = await openDatabase({
      url: place.env["DATABASE_URL"] ?? "",
      dataDir: "",
      lockWaitMs: 0,
      onWait: () => {},
    });
    const release = await holder.lock(["review small"]);
    const one = schedule(place);
    await one.says(/waiting: review small is being worked on by/);
    const asked = performance.now();
    one.child.kill("SIGTERM");
    expect((await one.ended).code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    await release();
    await holder.close();
    const { states, syncs } = await standing(place);
    expect(states).toEqual([]);
    expect(syncs).toMatchObject([{ outcome: "failed", detail: "run_failed: stopped by SIGTERM" }]);
  });

  test("a slot that another instance took over is not published by the one that lost it", async () => {
    const place = await freshOn("server");
    const reached = stall();
    const one = schedule(place);
    await reached;
    await inside(place, (db) => db.execute(sql`update trialdrift.slots set owner = '{"host":"another","token":"x"}'`));
    await one.says(/was taken over by another instance/);
    await one.says(/sync: slot of \S+ failed/);
    one.child.kill("SIGTERM");
    expect((await one.ended).code).toBe(0);
    const { states, syncs } = await standing(place);
    expect(states).toEqual(["failed"]);
    expect(syncs).toMatchObject([{ attempts: 1, outcome: null }]);
  });

  test("two instances share 20 slots, each run once, also when one is killed in a run", async () => {
    const place = await freshOn("server");
    const everySecond = { TRIALDRIFT_CRON: "* * * * * *" };
    const both = [schedule(place, everySecond), schedule(place, everySecond)];
    await Promise.race(both.map((one) => one.says(SYNCED)));
    await inside(place, async (db) => {
      const passed = async (count: number) => {
        for (let seen = 0; seen < count; await new Promise((resolve) => setTimeout(resolve, 100)))
          [{ seen } = { seen: 0 }] = await rows<{ seen: number }>(
            db,
            sql`select count(*)::int as seen from trialdrift.slots where job = 'sync'`,
          );
      };
      await passed(8);
      await stall();
      const [at] = await rows<{ owner: string }>(
        db,
        sql`select owner from trialdrift.slots where job = 'sync' and finished_at is null order by slot desc limit 1`,
      );
      const { pid } = JSON.parse(at?.owner ?? "") as Owner;
      await both.find(({ child }) => child.pid === pid)?.kill();
      played.fault = null;
      await passed(20);
      const survivor = both.find(({ child }) => child.pid !== pid);
      survivor?.child.kill("SIGTERM");
      expect((await survivor?.ended)?.code).toBe(0);
    });
    const { syncs, states } = await standing(place);
    const begun = syncs.reduce((sum, { attempts }) => sum + attempts, 0);
    const owners = new Set(syncs.map(({ owner }) => (JSON.parse(owner) as Owner).pid));
    expect(owners).toEqual(new Set(both.map(({ child }) => child.pid)));
    // A run a slot: none for two, two for none; the killed one's slot is over by the next second and nobody takes it.
    expect(states.length, states.join()).toBe(begun);
    expect(begun).toBe(syncs.length);
    expect(states.filter((state) => state === "abandoned")).toHaveLength(1);
    expect(syncs.filter(({ outcome }) => outcome === null)).toHaveLength(1);
  }, 120_000);
});

describe("on an embedded database", () => {
  test("killed in a run, the next start takes over; other commands get their turn, a second scheduler does not; health is told", async () => {
    const place = await freshOn("embedded");
    const reached = stall();
    const killed = schedule(place);
    await reached;
    await killed.kill();
    const one = schedule(place, { TRIALDRIFT_HTTP_PORT: "0" });
    const [, url = ""] = await one.says(/health and figures at ([^"]+)/);
    expect(await (await fetch(`${url}/healthz`)).text()).toBe("alive\n");
    await one.says(/its owner died/);
    await one.says(SYNCED);
    await one.says(TIDIED);
    const settings = { ...place.env, TRIALDRIFT_REVIEWS: folder.directory, TRIALDRIFT_LOCK_WAIT: "30s" };
    const listed = await cli(["runs", "--format", "json"], settings);
    expect(listed.code, listed.stderr).toBe(0);
    const runs = JSON.parse(listed.stdout) as { state: string }[];
    expect(runs.map(({ state }) => state).sort()).toEqual(["abandoned", "published"]);
    const second = await cli(["schedule"], { ...settings, CTGOV_BASE_URL: played.url });
    expect(second).toMatchObject({ code: 2, stdout: "" });
    expect(second.stderr).toContain("error config: another scheduler works on the embedded database in ");
    expect(second.stderr).toContain(`process ${one.child.pid} on `);

    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const figures = await (await fetch(`${url}/metrics`)).text();
    expect(figures).toContain('trialdrift_runs{job="sync",state="published"} 1\n');
    expect(figures).toContain('trialdrift_records_total{outcome="new"} 1\n');
    expect(figures).toMatch(/^trialdrift_review_age_seconds\{review="small"\} \d/m);
    expect(figures).toMatch(/^trialdrift_job_age_seconds\{job="sync"\} \d/m);
    expect(figures).toMatch(/^trialdrift_process_resident_memory_bytes \d/m);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    one.child.kill("SIGTERM");
    expect((await one.ended).code).toBe(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
    expect((await standing(place)).syncs).toMatchObject([{ attempts: 2, outcome: "complete" }]);
  }, 120_000);

  test("a wrong expression, a taken port and a broken review end it at once with 2", async () => {
    const place = await freshOn("embedded");
    const wrong = await schedule(place, { TRIALDRIFT_CRON: "61 * * * *" }).ended;
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain('TRIALDRIFT_CRON="61 * * * *": not a cron expression (minute: ');
    const taken = await schedule(place, { TRIALDRIFT_HTTP_PORT: new URL(played.url).port }).ended;
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain("set TRIALDRIFT_HTTP_PORT to a free port");
    const nowhere = await schedule(place, { TRIALDRIFT_REVIEWS: place.env["TRIALDRIFT_DATA_DIR"] ?? "" }).ended;
    expect(nowhere.code).toBe(2);
  });
});
