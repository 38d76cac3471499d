import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { cli, freshDirectory } from "../support/cli.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** The tools as a real client of the protocol meets them, on the embedded database. */

const LAUNCHER = fileURLToPath(new URL("../../jobs/trialdrift.mjs", import.meta.url));
const place = freshDirectory(inject("pglite"));
let played: Played;
let folder: ReviewFolder;
let client: Client;
let env: Record<string, string>;

interface Answer {
  failed: boolean;
  text: string;
}
async function ask(name: string, asked: Record<string, unknown> = {}): Promise<Answer> {
  const { content, isError } = await client.callTool({ name, arguments: asked });
  const [first] = content as { type: string; text: string }[];
  return { failed: isError === true, text: first?.text ?? "" };
}
// oxlint-disable-next-line typescript/no-explicit-any
const read = async (name: string, asked: Record<string, unknown> = {}): Promise<any> =>
  JSON.parse((await ask(name, asked)).text);

beforeAll(async () => {
  const stopped = { stamp: "2022-09-28", status: "TERMINATED", why: "No money", posted: "2022-05-01" };
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(1), trial(2, { title: "Cells for lupus nephritis" })] },
    {
      date: "2022-09-28",
      records: [trial(1, stopped), trial(2, { stamp: "2022-09-28", title: "Cells for lupus nephritis" })],
    },
  );
  folder = reviewFolder("small", { cond: "lupus", rows: [{ n: 1, cells: { enrollment: 20, status: null } }] });
  env = { ...place.env, CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory, TRIALDRIFT_RATE: "1000" };
  expect(await cli(["sync"], env)).toMatchObject({ code: 0 });
  await played.show(2);
  expect(await cli(["sync"], env)).toMatchObject({ code: 0 });
  client = new Client({ name: "a test", version: "1" });
  const started = { PATH: process.env["PATH"] ?? "", ...env };
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [LAUNCHER, "mcp"], env: started, stderr: "ignore" }),
  );
});
afterAll(async () => {
  await client?.close();
  await played?.close();
  folder?.remove();
  await place.dispose();
});

describe("mcp", () => {
  test("lists its tools, all of them read-only", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "table",
      "study",
      "changes_since",
      "flags",
      "claims",
      "search_members",
    ]);
    for (const { annotations, description } of tools) {
      expect(annotations?.readOnlyHint).toBe(true);
      expect(description).toMatch(/\.$/);
    }
  });

  test("every answer names the data date", async () => {
    for (const [name, asked] of Object.entries({
      table: {},
      flags: {},
      claims: {},
      search_members: { words: "cells" },
    }))
      expect((await read(name, asked)).data, name).toMatchObject([{ review: "small", data_date: "2022-09-28" }]);
  });

  test("table: trials and the cells that differ; a list that was cut says how long it is", async () => {
    const answer = await read("table", { review: "small" });
    expect(answer.trials).toMatchObject({ total: 2 });
    expect(answer.differing.rows).toContainEqual(
      expect.objectContaining({ nct_id: nct(1), column_name: "status", registry: "TERMINATED", kind: "moved" }),
    );
    expect(await read("table", { limit: 1 })).toMatchObject({ trials: { rows: [expect.anything()], total: 2 } });
  });

  test("study: cells with path and words, the change with its reason, and the record's own link", async () => {
    const answer = await read("study", { nct_id: nct(1).toLowerCase() });
    expect(answer.link).toBe(`https://clinicaltrials.gov/study/${nct(1)}`);
    expect(answer.cells).toContainEqual(
      expect.objectContaining({ column_name: "route", span: expect.stringMatching(/intravenous/i) }),
    );
    expect(answer.changes).toContainEqual(expect.objectContaining({ kind: "stopped_early", new: "TERMINATED" }));
  });

  test("changes_since, flags, search_members", async () => {
    const changes = await read("changes_since", { since: "run:2" });
    expect(changes.changes.rows.map((row: { kind: string }) => row.kind)).toContain("stopped_early");
    const { flags } = await read("flags", { kinds: ["stopped_early"] });
    expect(flags.rows).toMatchObject([{ nct_id: nct(1), advice: expect.stringContaining("reason") }]);
    expect((await read("search_members", { words: "NEPHRITIS" })).trials.rows).toMatchObject([{ nct_id: nct(2) }]);
  });

  test("what cannot be answered is said, with what to do; the connection stays", async () => {
    expect(await ask("study", { nct_id: "nonsense" })).toMatchObject({
      failed: true,
      text: expect.stringMatching(/no NCT id.*next: /s),
    });
    expect((await ask("study", { nct_id: "NCT99999999" })).text).toMatch(/not in the database/);
    expect((await ask("changes_since", { since: "yesterday" })).failed).toBe(true);
    expect((await ask("flags", { kinds: ["nothing"] })).failed).toBe(true);
    expect((await read("claims")).claims).toEqual([]);
  });

  test("the embedded database is free between calls", async () => {
    expect(await cli(["flags", "--format", "json"], env)).toMatchObject({ code: 0 });
    expect((await read("flags")).flags.total).toBeGreaterThan(0);
  });
});
