import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { lookAtDescriptions, lookWords, watchMetadata } from "../../jobs/metadata.ts";
import { openRegistry, type Registry } from "../../pipeline/registry/client.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { answerJson, type Fault, type FaultyRequest } from "../support/registry-faults.ts";
import { type Json, nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** The registry's description of itself over real HTTP: kept when it changes, flagged by the next run of every review. */

let database: Database;
let played: Played;
let folder: ReviewFolder;
let registry: Registry;
const odd = (n: number, status: string) => trial(n, { status, stamp: "2022-05-15" });
beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: "2022-01-15", records: [trial(651), trial(652)] },
    { date: "2022-05-15", records: [odd(651, "PAUSED"), { ...odd(652, "PAUSED"), brandNewSection: {} }] },
    { date: "2022-06-15", records: [odd(652, "RESTING")] },
  );
  folder = reviewFolder("format", { cond: "lupus", rows: [{ n: 651, cells: { enrollment: 20 } }] });
  registry = openRegistry({ baseUrl: played.url, rate: 1000, userAgent: "", backoffScale: 0.001 });
});
afterAll(async () => {
  await registry?.close();
  await played?.close();
  folder?.remove();
  await database?.close();
});
afterEach(() => {
  played.fault = null;
});

interface Node {
  name: string;
  type: string;
  children?: Node[];
}
const asks = (kind: string, { url }: FaultyRequest): boolean => url.pathname.endsWith(`/studies/${kind}`);

/** The registry describes a field more in its status module, and one of another type. */
const otherFields: Fault = async (request, response) => {
  if (!asks("metadata", request)) return false;
  const body = (await request.pristine()) as unknown as Node[];
  const module = body[0]?.children?.find(({ name }) => name === "statusModule");
  module?.children?.push({ name: "pausedReason", type: "markup" });
  for (const node of module?.children ?? []) if (node.name === "overallStatus") node.type = "Status[]";
  return answerJson(response, body);
};
/** It describes a status more. */
const otherValues: Fault = async (request, response) => {
  if (!asks("enums", request)) return false;
  const body = (await request.pristine()) as unknown as { type: string; values: Json[] }[];
  body.find(({ type }) => type === "Status")?.values.push({ value: "PAUSED", legacyValue: "Paused" });
  return answerJson(response, body);
};

const watch = () => watchMetadata(database.db, registry, () => new Date().toISOString());
const sync = () => runOnce(database, folder.read(), played);
const flags = () =>
  rows<{ message: string; evidence: Json; nct_id: string | null; severity: string; run_id: number }>(
    database.db,
    sql`select message, evidence, nct_id, severity, run_id::int from review.flags where kind = 'registry_schema' order by flag_id`,
  );

describe("the weekly look", () => {
  test("the first answers are kept as a baseline and raise no flag; the same again notes only the day", async () => {
    await sync();
    expect(await watch()).toEqual([]);
    expect(await countOf(database.db, "trialdrift.registry_metadata")).toBe(2);
    const { registry_metadata: held, ...before } = await tableState(database.db);
    expect(await watch()).toEqual([]);
    const { registry_metadata: now, ...after } = await tableState(database.db);
    expect(after).toEqual(before);
    expect(now).not.toBe(held);
    expect(await countOf(database.db, "trialdrift.registry_metadata")).toBe(2);
    await sync();
    expect(await flags()).toEqual([]);
  });

  test("a registry that does not describe itself is no failure", async () => {
    const before = await tableState(database.db);
    for (const type of ["text/plain", "text/html"]) {
      played.fault = (request, response) => {
        if (!asks("metadata", request) && !asks("enums", request)) return false;
        response.writeHead(404, { "content-type": type });
        response.end("<p>not here</p>");
        return true;
      };
      expect(await watch()).toEqual([]);
    }
    expect(await tableState(database.db)).toEqual(before);
  });

  test("a look alone says what changed and stores nothing", async () => {
    const before = await tableState(database.db);
    played.fault = otherFields;
    const said = (await lookAtDescriptions(database.db, registry)).map(lookWords);
    expect(said).toEqual([
      "/studies/metadata: added protocolSection.statusModule.pausedReason; retyped protocolSection.statusModule.overallStatus: Status -> Status[]",
      null,
    ]);
    expect(await tableState(database.db)).toEqual(before);
  });

  test("other fields and values: one flag each, of the review as such, naming the columns; told by the digest, once", async () => {
    played.fault = async (request, response) =>
      (await otherFields(request, response)) || (await otherValues(request, response));
    expect(await watch()).toHaveLength(2);
    const report = await sync();
    expect(await flags()).toEqual([
      {
        nct_id: null,
        severity: "medium",
        run_id: report.runId,
        message: expect.stringMatching(
          /^the registry describes other fields .*pausedReason.*columns that read it: status/,
        ),
        evidence: {
          added: ["protocolSection.statusModule.pausedReason"],
          removed: [],
          retyped: ["protocolSection.statusModule.overallStatus: Status -> Status[]"],
          columns: ["status", "results"],
        },
      },
      expect.objectContaining({
        nct_id: null,
        message: expect.stringContaining("other values than before: added Status=PAUSED; columns that read it: status"),
        evidence: { added: ["Status=PAUSED"], removed: [], retyped: [], columns: ["status", "results"] },
      }),
    ]);
    expect(report.news.reviews[0]?.opened.map(({ kind }) => kind)).toEqual(["registry_schema", "registry_schema"]);
    await sync();
    expect(await flags()).toHaveLength(2);
  });

  test("an earlier answer that comes back is a change like any other", async () => {
    expect(await watch()).toHaveLength(2);
    expect(await countOf(database.db, "trialdrift.registry_metadata")).toBe(4);
    await sync();
    expect((await flags()).slice(2).map(({ evidence }) => evidence["removed"])).toEqual([
      ["protocolSection.statusModule.pausedReason"],
      ["Status=PAUSED"],
    ]);
  });
});

describe("records", () => {
  test("what no description knows is loaded, and flagged where it is met first", async () => {
    await played.show(2);
    const report = await sync();
    expect(report).toMatchObject({ exitCode: 0, state: "published" });
    const [flag, ...more] = (await flags()).slice(4);
    expect(more).toEqual([]);
    expect(flag).toMatchObject({
      nct_id: null,
      severity: "medium",
      message: expect.stringMatching(
        /^records hold what this program does not know \(in up to 2\): added brandNewSection, /,
      ),
      evidence: {
        added: ["brandNewSection", "protocolSection.statusModule.overallStatus=PAUSED"],
        columns: ["status", "results"],
      },
    });
    const stored = await rows(
      database.db,
      sql`select status from review.trials where review = 'format' and nct_id = ${nct(651)}`,
    );
    expect(stored).toEqual([{ status: "PAUSED" }]);
    await sync();
    expect(await flags(), "the same is met every night and told once").toHaveLength(5);
    await played.show(3);
    await sync();
    expect((await flags()).at(-1)).toMatchObject({
      evidence: { added: ["protocolSection.statusModule.overallStatus=RESTING"] },
    });
  });
});
