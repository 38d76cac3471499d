import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { ReplayedRequest } from "../../fixtures/replay/server.ts";

/** What a registry, or whatever stands between it and us, does wrong over real HTTP. */

export interface FaultyRequest extends ReplayedRequest {
  /** The answer that the registry would have given. */
  pristine(): Promise<Record<string, unknown>>;
}

/** True: the fault has answered, or cut the line, itself. */
export type Fault = (request: FaultyRequest, response: ServerResponse) => boolean | Promise<boolean>;

export const asksVersion = ({ url }: FaultyRequest): boolean => url.pathname.endsWith("/version");
export const asksListing = ({ url }: FaultyRequest): boolean => url.pathname.endsWith("/studies");
export const asksQuery = (request: FaultyRequest): boolean =>
  asksListing(request) && !request.url.searchParams.has("filter.ids");

export function answerJson(response: ServerResponse, body: unknown): true {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
  return true;
}

/** The fault at the first `count` requests that the test holds for; later ones are answered well. */
export function first(count: number, holds: (request: FaultyRequest) => boolean, fault: Fault): Fault {
  let left = count;
  return (request, response) => {
    if (left === 0 || !holds(request)) return false;
    left -= 1;
    return fault(request, response);
  };
}

export const always =
  (holds: (request: FaultyRequest) => boolean, fault: Fault): Fault =>
  (request, response) =>
    holds(request) ? fault(request, response) : false;

/** Half of the body, whose length was announced in full, then the line is cut. */
export const cutInHalf: Fault = async ({ pristine }, response) => {
  const body = Buffer.from(JSON.stringify(await pristine()));
  response.writeHead(200, { "content-type": "application/json", "content-length": String(body.length) });
  response.write(body.subarray(0, body.length >> 1), () => setTimeout(() => response.socket?.destroy(), 5));
  return true;
};

/** A page for people, with the status of success. */
export const htmlPage: Fault = (_request, response) => {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end("<!doctype html><title>Maintenance</title><p>Back soon.");
  return true;
};

export const forbidden: Fault = (_request, response) => {
  response.writeHead(403, { "content-type": "text/plain" });
  response.end("Forbidden");
  return true;
};

/** A listing altered on its way. */
export const altered =
  (alter: (listing: { studies: unknown[]; totalCount?: number }) => unknown): Fault =>
  async ({ pristine }, response) =>
    answerJson(response, alter((await pristine()) as unknown as { studies: unknown[]; totalCount?: number }));

/** The listing in these pages instead of one, tied by tokens; each page is a list of places in the whole answer. */
export const inPages =
  (...pages: number[][]): Fault =>
  async (request, response) => {
    const at = Number(/^page-(\d+)$/.exec(request.url.searchParams.get("pageToken") ?? "page-0")?.[1]);
    const { studies, totalCount } = (await wholeListing(request, at)) as { studies: unknown[]; totalCount?: number };
    const more = at + 1 < pages.length ? { nextPageToken: `page-${at + 1}` } : {};
    const count = totalCount === undefined ? {} : { totalCount };
    return answerJson(response, { ...count, studies: (pages[at] ?? []).map((place) => studies[place]), ...more });
  };

/** The answer to the first page, kept for the pages after it, whose own token the registry would not know. */
const kept = new Map<string, Record<string, unknown>>();
async function wholeListing(request: FaultyRequest, at: number): Promise<Record<string, unknown>> {
  const name = request.url.searchParams.get("query.cond") ?? "";
  if (at === 0) kept.set(name, await request.pristine());
  return kept.get(name) ?? {};
}

/** Only a status, with its own headers and the registry's kind of text. */
export const status =
  (code: number, headers: Record<string, string> = {}): Fault =>
  (_request, response) => {
    response.writeHead(code, { "content-type": "text/plain", ...headers });
    response.end("not now");
    return true;
  };

/** The connection goes before any answer. */
export const hangUp: Fault = (_request, response) => {
  response.socket?.destroy();
  return true;
};

/** A reset (RST) in the middle of the body. */
export const resetMidBody: Fault = async ({ pristine }, response) => {
  const body = JSON.stringify(await pristine());
  response.writeHead(200, { "content-type": "application/json" });
  response.write(body.slice(0, body.length >> 1), () => response.socket?.resetAndDestroy());
  return true;
};

/** The body begins and never ends: a byte of white space at a time, for as long as somebody listens. */
export const slowLoris: Fault = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const drip = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(drip));
  return true;
};

/** A few KB that unpack to `bytes` of JSON white space. */
export const gzipBomb = (bytes: number): Fault => {
  const packed = gzipSync(Buffer.alloc(bytes, " "));
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(packed);
    return true;
  };
};

/** Sound JSON that says it is something else. */
export const wrongContentType: Fault = async ({ pristine }, response) => {
  response.writeHead(200, { "content-type": "text/plain" });
  response.end(JSON.stringify(await pristine()));
  return true;
};

/** JSON that stops in the middle, with a length that agrees. */
export const truncatedJson: Fault = async ({ pristine }, response) => {
  const body = JSON.stringify(await pristine());
  const half = body.slice(0, body.length >> 1);
  response.writeHead(200, { "content-type": "application/json", "content-length": String(Buffer.byteLength(half)) });
  response.end(half);
  return true;
};

/** What the registry says of a token that it does not know, or no longer (ctgov-api.md 1.6). */
export const expiredToken: Fault = (_request, response) => {
  response.writeHead(400, { "content-type": "text/plain" });
  response.end("Invalid next page token");
  return true;
};
