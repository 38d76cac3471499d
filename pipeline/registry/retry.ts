import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorCode } from "../../db/errors.ts";

/**
 * The one retry layer: when is an answer final, when is it asked for again, when is it given up. `decide` is pure and has
 * the rules; `retrying` is the loop. An attempt is request + body + parse + read, so that a body cut midway or a
 * maintenance page with status 200 is asked for again like any other failure (ctgov-api.md 1.6).
 */

/** How one attempt ended. */
export type AttemptOutcome =
  | { kind: "ok" }
  | { kind: "status"; status: number; retryAfter?: string | null; body?: string }
  | { kind: "network"; message: string; code?: string }
  | { kind: "timeout" }
  /** Arrived but unusable: cut, not JSON, HTML with 200, another content type, not the promised shape. */
  | { kind: "body"; message: string }
  /** Larger than we take: the next answer would be as large. */
  | { kind: "too_large"; message: string };

export type Decision =
  | { action: "return" }
  | { action: "retry"; delayMs: number; why: string }
  | { action: "give_up"; code: ErrorCode; why: string };

export const MOST_ATTEMPTS = 6;
const BASE_MS = 1_000;
/** Also the longest Retry-After that is waited for. */
const CAP_MS = 60_000;

/** Statuses that pass: the clients of ctgov-api.md 1.6 repeat these five. */
const PASSING = new Map([
  [429, "too many requests"],
  [500, "the registry failed"],
  [502, "bad gateway"],
  [503, "unavailable"],
  [504, "gateway timeout"],
]);

/** An alias id answers 301; a redirect is an answer, and who asked decides what it means (ctgov-api.md 1.2). */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

/** A certificate that we do not trust now is not trusted a minute later. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** What the registry itself says: its errors are plain text; a page for browsers says nothing (ctgov-api.md 1.6). */
function ownText(body: string | undefined): string {
  const text = (body ?? "").trim().replace(/\s+/g, " ");
  if (text === "") return "";
  if (text.startsWith("<")) return ": an HTML page";
  return `: ${text.length > 500 ? `${text.slice(0, 500)}…` : text}`;
}

/** Milliseconds asked for by a Retry-After header, as seconds or as an HTTP date; null where it says neither. */
export function retryAfterMs(header: string | null | undefined, now: number): number | null {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2,8},? .* GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

type Verdict = { retry: true; why: string; atLeastMs: number } | { retry: false; decision: Decision };

const giveUp = (code: ErrorCode, why: string): Verdict => ({
  retry: false,
  decision: { action: "give_up", code, why },
});

function ofStatus(outcome: AttemptOutcome & { kind: "status" }, now: number): Verdict {
  const said = ownText(outcome.body);
  if (REDIRECTS.has(outcome.status)) return { retry: false, decision: { action: "return" } };
  if (outcome.status === 403) return giveUp("registry_forbidden", `HTTP 403 (forbidden)${said}`);
  const passing = PASSING.get(outcome.status);
  if (passing === undefined) return giveUp("registry_rejected", `HTTP ${outcome.status}${said}`);
  const atLeastMs = Math.min(retryAfterMs(outcome.retryAfter, now) ?? 0, CAP_MS);
  return { retry: true, why: `HTTP ${outcome.status} (${passing})${said}`, atLeastMs };
}

function verdict(outcome: AttemptOutcome, now: number): Verdict {
  switch (outcome.kind) {
    case "ok":
      return { retry: false, decision: { action: "return" } };
    case "status":
      return ofStatus(outcome, now);
    case "network":
      return outcome.code !== undefined && UNTRUSTED.has(outcome.code)
        ? giveUp("registry_unreachable", `its certificate is not trusted (${outcome.code}): ${outcome.message}`)
        : { retry: true, why: outcome.message, atLeastMs: 0 };
    case "timeout":
      return { retry: true, why: "no complete answer in time", atLeastMs: 0 };
    case "body":
      return { retry: true, why: outcome.message, atLeastMs: 0 };
    case "too_large":
      return giveUp("registry_rejected", outcome.message);
  }
}

/**
 * What to do after the attempt-th attempt (from 1). `now` in ms since 1970 reads an HTTP date, `random` in [0, 1) is the
 * full jitter: a delay anywhere between 0 and min(60 s, 1 s x 2^(attempt-1)), but no less than Retry-After asks for (at
 * most 60 s of it). After the sixth attempt the registry counts as unreachable.
 */
export function decide(attempt: number, outcome: AttemptOutcome, now: number, random: number): Decision {
  const judged = verdict(outcome, now);
  if (!judged.retry) return judged.decision;
  if (attempt >= MOST_ATTEMPTS) return { action: "give_up", code: "registry_unreachable", why: judged.why };
  const jittered = Math.floor(random * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1)));
  return { action: "retry", delayMs: Math.max(jittered, judged.atLeastMs), why: judged.why };
}

/** One attempt's end, and what it brought when there is something to return. */
export interface Attempt<T> {
  outcome: AttemptOutcome;
  answer?: T;
}

/** The end of all attempts: an answer, or why there is none. */
export type Settled<T> =
  | { answer: T; attempts: number }
  | { answer?: never; attempts: number; code: ErrorCode; why: string };

export interface RetryHooks {
  /** Before each wait: the attempt that failed (from 1), the delay in ms, why. */
  onRetry: (attempt: number, delayMs: number, why: string, outcome: AttemptOutcome) => void;
  signal: AbortSignal;
  /** Scales the waiting, for tests; 1 in earnest. */
  scale: number;
}

/** Attempts until `decide` ends it. Rejects only with the signal's reason, or with what `attempt` itself throws. */
export async function retrying<T>(attempt: () => Promise<Attempt<T>>, hooks: RetryHooks): Promise<Settled<T>> {
  for (let attempts = 1; ; attempts += 1) {
    hooks.signal.throwIfAborted();
    const { outcome, answer } = await attempt();
    const decision = decide(attempts, outcome, Date.now(), Math.random());
    if (decision.action === "give_up") return { attempts, code: decision.code, why: decision.why };
    if (decision.action === "return") return { answer: answer as T, attempts };
    const delayMs = decision.delayMs * hooks.scale;
    hooks.onRetry(attempts, delayMs, decision.why, outcome);
    await sleep(delayMs, undefined, { signal: hooks.signal }).catch(() => hooks.signal.throwIfAborted());
  }
}
