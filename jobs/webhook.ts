import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, request } from "undici";
import { retryAfterMs } from "../pipeline/registry/retry.ts";
import type { WebhookRequest } from "../pipeline/report/payloads.ts";

/** One POST to the configured webhook: to a public address only, unless allowed otherwise; no redirect is followed. */

export interface Webhook {
  /** http or https; path, query and credentials are secrets and stand in no message. */
  url: URL;
  secret: string | null;
  /** May it be at an address that is not public? */
  isPrivateAllowed: boolean;
}

/** How an attempt ended. `passing`: a further attempt soon may do better. `error` names the host and no other part of the URL. */
export type Sent = { ok: true } | { ok: false; error: string; passing: boolean; retryAfterMs: number | null };

/** A receiver that has not answered by then does not get the news in time for a person. */
const TIMEOUT_MS = 10_000;

/** Statuses that pass: timeout, too early, too many requests, and failures of the server. */
const isPassing = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500;

class NotPublic extends Error {
  readonly code = "NOT_PUBLIC";
}

/** Ordinary global unicast; private, loopback, link-local, carrier-grade, multicast, reserved and tunnelled ranges are not. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

function assertPublic(address: string): void {
  if (!isPublic(address))
    throw new NotPublic(`its address ${address} is not public; set TRIALDRIFT_WEBHOOK_PRIVATE=1 to allow that`);
}

/**
 * A resolver whose every answer is public. The socket connects to the addresses that were looked at here and nothing is
 * resolved a second time, so that a name cannot point elsewhere in between.
 */
export function publicLookup(resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      try {
        for (const { address } of addresses) assertPublic(address);
      } catch (refused) {
        return callback(refused as Error, []);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

/** An error in words without the secret parts of the URL, whatever a library put into its message. */
function wordsOf(error: unknown, { pathname, search, username, password }: URL): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  const { code, message } = deepest as { code?: unknown; message?: unknown };
  const secrets = [pathname, search, username, password].filter((part) => part.length > 1);
  const said = secrets.reduce(
    (text, secret) => text.replaceAll(secret, "…"),
    String(message || code || "no connection"),
  );
  return said.replace(/\s+/g, " ").slice(0, 300);
}

/** What may be said of the target in logs and errors. */
export const nameOf = ({ url }: Webhook): string => `webhook at ${url.host}`;

/**
 * Sends once. Never throws: what the receiver or the network does is an outcome. `options` are for tests.
 */
export async function post(
  webhook: Webhook,
  { headers, body }: WebhookRequest,
  options: { timeoutMs?: number; resolve?: typeof lookup } = {},
): Promise<Sent> {
  const { url, isPrivateAllowed } = webhook;
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  bare.hash = "";
  const credentials = [url.username, url.password].map(decodeURIComponent).join(":");
  const authorization =
    url.username === "" ? {} : { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
  const checked = isPrivateAllowed ? {} : { lookup: publicLookup(options.resolve) };
  const agent = new Agent({ allowH2: false, connect: checked });
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const failed = (error: string, passing: boolean, wait: number | null = null): Sent => ({
    ok: false,
    error: `${nameOf(webhook)}: ${error}`,
    passing,
    retryAfterMs: wait,
  });
  try {
    // An address in the URL is connected to without being resolved.
    const host = bare.hostname.replace(/^\[|\]$/g, "");
    if (!isPrivateAllowed && isIP(host) !== 0) assertPublic(host);
    const answer = await request(bare, {
      method: "POST",
      headers: { ...headers, ...authorization },
      body,
      dispatcher: agent,
      signal: timeout,
    });
    const { statusCode: status } = answer;
    // The status is the answer; the rest of a body says nothing that is kept, and may never end.
    answer.body.on("error", () => {}).destroy();
    if (status >= 200 && status < 300) return { ok: true };
    if (status >= 300 && status < 400) return failed(`HTTP ${status}, a redirect; none is followed`, false);
    const wait = retryAfterMs([answer.headers["retry-after"] ?? ""].flat()[0], Date.now());
    return failed(`HTTP ${status}`, isPassing(status), wait);
  } catch (error) {
    // Who hangs now hangs in a second too, and each attempt would hold up the end of a sync.
    if (timeout.aborted) return failed("no answer in time", false);
    return failed(wordsOf(error, url), !(error instanceof NotPublic));
  } finally {
    await agent.destroy();
  }
}
