import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { openRun } from "../../db/runs.ts";
import { rows } from "../../db/sql.ts";
import { pack, stageDerivations, stageVersions } from "../../db/store.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, viewState } from "../support/store-state.ts";

/** What a process leaves that was killed between staging and publication, where its repetition finds other records. */

let database: Database;
let played: Played;
const folders: ReviewFolder[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry({ date: "2022-01-21", records: [trial(901), trial(902, { condition: "Asthma" })] });
  folders.push(reviewFolder("killed", { cond: "lupus" }), reviewFolder("beside", { cond: "asthma" }));
});
afterAll(async () => {
  await played?.close();
  for (const folder of folders) folder.remove();
  await database?.close();
});

/** A run of one review that staged a version and a derivation, and never came back. */
async function leaveDeadRun(review: string, nctId: string): Promise<number> {
  const { db } = database;
  const runId = await openRun(db, { job: "sync", review: null, reviews: [review], ruleVersions: {} });
  const versionId = randomUUID();
  const raw = pack(JSON.stringify(trial(901, { count: 99 })));
  await stageVersions(
    db,
    [
      {
        versionId,
        nctId,
        coreHash: randomUUID(),
        derivedHash: randomUUID(),
        dataAt: "2022-05-01T09:00:00",
        raw,
        lastUpdatePosted: null,
        runId,
      },
    ],
    [],
  );
  const derivation = {
    derivationId: randomUUID(),
    review,
    nctId,
    versionId,
    route: [],
    cellSource: [],
    tissue: [],
    extractorVersion: "x",
    runId,
  };
  await stageDerivations(db, [{ derivation, cells: [], drift: [] }]);
  return runId;
}

test("is seen by no reader, left alone by another review's run, and deleted by its own review's next", async () => {
  const [killed, beside] = folders.map((folder) => folder.read());
  if (killed === undefined || beside === undefined) throw new Error("two reviews are needed");
  await runOnce(database, killed, played);
  const { runs: _, freshness: __, ...before } = await viewState(database.db);
  const runId = await leaveDeadRun("killed", nct(901));
  const staged = () =>
    Promise.all([
      countOf(database.db, `trialdrift.versions where run_id = ${runId}`),
      countOf(database.db, `trialdrift.derivations where run_id = ${runId}`),
    ]);
  const stateOf = async () =>
    (
      await rows<{ said: string }>(
        database.db,
        sql`select state || ' ' || coalesce(exit_code::text, '-') as said from review.runs where run_id = ${runId}`,
      )
    )[0]?.said;
  expect(await viewState(database.db)).toMatchObject(before);
  expect([await staged(), await stateOf()]).toEqual([[1, 1], "running -"]);

  await runOnce(database, beside, played);
  expect([await staged(), await stateOf()]).toEqual([[1, 1], "running -"]);

  const report = await runOnce(database, killed, played);
  expect(report).toMatchObject({ exitCode: 0, state: "published" });
  expect([await staged(), await stateOf()]).toEqual([[0, 0], "abandoned 1"]);
  expect(await countOf(database.db, "review.changes")).toBe(0);
});
