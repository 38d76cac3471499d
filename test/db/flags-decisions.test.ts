import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { answerFlags, type FlagAnswer } from "../../db/flags.ts";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { reviewFolder, runOnce } from "../support/small-review.ts";

/** What a person answers to flags, and what the runs after it make of the answer. */

interface Held {
  id: number;
  value: string;
  state: string;
  gone: boolean;
  by: string | null;
  dated: boolean;
  note: string | null;
}

let database: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const STATUSES = ["RECRUITING", "TERMINATED", "TERMINATED", "RECRUITING", "TERMINATED"];
const UNKNOWN = 900_000_000_000_000;

/** Two printed trials that stop on the second day, go on on the fourth and stop again on the fifth. */
async function world(
  id: string,
  n: number,
): Promise<{ review: Review; played: Played; upTo(day: number): Promise<void> }> {
  const day = (status: string, at: number) => ({
    date: `2022-0${at + 1}-15`,
    // Something else changes at every date, so that the studies are looked at every time.
    records: [n, n + 1].map((one) =>
      trial(one, { status, posted: `2022-0${at + 1}-01`, summary: `Cells, text ${at}.` }),
    ),
  });
  const played = await playRegistry(...STATUSES.map(day));
  const rowsOfTable = [n, n + 1].map((one) => ({ n: one, cells: { enrollment: 20, status: null } }));
  const folder = reviewFolder(id, { cond: "lupus", rows: rowsOfTable });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  const review = folder.read();
  let shown = 0;
  return {
    review,
    played,
    async upTo(day) {
      while (shown < day) {
        shown += 1;
        await played.show(shown);
        await runOnce(database, review, played);
      }
    },
  };
}

/** The flags about one study having stopped, in the order of opening. */
function stopped(n: number): Promise<Held[]> {
  return rows<Held>(
    database.db,
    sql`select flag_id::int as id, value, state, gone, resolved_by as by, resolved_at is not null as dated, note
          from trialdrift.flags where nct_id = ${nct(n)} and kind = 'stopped_early' order by flag_id`,
  );
}

const only = async (n: number): Promise<Held> => {
  const found = await stopped(n);
  expect(found).toHaveLength(1);
  return found[0] as Held;
};
const answered = (ids: number[], state: FlagAnswer, note: string, by = "Anna") =>
  answerFlags(database.db, ids, { state, by, note });
const everything = () => rows(database.db, sql`select * from trialdrift.flags order by flag_id`);

describe("acknowledging", () => {
  test("keeps the flag the open one of its identity; the run in which its state ends resolves it, the words stay", async () => {
    const { review, upTo } = await world("seen", 601);
    await upTo(2);
    const before = await only(601);
    const said = await answered([before.id], "acknowledged", "asked the sponsor");
    expect(said).toMatchObject([
      {
        flagId: before.id,
        review: "seen",
        table: 1,
        nctId: nct(601),
        kind: "stopped_early",
        was: "open",
        state: "acknowledged",
        before: null,
      },
    ]);
    const held = { ...before, state: "acknowledged", by: "Anna", dated: true, note: "asked the sponsor" };
    expect(await only(601)).toEqual(held);
    await upTo(3);
    await runOnce(database, review, null);
    expect(await only(601)).toEqual(held);
    await upTo(4);
    expect(await only(601)).toMatchObject({
      state: "resolved",
      gone: true,
      by: expect.stringMatching(/^run \d+$/),
      note: "asked the sponsor",
    });
    expect(await only(602)).toMatchObject({ state: "resolved", note: null });
  });
});

