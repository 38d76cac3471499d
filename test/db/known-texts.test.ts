import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { STAGED } from "../../db/store.ts";
import { readHere } from "../../pipeline/reading.ts";
import { run } from "../../pipeline/run.ts";
import { fileSource } from "../../pipeline/sources/files.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, trial } from "../support/small-registry.ts";

/** A text that the store's head came as is not read again, and says the same as if it were. */

const folder = mkdtempSync(join(tmpdir(), "trialdrift-known-texts-"));
let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Loads lines of a file; `read` are those that were read. */
async function load(lines: readonly string[]) {
  const file = join(folder, "records.jsonl");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  let read = 0;
  const { harvest, runId, exitCode } = await run({
    database,
    job: "backfill",
    review: null,
    reviews: [],
    registry: null,
    source: {
      ...fileSource(file),
      read(records, named) {
        read += records.length;
        return readHere(records, named, STAGED);
      },
    },
    now: () => "2026-01-01T00:00:00.000Z",
    onProgress: () => {},
  });
  const outcomes = [...harvest.arrivals.values()].map(({ outcome }) => outcome);
  return { read, outcomes, runId, exitCode };
}

const unknownOf = async (runId: number): Promise<unknown> => {
  const [found] = await rows<{ unknown: unknown }>(
    database.db,
    sql`select unknown from trialdrift.runs where run_id = ${runId}`,
  );
  return found?.unknown;
};
const line = (n: number, said: Parameters<typeof trial>[1] = {}): string =>
  JSON.stringify(trial(n, { stamp: "2024-01-02", ...said }));

describe("a text that was loaded before", () => {
  test("is not read again, on the same day or a later one", async () => {
    expect(await load([line(1), line(2)])).toMatchObject({ read: 2, outcomes: ["new", "new"] });
    expect(await load([line(1), line(2)])).toMatchObject({ read: 0, outcomes: ["unchanged", "unchanged"] });
    const later = [line(1, { stamp: "2024-02-02" }), line(2, { stamp: "2024-02-02", count: 31 })];
    expect(await load(later)).toMatchObject({ read: 1, outcomes: ["unchanged", "changed"] });
    expect(await load(later)).toMatchObject({ read: 0, outcomes: ["unchanged", "unchanged"] });
  });

  test("is read where it is no longer the head's, or older than it", async () => {
    expect(await load([line(3)])).toMatchObject({ outcomes: ["new"] });
    expect(await load([line(3, { count: 31, stamp: "2024-02-02" })])).toMatchObject({ read: 1, outcomes: ["changed"] });
    expect(await load([line(3, { stamp: "2024-01-20" })])).toMatchObject({ read: 1, outcomes: ["older"] });
    expect(await load([line(3, { stamp: "2024-03-02" })])).toMatchObject({ read: 1, outcomes: ["changed"] });
  });

  test("is known by what the registry computes too, where that alone differs", async () => {
    await load([line(4)]);
    const headed = line(4, { heading: "Lupus Nephritis", stamp: "2024-02-02" });
    expect(await load([headed])).toMatchObject({ read: 1, outcomes: ["derived_only"] });
    expect(await load([headed])).toMatchObject({ read: 0, outcomes: ["unchanged"] });
  });

  test("is counted once a run, and its unknown fields every run", async () => {
    const strange = JSON.stringify({ ...trial(5, { stamp: "2024-01-02" }), newSection: {} });
    const first = await load([strange, strange]);
    const again = await load([strange, strange]);
    expect(again).toMatchObject({ read: 0, outcomes: ["unchanged"], exitCode: 0 });
    expect(await unknownOf(again.runId)).toEqual(await unknownOf(first.runId));
    expect(await unknownOf(again.runId)).not.toEqual({});
  });

  test("is known with spaces after its colons", async () => {
    const spaced = (stamp: string): string => JSON.stringify(trial(6, { stamp }), null, 1).replaceAll("\n", " ");
    await load([spaced("2024-01-02")]);
    expect(await load([spaced("2024-02-02")])).toMatchObject({ read: 0, outcomes: ["unchanged"] });
  });
});

test("a text in which another study's number stands first is read every time, and is nobody else's", async () => {
  const text = JSON.stringify({ annotationSection: { nctId: nct(1) }, ...trial(7, { stamp: "2024-01-02" }) });
  expect(await load([text])).toMatchObject({ read: 1, outcomes: ["new"] });
  expect(await load([text])).toMatchObject({ read: 1, outcomes: ["unchanged"] });
});

test("a text in which another stamp stands last is read every time, and dated by its own", async () => {
  const text = JSON.stringify({ ...trial(8, { stamp: "2024-01-02" }), versionHolder: "2031-01-01" });
  expect(await load([text])).toMatchObject({ read: 1, outcomes: ["new"] });
  expect(await load([text])).toMatchObject({ read: 1, outcomes: ["unchanged"] });
  const [head] = await rows<{ data_at: string }>(
    database.db,
    sql`select data_at from trialdrift.studies where nct_id = ${nct(8)}`,
  );
  expect(head).toEqual({ data_at: "2024-01-02T00:00:00" });
});
