import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { atomFeed, jsonFeed } from "../../../pipeline/report/feeds.ts";
import { type Delivery, signature, takesSlackForm, webhookRequest } from "../../../pipeline/report/payloads.ts";
import { digest, statusNews } from "./news.ts";
import { flag } from "./rows.ts";

/** What leaves the house: a webhook's generic and Slack's form, Atom and JSON Feed. */

const KEY = "0b0e7c1e-3c0d-4a52-9f0e-2f1f6d0c9a11";
const WILD = 'a <b>&amp; "c" \u0007\u202e]]> <!channel> \ud800';
const delivery = (of: Partial<Delivery> = {}): Delivery => ({
  key: KEY,
  createdAt: "2022-01-21T15:30:00Z",
  digest: digest(
    { undelivered: ["The digest of run 6 has not reached the webhook."] },
    {
      title: WILD,
      opened: [flag(3, "high", "withdrawn", { message: WILD })],
      statusChanges: [statusNews()],
      changes: 4,
    },
  ),
  ...of,
});

describe("webhook", () => {
  const url = new URL("https://news.example/hook");

  test("the generic form is data and text, named by its key and signed as it is sent", () => {
    const { headers, body } = webhookRequest(url, "the secret", delivery());
    expect(headers).toEqual({
      "content-type": "application/json; charset=utf-8",
      "user-agent": "trialdrift",
      "idempotency-key": KEY,
      "x-trialdrift-signature": `sha256=${createHmac("sha256", "the secret").update(Buffer.from(body)).digest("hex")}`,
    });
    expect(JSON.parse(body)).toMatchObject({
      type: "trialdrift.digest",
      version: 1,
      id: KEY,
      created_at: "2022-01-21T15:30:00Z",
      run_id: 7,
      data_date: "2022-01-21",
      incomplete: [],
      reviews: [
        {
          review: "r1",
          baseline_flags: null,
          flags: [{ flag_id: 3, nct_id: "NCT00000003", kind: "withdrawn", severity: "high", table_no: 1 }],
          changes: 4,
          status_changes: [{ nct_id: "NCT00000001", from_status: "RECRUITING", to_status: "UNKNOWN" }],
          query_changed: [],
        },
      ],
      undelivered: ["The digest of run 6 has not reached the webhook."],
      markdown: expect.stringContaining("### High: 1 new flag"),
    });
    expect(body).not.toContain("the secret");
  });

  test("the same delivery has the same bytes in every attempt; without a secret it is unsigned", () => {
    expect(webhookRequest(url, "s", delivery())).toEqual(webhookRequest(url, "s", delivery()));
    expect(Object.keys(webhookRequest(url, null, delivery()).headers)).not.toContain("x-trialdrift-signature");
  });

  test("a signature that anybody can check", () => {
    // RFC 4231, test case 2.
    expect(signature("Jefe", "what do ya want for nothing?")).toBe(
      "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  test.each([
    ["https://hooks.slack.com/services/T/B/x", true],
    ["https://chat.example/hooks/x#slack", true],
    ["https://chat.example/hooks/x", false],
    ["https://hooks.slack.com.example/x", false],
  ])("%s takes Slack's form: %s", (at, expected) => expect(takesSlackForm(new URL(at))).toBe(expected));

  test("Slack's form: text and blocks within its limits; the registry's words can mention nobody", () => {
    const many = Array.from({ length: 900 }, (_, at) =>
      flag(at + 1, "low", "new_trial", { message: `${WILD} ${"word ".repeat(60)}` }),
    );
    const slack = new URL("https://hooks.slack.com/services/T/B/x");
    for (const one of [
      delivery(),
      delivery({ digest: digest({ incomplete: [WILD] }, { title: WILD, opened: many }) }),
    ]) {
      const body = JSON.parse(webhookRequest(slack, null, one).body) as {
        text: string;
        blocks: { type: string; text: { type: string; text: string } }[];
      };
      expect(body.text).toMatch(/^trialdrift run 7/);
      expect(body.blocks.length).toBeLessThanOrEqual(50);
      for (const { text } of body.blocks) {
        expect(text.text.length).toBeLessThanOrEqual(text.type === "plain_text" ? 150 : 3000);
        expect(text.text).not.toMatch(/<!|<b>/);
      }
      expect(Object.keys(body)).toEqual(["text", "blocks"]);
    }
  });
});

/** Refuses what an XML parser would: tags that do not close, bare ampersands, characters that XML cannot hold. */
function assertWellFormed(xml: string): string[] {
  expect(xml.isWellFormed()).toBe(true);
  expect([...xml].filter((one) => one < " " && one !== "\n" && one !== "\t")).toEqual([]);
  expect(xml.replace(/&(?:amp|lt|gt|quot);/g, "")).not.toContain("&");
  const stack: string[] = [];
  const seen: string[] = [];
  for (const [, close, name = "", , empty] of xml.matchAll(/<(\/)?([a-z]+)((?: [a-z]+="[^"<]*")*)(\/)?>/g)) {
    if (close !== undefined) expect(stack.pop()).toBe(name);
    else if (empty === undefined) stack.push(name);
    if (close === undefined) seen.push(name);
  }
  expect(stack).toEqual([]);
  const text = xml.replace(/^<\?xml[^?]*\?>/, "").replace(/<\/?[a-z]+(?: [a-z]+="[^"<]*")*\/?>/g, "");
  expect(text).not.toMatch(/[<>]/);
  return seen;
}

describe("feeds", () => {
  const two = [
    delivery({ key: "11111111-3c0d-4a52-9f0e-2f1f6d0c9a11", createdAt: "2022-01-22T15:30:00Z" }),
    delivery(),
  ];

  test("Atom is well-formed, whatever the registry wrote, with ids that stay", () => {
    const xml = atomFeed(two, "2022-02-01T00:00:00Z");
    const seen = assertWellFormed(xml);
    expect(seen.filter((name) => name === "entry")).toHaveLength(2);
    for (const name of ["id", "title", "updated"]) expect(seen).toContain(name);
    expect(xml).toContain(`<id>urn:uuid:${KEY}</id>`);
    expect(xml).toContain("<updated>2022-01-22T15:30:00Z</updated>");
    expect(xml).toContain("&lt;pre&gt;# trialdrift run 7");
    // The content is HTML in XML: what the registry wrote is escaped for both.
    expect(xml).toContain("a \\&amp;lt;b&amp;gt;");
    expect(atomFeed(two, "2030-01-01T00:00:00Z")).toBe(xml);
    assertWellFormed(atomFeed([], "2022-02-01T00:00:00Z"));
  });

  test("JSON Feed 1.1 with the same ids", () => {
    const feed = JSON.parse(jsonFeed(two)) as { version: string; items: Record<string, unknown>[] };
    expect(feed.version).toBe("https://jsonfeed.org/version/1.1");
    expect(feed.items.map(({ id }) => id)).toEqual(two.map(({ key }) => `urn:uuid:${key}`));
    expect(feed.items[1]).toMatchObject({
      title: "run 7, data of 2022-01-21: 1 high flag; 1 status change",
      content_text: expect.stringContaining("# trialdrift run 7"),
      date_published: "2022-01-21T15:30:00Z",
      tags: ["r1"],
    });
  });
});
