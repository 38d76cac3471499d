import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Replay, startReplay } from "../../fixtures/replay/server.ts";
import { id, RECORDS } from "./replay-trials.ts";

let folder = "";
let replay: Replay;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-"));
  const file = join(folder, "five-2021-03-02.jsonl");
  await writeFile(file, RECORDS.map((made) => JSON.stringify(made)).join("\n"));
  replay = await startReplay({ paths: [file] });
});

afterAll(async () => {
  await replay.close();
  await rm(folder, { recursive: true });
});

type Parameters = Record<string, string>;
const get = (path: string, parameters: Parameters = {}): Promise<Response> =>
  fetch(`${replay.url}${path}?${new URLSearchParams(parameters)}`);

interface PageBody {
  studies: { protocolSection: { identificationModule: { nctId: string } } }[];
  totalCount?: number;
  nextPageToken?: string;
}
async function search(parameters: Parameters): Promise<PageBody & { ids: string[] }> {
  const response = await get("/studies", parameters);
  expect(response.status, await response.clone().text()).toBe(200);
  const page = (await response.json()) as PageBody;
  return { ...page, ids: page.studies.map((study) => study.protocolSection.identificationModule.nctId) };
}

describe("/studies search", () => {
  test.each<[Parameters, number[]]>([
    [{}, [1, 2, 3, 4, 5]],
    [{ "query.cond": "lupus" }, [1, 5]],
    [{ "query.cond": "lupus", "query.intr": "MSC" }, [5]],
    [{ "query.cond": "lupus OR asthma", "filter.advanced": "AREA[EnrollmentCount]RANGE[10,MAX]" }, [1]],
    [{ "query.term": "salbutamol" }, [4]],
    [{ "query.titles": "refers" }, [4]],
    [{ "query.lead": "Turku" }, [2, 4]],
    [{ "query.spons": "hospital" }, [1, 2, 3, 4, 5]],
    [{ "query.outc": "mortality" }, []],
    [{ "query.id": "NCT00000090" }, [2]],
    [{ "query.term": id(2) }, [2, 4]], // a search, not identity: the title of 4 names it (5.2)
    [{ "query.id": `${id(1)}, ${id(5)}` }, [1, 5]],
    [{ "query.id": id(1), "filter.overallStatus": "COMPLETED", "filter.ids": id(3), "query.cond": "asthma" }, [1]],
    [{ "query.id": `${id(1)} OR x`, "filter.overallStatus": "COMPLETED" }, []], // not ids alone: the filter counts
    [{ "filter.overallStatus": "COMPLETED|WITHDRAWN" }, [3]],
    [{ "filter.ids": `${id(3)}|nct1|${id(77)}` }, [1, 3]],
    [{ "filter.ids": id(90) }, [2]],
    [{ "filter.ids": `${id(90)},${id(2)}` }, [2]],
    [{ "filter.ids": `${id(1)},${id(2)}`, "query.cond": "diabetes" }, [2]],
    [{ sort: "LastUpdatePostDate" }, [5, 2, 3, 1, 4]],
    [{ sort: "LastUpdatePostDate:asc" }, [4, 1, 2, 3, 5]],
    [{ sort: "EnrollmentCount" }, [5, 1, 3, 2, 4]], // absent last
    [{ sort: "EnrollmentCount:desc" }, [1, 3, 5, 2, 4]],
    [{ sort: "EnrollmentCount,LastUpdatePostDate" }, [5, 3, 1, 2, 4]],
    [{ sort: "@relevance" }, [1, 2, 3, 4, 5]],
  ])("%o", async (parameters, numbers) => {
    expect((await search(parameters)).ids).toEqual(numbers.map(id));
  });

  test("fields cut every study down", async () => {
    const page = await search({ "query.cond": "asthma", fields: "NCTId,protocolSection.conditionsModule.conditions" });
    expect(page.studies).toEqual([
      { protocolSection: { identificationModule: { nctId: id(4) }, conditionsModule: { conditions: ["Asthma"] } } },
    ]);
  });
});

describe("pages", () => {
  test("a walk; the count on the first page only", async () => {
    const first = await search({ pageSize: "2", countTotal: "true" });
    expect(first).toMatchObject({ ids: [id(1), id(2)], totalCount: 5 });
    const second = await search({ pageSize: "2", countTotal: "true", pageToken: first.nextPageToken ?? "" });
    expect(second.ids).toEqual([id(3), id(4)]);
    expect(second).not.toHaveProperty("totalCount");
    const third = await search({ pageSize: "2", pageToken: second.nextPageToken ?? "" });
    expect(third.ids).toEqual([id(5)]);
    expect(third).not.toHaveProperty("nextPageToken");
  });

  test("a full last page hands out a token that leads to an empty page", async () => {
    const only = await search({ pageSize: "5" });
    const empty = await search({ pageSize: "5", pageToken: only.nextPageToken ?? "" });
    expect(empty.ids).toEqual([]);
    expect(empty).not.toHaveProperty("nextPageToken");
  });

  test("no count unless asked, none for no hits but zero when asked", async () => {
    expect(await search({})).not.toHaveProperty("totalCount");
    expect(await search({ "query.cond": "gout", countTotal: "true" })).toMatchObject({ ids: [], totalCount: 0 });
  });

  test("a token serves its own query alone, whatever the page size and the order of parameters", async () => {
    const asked = { "query.cond": "lupus OR diabetes", fields: "NCTId" };
    const { nextPageToken = "" } = await search({ ...asked, pageSize: "1" });
    expect(
      (await search({ pageToken: nextPageToken, fields: "NCTId", "query.cond": asked["query.cond"] })).ids,
    ).toHaveLength(3);
    for (const other of [
      { ...asked, "query.cond": "lupus" },
      { ...asked, sort: "StartDate" },
      { fields: "NCTId" },
      {},
    ]) {
      const response = await get("/studies", { ...other, pageToken: nextPageToken });
      expect([response.status, await response.text()]).toEqual([400, "Parameter `pageToken` belongs to another query"]);
    }
  });
});
