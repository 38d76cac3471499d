import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readColumns } from "../../db/describe.ts";
import type { Database } from "../../db/open.ts";
import { readView, VIEW_NAMES } from "../../db/read.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { hiddenField, openSite, raw, type Served, visitorOf } from "../support/site.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";

/** The page over real HTTP: what it shows, whom it refuses, and what a decision on it leaves. */

const TOKEN = "a word of sixteen signs";
const NASTY = `<script>alert(1)</script>"><img src=x onerror=alert(2)>`;
const A = nct(11);

let database: Database;
let played: Played;
let folder: ReviewFolder;
let open: Served;
let closed: Served;
let readOnly: Served;

beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry({
    date: "2022-01-21",
    records: [trial(11), trial(12, { title: NASTY }), trial(13, { status: "TERMINATED", why: NASTY })],
  });
  const cells = {
    primary_outcomes: ["HbA1c"],
    enrollment: 25,
    start_date: "2019-05",
    status: null,
    country: ["Finland"],
    results: null,
  };
  folder = reviewFolder("lupus", { cond: "lupus", rows: [11, 12].map((n) => ({ n, cells })) });
  await runOnce(database, folder.read(), played);
  open = await openSite(database, folder.directory);
  closed = await openSite(database, folder.directory, { token: TOKEN });
  readOnly = await openSite(database, folder.directory, { decide: false });
});
afterAll(async () => {
  expect([open, closed, readOnly].flatMap(({ failures }) => failures)).toEqual([]);
  for (const one of [open, closed, readOnly, played, database]) await one?.close();
  folder?.remove();
});

const text = async (answer: Promise<Response>): Promise<string> => (await answer).text();
const file = (): string => readFileSync(join(folder.directory, "lupus", "table-1.json"), "utf8");
const wish = { review: "lupus", table: "1", nct: A, column: "enrollment" };

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
    const answer = await visitorOf(open.url).get(path);
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
    const page = await text(visitorOf(open.url).get(path));
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img");
  });

  test("filters choose studies; one that nothing can mean is refused", async () => {
    const visitor = visitorOf(open.url);
    const found = await text(visitor.get("/table?status=TERMINATED"));
    expect(found).toContain("1 study of 3");
    expect(found).not.toContain(`id="t1-${A}"`);
    expect((await visitor.get("/table?kind=moving")).status).toBe(400);
  });

  test("a page that only reads has no form that posts, and takes none", async () => {
    const visitor = visitorOf(readOnly.url);
    for (const path of ["/", "/table", "/flags"]) expect(await text(visitor.get(path))).not.toContain('method="post"');
    const token = hiddenField(await text(visitor.get("/login")), "token");
    const answer = await visitor.post("/decide", { ...wish, verb: "accept", token });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("this page only reads");
  });
});

