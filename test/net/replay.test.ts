import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Replay, startReplay } from "../../fixtures/replay/server.ts";
import { id, RECORDS } from "./replay-trials.ts";

let folder = "";
let replay: Replay;
const log: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-"));
  const file = join(folder, "five-2021-03-02.jsonl");
  await writeFile(file, RECORDS.map((made) => JSON.stringify(made)).join("\n"));
  replay = await startReplay({ paths: [file], onAnswered: (line) => log.push(line) });
});

afterAll(async () => {
  await replay.close();
  await rm(folder, { recursive: true });
});

type Parameters = Record<string, string>;
const get = (path: string, parameters: Parameters = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(`${replay.url}${path}?${new URLSearchParams(parameters)}`, { redirect: "manual", ...init });

describe("answers", () => {
  test("/version", async () => {
    const response = await get("/version");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ apiVersion: "2.0.5", dataTimestamp: "2021-03-02T09:00:01" });
    expect(replay.dataTimestamp).toBe("2021-03-02T09:00:01");
  });

  test("each study stands on a line of its own, as recorded", async () => {
    const lines = (await (await get("/studies", { "filter.ids": `${id(4)},${id(1)}` })).text()).split("\n");
    expect(lines).toEqual(['{"studies":[', `${JSON.stringify(RECORDS[1])},`, JSON.stringify(RECORDS[4]), "]}"]);
    expect(lines[2]).toContain("\\u0000");
  });

  test("gzip when asked for, plain when not, always with a length", async () => {
    const raw = (coding: string): Promise<{ coding: string | undefined; first: number | undefined; length: number }> =>
      new Promise((resolve, reject) => {
        httpRequest(`${replay.url}/studies`, { headers: { "accept-encoding": coding } }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const body = Buffer.concat(chunks);
            expect(Number(response.headers["content-length"])).toBe(body.length);
            resolve({ coding: response.headers["content-encoding"], first: body[0], length: body.length });
          });
        })
          .on("error", reject)
          .end();
      });
    const [plain, zipped] = [await raw("identity, gzip;q=0"), await raw("br, gzip")];
    expect(plain).toMatchObject({ coding: undefined, first: 0x7b });
    expect(zipped).toMatchObject({ coding: "gzip", first: 0x1f });
    expect(zipped.length).toBeLessThan(plain.length);
  });

  test("one ETag for the whole data, 304 when it is sent back", async () => {
    const etag = (await get("/version")).headers.get("etag") ?? "";
    expect((await get(`/studies/${id(1)}`)).headers.get("etag")).toBe(etag);
    expect((await get("/version", {}, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await get("/version", {}, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    expect((await get("/nowhere", {}, { headers: { "if-none-match": etag } })).status).toBe(404);
  });

  test("the access log has a line an answer", async () => {
    await get(`/studies/${id(77)}`);
    await expect.poll(() => log.at(-1)).toMatch(/^GET \/api\/v2\/studies\/NCT00000077\? 404 \d+ B \d+ ms$/);
  });
});

describe("/studies/{nctId}", () => {
  test("one study, not wrapped, in any spelling of the id", async () => {
    for (const asked of [id(3), "nct3", "NCT0000000003"]) {
      expect(await (await get(`/studies/${asked}`)).json()).toEqual(RECORDS[3]);
    }
  });
  test("fields", async () => {
    const body = await (await get(`/studies/${id(1)}`, { fields: "OverallStatus|hasResults" })).json();
    expect(body).toEqual({ protocolSection: { statusModule: { overallStatus: "RECRUITING" } }, hasResults: false });
  });
  test("an alias redirects to the survivor and forgets the query string", async () => {
    const response = await get(`/studies/${id(90)}`, { fields: "NCTId" });
    expect(response.status).toBe(301);
    expect(response.headers.get("location")).toBe(`/api/v2/studies/${id(2)}`);
    const followed = await get(`/studies/${id(90)}`, { fields: "NCTId" }, { redirect: "follow" });
    expect(await followed.json()).toEqual(RECORDS[2]);
  });
});

describe("refusals are plain text (ctgov-api.md 1.6)", () => {
  test.each<[string, Parameters, number, string | RegExp]>([
    [`/studies/${id(77)}`, {}, 404, "NCT number NCT00000077 not found"],
    ["/studies/NCT00000000", {}, 400, "Parameter `nctId` has incorrect format"],
    ["/studies/abc", {}, 400, "Parameter `nctId` has incorrect format"],
    ["/studies/search-areas", {}, 404, /./],
    ["/stats/size", {}, 404, /./],
    ["/studies/", {}, 404, /./],
    ["/studies", { bogusParam: "1" }, 400, "`bogusParam` is unknown parameter"],
    ["/version", { bogusParam: "1" }, 400, "`bogusParam` is unknown parameter"],
    [`/studies/${id(1)}`, { pageSize: "1" }, 400, "`pageSize` is unknown parameter"],
    [
      "/studies",
      { "filter.overallStatus": "RECRUITING,DONE" },
      400,
      "Invalid value in parameter `overallStatus`: `DONE`",
    ],
    ["/studies", { "filter.ids": `${id(1)},NCT0` }, 400, "Item 2 in parameter `filter.ids` has incorrect format"],
    ["/studies", { "filter.ids": "" }, 400, "Item 1 in parameter `filter.ids` has incorrect format"],
    ["/studies", { fields: "NCTId|nctid" }, 400, "Parameter 'fields' contains invalid field name: 'nctid'"],
    ["/studies", { sort: "BriefTitle" }, 400, "Unsupported sort field type: text"],
    ["/studies", { sort: "Nothing" }, 400, /Nothing/],
    ["/studies", { sort: "StartDate:up" }, 400, /`sort`/],
    ["/studies", { sort: "StartDate,CompletionDate,EnrollmentCount" }, 400, /`sort`/],
    ["/studies", { countTotal: "yes" }, 400, /`countTotal`/],
    ["/studies", { pageSize: "-1" }, 400, /`pageSize`/],
    ["/studies", { pageSize: "ten" }, 400, /`pageSize`/],
    ["/studies", { pageToken: "garbage" }, 400, /`pageToken` has incorrect format/],
    ["/studies", { aggFilters: "phase:2" }, 400, /`aggFilters` is not played/],
    ["/studies", { "filter.geo": "distance(1,2,3)" }, 400, /`filter.geo` is not played/],
    ["/studies", { format: "csv" }, 400, /only `json`/],
    ["/studies", { "query.intr": "(MSC" }, 400, /^Error parsing query in Intervention \/ treatment: /],
    ["/studies", { "query.cond": "" }, 400, /^Error parsing query in /],
    [
      "/studies",
      { "filter.advanced": "AREA[Foo]x" },
      400,
      /^Error parsing query in advanced filter: Unknown area name: `Foo`/,
    ],
    ["/studies", { "filter.advanced": "EXPANSION[None]lupus" }, 400, /EXPANSION/],
  ])("%s %o -> %i", async (path, parameters, status, text) => {
    const response = await get(path, parameters);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    const body = await response.text();
    if (typeof text === "string") expect(body).toBe(text);
    else expect(body).toMatch(text);
  });

  test("a repeated parameter, another method", async () => {
    expect((await fetch(`${replay.url}/studies?query.cond=lupus&query.cond=asthma`)).status).toBe(400);
    expect((await fetch(`${replay.url}/version`, { method: "POST" })).status).toBe(405);
  });
});
