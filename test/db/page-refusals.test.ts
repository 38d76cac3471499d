import { describe, expect, test } from "vitest";
import { A, openPages, text, TOKEN, wish } from "../support/pages.ts";
import { hiddenField, raw, visitorOf } from "../support/site.ts";

/** The page over real HTTP: whom and what it refuses. */

const pages = openPages();

describe("who is refused", () => {
  test("a post from another site, one without the form's token, one with a stranger's: nothing is changed", async () => {
    const before = pages.file();
    const visitor = visitorOf(pages.open.url);
    const token = hiddenField(await text(visitor.get("/table")), "token");
    const other = hiddenField(await text(visitorOf(pages.open.url).get("/table")), "token");
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
    const foreign = await fetch(`${pages.open.url}/flags`, {
      method: "POST",
      headers: { origin: "https://evil.example" },
    });
    expect(foreign.status).toBe(403);
    expect(pages.file()).toBe(before);
  });

  test("a foreign host name on loopback, which is how DNS rebinding would come", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example"])
      expect(await raw(pages.open.url, "/", { host }), host).toMatchObject({ status: 403 });
    expect(await raw(pages.open.url, "/", { host: "localhost:1" })).toMatchObject({ status: 200 });
  });

  test("without the token nothing is read, by page or by API; with it both are", async () => {
    const visitor = visitorOf(pages.closed.url);
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
    const visitor = visitorOf(pages.closed.url);
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
    const answer = await raw(pages.open.url, path);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatch(/there is no such (view|page)/);
  });

  test("what does not exist is said", async () => {
    const visitor = visitorOf(pages.open.url);
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
