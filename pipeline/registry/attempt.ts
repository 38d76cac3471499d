import { type Dispatcher, fetch, type Response } from "undici";
import type { Attempt, AttemptOutcome } from "./retry.ts";

/**
 * One attempt at one URL: request, status, content type, length, body, parse, read, in this order (design rule 11). What
 * the registry or the network does comes back as an outcome; only a caller's abort and our own mistakes are thrown.
 */

/** A final answer. `moved` is an alias or a wrong base URL, `refused` an error status that the caller said it understands. */
export type Answer<T> =
  | { kind: "value"; value: T }
  | { kind: "moved"; location: string }
  | { kind: "refused"; status: number; text: string };

export interface AttemptRequest<T> {
  url: URL;
  dispatcher: Dispatcher;
  userAgent: string;
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
  /** Checks and types the parsed body; what it throws makes the answer an unusable one. */
  read: (body: unknown) => T;
  /** Is this plain-text error an answer? */
  understands: (status: number, text: string) => boolean;
  onBytes: (count: number) => void;
}

/** Error texts are one line; a page of HTML need not be read to its end. */
const MOST_ERROR_BYTES = 16_384;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** undici says "fetch failed" or "terminated" and keeps the reason in causes. */
function networkOutcome(error: unknown): AttemptOutcome {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  const code = (deepest as { code?: unknown }).code;
  const known = typeof code === "string" ? { code } : {};
  // A refused connection to several addresses is an AggregateError without a message of its own.
  const message = messageOf(deepest) || String(code ?? "the connection failed");
  return { kind: "network", message, ...known };
}

/** The decoded body, counted while it arrives: a small gzip body can be gigabytes long. Null when it is over the limit. */
async function bodyWithin(response: Response, maxBytes: number, onBytes: (count: number) => void) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    onBytes(chunk.byteLength);
    if (size > maxBytes) return null; // leaving the loop cancels the body
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function errorAttempt<T>(response: Response, request: AttemptRequest<T>): Promise<Attempt<Answer<T>>> {
  const { status } = response;
  const bytes = await bodyWithin(response, MOST_ERROR_BYTES, request.onBytes).catch(() => null);
  const text = bytes === null ? "" : bytes.toString("utf8");
  const isPlain = !/html|json/i.test(response.headers.get("content-type") ?? "") && !text.trimStart().startsWith("<");
  if (isPlain && request.understands(status, text)) {
    return { outcome: { kind: "ok" }, answer: { kind: "refused", status, text: text.trim() } };
  }
  const location = response.headers.get("location");
  return {
    outcome: { kind: "status", status, retryAfter: response.headers.get("retry-after"), body: text },
    answer: { kind: "moved", location: location ?? "" },
  };
}

function parsed<T>(bytes: Uint8Array, read: (body: unknown) => T): Attempt<Answer<T>> {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return { outcome: { kind: "body", message: `not whole JSON (${bytes.byteLength} bytes): ${messageOf(error)}` } };
  }
  try {
    return { outcome: { kind: "ok" }, answer: { kind: "value", value: read(body) } };
  } catch (error) {
    return { outcome: { kind: "body", message: `not the promised answer: ${messageOf(error)}` } };
  }
}

async function bodyAttempt<T>(response: Response, request: AttemptRequest<T>): Promise<Attempt<Answer<T>>> {
  const type = response.headers.get("content-type") ?? "no content type";
  const tooLarge = `the answer is larger than ${request.maxBytes} bytes; ask for smaller pages`;
  if (response.status !== 200 || !/^application\/(.+\+)?json\b/i.test(type)) {
    await response.body?.cancel();
    return { outcome: { kind: "body", message: `HTTP ${response.status} with ${type} instead of JSON` } };
  }
  // Of an encoded body this is the encoded length, and no decoded body is much smaller than that.
  if (Number(response.headers.get("content-length") ?? 0) > request.maxBytes) {
    await response.body?.cancel();
    return { outcome: { kind: "too_large", message: tooLarge } };
  }
  const bytes = await bodyWithin(response, request.maxBytes, request.onBytes);
  if (bytes === null) return { outcome: { kind: "too_large", message: tooLarge } };
  return parsed(bytes, request.read);
}

/** Rejects only with `request.signal`'s reason. */
export async function attemptOnce<T>(request: AttemptRequest<T>): Promise<Attempt<Answer<T>>> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const headers: Record<string, string> = { accept: "application/json" };
  // Empty: undici's own name; whether the registry's edge lets a chosen one in is not known (ctgov-api.md 1.9).
  if (request.userAgent !== "") headers["user-agent"] = request.userAgent;
  let answered = false;
  try {
    const response = await fetch(request.url, {
      dispatcher: request.dispatcher,
      headers,
      redirect: "manual",
      signal: AbortSignal.any([request.signal, timeout]),
    });
    answered = true;
    return await (response.status >= 300 ? errorAttempt(response, request) : bodyAttempt(response, request));
  } catch (error) {
    request.signal.throwIfAborted();
    if (timeout.aborted) return { outcome: { kind: "timeout" } };
    const outcome = networkOutcome(error);
    if (!answered || outcome.kind !== "network") return { outcome };
    return { outcome: { kind: "body", message: `the body was cut: ${outcome.message}` } };
  }
}
