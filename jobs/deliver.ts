import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NewsTarget } from "../db/model.ts";
import {
  giveUpUnwanted,
  noteDelivered,
  noteFailed,
  type Outgoing,
  readNewest,
  readOpenedFlags,
  readWaiting,
  takeUp,
} from "../db/outbox.ts";
import type { Database } from "../db/open.ts";
import type { Db } from "../db/sql.ts";
import { type Digest, withFlags } from "../pipeline/report/digest.ts";
import { atomFeed, jsonFeed } from "../pipeline/report/feeds.ts";
import { type Delivery, webhookRequest } from "../pipeline/report/payloads.ts";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import type { Logger } from "./log.ts";
import { post, type Sent, type Webhook } from "./webhook.ts";

/** News on its way out, after a run and beside it: at least once, with back-off, for a bounded time. */

export interface Post {
  db: Db;
  config: Pick<Config, "webhook" | "feedDir">;
  log: Logger;
  now: () => Date;
  /** True for a tick of the scheduler: what failed waits for its time. A person or cron who starts a sync does not wait. */
  onlyDue?: boolean;
  /** Scales the short waits between attempts; for tests. */
  waitScale?: number;
}

/** Where this configuration delivers digests besides stdout. */
export function targetsOf({ webhook, feedDir }: Pick<Config, "webhook" | "feedDir">): NewsTarget[] {
  return [...(webhook === null ? [] : ["webhook" as const]), ...(feedDir === null ? [] : ["feed" as const])];
}

/** Attempts made at once on failures that pass, and the waits between them: a restart of the receiver, not its outage. */
const AT_ONCE_MS = [1_000, 4_000];
const MINUTE_MS = 60_000;
/** After that 5 minutes, doubled from attempt to attempt up to 12 hours. */
const LATER_MS = { first: 5 * MINUTE_MS, most: 720 * MINUTE_MS };
/** News a week old is told by the next digest, not delivered any more. */
const TOO_OLD_MS = 7 * 1_440 * MINUTE_MS;
/** Longer than an attempt with its timeout: until then nobody else takes up what this process sends. */
const TAKEN_MS = MINUTE_MS;

const MOST_IN_FEED = 50;

/** When the next attempt may be made after so many; null: it is given up. A receiver's own wish is heard up to the most. */
export function nextAttempt(attempts: number, createdAt: string, now: Date, retryAfterMs: number | null): Date | null {
  if (now.getTime() - Date.parse(createdAt) > TOO_OLD_MS) return null;
  const doubled = LATER_MS.first * 2 ** Math.max(0, attempts - AT_ONCE_MS.length - 1);
  return new Date(now.getTime() + Math.min(Math.max(doubled, retryAfterMs ?? 0), LATER_MS.most));
}

/** Rows as what they say, with the flags that stand in the store. */
async function deliveries(db: Db, rows: readonly Outgoing[]): Promise<Delivery[]> {
  const runIds = [...new Set(rows.map(({ runId }) => runId))];
  const flags = await readOpenedFlags<Parameters<typeof withFlags>[1][number]>(db, runIds);
  return rows.map(({ idempotencyKey, createdAt, payload }) => ({
    key: idempotencyKey,
    createdAt,
    digest: withFlags(payload as Digest, flags),
  }));
}

/** Says how a row failed for now, or for good. */
async function fail(
  { db, log, now }: Post,
  row: Outgoing,
  attempts: number,
  sent: Sent & { ok: false },
): Promise<void> {
  const at = now();
  const next = nextAttempt(attempts, row.createdAt, at, sent.retryAfterMs)?.toISOString() ?? null;
  await noteFailed(db, row.outboxId, { error: sent.error, at: at.toISOString(), next });
  const then = next === null ? "given up" : `again after ${next.slice(0, 16)}Z`;
  log.warn(`the digest of run ${row.runId} was not delivered (${sent.error}); ${then}`);
}

/** One digest to the webhook, with the attempts that are made at once; false where it was not delivered. */
async function sendOne(context: Post, webhook: Webhook, row: Outgoing): Promise<boolean> {
  const { db, now } = context;
  const [delivery] = await deliveries(db, [row]);
  if (delivery === undefined) return true;
  const message = webhookRequest(webhook.url, webhook.secret, delivery);
  for (let at = 0; ; at += 1) {
    const attempts = row.attempts + at;
    const until = new Date(now().getTime() + TAKEN_MS).toISOString();
    if (!(await takeUp(db, { ...row, attempts }, until))) return true;
    const sent = await post(webhook, message);
    if (sent.ok) {
      await noteDelivered(db, [row.outboxId], now().toISOString());
      return true;
    }
    const wait = AT_ONCE_MS[at];
    if (wait === undefined || !sent.passing || (sent.retryAfterMs ?? 0) > wait) {
      await fail(context, row, attempts + 1, sent);
      return false;
    }
    await sleep(wait * (context.waitScale ?? 1));
  }
}

/** Digests in their order; a receiver that does not take one is left in peace with the others. */
async function sendWebhook(context: Post, webhook: Webhook): Promise<void> {
  const waiting = await readWaiting(context.db, "webhook", context.now().toISOString(), context.onlyDue ?? false);
  for (const row of waiting) if (!(await sendOne(context, webhook, row))) return;
}

/** A reader sees the old file or the new one. */
function replaceFile(folder: string, name: string, content: string): void {
  const temporary = join(folder, `.${name}.${process.pid}`);
  writeFileSync(temporary, content);
  renameSync(temporary, join(folder, name));
}

async function writeFeeds(context: Post, folder: string): Promise<void> {
  const { db, now } = context;
  const waiting = await readWaiting(db, "feed", now().toISOString(), context.onlyDue ?? false);
  if (waiting.length === 0) return;
  const newest = await deliveries(db, await readNewest(db, "feed", MOST_IN_FEED));
  const at = now().toISOString();
  try {
    mkdirSync(folder, { recursive: true });
    replaceFile(folder, "atom.xml", atomFeed(newest, at));
    replaceFile(folder, "feed.json", jsonFeed(newest));
  } catch (error) {
    const sent = {
      ok: false,
      error: `feeds: ${(error as Error).message}`,
      passing: false,
      retryAfterMs: null,
    } as const;
    for (const row of waiting) if (await takeUp(db, row, at)) await fail(context, row, row.attempts + 1, sent);
    return;
  }
  await noteDelivered(
    db,
    waiting.map(({ outboxId }) => outboxId),
    at,
  );
}

/**
 * Delivers what waits. A failing receiver is logged and tried again later; it fails neither the run nor its exit code, and
 * neither does a database that is lost meanwhile: the rows are still there at the next start. Writes nothing where nothing
 * waits.
 */
export async function deliver(context: Post): Promise<void> {
  const { db, config, log, now } = context;
  try {
    if (config.webhook !== null) await sendWebhook(context, config.webhook);
    if (config.feedDir !== null) await writeFeeds(context, config.feedDir);
    const at = now();
    const before = new Date(at.getTime() - TOO_OLD_MS).toISOString();
    const left = await giveUpUnwanted(db, targetsOf(config), before, at.toISOString());
    if (left > 0) log.warn(`${left} digests were given up: their target is not configured any more`);
  } catch (error) {
    log.error(`news could not be delivered, it is tried again at the next run: ${(error as Error).message}`);
  }
}

/** Delivers after a command's run. */
export const deliverNews = ({ config, log }: Context, { db }: Database): Promise<void> =>
  deliver({ db, config, log, now: () => new Date() });
