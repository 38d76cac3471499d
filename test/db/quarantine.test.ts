import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { unpack } from "../../db/store.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, playRegistry, type Said, trial } from "../support/small-registry.ts";
import { reviewFolder, runOnce } from "../support/small-review.ts";

/** Records that cannot be loaded are kept whole, told once, and recovered by themselves. */

let database: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const START = "$.protocolSection.statusModule.startDateStruct.date";
const bad = (n: number, said: Said = {}) => trial(n, { start: "2019-02-30", ...said });

async function held(n: number): Promise<Record<string, unknown>[]> {
  return rows(
    database.db,
    sql`select path, state, count from review.quarantine where nct_id = ${nct(n)} order by quarantine_id`,
  );
}

test("first time exit 3, the same again exit 0, another reason 3 again, recovered when well", async () => {
  const played = await playRegistry(
    { date: "2022-01-15", records: [trial(601), bad(602)] },
    { date: "2022-02-15", records: [trial(601, { count: 21 }), bad(602, { stamp: "2022-02-15" })] },
    { date: "2022-03-15", records: [bad(602, { completion: "2023-13" })] },
    { date: "2022-04-15", records: [trial(602)] },
    { date: "2022-05-15", records: [bad(602)] },
  );
  const folder = reviewFolder("quarantine", { cond: "lupus" });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  const review = folder.read();

  const one = await runOnce(database, review, played);
  expect(one).toMatchObject({ exitCode: 3, state: "incomplete" });
  expect(one.problems).toEqual([expect.stringContaining(`quarantined ${nct(602)}: ${START}: not a calendar date`)]);
  expect(await held(602)).toEqual([{ path: START, state: "held", count: 1 }]);
  const [ledger] = await rows(
    database.db,
    sql`select received, "distinct", new, quarantined from review.runs where run_id = ${one.runId}`,
  );
  expect(ledger).toEqual({ received: 2, distinct: 2, new: 1, quarantined: 1 });
  const [kept] = await rows<{ raw: Uint8Array }>(
    database.db,
    sql`select raw from trialdrift.quarantine where nct_id = ${nct(602)}`,
  );
  expect(unpack(kept?.raw ?? new Uint8Array())).toEqual(bad(602));
  const members = await rows<{ nct_id: string }>(
    database.db,
    sql`select nct_id from review.members where review = 'quarantine' and state = 'present' order by 1`,
  );
  expect(members.map(({ nct_id }) => nct_id)).toEqual([nct(601), nct(602)]);

  await played.show(2);
  const two = await runOnce(database, review, played);
  expect(two).toMatchObject({ exitCode: 0, state: "published", problems: [] });
  expect(await held(602)).toEqual([{ path: START, state: "held", count: 2 }]);

  await played.show(3);
  const three = await runOnce(database, review, played);
  expect(three.exitCode).toBe(3);
  expect(await held(602)).toHaveLength(2);

  await played.show(4);
  const four = await runOnce(database, review, played);
  expect(four).toMatchObject({ exitCode: 0, state: "published" });
  expect((await held(602)).map(({ state }) => state)).toEqual(["recovered", "recovered"]);
  expect(await rows(database.db, sql`select status from review.studies where nct_id = ${nct(602)}`)).toHaveLength(1);

  await played.show(5);
  const five = await runOnce(database, review, played);
  expect(five.exitCode, "it was well in between: broken again is news").toBe(3);
});

test("a bad update leaves what was known of the study, and its membership, as they were", async () => {
  const played = await playRegistry(
    { date: "2022-01-15", records: [trial(611, { count: 33 })] },
    { date: "2022-02-15", records: [bad(611, { count: 44 })] },
  );
  const folder = reviewFolder("kept", { cond: "lupus", rows: [{ n: 611, cells: { enrollment: 33 } }] });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  const review = folder.read();
  await runOnce(database, review, played);
  await played.show(2);
  expect((await runOnce(database, review, played)).exitCode).toBe(3);
  const shown = await rows(
    database.db,
    sql`select t.enrollment, m.state, d.kind from review.trials t
          join review.members m using (review, nct_id)
          join review.drift d on d.review = t.review and d.nct_id = t.nct_id and d.column_name = 'enrollment'
         where t.nct_id = ${nct(611)}`,
  );
  expect(shown).toEqual([{ enrollment: 33, state: "present", kind: "same" }]);
});
