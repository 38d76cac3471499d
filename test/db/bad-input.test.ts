import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { TrialdriftError } from "../../db/errors.ts";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { readHeads, readRecords } from "../../db/store.ts";
import { openTestDatabase } from "../support/pglite.ts";
import * as faults from "../support/registry-faults.ts";
import { type Json, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { reviewFolder, runOnce } from "../support/small-review.ts";
import { tableState } from "../support/store-state.ts";

/** What goes wrong on the way, over real HTTP: each told clearly, and nothing lost. */

let database: Database;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

let base = 700;
async function world(make: (n: (k: number) => number) => Json[], pinned: number[] = []) {
  base += 10;
  const from = base;
  const id = `bad-${from}`;
  const records = make((k) => from + k);
  const days = [
    { date: "2022-01-15", records },
    { date: "2022-01-16", records },
  ];
  const played: Played = await playRegistry(...days);
  const folder = reviewFolder(id, { cond: "lupus", pinned: pinned.map((k) => from + k) });
  closers.push(
    () => played.close(),
    () => folder.remove(),
  );
  return { played, review: folder.read(), nctOf: (k: number) => nct(from + k) };
}
const three = (n: (k: number) => number) => [trial(n(1)), trial(n(2)), trial(n(3))];

async function ledger(runId: number): Promise<Record<string, unknown>> {
  const [found] = await rows<Record<string, unknown>>(
    database.db,
    sql`select announced, received, duplicates, distinct_studies as "distinct", merged, new, quarantined, retries, unknown, error, state
          from trialdrift.runs where run_id = ${runId}`,
  );
  return found ?? {};
}

describe("an answer that cannot be used", () => {
  test.each([
    ["a truncated page", faults.cutInHalf, /cut|not whole JSON/],
    ["an HTML page with status 200", faults.htmlPage, /HTTP 200 with text\/html.* instead of JSON/],
  ])("%s is asked for again; if it stays so, nothing is published and the run says why", async (_, fault, said) => {
    const { played, review } = await world(three);
    played.fault = faults.first(1, faults.asksListing, fault);
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    expect(await ledger(report.runId)).toMatchObject({ announced: 3, distinct: 3, new: 3, retries: 1 });

    const before = await tableState(database.db);
    await played.show(2);
    played.fault = faults.always(faults.asksListing, fault);
    const error: unknown = await runOnce(database, review, played).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrialdriftError);
    const failed = error as TrialdriftError;
    expect(failed).toMatchObject({ code: "registry_unreachable", exitCode: 69 });
    expect(failed.explain()).toMatch(said);
    expect(failed.explain()).toMatch(/state: .+\n.*next: .+/s);
    expect(await tableState(database.db)).toEqual(before);
    const [last] = await rows(
      database.db,
      sql`select state, error, published_at from trialdrift.runs order by run_id desc limit 1`,
    );
    expect(last).toMatchObject({ state: "failed", published_at: null, error: expect.stringMatching(said) });

    played.fault = null;
    expect((await runOnce(database, review, played)).exitCode).toBe(0);
  });

  test("a refusal (403) stops at once and says what to do", async () => {
    const { played, review } = await world(three);
    played.fault = faults.always(faults.asksListing, faults.forbidden);
    played.asked();
    const error: unknown = await runOnce(database, review, played).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "registry_forbidden", exitCode: 69 });
    expect((error as TrialdriftError).next).toMatch(/User-Agent|TRIALDRIFT_USER_AGENT/i);
    expect(played.asked().filter((path) => path.startsWith("/studies"))).toHaveLength(1);
  });
});

describe("a record out of the ordinary", () => {
  test("an unknown status value is kept as it is, and counted", async () => {
    const { played, review, nctOf } = await world((n) => [trial(n(1), { status: "ON_THE_MOON" }), trial(n(2))]);
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    const [kept] = await rows(database.db, sql`select status from review.trials where nct_id = ${nctOf(1)}`);
    expect(kept).toEqual({ status: "ON_THE_MOON" });
    expect((await ledger(report.runId))["unknown"]).toEqual({
      "protocolSection.statusModule.overallStatus=ON_THE_MOON": 1,
    });
  });

  test("an impossible date goes to quarantine with its path, the others are loaded", async () => {
    const { played, review, nctOf } = await world((n) => [trial(n(1), { start: "2021-02-30" }), trial(n(2))]);
    const report = await runOnce(database, review, played);
    expect(report.exitCode).toBe(3);
    const path = "$.protocolSection.statusModule.startDateStruct.date";
    expect(report.problems).toEqual([
      expect.stringMatching(`^quarantined ${nctOf(1)}: ${path.replaceAll(/[$.]/g, "\\$&")}: not a calendar date`),
    ]);
    const [quarantined] = await rows(
      database.db,
      sql`select path, reason, source, state from review.quarantine where nct_id = ${nctOf(1)}`,
    );
    expect(quarantined).toMatchObject({
      path,
      state: "held",
      reason: expect.stringContaining("not a calendar date"),
      source: `${review.id}/list`,
    });
    expect(await ledger(report.runId)).toMatchObject({ announced: 2, distinct: 2, new: 1, quarantined: 1 });
  });

  test("a NUL character is stripped from what SQL reads and kept in the record", async () => {
    const { played, review, nctOf } = await world((n) => [
      trial(n(1), { title: "One\0two", summary: "\0Mesenchymal\0 stem cells", why: "No\0money", status: "TERMINATED" }),
    ]);
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    const [shown] = await rows(
      database.db,
      sql`select title, why_stopped from review.trials where nct_id = ${nctOf(1)}`,
    );
    expect(shown).toEqual({ title: "Onetwo", why_stopped: "Nomoney" });
    const [head] = await readHeads(database.db, [nctOf(1)]);
    const stored = [...(await readRecords(database.db, [head?.version_id ?? ""])).values()][0] as Json;
    const title = (stored["protocolSection"] as { identificationModule: { briefTitle: string } }).identificationModule;
    expect(title.briefTitle).toBe("One\0two");
    const before = await tableState(database.db);
    await runOnce(database, review, played);
    expect(await tableState(database.db)).toEqual(before);
  });

  test("a record of 3 MB is stored whole", async () => {
    const sentence = "Participants come to the clinic every month, \u{1f9ec} and blood is drawn. ";
    const summary = sentence.repeat(Math.ceil(3_000_000 / Buffer.byteLength(sentence)));
    const { played, review, nctOf } = await world((n) => [trial(n(1), { summary }), trial(n(2))]);
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    const [head] = await readHeads(database.db, [nctOf(1)]);
    const [stored] = (await readRecords(database.db, [head?.version_id ?? ""])).values();
    const said = (stored as { protocolSection: { descriptionModule: { briefSummary: string } } }).protocolSection;
    expect(said.descriptionModule.briefSummary === summary).toBe(true);
    const [json] = await rows(
      database.db,
      sql`select length(record #>> '{protocolSection,descriptionModule,briefSummary}')::int as length
            from review.records where nct_id = ${nctOf(1)}`,
    );
    expect(json).toEqual({ length: [...summary].length });
  });
});

