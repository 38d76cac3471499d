import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../db/open.ts";
import type { Owner } from "../../db/slots.ts";
import { rows } from "../../db/sql.ts";
import { inside, scheduling, standing, SYNCED, TIDIED } from "../support/scheduling.ts";

/** The scheduler on a server: catch-up, orderly and sudden ends, several instances. */

const { freshOn, schedule, stall, played } = scheduling();

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
      // The other jobs are stopped wherever they happen to be, but none is caught up twice.
      for (const { job } of claims) expect(claims.filter((one) => one.job === job).length, job).toBeLessThanOrEqual(2);
      const awaited = claims.filter(({ job }) => job === "sync" || job === "maintenance");
      expect(awaited.map(({ job, attempts }) => `${job} ${attempts}`)).toEqual([
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
      played().fault = null;
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
