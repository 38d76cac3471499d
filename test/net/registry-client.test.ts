import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { TrialdriftError } from "../../db/errors.ts";
import { openRegistry, type Registry, type RegistryOptions } from "../../pipeline/registry/client.ts";
import { answer, cut, hangUp, openLoopback, type Step, stall } from "../support/loopback.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function registryOver(script: Step[], options: Partial<RegistryOptions> = {}) {
  const server = await openLoopback(...script);
  const lines: string[] = [];
  const registry = openRegistry({
    baseUrl: `${server.url}/api/v2`,
    rate: 1000,
    userAgent: "",
    backoffScale: 0.01,
    onRetry: (line) => lines.push(line),
    ...options,
  });
  opened.push(server, registry);
  return { server, registry, lines };
}

const asIs = (body: unknown) => body;
const getted = (registry: Registry, params: URLSearchParams | null = null) => registry.get("/thing", params, asIs);
const GOOD = answer({ fine: true });
const FINE = { kind: "value", value: { fine: true } };
const FULL = JSON.stringify({ fine: true });

async function failure(promise: Promise<unknown>): Promise<TrialdriftError> {
  const error = await promise.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof TrialdriftError) return error;
  throw error;
}

describe("what is asked for again", () => {
  test.each<[string, Step[], RegExp]>([
    ["a hang-up", [hangUp], /socket|ECONNRESET|closed/],
    ["503", [answer("later", { status: 503 })], /HTTP 503 \(unavailable\): later/],
    ["429 twice", [answer("", { status: 429 }), answer("", { status: 429 })], /HTTP 429/],
    ["500, 502 and 504", [500, 502, 504].map((status) => answer("", { status })), /HTTP 500/],
    ["HTML with 200", [answer("<html>maintenance</html>", { headers: { "content-type": "text/html" } })], /text\/html/],
    ["JSON under a wrong content type", [answer(FULL)], /text\/plain instead of JSON/],
    ["204", [answer("", { status: 204 })], /HTTP 204/],
    [
      "half of a JSON body",
      [answer(Buffer.from(FULL.slice(0, 8)), { headers: { "content-type": "application/json" } })],
      /not whole JSON/,
    ],
    ["an empty body", [answer("", { headers: { "content-type": "application/json" } })], /not whole JSON \(0 bytes\)/],
    [
      "a byte that is no UTF-8",
      [answer(Buffer.from([0x22, 0xff, 0x22]), { headers: { "content-type": "application/json" } })],
      /not whole JSON/,
    ],
    ["a body cut below its length", [cut('{"fine":', 500)], /body was cut/],
    ["a chunked body cut", [cut('{"fine":')], /body was cut/],
    [
      "a gzip body cut",
      [
        answer(gzipSync(FULL.repeat(50)).subarray(0, 30), {
          headers: { "content-type": "application/json", "content-encoding": "gzip" },
        }),
      ],
      /not whole JSON|body was cut/,
    ],
  ])("%s, then the answer", async (_name, faults, why) => {
    const { registry, server, lines } = await registryOver([...faults, GOOD]);
    expect(await getted(registry)).toEqual(FINE);
    expect(server.requests).toHaveLength(faults.length + 1);
    expect(registry.counts).toMatchObject({ requests: faults.length + 1, retries: faults.length });
    expect(lines[0]).toMatch(why);
    expect(lines[0]).toContain("attempt 1 at http://127.0.0.1");
  });

  test("a body that stalls, when its time is up", async () => {
    const { registry, lines } = await registryOver([stall('{"fine":'), GOOD], { timeoutMs: 250 });
    expect(await getted(registry)).toEqual(FINE);
    expect(lines[0]).toMatch(/no complete answer in time/);
  });

  test("an answer that `read` does not accept", async () => {
    const { registry, lines } = await registryOver([answer({ studies: 7 }), answer({ studies: [] })]);
    const read = (body: unknown) => {
      if (!Array.isArray((body as { studies: unknown }).studies)) throw new Error("no studies");
      return "read";
    };
    expect(await registry.get("/x", null, read)).toEqual({ kind: "value", value: "read" });
    expect(lines[0]).toMatch(/not the promised answer: no studies/);
  });

  test("Retry-After is waited for, by every request", async () => {
    const busy = answer("", { status: 429, headers: { "retry-after": "30" } });
    const { registry, server } = await registryOver([busy, GOOD, GOOD]);
    const first = getted(registry);
    await expect.poll(() => registry.counts.retries).toBe(1);
    await Promise.all([first, getted(registry)]);
    const [asked, ...later] = server.requests.map((request) => request.at);
    // 30 s scaled by 0.01; timers may fire a little early.
    for (const at of later) expect(at - (asked ?? 0)).toBeGreaterThan(280);
  });

  test("six times, then unreachable with url, count, reason and next step", async () => {
    const { registry, server } = await registryOver([answer("down for repair", { status: 503 })]);
    const error = await failure(getted(registry, new URLSearchParams({ a: "b" })));
    expect(error).toMatchObject({ code: "registry_unreachable", exitCode: 69 });
    expect(error.message).toMatch(/\/api\/v2\/thing\?a=b, 6 times: HTTP 503 \(unavailable\): down for repair/);
    expect(error.next).toContain("CTGOV_BASE_URL");
    expect(server.requests).toHaveLength(6);
  });

  test("a port where nobody listens", async () => {
    const { url, close } = await openLoopback(GOOD);
    await close();
    const registry = openRegistry({ baseUrl: url, rate: 1000, userAgent: "", backoffScale: 0.001 });
    opened.push(registry);
    expect((await failure(getted(registry))).message).toMatch(/ECONNREFUSED/);
  });
});

