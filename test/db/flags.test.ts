import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { type Day, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, type ReviewSaid, runOnce } from "../support/small-review.ts";

/** The life of a flag over several dates. */

let database: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function world(id: string, said: ReviewSaid, ...days: Day[]): Promise<{ played: Played; folder: ReviewFolder }> {
  const played = await playRegistry(...days);
  const folder = reviewFolder(id, said);
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  return { played, folder };
}

/** "kind value state" in the order of opening. */
async function flagsOf(review: string, ...kinds: string[]): Promise<string[]> {
  const found = await rows<{ kind: string; said: string }>(
    database.db,
    sql`select kind, kind || ' ' || value || ' ' || state || case when baseline then ' baseline' else '' end as said
          from trialdrift.flags where review = ${review} order by flag_id`,
  );
  return found.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)).map(({ said }) => said);
}

async function byPerson(review: string, kind: string, state: "acknowledged" | "resolved"): Promise<void> {
  await database.db.execute(
    sql`update trialdrift.flags set state = ${state}, resolved_by = 'a person', resolved_at = now()
         where review = ${review} and kind = ${kind} and state = 'open'`,
  );
}

const STATUSES = ["RECRUITING", "TERMINATED", "TERMINATED", "RECRUITING", "TERMINATED"];
const history = (n: number): Day[] =>
  STATUSES.map((status, at) => ({
    date: `2022-0${at + 1}-15`,
    // Something else changes at every date, so that the study is looked at every time.
    records: [trial(n, { status, posted: `2022-0${at + 1}-01`, summary: `Cells, text ${at}.` })],
  }));
const printed = (n: number) => [{ n, cells: { enrollment: 20, status: null } }];

describe("a state flag", () => {
  test("opens once, is resolved when the state ends, and opens anew when it comes back", async () => {
    const { played, folder } = await world("state", { cond: "lupus", rows: printed(501) }, ...history(501));
    const review = folder.read();
    const seen: string[][] = [];
    for (const day of STATUSES.keys()) {
      await played.show(day + 1);
      for (let again = 0; again < 2; again += 1) await runOnce(database, review, played);
      await runOnce(database, review, null);
      seen.push(await flagsOf("state", "stopped_early"));
    }
    const open = "stopped_early TERMINATED open";
    const resolved = "stopped_early TERMINATED resolved";
    expect(seen).toEqual([[], [open], [open], [resolved], [resolved, open]]);
    expect(await flagsOf("state", "reopened")).toEqual(["reopened RECRUITING open"]);
  });

  test("that a person resolved stays closed until the value has left and come back", async () => {
    const { played, folder } = await world("person", { cond: "lupus", rows: printed(511) }, ...history(511));
    const review = folder.read();
    for (const day of [1, 2]) {
      await played.show(day);
      await runOnce(database, review, played);
    }
    expect(await flagsOf("person", "stopped_early")).toEqual(["stopped_early TERMINATED open"]);
    await byPerson("person", "stopped_early", "resolved");
    const seen: string[][] = [];
    for (const day of [3, 4, 5]) {
      await played.show(day);
      await runOnce(database, review, played);
      await runOnce(database, review, null);
      seen.push(await flagsOf("person", "stopped_early"));
    }
    const closed = "stopped_early TERMINATED resolved";
    expect(seen).toEqual([[closed], [closed], [closed, "stopped_early TERMINATED open"]]);
  });

  test("that a person acknowledged is not opened beside, and is resolved like an open one", async () => {
    const { played, folder } = await world("acknowledged", { cond: "lupus", rows: printed(521) }, ...history(521));
    const review = folder.read();
    for (const day of [1, 2]) {
      await played.show(day);
      await runOnce(database, review, played);
    }
    await byPerson("acknowledged", "stopped_early", "acknowledged");
    await played.show(3);
    await runOnce(database, review, played);
    expect(await flagsOf("acknowledged", "stopped_early")).toEqual(["stopped_early TERMINATED acknowledged"]);
    await played.show(4);
    await runOnce(database, review, played);
    expect(await flagsOf("acknowledged", "stopped_early")).toEqual(["stopped_early TERMINATED resolved"]);
  });

  test("of a cell names its value: another value is another question, the printed one ends it", async () => {
    const counts = [20, 30, 40, 20];
    const days = counts.map((count, at) => ({
      date: `2022-0${at + 1}-15`,
      records: [trial(531, { count, posted: `2022-0${at + 1}-01` })],
    }));
    const { played, folder } = await world("cell", { cond: "lupus", rows: printed(531) }, ...days);
    const review = folder.read();
    const seen: string[][] = [];
    for (const day of counts.keys()) {
      await played.show(day + 1);
      await runOnce(database, review, played);
      seen.push(await flagsOf("cell", "cell_moved"));
    }
    expect(seen).toEqual([
      [],
      ["cell_moved 30 open"],
      ["cell_moved 30 resolved", "cell_moved 40 open"],
      ["cell_moved 30 resolved", "cell_moved 40 resolved"],
    ]);
  });
});

