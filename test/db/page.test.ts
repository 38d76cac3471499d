import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { readColumns } from "../../db/describe.ts";
import { readView, VIEW_NAMES } from "../../db/read.ts";
import { A, openPages, text, wish } from "../support/pages.ts";
import { hiddenField, visitorOf } from "../support/site.ts";
import { runOnce } from "../support/small-review.ts";

/** The page and its read API over real HTTP: what they show. */

const pages = openPages();

describe("what is shown", () => {
  test.each([
    "/",
    "/table",
    "/table?kind=moved&status=RECRUITING&q=nct",
    "/flags",
    "/evidence",
    "/study/NCT00000012?review=lupus",
    "/runs?review=lupus",
  ])("%s is a whole page that no script can run on", async (path) => {
    const answer = await visitorOf(pages.open.url).get(path);
    expect(answer.status).toBe(200);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; style-src ('sha256-[\w+/=]+' ?)+; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    const page = await answer.text();
    expect(page).toMatch(/<main[^>]*>[^]*<h1>[^]*<\/main>/);
    expect(page).not.toMatch(/<script|<img|style="|https?:\/\/(?!clinicaltrials\.gov|pubmed)/);
  });

  test.each(["/table", "/study/NCT00000012?review=lupus"])("%s: a script in a trial's title is text", async (path) => {
    const page = await text(visitorOf(pages.open.url).get(path));
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img");
  });

  test("filters choose studies; one that nothing can mean is refused", async () => {
    const visitor = visitorOf(pages.open.url);
    const found = await text(visitor.get("/table?status=TERMINATED"));
    expect(found).toContain("1 study of 3");
    expect(found).not.toContain(`id="t1-${A}"`);
    expect((await visitor.get("/table?kind=moving")).status).toBe(400);
  });

  test("a page that only reads has no form that posts, and takes none", async () => {
    const visitor = visitorOf(pages.readOnly.url);
    for (const path of ["/", "/table", "/flags"]) expect(await text(visitor.get(path))).not.toContain('method="post"');
    const token = hiddenField(await text(visitor.get("/login")), "token");
    const answer = await visitor.post("/decide", { ...wish, verb: "accept", token });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("this page only reads");
  });

  test("runs are shown with the seconds of each step; one of before they were noted has none", async () => {
    const shown = /data-head="of these"><p>(.*?)<\/p>/;
    const visitor = visitorOf(pages.open.url);
    expect(shown.exec(await text(visitor.get("/runs")))?.[1]).toMatch(
      /^walk \d+\.\d\d s, settle \d+\.\d\d s, publish \d+\.\d\d s$/,
    );
    await pages.database.db.execute(sql`update trialdrift.runs set steps = null`);
    expect(shown.exec(await text(visitor.get("/runs")))?.[1]).toBe("");
  });
});

describe("the read API", () => {
  test("answers with the rows of the view, as JSON and as CSV", async () => {
    const visitor = visitorOf(pages.open.url);
    const json = await (await visitor.get("/api/drift?review=lupus&kind=differed_when_printed,moved")).json();
    expect(json).toEqual(await readView(pages.database.db, "drift", { kinds: ["differed_when_printed", "moved"] }));
    const csv = await text(visitor.get(`/api/trials?nct=${A}`, { accept: "text/csv" }));
    expect(csv.split("\r\n")[0]).toMatch(/^review,table_no,nct_id,title,/);
    expect(csv).toContain(A);
    expect(await text(visitor.get("/api/quarantine?format=csv"))).toMatch(/^quarantine_id,[^\n]*\n$/);
  });

  test("sends nothing twice: 304 until something is published or a flag is answered", async () => {
    const visitor = visitorOf(pages.open.url);
    const tag = async () => (await visitor.get("/api/flags")).headers.get("etag") ?? "";
    const first = await tag();
    expect((await visitor.get("/api/flags", { "if-none-match": first })).status).toBe(304);
    expect((await visitor.get("/api/flags?format=csv", { "if-none-match": first })).status).toBe(200);
    await runOnce(pages.database, pages.folder.read(), null);
    expect(await tag()).not.toBe(first);
    expect((await visitor.get("/api/runs")).headers.get("etag")).toBeNull();
  });

  test("is described whole: every view, every column with its meaning, the filters that it has", async () => {
    const described = (await (await visitorOf(pages.open.url).get("/api/openapi.json")).json()) as {
      paths: Record<string, { get: { parameters: { name: string }[]; responses: Record<number, any> } }>;
    };
    expect(Object.keys(described.paths)).toEqual(VIEW_NAMES.map((view) => `/api/${view}`));
    const columns = await readColumns(pages.database.db);
    for (const view of VIEW_NAMES) {
      const answer = described.paths[`/api/${view}`]?.get.responses[200];
      const { properties } = answer.content["application/json"].schema.items;
      expect(Object.keys(properties), view).toEqual(columns.get(view)?.map(({ name }) => name));
      for (const [name, { description }] of Object.entries<{ description?: string }>(properties))
        expect(description, `${view}.${name}`).toBeTypeOf("string");
    }
    expect(described.paths["/api/drift"]?.get.parameters.map(({ name }) => name)).toEqual([
      "review",
      "since",
      "kind",
      "table",
      "nct",
      "format",
    ]);
    expect(described.paths["/api/contract"]?.get.parameters.map(({ name }) => name)).toEqual(["format"]);
  });
});
