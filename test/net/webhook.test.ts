import type { lookup } from "node:dns";
import { afterEach, describe, expect, test } from "vitest";
import { isPublic, nameOf, post, publicLookup, type Webhook } from "../../jobs/webhook.ts";
import { endless, openReceiver, type Receiver, reply, type Reply, silence, TOKEN } from "../support/receiver.ts";

/** One POST over real HTTP: what counts as delivered, which addresses are refused, and what errors may say. */

const MESSAGE = { headers: { "content-type": "application/json", "idempotency-key": "k1" }, body: '{"a":"ü"}' };
const open: Receiver[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function receiver(...steps: Reply[]): Promise<Receiver> {
  const one = await openReceiver(...steps);
  open.push(one);
  return one;
}

const webhook = (url: string, isPrivateAllowed = true): Webhook => ({
  url: new URL(url),
  secret: null,
  isPrivateAllowed,
});

/** A resolver that answers with these addresses, as DNS would. */
const resolving = (...addresses: string[]) =>
  ((_name: string, _options: unknown, callback: (error: null, all: unknown) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    )) as unknown as typeof lookup;

describe("what a receiver does", () => {
  test.each([200, 202, 204])("%i is delivered, with body and headers as they are", async (status) => {
    const one = await receiver(reply(status));
    expect(await post(webhook(one.url), MESSAGE)).toEqual({ ok: true });
    expect(one.received).toMatchObject([{ path: `/hook/${TOKEN}`, body: MESSAGE.body, headers: MESSAGE.headers }]);
  });

  test.each<[number, boolean]>([
    [500, true],
    [503, true],
    [429, true],
    [408, true],
    [400, false],
    [401, false],
    [404, false],
  ])("%i is a failure, passing: %s", async (status, passing) => {
    const one = await receiver(reply(status));
    const sent = await post(webhook(one.url), MESSAGE);
    expect(sent).toEqual({
      ok: false,
      error: `webhook at 127.0.0.1:${one.port}: HTTP ${status}`,
      passing,
      retryAfterMs: null,
    });
  });

  test("its wish for a later attempt is heard", async () => {
    const one = await receiver(reply(429, { "retry-after": "120" }));
    expect(await post(webhook(one.url), MESSAGE)).toMatchObject({ ok: false, retryAfterMs: 120_000 });
  });

  test("silence ends with the timeout; a body that never ends does not matter", async () => {
    const silent = await receiver(silence);
    const sent = await post(webhook(silent.url), MESSAGE, { timeoutMs: 200 });
    expect(sent).toMatchObject({ ok: false, error: expect.stringMatching(/no answer in time$/), passing: false });
    const talking = await receiver(endless);
    expect(await post(webhook(talking.url), MESSAGE)).toEqual({ ok: true });
  });

  test("nobody there, or a line that is cut", async () => {
    const one = await receiver((response) => response.socket?.destroy());
    expect(await post(webhook(one.url), MESSAGE)).toMatchObject({ ok: false, passing: true });
    expect(await post(webhook("http://127.0.0.1:9/x"), MESSAGE)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^webhook at 127\.0\.0\.1:9: .*(ECONNREFUSED|bad port)/i),
    });
  });

  test.each([301, 302, 303, 307, 308])("a redirect (%i) is not followed, wherever it leads", async (status) => {
    const inner = await receiver(reply(200));
    const outer = await receiver(reply(status, { location: inner.url }));
    const sent = await post(webhook(outer.url), MESSAGE);
    expect(sent).toMatchObject({ ok: false, error: expect.stringContaining("redirect"), passing: false });
    expect(inner.received).toEqual([]);
  });

  test("credentials of the URL are sent as such, its fragment is not", async () => {
    const one = await receiver(reply(200));
    const url = one.url.replace("http://", "http://us%3Aer:p%40ss@");
    expect(await post(webhook(`${url}#slack`), MESSAGE)).toEqual({ ok: true });
    expect(one.received[0]?.path).toBe(`/hook/${TOKEN}`);
    const said = Buffer.from(String(one.received[0]?.headers["authorization"]).replace("Basic ", ""), "base64");
    expect(said.toString()).toBe("us:er:p@ss");
  });
});

