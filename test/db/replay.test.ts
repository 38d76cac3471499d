import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { rows } from "../../db/sql.ts";
import { type Replay, startReplay } from "../../fixtures/replay/server.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import { replaySteps, type StepExpected } from "../oracle/replay-steps.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { runOnce } from "../support/small-review.ts";
import { tableState } from "../support/store-state.ts";
import { STEPS, stepsAbsent, watchReview, whySkipped } from "../support/watch-list.ts";

/** 24 real daily steps, each one run: what the runs find is what the raw files hold (test/oracle/replay-steps.ts). */

/** Steps after which the same run is made once more: departures, returns and a thousand new, status changes. */
const REPEATED = new Set([1, 3, 20]);

describe.skipIf(stepsAbsent)(`a recorded watch list${whySkipped}`, () => {
  let database: Database;
  /** Sees the first step and the last alone. */
  let jump: Database;
  let replay: Replay;
  let expected: StepExpected[];
  const runIds: number[] = [];
  /** The digest of review.trials at the end of each day: of two steps on one day the later counts. */
  const trialsOn = new Map<string, string>();
  const repeated: { before: Record<string, string>; after: Record<string, string> }[] = [];
  const folder = stepsAbsent ? null : watchReview();

  const digest = async (from: ReturnType<typeof sql>): Promise<string> => {
    const [found] = await rows<{ digest: string }>(
      database.db,
      sql`select count(*) || ' ' || md5(string_agg(t::text, '' order by t.nct_id, t.table_no)) as digest from ${from} t`,
    );
    return found?.digest ?? "";
  };

  beforeAll(async () => {
    database = await openTestDatabase();
    jump = await openTestDatabase();
    expected = replaySteps(STEPS);
    replay = await startReplay({ paths: [STEPS], step: 1 });
    const review = readReview(folder?.directory ?? "", "watch", "");
    for (const at of expected.keys()) {
      await replay.setStep(at + 1);
      runIds.push((await runOnce(database, review, replay)).runId);
      trialsOn.set(/\d{4}-\d\d-\d\d/.exec(expected[at]?.file ?? "")?.[0] ?? "", await digest(sql`review.trials`));
      if (at === 0 || at === expected.length - 1) await runOnce(jump, review, replay);
      if (!REPEATED.has(at)) continue;
      const before = await tableState(database.db);
      await runOnce(database, review, replay);
      repeated.push({ before, after: await tableState(database.db) });
    }
  }, 900_000);
  afterAll(async () => {
    await replay?.close();
    await database?.close();
    await jump?.close();
    folder?.remove();
  });

  const byRun = async <T extends { run: number }>(query: ReturnType<typeof sql>): Promise<T[][]> => {
    const found = await rows<T>(database.db, query);
    return runIds.map((id) => found.filter(({ run }) => run === id));
  };

  test("the ledger of each step: new, changed, derived only and unchanged as the files say", async () => {
    const found = await byRun<Record<string, number> & { run: number }>(
      sql`select run_id::int as run, received, "distinct", duplicates, new, changed, derived_only, unchanged, older, quarantined, exit_code
            from review.runs`,
    );
    expect(found.map(([row]) => row)).toEqual(
      expected.map(({ held, fresh, changed, derivedOnly }, at) => ({
        run: runIds[at],
        received: held,
        distinct: held,
        duplicates: 0,
        new: fresh.length,
        changed: changed.length,
        derived_only: derivedOnly.length,
        unchanged: held - fresh.length - changed.length - derivedOnly.length,
        older: 0,
        quarantined: 0,
        exit_code: 0,
      })),
    );
  });

  test("exactly the changed records, each with a version; a stamp alone makes neither", async () => {
    const changed = await byRun<{ run: number; nct_id: string }>(
      sql`select distinct run_id::int as run, nct_id from review.changes where kind <> 'derived_only' order by 2`,
    );
    expect(changed.map((list) => list.map(({ nct_id }) => nct_id))).toEqual(expected.map((step) => step.changed));
    const versions = await byRun<{ run: number; nct_id: string }>(
      sql`select run_id::int as run, nct_id from trialdrift.versions where published order by 2`,
    );
    expect(versions.map((list) => list.map(({ nct_id }) => nct_id))).toEqual(
      expected.map((step) => [...step.fresh, ...step.changed].toSorted()),
    );
    expect(expected.reduce((sum, { stampOnly }) => sum + stampOnly, 0)).toBeGreaterThan(3000);
  });

  test("exactly the status changes, dateless ones by the calendar", async () => {
    const found = await byRun<Record<string, unknown> & { run: number }>(
      sql`select run_id::int as run, nct_id, from_status, to_status, from_last_known, to_last_known, dateless from review.status_changes order by nct_id`,
    );
    expect(found.flat()).toEqual(
      expected.flatMap(({ statusChanges }, at) =>
        statusChanges.map(({ nctId, from, to, dateless }) => ({
          run: runIds[at],
          nct_id: nctId,
          from_status: from.status,
          to_status: to.status,
          from_last_known: from.lastKnown,
          to_last_known: to.lastKnown,
          dateless,
        })),
      ),
    );
    expect(found.flat().length).toBeGreaterThan(0);
  });

  test("exactly the entries, departures and returns, each with the query's hash", async () => {
    const found = await byRun<{ run: number; nct_id: string; event: string; hash: string | null }>(
      sql`select run_id::int as run, nct_id, event, query_hash as hash from trialdrift.member_events order by nct_id`,
    );
    const of = (list: (typeof found)[number], event: string) =>
      list.filter((one) => one.event === event).map(({ nct_id }) => nct_id);
    expect(found.map((list) => [of(list, "entered"), of(list, "tombstone"), of(list, "returned")])).toEqual(
      expected.map(({ fresh, departed, returned }) => [fresh, departed, returned]),
    );
    const kinds = new Set(found.flat().map(({ event }) => event));
    expect([...kinds].toSorted()).toEqual(["entered", "returned", "tombstone"]);
    expect(new Set(found.flat().map(({ hash }) => hash)).size).toBe(1);
    expect(found.flat()[0]?.hash).toMatch(/\S/);
  });

  test("no flag is opened for an unchanged record, and none twice while it stands", async () => {
    const twice = await rows(
      database.db,
      sql`select a.flag_id from trialdrift.flags a join trialdrift.flags b
            on (a.review, a.table_no, a.kind, a.nct_id, a.column_name, a.value) = (b.review, b.table_no, b.kind, b.nct_id, b.column_name, b.value)
           and a.flag_id < b.flag_id and (a.resolved_at is null or a.resolved_at > b.opened_at)`,
    );
    expect(twice).toEqual([]);
    const opened = await byRun<{ run: number; nct_id: string }>(
      // Results become overdue by the calendar, whatever happens to the record.
      sql`select distinct run_id::int as run, nct_id from review.flags where kind <> 'results_overdue'`,
    );
    for (const [at, list] of opened.entries()) {
      const step = expected[at];
      const cause = new Set([step?.fresh, step?.returned, step?.departed, step?.changed].flatMap((ids) => ids ?? []));
      expect(
        list.filter(({ nct_id }) => !cause.has(nct_id)),
        expected[at]?.file,
      ).toEqual([]);
    }
  });

  test("every day can be had back: review.trials_at is review.trials as it was", async () => {
    expect(trialsOn.size).toBeGreaterThan(15);
    for (const [day, then] of trialsOn) expect(await digest(sql`review.trials_at(${day}::date)`), day).toBe(then);
  }, 300_000);

  test("all steps in one jump end in the same trials, cells, drift and members; changes are the net difference", async () => {
    const ended = async ({ db }: Database): Promise<Record<string, unknown>> => {
      const dated = ["data_date", "confirmed_data_date", "entered_at", "left_at", "basis"];
      const views = ["trials", "cells", "drift", "members"] as const;
      const read = await Promise.all(views.map((view) => readView(db, view)));
      const undated = (row: object) => Object.entries(row).filter(([name]) => !dated.includes(name));
      return Object.fromEntries(views.map((view, at) => [view, read[at]?.map(undated)]));
    };
    expect(await ended(jump)).toEqual(await ended(database));
    const changed = await readView<{ nct_id: string }>(jump.db, "changes");
    const [first] = expected;
    const net = expected.flatMap((step) => step.changed).filter((id) => first?.fresh.includes(id));
    // No record of these steps came back to what it had been.
    expect([...new Set(changed.map(({ nct_id }) => nct_id))].toSorted()).toEqual([...new Set(net)].toSorted());
  });

  test("a step run twice writes its run row and nothing else", () => {
    expect(repeated.length).toBe(REPEATED.size);
    for (const { before, after } of repeated) expect(after).toEqual(before);
  });
});