describe("an event flag", () => {
  test("stays open whatever comes after, until a person resolves it; the same event later is a new one", async () => {
    const statuses = ["RECRUITING", "ACTIVE_NOT_RECRUITING", "COMPLETED", "RECRUITING", "ACTIVE_NOT_RECRUITING"];
    const days = statuses.map((status, at) => ({
      date: `2022-0${at + 1}-15`,
      records: [trial(541, { status, posted: `2022-0${at + 1}-01` })],
    }));
    const { played, folder } = await world("event", { cond: "lupus", rows: printed(541) }, ...days);
    const review = folder.read();
    for (const day of [1, 2, 3]) {
      await played.show(day);
      await runOnce(database, review, played);
    }
    expect(await flagsOf("event", "status_changed")).toEqual(["status_changed ACTIVE_NOT_RECRUITING open"]);
    await byPerson("event", "status_changed", "resolved");
    await runOnce(database, review, null);
    expect(await flagsOf("event", "status_changed")).toEqual(["status_changed ACTIVE_NOT_RECRUITING resolved"]);
    for (const day of [4, 5]) {
      await played.show(day);
      await runOnce(database, review, played);
    }
    expect(await flagsOf("event", "status_changed")).toEqual([
      "status_changed ACTIVE_NOT_RECRUITING resolved",
      "status_changed ACTIVE_NOT_RECRUITING open",
    ]);
  });
});

test("a first run is a baseline: state and drift alone; a study that comes later is news", async () => {
  const { played, folder } = await world(
    "baseline",
    { cond: "lupus", rows: printed(551) },
    { date: "2022-01-15", records: [trial(551, { status: "WITHDRAWN", count: 0 }), trial(552)] },
    { date: "2022-02-15", records: [trial(553)] },
  );
  const review = folder.read();
  await runOnce(database, review, played);
  expect(await flagsOf("baseline")).toEqual(
    expect.arrayContaining([
      "withdrawn WITHDRAWN open baseline",
      "cell_moved 0 open baseline",
      `new_trial ${nct(552)} open baseline`,
    ]),
  );
  expect(await flagsOf("baseline")).toHaveLength(3);
  await played.show(2);
  await runOnce(database, review, played);
  expect((await flagsOf("baseline")).slice(3)).toEqual([`new_trial ${nct(553)} open`]);
});

test("a long value is cut without breaking the flag's identity", async () => {
  // 399 units and a pair: the cut would fall into the pair.
  const title = `${"x".repeat(399)}\u{1f9ec} and more`;
  const { played, folder } = await world(
    "long",
    { cond: "lupus", rows: [{ n: 561, cells: { director: "Nobody", primary_outcomes: ["A"], country: [title] } }] },
    { date: "2022-01-15", records: [withCountry(trial(561), title.replace("and", "or"))] },
  );
  const review = folder.read();
  await runOnce(database, review, played);
  const before = await flagsOf("long");
  expect(before.some((flag) => flag.startsWith("cell_moved xxx"))).toBe(true);
  await runOnce(database, review, null);
  expect(await flagsOf("long")).toEqual(before);
});

function withCountry(record: Record<string, unknown>, country: string): Record<string, unknown> {
  const protocol = record["protocolSection"] as Record<string, unknown>;
  const contactsLocationsModule = { locations: [{ facility: "Clinic", city: "Turku", country }] };
  return { ...record, protocolSection: { ...protocol, contactsLocationsModule } };
}