describe("resolving", () => {
  test("keeps the flag closed while its value stands; it opens anew once the value has left and come back", async () => {
    const { review, upTo } = await world("done", 611);
    await upTo(2);
    const { id } = await only(611);
    await answered([id], "resolved", "the table is right");
    expect(await only(611)).toMatchObject({ state: "resolved", gone: false, by: "Anna", dated: true });
    await runOnce(database, review, null);
    await upTo(3);
    expect(await only(611)).toMatchObject({ state: "resolved", gone: false });
    await upTo(4);
    expect(await only(611)).toMatchObject({ state: "resolved", gone: true, by: "Anna", note: "the table is right" });
    await upTo(5);
    expect((await stopped(611)).map(({ state }) => state)).toEqual(["resolved", "open"]);
  });

  test("an acknowledged flag keeps the words of both", async () => {
    const { upTo } = await world("both", 621);
    await upTo(2);
    const { id } = await only(621);
    await answered([id], "acknowledged", "asked", "Anna");
    expect(await answered([id], "resolved", "answered", "Bo")).toMatchObject([
      { was: "acknowledged", state: "resolved", before: { by: "Anna", note: "asked" } },
    ]);
    const { note, by } = await only(621);
    expect(by).toBe("Bo");
    expect(note).toMatch(/^acknowledged by Anna on \d{4}-\d\d-\d\d: asked\nanswered$/);
  });
});

describe("all or none", () => {
  test("an unknown id changes nothing and every unknown one is named", async () => {
    const { upTo } = await world("unknown", 631);
    await upTo(2);
    const [first, second] = [await only(631), await only(632)];
    const before = await everything();
    await expect(answered([first.id, UNKNOWN, second.id, UNKNOWN + 1], "resolved", "x")).rejects.toMatchObject({
      code: "usage",
      exitCode: 2,
      message: `there is no flag ${UNKNOWN}, ${UNKNOWN + 1}`,
    });
    expect(await everything()).toEqual(before);
  });

  test("several are answered together, in the order asked for, each once; others stay", async () => {
    const { upTo } = await world("several", 641);
    await upTo(2);
    const [first, second] = [await only(641), await only(642)];
    const others = await rows(
      database.db,
      sql`select * from trialdrift.flags where flag_id not in (${first.id}, ${second.id}) order by flag_id`,
    );
    const said = await answered([second.id, first.id, second.id], "acknowledged", "seen");
    expect(said.map(({ flagId }) => flagId)).toEqual([second.id, first.id]);
    expect((await Promise.all([641, 642].map(only))).map(({ state }) => state)).toEqual([
      "acknowledged",
      "acknowledged",
    ]);
    expect(
      await rows(
        database.db,
        sql`select * from trialdrift.flags where flag_id not in (${first.id}, ${second.id}) order by flag_id`,
      ),
    ).toEqual(others);
  });
});

describe("an answer that does not apply", () => {
  test("leaves the flag as it is and says how it was found", async () => {
    const { upTo } = await world("again", 651);
    await upTo(2);
    const { id } = await only(651);
    const leaves = async (state: FlagAnswer, found: object) => {
      const before = await only(651);
      expect(await answered([id], state, "another", "Bo")).toMatchObject([found]);
      expect(await only(651)).toEqual(before);
    };
    await answered([id], "acknowledged", "seen");
    await leaves("acknowledged", { was: "acknowledged", state: "acknowledged", before: { by: "Anna", note: "seen" } });
    await answered([id], "resolved", "done");
    for (const state of ["acknowledged", "resolved"] as const)
      await leaves(state, {
        was: "resolved",
        state: "resolved",
        before: { by: "Anna", at: expect.stringMatching(/^\d{4}-.*Z$/) },
      });
  });

  test("cannot bring back what a run resolved, nor close the flag that opened after it", async () => {
    const { upTo } = await world("late", 661);
    await upTo(4);
    const { id } = await only(661);
    expect(await answered([id], "acknowledged", "too late")).toMatchObject([
      { was: "resolved", state: "resolved", before: { by: expect.stringMatching(/^run /), note: null } },
    ]);
    await upTo(5);
    await answered([id], "resolved", "too late");
    expect((await stopped(661)).map(({ state, note }) => [state, note])).toEqual([
      ["resolved", null],
      ["open", null],
    ]);
  });

  test("two answers at once: each sees the other whole", async () => {
    const { upTo } = await world("race", 671);
    await upTo(2);
    const ids = [(await only(671)).id, (await only(672)).id];
    await Promise.all([answered(ids, "resolved", "done", "Bo"), answered(ids.toReversed(), "acknowledged", "seen")]);
    for (const n of [671, 672]) {
      const { state, by, note } = await only(n);
      expect([state, by]).toEqual(["resolved", "Bo"]);
      expect(note).toMatch(/^(acknowledged by Anna on .*: seen\n)?done$/);
    }
  });
});