describe("which addresses are reached", () => {
  test.each([
    ["127.0.0.1", false],
    ["10.1.2.3", false],
    ["172.16.0.1", false],
    ["192.168.1.1", false],
    ["169.254.169.254", false],
    ["100.64.0.1", false],
    ["0.0.0.0", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["192.0.2.1", false],
    ["198.18.0.1", false],
    ["::1", false],
    ["::", false],
    ["fe80::1", false],
    ["fc00::1", false],
    ["ff02::1", false],
    ["::ffff:127.0.0.1", false],
    ["::ffff:10.0.0.1", false],
    ["64:ff9b::7f00:1", false],
    ["2002:7f00:1::", false],
    ["2001:db8::1", false],
    ["no address", false],
    ["8.8.8.8", true],
    ["::ffff:8.8.8.8", true],
    ["2606:4700::6810:84e5", true],
  ])("%s public: %s", (address, expected) => expect(isPublic(address)).toBe(expected));

  test.each([
    ["an address", (port: number) => `http://127.0.0.1:${port}/`],
    ["an address as one number", (port: number) => `http://2130706433:${port}/`],
    ["an address in hex", (port: number) => `http://0x7f.1:${port}/`],
    ["an IPv6 address with an IPv4 one in it", (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ["a name for loopback", (port: number) => `http://localhost:${port}/`],
  ])("%s is refused before anything is sent", async (_, urlOf) => {
    const one = await receiver(reply(200));
    const sent = await post(webhook(urlOf(one.port), false), MESSAGE);
    expect(sent).toMatchObject({
      ok: false,
      error: expect.stringMatching(/is not public; set TRIALDRIFT_WEBHOOK_PRIVATE=1/),
      passing: false,
    });
    expect(one.received).toEqual([]);
  });

  test("one private address among the answers of DNS is enough to refuse the name", async () => {
    const one = await receiver(reply(200));
    const url = `http://news.example:${one.port}/`;
    const sent = await post(webhook(url, false), MESSAGE, { resolve: resolving("8.8.8.8", "127.0.0.1") });
    expect(sent).toMatchObject({ ok: false, error: expect.stringContaining("127.0.0.1 is not public") });
    expect(one.received).toEqual([]);
  });

  test("a name is resolved once, by the check itself: there is no second answer that could differ", async () => {
    let asked = 0;
    const answers = [["127.0.0.1"], ["8.8.8.8"]];
    const rebinding = ((name: string, options: never, callback: never) => {
      asked += 1;
      (resolving(...(answers[asked - 1] ?? [])) as (...args: unknown[]) => void)(name, options, callback);
    }) as unknown as typeof lookup;
    const sent = await post(webhook("http://news.example:8080/", false), MESSAGE, { resolve: rebinding });
    expect(sent).toMatchObject({ ok: false, passing: false });
    expect(asked).toBe(1);
  });

  test.each([true, false])("the socket gets the very addresses that were looked at (all: %s)", async (all) => {
    const found = await new Promise((resolve) => {
      publicLookup(resolving("8.8.8.8", "2606:4700::1"))("news.example", { all }, (error, address) =>
        resolve(error ?? address),
      );
    });
    expect(found).toEqual(
      all
        ? [
            { address: "8.8.8.8", family: 4 },
            { address: "2606:4700::1", family: 6 },
          ]
        : "8.8.8.8",
    );
  });
});

test("no error names a secret of the URL", async () => {
  const urls = [
    `http://user:${TOKEN}@127.0.0.1:9/${TOKEN}?key=${TOKEN}`,
    `http://${"no-such-host"}.invalid/${TOKEN}?key=${TOKEN}`,
  ];
  for (const url of urls) {
    const sent = await post(webhook(url), MESSAGE);
    expect(sent.ok).toBe(false);
    expect(JSON.stringify(sent)).not.toContain(TOKEN);
    expect(nameOf(webhook(url))).not.toContain(TOKEN);
  }
});