describe("a listing out of the ordinary", () => {
  test("a study that comes twice, on two pages, is one study and one duplicate", async () => {
    const { played, review } = await world(three);
    played.fault = faults.always(faults.asksQuery, faults.inPages([0, 1], [1, 2]));
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    expect(await ledger(report.runId)).toMatchObject({ announced: 3, received: 4, duplicates: 1, distinct: 3, new: 3 });
  });

  test("an empty last page ends the walk", async () => {
    const { played, review } = await world(three);
    played.fault = faults.always(faults.asksQuery, faults.inPages([0, 1], [2], []));
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    expect(await ledger(report.runId)).toMatchObject({ announced: 3, received: 3, distinct: 3, new: 3 });
  });

  test("an alias is asked under its old number and comes as another study: merged, and the ledger adds up", async () => {
    const { played, review, nctOf } = await world((n) => [trial(n(1), { aliases: [nct(n(5))] }), trial(n(2))], [5]);
    const report = await runOnce(database, review, played);
    expect(report).toMatchObject({ exitCode: 0, problems: [] });
    const members = await rows(
      database.db,
      sql`select nct_id, state, survivor from review.members where review = ${review.id} order by 1`,
    );
    expect(members).toEqual([
      { nct_id: nctOf(1), state: "present", survivor: null },
      { nct_id: nctOf(2), state: "present", survivor: null },
      { nct_id: nctOf(5), state: "merged", survivor: nctOf(1) },
    ]);
    expect(await ledger(report.runId)).toMatchObject({ announced: 3, distinct: 2, merged: 1, new: 2 });
    expect(await readHeads(database.db, [nctOf(5)])).toEqual([]);
  });

  test("fewer studies than announced: walked three times, what is sound is published, exit 3 with the numbers", async () => {
    const { played, review, nctOf } = await world(three);
    played.fault = faults.always(
      faults.asksQuery,
      faults.altered((listing) => ({ ...listing, totalCount: 4 })),
    );
    played.asked();
    const report = await runOnce(database, review, played);
    expect(played.asked().filter((path) => path.startsWith("/studies"))).toHaveLength(3);
    expect(report).toMatchObject({ exitCode: 3, state: "incomplete" });
    expect(report.problems).toEqual([expect.stringMatching(/announced 4, received 3/)]);
    expect((await readHeads(database.db, [1, 2, 3].map(nctOf))).length).toBe(3);
  });

  test("data that moves under a walk is walked again, once it holds still", async () => {
    const { played, review } = await world(three);
    played.fault = faults.first(1, faults.asksQuery, async () => {
      await played.show(2);
      return false;
    });
    played.asked();
    const report = await runOnce(database, review, played);
    expect(played.asked().filter((path) => path.startsWith("/studies"))).toHaveLength(2);
    expect(report).toMatchObject({ exitCode: 0, state: "published", dataAt: "2022-01-16T09:00:02" });
    expect(await ledger(report.runId)).toMatchObject({ announced: 3, received: 3, distinct: 3, new: 3 });
  });

  test("data that never holds still: three walks, exit 3", async () => {
    const { played, review } = await world(three);
    let asked = 0;
    played.fault = faults.always(faults.asksVersion, (_request, response) => {
      asked += 1;
      return faults.answerJson(response, { apiVersion: "2.0.5", dataTimestamp: `2022-01-15T09:00:0${asked}` });
    });
    const report = await runOnce(database, review, played);
    expect(asked).toBe(6);
    expect(report).toMatchObject({ exitCode: 3, state: "incomplete" });
    expect(report.problems).toEqual([expect.stringMatching(/data moved from .*:05 to .*:06 during the walk/)]);
  });
});
