/** The replay on whole recorded registries; skipped where the corpus is not beside the repository. */
import { createReadStream, existsSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { type Replay, startReplay } from "../../fixtures/replay/server.ts";

const corpus = (name: string): string => fileURLToPath(new URL(`../../../shared/corpus/${name}`, import.meta.url));
const JANUARY = corpus("msc-2022-01.jsonl.gz");
const SEPTEMBER = corpus("msc-2022-09.jsonl.gz");
const DAYS = corpus("replay");
const REGISTRY = corpus("registry-v2.jsonl.gz");
const present = [JANUARY, SEPTEMBER, DAYS, REGISTRY].every((path) => existsSync(path));

const T1D =
  '"type 1 diabetes" OR "type 1 diabetic" OR "type I diabetes" OR "diabetes mellitus, type 1" OR "diabetes mellitus type 1" ' +
  'OR "insulin-dependent diabetes" OR "type 1 or type 2 diabetes" OR Type1diabetes OR T1D OR T1DM OR IDDM';
const MSC =
  "mesenchymal OR messenchymal OR MSC OR MSCs OR UCMSC OR UCMSCs OR hUCMSC OR WJMSC OR WJMSCs OR MenSCs OR " +
  '"stromal cells" OR "Wharton\'s jelly" OR "adipose derived stem cells" OR "exfoliated teeth" OR ProTrans OR remestemcel OR Prochymal';

let replay: Replay | null = null;
afterEach(async () => {
  await replay?.close();
  replay = null;
});

interface Hits {
  totalCount: number;
  studies: { protocolSection: { identificationModule: { nctId: string }; statusModule?: { overallStatus: string } } }[];
}
async function search(url: string, parameters: Record<string, string>): Promise<Hits> {
  const query = new URLSearchParams({
    pageSize: "1000",
    countTotal: "true",
    fields: "NCTId|OverallStatus",
    ...parameters,
  });
  const response = await fetch(`${url}/studies?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Hits;
}

describe.skipIf(!present)(
  present ? "recorded registries" : "recorded registries (skipped: no corpus beside the repository)",
  () => {
    test("the review's queries of January 2022: 29 and 18 hits", async () => {
      replay = await startReplay({ paths: [JANUARY] });
      expect(replay.dataTimestamp).toBe("2022-01-21T09:00:01");
      expect((await search(replay.url, { "query.cond": T1D, "query.intr": MSC })).totalCount).toBe(29);
      expect((await search(replay.url, { "query.cond": "lupus OR SLE", "query.intr": MSC })).totalCount).toBe(18);
    });

    test("the wide net: 63 hits in conditions, titles and keywords, 26 more by MeSH terms and ancestors", async () => {
      replay = await startReplay({ paths: [JANUARY] });
      const pieces = ["Condition", "BriefTitle", "OfficialTitle", "Keyword"].map((piece) => `AREA[${piece}]diabetes`);
      expect((await search(replay.url, { "query.cond": pieces.join(" OR "), "query.intr": MSC })).totalCount).toBe(63);
      expect((await search(replay.url, { "query.cond": "diabetes", "query.intr": MSC })).totalCount).toBe(89);
    });

    test("September upserts over January: 68 replaced, 10 new, 17 with another status", async () => {
      replay = await startReplay({ paths: [JANUARY, SEPTEMBER], step: 1 });
      const statuses = async (url: string): Promise<Map<string, string | undefined>> => {
        const { studies } = await search(url, { "filter.ids": asked });
        return new Map(
          studies.map(({ protocolSection: p }) => [p.identificationModule.nctId, p.statusModule?.overallStatus]),
        );
      };
      const asked = (await idsOf(SEPTEMBER)).join(",");
      const before = await statuses(replay.url);
      await replay.setStep(2);
      const after = await statuses(replay.url);
      expect([before.size, after.size]).toEqual([68, 78]);
      expect([...before].filter(([id, status]) => after.get(id) !== status)).toHaveLength(17);
      expect((await search(replay.url, {})).totalCount).toBe(1463);
    });

    test("24 recorded days: the counts that index.json and the files imply", async () => {
      replay = await startReplay({ paths: [DAYS], step: 1 });
      expect([replay.steps, (await search(replay.url, {})).totalCount]).toEqual([24, 133]);
      await replay.setStep(2);
      expect((await search(replay.url, {})).totalCount).toBe(12); // 144 known, 132 gone
      expect((await fetch(`${replay.url}/studies/NCT02443155`)).status).toBe(404);
      await replay.setStep(24);
      expect([replay.dataTimestamp, (await search(replay.url, {})).totalCount]).toEqual(["2026-03-06T09:00:24", 1163]);
    });

    test("a walk over 2,243 records serves each one as it was recorded", async () => {
      replay = await startReplay({ paths: [REGISTRY] });
      const served = new Map<string, string>();
      for (let token: string | undefined, pages = 0; pages === 0 || token !== undefined; pages += 1) {
        const query: string = token === undefined ? "" : `&pageToken=${token}`;
        const text = await (await fetch(`${replay.url}/studies?pageSize=500${query}`)).text();
        for (const line of text.split("\n").slice(1, -1)) {
          const body = line.replace(/,$/, "");
          served.set(String(JSON.parse(body).protocolSection.identificationModule.nctId), body);
        }
        token = (JSON.parse(text) as { nextPageToken?: string }).nextPageToken;
      }
      expect(served.size).toBe(2243);
      let same = 0;
      for await (const line of linesOf(REGISTRY)) {
        const id = String(JSON.parse(line).protocolSection.identificationModule.nctId);
        if (served.get(id) === line) same += 1;
      }
      expect(same).toBe(2243);
    });
  },
);

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path).pipe(createGunzip()), crlfDelay: Infinity });

async function idsOf(path: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const line of linesOf(path)) ids.push(String(JSON.parse(line).protocolSection.identificationModule.nctId));
  return ids;
}
