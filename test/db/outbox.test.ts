import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { readWaiting, takeUp } from "../../db/outbox.ts";
import { rows } from "../../db/sql.ts";
import { deliver, type Post } from "../../jobs/deliver.ts";
import { signature } from "../../pipeline/report/payloads.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { openReceiver, type Receiver, reply, type Reply, TOKEN } from "../support/receiver.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { tableState } from "../support/store-state.ts";

/** News from the publishing transaction to a receiver: once a run, at least once delivered, never at the cost of the run. */

let database: Database;
let played: Played;
let folder: ReviewFolder;
let directory: string;
let logged: string[];
const open: Receiver[] = [];

const stopped = (n: number) => trial(n, { status: "TERMINATED", why: "No money", posted: "2022-02-01" });
beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: "2022-01-15", records: [trial(701), trial(702), trial(703), trial(704)] },
    { date: "2022-02-15", records: [stopped(701)] },
    { date: "2022-03-15", records: [stopped(702)] },
    { date: "2022-04-15", records: [stopped(703)] },
    { date: "2022-05-15", records: [stopped(704)] },
  );
  folder = reviewFolder("news", { cond: "lupus", rows: [{ n: 701, cells: { enrollment: 20 } }] });
  directory = mkdtempSync(join(tmpdir(), "trialdrift-feeds-"));
});
afterAll(async () => {
  await played?.close();
  folder?.remove();
  rmSync(directory, { recursive: true, force: true });
  await database?.close();
});
beforeEach(() => {
  logged = [];
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function receiver(...steps: Reply[]): Promise<Receiver> {
  const one = await openReceiver(...steps);
  open.push(one);
  return one;
}

const config = (url: string | null, feedDir: string | null = null): Post["config"] => ({
  webhook: url === null ? null : { url: new URL(url), secret: "s3cr3t", isPrivateAllowed: true },
  feedDir,
});
const send = (url: string | null, of: Partial<Post> & { feedDir?: string } = {}): Promise<void> =>
  deliver({
    db: database.db,
    config: config(url, of.feedDir ?? null),
    log: pino({ level: "info" }, { write: (line: string) => logged.push(line) }),
    now: () => new Date(),
    waitScale: 0.001,
    ...of,
  });
const run = (targets: ("webhook" | "feed")[]) => runOnce(database, folder.read(), played, { targets });
const outbox = () =>
  rows<Record<string, unknown>>(
    database.db,
    sql`select run_id::int as run, target, attempts, delivered_at is not null as delivered, given_up_at is not null as given_up,
               last_error as error from trialdrift.outbox order by outbox_id`,
  );
const undelivered = async () =>
  (await rows<{ undelivered: number }>(database.db, sql`select undelivered from review.freshness`))[0]?.undelivered;
const keysOf = ({ received }: Receiver) => received.map(({ headers }) => headers["idempotency-key"]);

describe("from a run to a receiver", () => {
  test("a run with news writes one row a target, with its publication; a run without news or a dry run none", async () => {
    const first = await run(["webhook", "feed"]);
    const row = { run: first.runId, attempts: 0, delivered: false, given_up: false, error: null };
    expect(await outbox()).toEqual([
      { ...row, target: "webhook" },
      { ...row, target: "feed" },
    ]);
    expect(await undelivered()).toBe(2);
    const before = await tableState(database.db);
    await run(["webhook", "feed"]);
    await played.show(2);
    await runOnce(database, folder.read(), played, { targets: ["webhook"], dryRun: true });
    expect(await tableState(database.db)).toEqual(before);
  });

  test("each digest is delivered once, signed; then nothing is sent and nothing is written", async () => {
    const one = await receiver(reply(200));
    const second = await run(["webhook"]);
    await send(one.url, { feedDir: directory });
    expect((await outbox()).map(({ delivered, attempts, target }) => [target, delivered, attempts])).toEqual([
      ["webhook", true, 1],
      ["feed", true, 0],
      ["webhook", true, 1],
    ]);
    expect(await undelivered()).toBe(0);
    expect(new Set(keysOf(one)).size).toBe(2);
    for (const { headers, body } of one.received)
      expect(headers["x-trialdrift-signature"]).toBe(signature("s3cr3t", body));
    const [flag] = await rows<{ id: number }>(
      database.db,
      sql`select flag_id::int as id from review.flags where run_id = ${second.runId} and kind = 'stopped_early'`,
    );
    expect(JSON.parse(one.received[0]?.body ?? "")).toMatchObject({
      reviews: [{ review: "news", baseline_flags: expect.any(Number), flags: [] }],
    });
    expect(JSON.parse(one.received[1]?.body ?? "")).toMatchObject({
      run_id: second.runId,
      data_date: "2022-02-15",
      reviews: [
        {
          baseline_flags: null,
          flags: [{ flag_id: flag?.id, kind: "stopped_early", nct_id: nct(701), severity: "high" }],
          status_changes: [
            { nct_id: nct(701), to_status: "TERMINATED", posted: "2022-02-01", why_stopped: "No money" },
          ],
        },
      ],
    });
    const before = await tableState(database.db);
    await send(one.url, { feedDir: directory });
    expect(one.received).toHaveLength(2);
    expect(await tableState(database.db)).toEqual(before);
    expect(logged).toEqual([]);
  });
});

describe("a receiver that fails", () => {
  test("three attempts with one key, then later; the run, the secret and the next digests are safe", async () => {
    await played.show(3);
    const third = await run(["webhook"]);
    const failing = await receiver(reply(500));
    await send(failing.url);
    expect(keysOf(failing)).toHaveLength(3);
    expect(new Set(keysOf(failing)).size).toBe(1);
    const error = `webhook at 127.0.0.1:${failing.port}: HTTP 500`;
    expect((await outbox()).at(-1)).toEqual({
      run: third.runId,
      target: "webhook",
      attempts: 3,
      delivered: false,
      given_up: false,
      error,
    });
    expect(await undelivered()).toBe(1);
    expect(logged.join("")).toContain(error);
    for (const secret of [TOKEN, "s3cr3t"]) expect(logged.join("")).not.toContain(secret);

    await send(failing.url, { onlyDue: true });
    expect(failing.received, "its time has not come for a scheduler's tick").toHaveLength(3);

    await played.show(4);
    const fourth = await run(["webhook"]);
    expect(fourth.news.undelivered).toEqual([
      expect.stringMatching(
        new RegExp(`^The digest of run ${third.runId} .* has not reached the webhook: ${error}, 3`),
      ),
    ]);
    await send(failing.url);
    expect(new Set(keysOf(failing)).size, "the one behind it is not tried").toBe(1);

    const well = await receiver(reply(502), reply(204));
    await send(well.url);
    expect(keysOf(well)).toEqual([keysOf(failing)[0], keysOf(failing)[0], expect.any(String)]);
    expect(well.received[0]?.body).toBe(failing.received[0]?.body);
    expect(JSON.parse(well.received[2]?.body ?? "")).toMatchObject({
      run_id: fourth.runId,
      undelivered: [expect.stringContaining(`run ${third.runId}`)],
    });
    expect(await undelivered()).toBe(0);
  });

  test("given up after a week, told until a later digest has arrived", async () => {
    await played.show(5);
    const fifth = await run(["webhook"]);
    const failing = await receiver(reply(404));
    await send(failing.url);
    expect(failing.received, "a refusal is not repeated at once").toHaveLength(1);
    await send(failing.url, { now: () => new Date(Date.now() + 8 * 86_400_000) });
    expect((await outbox()).at(-1)).toMatchObject({ run: fifth.runId, attempts: 2, given_up: true, delivered: false });
    expect(logged.at(-1)).toContain("given up");
    await send(failing.url, { now: () => new Date(Date.now() + 9 * 86_400_000) });
    expect(failing.received).toHaveLength(2);
    expect(await undelivered()).toBe(1);
  });

  test("what no target takes any more is given up in the same time", async () => {
    await database.db.execute(sql`update trialdrift.outbox set given_up_at = null where delivered_at is null`);
    await send(null);
    expect((await outbox()).at(-1)).toMatchObject({ given_up: false });
    await send(null, { now: () => new Date(Date.now() + 8 * 86_400_000) });
    expect((await outbox()).at(-1)).toMatchObject({ given_up: true, error: "this target is not configured any more" });
    await database.db.execute(
      sql`update trialdrift.outbox set given_up_at = null, attempts = 0, next_attempt_at = null, last_error = null where delivered_at is null`,
    );
  });
});

describe("two processes, and one that died", () => {
  test("what another one has taken up is left to it until its time is over", async () => {
    const one = await receiver(reply(200));
    const at = new Date();
    const [waiting] = await readWaiting(database.db, "webhook", at.toISOString(), false);
    expect(waiting).toBeDefined();
    if (waiting === undefined) return;
    const until = new Date(at.getTime() + 60_000).toISOString();
    expect(await takeUp(database.db, waiting, until)).toBe(true);
    expect(await takeUp(database.db, waiting, until), "only one of two gets it").toBe(false);
    await send(one.url);
    expect(one.received).toHaveLength(0);
    await send(one.url, { now: () => new Date(at.getTime() + 61_000) });
    expect(keysOf(one)).toEqual([waiting.idempotencyKey]);
    expect((await outbox()).at(-1)).toMatchObject({ attempts: 2, delivered: true });
  });

  test("a process killed after the receiver had it sends it again, with the same key and bytes", async () => {
    const one = await receiver(reply(200));
    for (const _ of [1, 2]) {
      await database.db.execute(
        sql`update trialdrift.outbox set delivered_at = null where outbox_id = (select max(outbox_id) from trialdrift.outbox)`,
      );
      await send(one.url);
    }
    expect(one.received).toHaveLength(2);
    expect(one.received[0]).toEqual({ ...one.received[1], headers: one.received[0]?.headers });
    expect(new Set(keysOf(one)).size).toBe(1);
  });
});

test("a flag that only the publication concludes, a broken claim, is news by itself", async () => {
  const file = join(folder.directory, folder.id, "review.json");
  const claim = {
    id: "none",
    sentence: "None stopped.",
    place: "Abstract",
    expect: { none: { status: "TERMINATED" } },
  };
  const definition = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...definition, claims: [claim] }));
  const report = await runOnce(database, folder.read(), null, { targets: ["webhook"] });
  expect(report.settled[0]?.flags.open).toEqual([]);
  const one = await receiver(reply(200));
  await send(one.url);
  expect(one.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    { run_id: report.runId, reviews: [{ review: "news", flags: [{ kind: "claim_broken", nct_id: null }] }] },
  ]);
});
