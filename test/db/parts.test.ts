import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import {
  beat,
  claimPart,
  closeBackfill,
  countParts,
  finishPart,
  freeLocal,
  freeParts,
  freeSilent,
  returnPart,
  writeBackfill,
} from "../../db/parts.ts";
import { backfillsOf } from "../../jobs/doctor-backfills.ts";
import { openTestDatabase } from "../support/pglite.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const ID = "ids-one";
const specs = [1, 2, 3].map((n) => ({ kind: "ids", ids: [`NCT0000000${n}`] }));
beforeEach(() =>
  writeBackfill(database.db, { backfillId: ID, asked: { into: null }, history: false, queued: true }, specs),
);

/** As if the owner had not been heard of for a minute. */
const silence = (partNo: number) =>
  database.db.execute(
    sql`update trialdrift.parts set heartbeat_at = now() - interval '1 minute' where backfill_id = ${ID} and part_no = ${partNo}`,
  );

describe("the parts of a backfill", () => {
  test("are one's at a time, and done once", async () => {
    const { db } = database;
    const claim = await claimPart(db, ID, "worker a 1", 1);
    expect(claim).toMatchObject({ partNo: 1, attempts: 1, runId: null, spec: specs[0] });
    expect(await claimPart(db, ID, "worker b 2", 1)).toBeNull();
    if (claim === null) return;
    expect(await beat(db, claim)).toBe(true);
    expect(await finishPart(db, claim, [{ kind: "history", ids: ["NCT00000001"] }], null)).toEqual([4]);
    expect(await finishPart(db, claim, [], null)).toBeNull();
    expect(await claimPart(db, ID, "worker b 2", 1)).toBeNull();
    expect(await freeParts(db, ID)).toEqual([2, 3, 4]);
    expect(await closeBackfill(db, ID)).toBe(false);
  });

  test("of a silent owner are taken over, counted, and no longer its own", async () => {
    const { db } = database;
    const dead = await claimPart(db, ID, "worker a 1", 2);
    expect(await freeSilent(db, 5)).toEqual([]);
    await silence(2);
    const taken = await claimPart(db, ID, "worker b 2", 2);
    expect(taken).toMatchObject({ attempts: 2 });
    if (dead === null || taken === null) throw new Error("not claimed");
    expect(await beat(db, dead)).toBe(false);
    await returnPart(db, dead, "too late", "dead");
    expect(await beat(db, taken)).toBe(true);
    await silence(2);
    expect(await freeSilent(db, 5)).toEqual([{ backfillId: ID, partNo: 2, state: "waiting" }]);
    expect(await countParts(db, ID)).toMatchObject({ total: 3, waiting: 3, refetched: 1 });
  });

  test("that failed too often are dead: doctor says so with the reason, --resume gives them another chance", async () => {
    const { db } = database;
    const claim = await claimPart(db, ID, "worker a 1", 3);
    if (claim === null) throw new Error("not claimed");
    await returnPart(db, claim, "HTTP 500", "dead");
    expect(await claimPart(db, ID, "worker b 2", 3)).toBeNull();
    const found = await backfillsOf(database);
    expect(found.map(({ about, mark, exitCode }) => [about, mark, exitCode])).toEqual([
      [ID, "note", 0],
      [ID, "wrong", 3],
    ]);
    expect(found[1]).toMatchObject({ said: "part 3 failed too often: HTTP 500" });
    await freeLocal(db, ID);
    expect(await freeParts(db, ID)).toEqual([1, 2, 3]);
  });

  test("close the backfill when all are done, for one caller", async () => {
    const { db } = database;
    for (const partNo of [1, 2, 3]) {
      const claim = await claimPart(db, ID, "local a 1", partNo);
      if (claim !== null) await finishPart(db, claim, [], null);
    }
    expect([await closeBackfill(db, ID), await closeBackfill(db, ID)]).toEqual([true, false]);
    expect(await backfillsOf(database)).toEqual([]);
  });
});
