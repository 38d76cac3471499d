import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readFigures } from "../../db/figures.ts";
import { tidy } from "../../db/maintenance.ts";
import type { Database } from "../../db/open.ts";
import { thisProcess } from "../../db/process.ts";
import { beat, type Claim, claimSlot, finishSlot, type Owner, readClaim, reclaimSlot } from "../../db/slots.ts";
import { rows } from "../../db/sql.ts";
import { metricsText } from "../../jobs/metrics.ts";
import { openTestDatabase } from "../support/pglite.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.execute(sql`truncate trialdrift.slots, trialdrift.outbox`);
});

const owner = (token: string): Owner => ({ ...thisProcess(), token });
const slot = { job: "sync", due: new Date("2026-11-25T15:30:00Z") };
const done = { outcome: "complete", runId: 7, detail: "data date 2026-11-25" } as const;
const read = async (): Promise<Claim> => (await readClaim(database.db, slot)) as Claim;

describe("a slot", () => {
  test("is claimed by one of many, and stays claimed after its end", async () => {
    const { db } = database;
    const tried = await Promise.all([...Array(12).keys()].map((n) => claimSlot(db, slot, owner(`${n}`))));
    expect(tried.filter(Boolean)).toHaveLength(1);
    const winner = owner(`${tried.indexOf(true)}`);
    expect(await read()).toMatchObject({ owner: winner, attempts: 1, outcome: null, endedMs: null });
    await finishSlot(db, slot, winner, done);
    expect(await claimSlot(db, slot, owner("late"))).toBe(false);
    const claim = await read();
    expect(claim).toMatchObject({ owner: winner, attempts: 1, outcome: "complete" });
    expect(claim.endedMs).toBeGreaterThanOrEqual(0);
    expect(claim.endedMs).toBeLessThan(60_000);
  });

  test("whose owner was judged dead is taken by one of many; the dead one's words count no more", async () => {
    const { db } = database;
    await claimSlot(db, slot, owner("dead"));
    const judged = await read();
    const tried = await Promise.all([...Array(12).keys()].map((n) => reclaimSlot(db, slot, owner(`${n}`), judged)));
    expect(tried.filter(Boolean)).toHaveLength(1);
    const winner = owner(`${tried.indexOf(true)}`);
    expect(await beat(db, slot, owner("dead"))).toBe(false);
    await finishSlot(db, slot, owner("dead"), done);
    expect(await read()).toMatchObject({ owner: winner, attempts: 2, outcome: null });
    expect(await beat(db, slot, winner)).toBe(true);
  });

  test("whose owner was heard of after the judgement is not taken", async () => {
    const { db } = database;
    await claimSlot(db, slot, owner("slow"));
    const judged = await read();
    await beat(db, slot, owner("slow"));
    expect(await reclaimSlot(db, slot, owner("hasty"), judged)).toBe(false);
    await finishSlot(db, slot, owner("slow"), done);
    expect(await reclaimSlot(db, slot, owner("hasty"), judged)).toBe(false);
    expect(await read()).toMatchObject({ outcome: "complete" });
  });

  test("counts an attempt after a failure, none where data had not moved", async () => {
    const { db } = database;
    await claimSlot(db, slot, owner("a"));
    for (const [outcome, attempts] of [
      ["unmoved", 1],
      ["failed", 2],
      ["incomplete", 3],
    ] as const) {
      await finishSlot(db, slot, owner("a"), { outcome, runId: null, detail: null });
      expect(await reclaimSlot(db, slot, owner("a"), await read())).toBe(true);
      expect(await read(), outcome).toMatchObject({ attempts, outcome: null, endedMs: null });
    }
  });

  test("tells how long its owner has been silent by the database's clock", async () => {
    const { db } = database;
    await claimSlot(db, slot, owner("a"));
    await db.execute(sql`update trialdrift.slots set heartbeat_at = clock_timestamp() - interval '90 seconds'`);
    expect((await read()).silentMs).toBeGreaterThan(89_000);
    expect(await beat(db, slot, owner("a"))).toBe(true);
    expect((await read()).silentMs).toBeLessThan(60_000);
  });
});

describe("maintenance", () => {
  test("deletes delivered news and claims of 90 days ago; what was not delivered and each job's newest claim stay", async () => {
    const { db } = database;
    const news = (key: string, delivered: string | null) =>
      sql`insert into trialdrift.outbox (run_id, review, target, idempotency_key, payload, delivered_at)
          values (1, 'r', 'webhook', ${key}, '{}', ${delivered}::timestamptz)`;
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await db.execute(news("old", ago(91)));
    await db.execute(news("recent", ago(89)));
    await db.execute(news("stuck", null));
    for (const [job, days] of [
      ["sync", 200],
      ["sync", 91],
      ["sync", 1],
      ["rare", 400],
      ["rare", 300],
    ] as const)
      await claimSlot(db, { job, due: new Date(ago(days)) }, owner("a"));
    expect(await tidy(database)).toEqual({ news: 1, slots: 3 });
    expect(await rows(db, sql`select idempotency_key as key from trialdrift.outbox order by 1`)).toEqual([
      { key: "recent" },
      { key: "stuck" },
    ]);
    expect(
      await rows(db, sql`select job, count(*)::int as count from trialdrift.slots group by job order by job`),
    ).toEqual([
      { job: "rare", count: 1 },
      { job: "sync", count: 1 },
    ]);
    expect(await tidy(database)).toEqual({ news: 0, slots: 0 });
  });
});

describe("figures", () => {
  test("of a database without any run are zeros and absences, and can be read as metrics", async () => {
    const text = await metricsText(await readFigures(database.db), Date.now());
    expect(text).toContain('trialdrift_records_total{outcome="new"} 0\n');
    expect(text).toContain("trialdrift_quarantined_records 0\n");
    expect(text).toMatch(/^# TYPE trialdrift_review_age_seconds gauge$/m);
    expect(text).not.toMatch(/^trialdrift_review_age_seconds/m);
  });

  test("say what is undelivered, and how old a job's last good end is", async () => {
    const { db } = database;
    await db.execute(sql`insert into trialdrift.outbox (run_id, review, target, idempotency_key, payload)
                         values (1, 'r', 'webhook', 'k', '{}')`);
    await claimSlot(db, slot, owner("a"));
    await finishSlot(db, slot, owner("a"), done);
    const figures = await readFigures(db);
    const text = await metricsText(figures, (figures.jobs[0]?.doneAt ?? 0) + 90_000);
    expect(text).toContain('trialdrift_undelivered_news{review="r"} 1\n');
    expect(text).toContain('trialdrift_job_age_seconds{job="sync"} 90\n');
  });
});
