import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { signature } from "../../pipeline/report/payloads.ts";
import { cli, freshOnServer, type Place } from "../support/cli.ts";
import { openReceiver, type Receiver, reply, TOKEN } from "../support/receiver.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** News from `sync` to a receiver and to files, as an operator sets it up; each test goes on from the one before. */

let place: Place;
let played: Played;
let folder: ReviewFolder;
let receiver: Receiver;
let feeds: string;
let env: Record<string, string>;
beforeAll(async () => {
  place = await freshOnServer(inject("postgres"));
  played = await playRegistry({ date: "2022-01-21", records: [trial(951), trial(952)] });
  folder = reviewFolder("small", { cond: "lupus", rows: [{ n: 951, cells: { enrollment: 30 } }] });
  receiver = await openReceiver(reply(200));
  feeds = mkdtempSync(join(tmpdir(), "trialdrift-feeds-"));
  env = {
    ...place.env,
    CTGOV_BASE_URL: played.url,
    TRIALDRIFT_REVIEWS: folder.directory,
    TRIALDRIFT_WEBHOOK_URL: `${receiver.url}?key=${TOKEN}`,
    TRIALDRIFT_WEBHOOK_SECRET: "s3cr3t",
    TRIALDRIFT_FEED_DIR: feeds,
  };
});
afterAll(async () => {
  await Promise.all([receiver.close(), played.close(), place.dispose()]);
  folder.remove();
  rmSync(feeds, { recursive: true, force: true });
});

const expectNoSecret = (said: string) => {
  for (const secret of [TOKEN, "s3cr3t"]) expect(said).not.toContain(secret);
};

test("a webhook at an address that is not public gets nothing, and the run does not suffer; the feeds are written", async () => {
  const ended = await cli(["sync"], env);
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/^# trialdrift run 1, /);
  expect(ended.stderr).toMatch(/the digest of run 1 was not delivered \(webhook at 127\.0\.0\.1:\d+: .*is not public/);
  expectNoSecret(ended.stdout + ended.stderr);
  expect(receiver.received).toEqual([]);
  expect(readFileSync(join(feeds, "atom.xml"), "utf8")).toContain("<title>run 1, data of 2022-01-21");
  const feed = JSON.parse(readFileSync(join(feeds, "feed.json"), "utf8")) as { items: { content_text: string }[] };
  expect(feed.items[0]?.content_text).toBe(ended.stdout);
});

test("doctor shows what has not arrived", async () => {
  const ended = await cli(["doctor"], env);
  expect(ended.code).toBe(0);
  expect(ended.stdout.replace(/\s+/g, " ")).toMatch(
    /news note The digest of run 1 \(\d{4}-\d\d-\d\d\) has not reached the webhook: .* -> see that the receiver runs/,
  );
  expectNoSecret(ended.stdout + ended.stderr);
});

test("once it is allowed, the next sync delivers it, also where there is nothing new; a later one sends nothing", async () => {
  const allowed = { ...env, TRIALDRIFT_WEBHOOK_PRIVATE: "1" };
  for (const _ of [1, 2]) expect(await cli(["sync"], allowed)).toMatchObject({ code: 0, stdout: "" });
  expect(receiver.received).toHaveLength(1);
  const [one] = receiver.received;
  const body = one?.body ?? "";
  expect(one?.headers["x-trialdrift-signature"]).toBe(signature("s3cr3t", body));
  expect(one?.headers["idempotency-key"]).toBe((JSON.parse(body) as { id: string }).id);
  expectNoSecret(body);
});

test("2 for a webhook that is not http(s); its value is not repeated", async () => {
  const ended = await cli(["sync"], { ...env, TRIALDRIFT_WEBHOOK_URL: `ftp://news.example/${TOKEN}` });
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toContain("TRIALDRIFT_WEBHOOK_URL: not an http(s) URL");
  expectNoSecret(ended.stderr);
});