describe("what is final at once", () => {
  test.each<[string, Step, string, RegExp]>([
    ["403", answer("<html>no</html>", { status: 403 }), "registry_forbidden", /HTTP 403/],
    [
      "400",
      answer("`x` is unknown parameter", { status: 400 }),
      "registry_rejected",
      /HTTP 400: `x` is unknown parameter/,
    ],
    ["404", answer("", { status: 404 }), "registry_rejected", /HTTP 404/],
    ["414", answer("<html>", { status: 414 }), "registry_rejected", /HTTP 414: an HTML page/],
  ])("%s", async (_name, step, code, message) => {
    const { registry, server } = await registryOver([step]);
    const error = await failure(getted(registry));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.next).not.toBeNull();
    expect(server.requests).toHaveLength(1);
  });

  test("403 advises on the name and on proxies", async () => {
    const { registry } = await registryOver([answer("", { status: 403 })]);
    expect((await failure(getted(registry))).next).toMatch(/TRIALDRIFT_USER_AGENT.*proxy/);
  });

  test("a redirect, which is an answer and is not followed", async () => {
    const { registry, server } = await registryOver([answer("", { status: 301, headers: { location: "/elsewhere" } })]);
    expect(await getted(registry)).toEqual({ kind: "moved", location: "/elsewhere" });
    expect(server.requests).toHaveLength(1);
  });

  test("a body over the limit, announced or not", async () => {
    const large = `"${"x".repeat(5000)}"`;
    const json = { "content-type": "application/json" };
    const bomb = gzipSync(JSON.stringify("y".repeat(5_000_000)));
    expect(bomb.byteLength).toBeLessThan(6000);
    for (const step of [
      answer(large, { headers: { ...json, "content-length": String(large.length) } }),
      answer(large, { headers: { ...json, "transfer-encoding": "chunked" } }),
      answer(bomb, { headers: { ...json, "content-encoding": "gzip" } }),
    ]) {
      const { registry, server } = await registryOver([step], { maxBytes: 4000 });
      const error = await failure(getted(registry));
      expect(error).toMatchObject({
        code: "registry_rejected",
        message: expect.stringContaining("larger than 4000 bytes"),
      });
      expect(server.requests).toHaveLength(1);
      expect(registry.counts.bytes).toBeLessThan(1_000_000);
    }
  });
});

describe("the rest of the client", () => {
  test("decodes gzip and counts decoded bytes", async () => {
    const body = { texts: "lupus ".repeat(1000) };
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const { registry } = await registryOver([answer(gzipSync(JSON.stringify(body)), { headers })]);
    expect(await getted(registry)).toEqual({ kind: "value", value: body });
    expect(registry.counts.bytes).toBe(JSON.stringify(body).length);
  });

  test("sends the path below the base URL, the encoded query, and its name where one is set", async () => {
    const { registry, server } = await registryOver([GOOD], { userAgent: "trialdrift/1 (a@b.org)" });
    await getted(registry, new URLSearchParams({ "filter.advanced": 'AREA[Phase]"1" | 2' }));
    const [request] = server.requests;
    expect(request?.url).toBe("/api/v2/thing?filter.advanced=AREA%5BPhase%5D%221%22+%7C+2");
    expect(request?.headers).toMatchObject({ accept: "application/json", "user-agent": "trialdrift/1 (a@b.org)" });
  });

  test("keeps the pace, retries included", async () => {
    const { registry, server } = await registryOver([answer("", { status: 503 }), GOOD], { rate: 20, backoffScale: 0 });
    await Promise.all([getted(registry), getted(registry), getted(registry)]);
    const times = server.requests.map((request) => request.at);
    expect(times).toHaveLength(4);
    // 50 ms apart, less what timers and the socket jitter.
    for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThan(35);
  });

  test("an abort ends the waiting, the request and the queue with its reason", async () => {
    for (const step of [stall("{"), answer("", { status: 503 })]) {
      const { registry, server } = await registryOver([step], { backoffScale: 1000 });
      const leaving = new AbortController();
      const requests = [1, 2].map(() => registry.get("/x", null, asIs, { signal: leaving.signal }));
      await expect.poll(() => server.requests.length).toBeGreaterThan(0);
      leaving.abort(new Error("enough"));
      for (const request of requests) await expect(request).rejects.toThrow("enough");
    }
  });

  test("closing ends what is under way and what comes later", async () => {
    const { registry, server } = await registryOver([stall("{")]);
    const pending = getted(registry);
    pending.catch(() => {});
    await expect.poll(() => server.requests.length).toBe(1);
    await registry.close();
    await expect(pending).rejects.toThrow("closed");
    await expect(getted(registry)).rejects.toThrow("closed");
  });

  test("/version, and not what only looks like it", async () => {
    const version = { apiVersion: "2.0.5", dataTimestamp: "2026-08-28T09:00:06" };
    const { registry, lines } = await registryOver([answer({ apiVersion: "2.0.5" }), answer(version)]);
    expect(await registry.version()).toEqual(version);
    expect(lines[0]).toContain("no dataTimestamp");
  });

  test("/version of a registry that moved away", async () => {
    const { registry } = await registryOver([
      answer("", { status: 302, headers: { location: "https://new.example/api" } }),
    ]);
    expect(await failure(registry.version())).toMatchObject({
      message: expect.stringContaining("https://new.example/api"),
    });
  });

  test.each(["", "clinicaltrials.gov", "ftp://x/y", "https://x/y?z=1"])("refuses the base URL %j", (baseUrl) => {
    expect(() => openRegistry({ baseUrl, rate: 1, userAgent: "" })).toThrow(/base URL/);
  });

  test.each([0, -1, Number.NaN, Infinity])("refuses a pace of %d", (rate) => {
    expect(() => openRegistry({ baseUrl: "https://x.example", rate, userAgent: "" })).toThrow(/pace/);
  });
});