describe("who is refused", () => {
  test("a post from another site, one without the form's token, one with a stranger's: nothing is changed", async () => {
    const before = file();
    const visitor = visitorOf(open.url);
    const token = hiddenField(await text(visitor.get("/table")), "token");
    const other = hiddenField(await text(visitorOf(open.url).get("/table")), "token");
    const fields = { ...wish, verb: "accept" };
    for (const [given, headers, words] of [
      [{ ...fields, token }, { "sec-fetch-site": "cross-site" }, "another site"],
      [{ ...fields, token }, { "sec-fetch-site": "same-site" }, "another site"],
      [fields, {}, "no valid token"],
      [{ ...fields, token: other }, {}, "no valid token"],
    ] as const) {
      const answer = await visitor.post("/decide", given, headers);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain(words);
    }
    const foreign = await fetch(`${open.url}/flags`, { method: "POST", headers: { origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    expect(file()).toBe(before);
  });

  test("a foreign host name on loopback, which is how DNS rebinding would come", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example"])
      expect(await raw(open.url, "/", { host }), host).toMatchObject({ status: 403 });
    expect(await raw(open.url, "/", { host: "localhost:1" })).toMatchObject({ status: 200 });
  });

  test("without the token nothing is read, by page or by API; with it both are", async () => {
    const visitor = visitorOf(closed.url);
    for (const path of ["/", "/table", "/nowhere", "/api/trials", "/api/openapi.json"]) {
      const answer = await visitor.get(path);
      expect(answer.status, path).toBe(401);
      expect(await answer.text()).not.toContain(A);
    }
    expect((await visitor.get("/api/trials", { authorization: "Bearer wrong" })).status).toBe(401);
    expect((await visitor.get("/api/trials", { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    const token = hiddenField(await text(visitor.get("/table?table=1")), "token");
    expect((await visitor.post("/login", { token, word: "wrong", next: "/" })).status).toBe(401);
    const entered = await visitor.post("/login", { token, word: TOKEN, next: "/table?table=1" });
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/table?table=1"]);
    expect(entered.headers.get("set-cookie")).toMatch(/HttpOnly/i);
    expect(await text(visitor.get("/table"))).toContain("Sign out");
    await visitor.post("/logout", { token });
    expect((await visitor.get("/")).status).toBe(401);
  });

  test("a sign-in leads nowhere else, and wrong tokens run out", async () => {
    const visitor = visitorOf(closed.url);
    const token = hiddenField(await text(visitor.get("/login")), "token");
    for (const next of ["//evil.example/", "https://evil.example/", "/\\evil.example"])
      expect((await visitor.post("/login", { token, word: TOKEN, next })).headers.get("location"), next).toBe("/");
    const statuses = [];
    for (let at = 0; at < 12; at += 1) statuses.push((await visitor.post("/login", { token, word: "wrong" })).status);
    expect(statuses.at(-1)).toBe(429);
  });

  test.each([
    "/api/..%2f..%2fetc%2fpasswd",
    "/api/../../etc/passwd",
    "/api/trials/../../db",
    "/api/__proto__",
    "/api/trials%00",
    "/api/trials;select",
    "/api/%E0%A4%A",
    "/api/",
  ])("%s is no view", async (path) => {
    const answer = await raw(open.url, path);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatch(/there is no such (view|page)/);
  });

  test("runs are shown with the seconds of each step; one of before they were noted has none", async () => {
    const shown = /data-head="of these"><p>(.*?)<\/p>/;
    const visitor = visitorOf(open.url);
    expect(shown.exec(await text(visitor.get("/runs")))?.[1]).toMatch(
      /^walk \d+\.\d\d s, settle \d+\.\d\d s, publish \d+\.\d\d s$/,
    );
    await database.db.execute(sql`update trialdrift.runs set steps = null`);
    expect(shown.exec(await text(visitor.get("/runs")))?.[1]).toBe("");
  });

  test("what does not exist is said", async () => {
    const visitor = visitorOf(open.url);
    for (const [path, status, words] of [
      ["/table?table=9", 404, "there is no table 9"],
      ["/table?review=nobody", 404, "there is no such review"],
      ["/study/NCT99999999", 404, "there is no such study"],
      ["/study/NCT00000011?review=nobody", 404, "there is no such review"],
      ["/study/..%2f..%2fetc", 404, "there is no such study"],
      ["/decided?review=lupus&id=01M8BDTJJ47H01KG63JM47BFS6", 404, "there is no decision"],
      ["/api/trials?review=nobody", 404, "there is no such review"],
      ["/api/trials?nct=NCT1", 400, "no NCT number"],
      ["/api/trials?until=now", 400, "trials has no filter until"],
      ["/api/drift?kind=moving", 400, "drift has no kind moving"],
      ["/api/studies", 400, "read by review or by nct"],
    ] as const) {
      const answer = await visitor.get(path);
      expect(answer.status, path).toBe(status);
      expect(await answer.text()).toContain(words);
    }
    const token = hiddenField(await text(visitor.get("/table")), "token");
    const person = { by: "Eva", note: "why" };
    const flag = await visitor.post("/flags", { token, review: "lupus", flag: "999999", state: "resolved", ...person });
    expect(await flag.text()).toContain("there is no flag 999999");
    const gone = await visitor.post("/decide", {
      token,
      review: "lupus",
      verb: "undo",
      decision: "01M8BDTJJ47H01KG63JM47BFS6",
    });
    expect(await gone.text()).toContain("there is no decision 01M8BDTJJ47H01KG63JM47BFS6");
    expect([flag.status, gone.status]).toEqual([400, 400]);
  });
});

describe("deciding", () => {
  test("the next version's log is shown before it is written; then it is written as on the command line, and undone", async () => {
    const before = file();
    const visitor = visitorOf(open.url);
    const token = hiddenField(await text(visitor.get("/table")), "token");
    const page = await text(visitor.post("/decide", { ...wish, verb: "accept", token }));
    expect(page).toContain("version 2 (now 1)");
    expect(page).toContain(`${A} enrollment: 25 -&gt; 20`);
    expect(file()).toBe(before);

    const expecting = hiddenField(page, "expect");
    const confirm = { ...wish, verb: "accept", token, by: "Eva", note: "as posted" };
    const stale = await visitor.post("/decide/confirm", { ...confirm, expect: "0".repeat(36) });
    expect(stale.status).toBe(400);
    expect(await stale.text()).toContain("has changed since you looked");
    expect(file()).toBe(before);

    const taken = await visitor.post("/decide/confirm", { ...confirm, expect: expecting });
    expect(taken.status).toBe(303);
    const decided = await text(visitor.get(taken.headers.get("location") ?? ""));
    expect(decided).toContain("by Eva");
    const { version, rows, log } = JSON.parse(file());
    expect([version, rows[0].cells.enrollment, log[0].by]).toEqual([2, 20, "Eva"]);
    expect(await text(visitor.get("/table"))).toContain("(version 2)");

    const undo = { review: "lupus", decision: hiddenField(decided, "decision"), verb: "undo", token };
    const outlook = await text(visitor.post("/decide", undo));
    expect(outlook).toContain("version 3 (now 2)");
    const undone = await visitor.post("/decide/confirm", {
      ...undo,
      by: "Eva",
      note: "",
      expect: hiddenField(outlook, "expect"),
    });
    expect(undone.status).toBe(303);
    expect(JSON.parse(file()).rows[0].cells.enrollment).toBe(25);
  });

  test("all cells of a study that a rule has placed at once: listed first, one name for all, each taken back by itself", async () => {
    const before = JSON.parse(file());
    const visitor = visitorOf(open.url);
    const B = nct(12);
    const shown = await text(visitor.get(`/table?q=${B}`));
    expect(shown).toContain(`Accept all that a rule has placed…<span class="aside"> in ${B}</span>`);
    const all = { ...wish, nct: B, column: "all", token: hiddenField(shown, "token") };
    expect(await text(visitor.post("/decide", { ...all, verb: "reject" }))).toContain("enrollment: 25 stays");
    expect((await visitor.post("/decide", { ...all, verb: "own", value: "20" })).status).toBe(400);
    const page = await text(visitor.post("/decide", { ...all, verb: "accept" }));
    const lines = [...page.matchAll(/<li>(NCT.*?)<\/li>/g)].map(([, line = ""]) => line);
    expect(lines).toEqual([`${B} start: 2019-05 -&gt; 2019-03`, `${B} enrollment: 25 -&gt; 20`]);
    expect(page).toContain(`Left to you, one by one: ${B} outcomes`);
    expect(JSON.parse(file())).toEqual(before);

    const person = { by: "Eva", note: "as posted" };
    const taken = await visitor.post("/decide/confirm", {
      ...all,
      ...person,
      verb: "accept",
      expect: hiddenField(page, "expect"),
    });
    const decided = await text(visitor.get(taken.headers.get("location") ?? ""));
    expect(decided.match(/by Eva/g)).toHaveLength(lines.length);
    const after = JSON.parse(file());
    expect([after.version, after.rows[1].cells.enrollment, after.rows[1].cells.start_date]).toEqual([
      before.version + 1,
      20,
      "2019-03",
    ]);
    expect(await text(visitor.get(`/table?q=${B}`))).not.toContain("Accept all");
    const nothing = await visitor.post("/decide", { ...all, verb: "accept" });
    expect([nothing.status, await nothing.text()]).toEqual([
      400,
      expect.stringContaining("there is nothing to decide"),
    ]);

    const ids = [...decided.matchAll(/name="decision" value="([^"]*)"/g)].map(([, id = ""]) => id);
    for (const decision of ids) {
      const undo = { review: "lupus", decision, verb: "undo", token: all.token };
      const outlook = await text(visitor.post("/decide", undo));
      await visitor.post("/decide/confirm", { ...undo, ...person, expect: hiddenField(outlook, "expect") });
    }
    expect(JSON.parse(file()).rows).toEqual(before.rows);
  });

  test("an own value is checked as on the command line; a cell that agrees is refused", async () => {
    const visitor = visitorOf(open.url);
    const token = hiddenField(await text(visitor.get("/table")), "token");
    for (const [fields, words] of [
      [{ ...wish, verb: "own", value: "many" }, "expected"],
      [{ ...wish, verb: "accept", column: "country" }, "agree already"],
      [{ ...wish, verb: "accept", column: "size" }, "the field column is wrong"],
      [{ ...wish, verb: "delete" }, "the field verb is wrong"],
    ] as const) {
      const answer = await visitor.post("/decide", { ...fields, token });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(words);
    }
  });

  test("the sentence on results and publications are decided by their own values", async () => {
    const visitor = visitorOf(open.url);
    const page = await text(visitor.get("/table"));
    expect(page).toContain(`for results of ${A}`);
    const token = hiddenField(page, "token");
    for (const [fields, words] of [
      [
        { verb: "own", column: "results", value: "Safe in ten patients" },
        "results: (blank) -&gt; Safe in ten patients",
      ],
      [{ verb: "accept", column: "publications", value: "31415926" }, "PMID 31415926 confirmed"],
      [{ verb: "reject", column: "publications", value: "31415926" }, "stays at version"],
    ] as const)
      expect(await text(visitor.post("/decide", { ...wish, ...fields, token })), words).toContain(words);
    const without = await visitor.post("/decide", { ...wish, verb: "accept", column: "publications", token });
    expect(without.status).toBe(400);
  });

  test("flags are answered with name and note", async () => {
    const visitor = visitorOf(open.url);
    const page = await text(visitor.get("/flags"));
    const [token, flag] = [hiddenField(page, "token"), hiddenField(page, "flag")];
    const without = await visitor.post("/flags", {
      token,
      review: "lupus",
      flag,
      state: "acknowledged",
      by: "Eva",
      note: " ",
    });
    expect(without.status).toBe(400);
    const answer = await visitor.post("/flags", {
      token,
      review: "lupus",
      flag,
      state: "acknowledged",
      by: "Eva",
      note: "seen",
    });
    expect(answer.status).toBe(303);
    expect(await text(visitor.get(answer.headers.get("location") ?? ""))).toContain(
      `flag ${flag} is acknowledged by Eva`,
    );
    const found = (await readView<{ flag_id: number; state: string }>(database.db, "flags")).find(
      ({ flag_id }) => String(flag_id) === flag,
    );
    expect(found?.state).toBe("acknowledged");
  });
});

describe("the read API", () => {
  test("answers with the rows of the view, as JSON and as CSV", async () => {
    const visitor = visitorOf(open.url);
    const json = await (await visitor.get("/api/drift?review=lupus&kind=differed_when_printed,moved")).json();
    expect(json).toEqual(await readView(database.db, "drift", { kinds: ["differed_when_printed", "moved"] }));
    const csv = await text(visitor.get(`/api/trials?nct=${A}`, { accept: "text/csv" }));
    expect(csv.split("\r\n")[0]).toMatch(/^review,table_no,nct_id,title,/);
    expect(csv).toContain(A);
    expect(await text(visitor.get("/api/quarantine?format=csv"))).toMatch(/^quarantine_id,[^\n]*\n$/);
  });

  test("sends nothing twice: 304 until something is published or a flag is answered", async () => {
    const visitor = visitorOf(open.url);
    const tag = async () => (await visitor.get("/api/flags")).headers.get("etag") ?? "";
    const first = await tag();
    expect((await visitor.get("/api/flags", { "if-none-match": first })).status).toBe(304);
    expect((await visitor.get("/api/flags?format=csv", { "if-none-match": first })).status).toBe(200);
    await runOnce(database, folder.read(), null);
    expect(await tag()).not.toBe(first);
    expect((await visitor.get("/api/runs")).headers.get("etag")).toBeNull();
  });

  test("is described whole: every view, every column with its meaning, the filters that it has", async () => {
    const described = (await (await visitorOf(open.url).get("/api/openapi.json")).json()) as {
      paths: Record<string, { get: { parameters: { name: string }[]; responses: Record<number, any> } }>;
    };
    expect(Object.keys(described.paths)).toEqual(VIEW_NAMES.map((view) => `/api/${view}`));
    const columns = await readColumns(database.db);
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
