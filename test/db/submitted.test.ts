import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readHeldHistory } from "../../db/held-history.ts";
import type { Database } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { readRecords } from "../../db/store.ts";
import { type Replay, startReplay } from "../../fixtures/replay/server.ts";
import { openContext } from "../../jobs/context.ts";
import { refreshHistory } from "../../jobs/history-refresh.ts";
import { openRegistry, type Registry } from "../../pipeline/registry/client.ts";
import { type RunReport, run } from "../../pipeline/run.ts";
import { historySource } from "../../pipeline/sources/history.ts";
import { idSource } from "../../pipeline/sources/ids.ts";
import type { Source } from "../../pipeline/sources/source.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { writeHistory } from "../support/small-history.ts";
import { nct, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf, tableState } from "../support/store-state.ts";

/** The registry's version history over real HTTP: dated versions that fill the time before the first observation. */

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/history", import.meta.url));

let database: Database;
const opened: { close(): Promise<unknown> }[] = [];
const folder = mkdtempSync(join(tmpdir(), "trialdrift-history-"));
let review: ReviewFolder;

async function play(...paths: string[]): Promise<{ replay: Replay; registry: Registry }> {
  const replay = await startReplay({ paths });
  const registry = openRegistry({ baseUrl: replay.url, rate: 1000, userAgent: "", backoffScale: 0.001 });
  opened.push(registry, replay);
  return { replay, registry };
}

function load(registry: Registry, source: Source): Promise<RunReport> {
  return run({
    database,
    job: "backfill",
    review: null,
    reviews: [],
    registry,
    source,
    now: () => new Date().toISOString(),
    onProgress: () => {},
  });
}

async function walkHistory(registry: Registry, replay: Replay, ids: string[]): Promise<RunReport> {
  const history = registry.beside(replay.url.replace("v2", "int"));
  return load(registry, historySource(history, "history", ids, await readHeldHistory(database.db, ids)));
}

const said = (nctId: string) =>
  rows<{ said: string }>(
    database.db,
    sql`select column_name || ' ' || kind || ' ' || coalesce(old, '-') || ' ' || coalesce(new, '-') || ' ' || data_date as said
          from review.changes where nct_id = ${nctId} order by data_date, column_name`,
  ).then((found) => found.map((one) => one.said));

/** Today's record, and what was submitted before: HTML and entities where API v2 has Markdown. */
const TODAY = {
  status: "UNKNOWN",
  lastKnown: "RECRUITING",
  count: 30,
  summary: "Cells \\> 2 \\* 10^6:\n\n* one\n* two",
  title: "Cells & trial",
  posted: "2020-06-03",
};
const html = { title: "Cells &amp; trial", summary: "<p>Cells &gt; 2 * 10^6:</p><ul><li>one</li><li>two</li></ul>" };

beforeAll(async () => {
  database = await openTestDatabase();
  mkdirSync(join(folder, "play"));
  writeFileSync(
    join(folder, "play", "2022-01-21.jsonl"),
    [trial(701, TODAY), trial(702)].map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
  writeHistory(join(folder, "play"), nct(701), [
    ["2019-01-08", trial(701, { ...html, status: "NOT_YET_RECRUITING", count: 20, posted: "2019-01-10" })],
    ["2019-05-02", trial(701, { ...html, status: "RECRUITING", count: 20, posted: "2019-05-06" })],
    ["2020-06-01", trial(701, { ...html, status: "RECRUITING", count: 30, posted: "2020-06-03" })],
  ]);
  review = reviewFolder("past", { cond: "lupus" });
});
afterAll(async () => {
  for (const one of opened) await one.close();
  rmSync(folder, { recursive: true, force: true });
  review?.remove();
  await database?.close();
});

describe("history", () => {
  test("fills the time before the first observation, dated by submission, without flag or notice", async () => {
    const { registry, replay } = await play(join(folder, "play"));
    await runOnce(database, review.read(), { url: replay.url } as never);
    const flags = await countOf(database.db, "trialdrift.flags");
    const report = await walkHistory(registry, replay, [nct(701), nct(702)]);
    expect(report).toMatchObject({ state: "published", exitCode: 0, problems: [] });
    expect(report.harvest.walks[0]).toMatchObject({ announced: 3, received: 3, distinct: 3, duplicates: 0 });
    const versions = await rows<{ said: string; version_id: string }>(
      database.db,
      sql`select left(data_at, 10) || ' ' || dated as said, version_id from trialdrift.versions where nct_id = ${nct(701)} order by data_at`,
    );
    expect(versions.map((one) => one.said)).toEqual([
      "2019-01-08 submitted",
      "2019-05-02 submitted",
      "2020-06-01 submitted",
      "2022-01-21 observed",
    ]);
    // The seam, where only UNKNOWN and the notation differ, is no change.
    expect(await said(nct(701))).toEqual([
      "status status_changed NOT_YET_RECRUITING RECRUITING 2019-05-02",
      "enrollment enrollment_changed 20 30 2020-06-01",
    ]);
    const first = versions[0]?.version_id ?? "";
    const stored = (await readRecords(database.db, [first])).get(first) as { protocolSection: any };
    expect(stored.protocolSection.descriptionModule.briefSummary).toBe("Cells > 2 * 10^6:\n\n* one\n* two");
    const [run] = await rows(
      database.db,
      sql`select older, "distinct", new, changed, requests from review.runs where run_id = ${report.runId}`,
    );
    // /version twice, two overviews (702 has none recorded), two versions: the newest came with its overview.
    expect(run).toEqual({ older: 3, distinct: 3, new: 0, changed: 0, requests: 6 });
    await runOnce(database, review.read(), { url: replay.url } as never);
    expect(await countOf(database.db, "trialdrift.flags")).toBe(flags);
  });

  test("walked again asks for nothing that is held, and writes its own run alone", async () => {
    const { registry, replay } = await play(join(folder, "play"));
    const before = await tableState(database.db);
    const report = await walkHistory(registry, replay, [nct(701)]);
    expect(report).toMatchObject({ state: "published", exitCode: 0 });
    expect(report.harvest.walks[0]).toMatchObject({ announced: 0, received: 0 });
    expect(await tableState(database.db)).toEqual(before);
  });

  test("keeps a version that cannot be loaded, by study and date, and loads the others", async () => {
    const place = join(folder, "bad");
    mkdirSync(place);
    writeFileSync(join(place, "2022-01-21.jsonl"), JSON.stringify(trial(703)));
    const broken = trial(703, { start: "2019-13" });
    writeHistory(place, nct(703), [
      ["2019-01-08", broken],
      ["2019-05-02", trial(703, { status: "NOT_YET_RECRUITING" })],
      ["2020-06-01", trial(703)],
    ]);
    const { registry, replay } = await play(place);
    await load(registry, idSource(registry, "703", [nct(703)]));
    const report = await walkHistory(registry, replay, [nct(703)]);
    expect(report).toMatchObject({ state: "incomplete", exitCode: 3 });
    const held = await rows<{ reason: string }>(
      database.db,
      sql`select reason from review.quarantine where state = 'held'`,
    );
    expect(held.map(({ reason }) => reason)).toEqual([
      expect.stringContaining(`${nct(703)} as submitted on 2019-01-08: $.protocolSection.statusModule.startDateStruct`),
    ]);
    expect(await countOf(database.db, `trialdrift.versions where nct_id = '${nct(703)}'`)).toBe(3);
  });

  test("is refreshed once a month for every study that a review tracks", async () => {
    const { replay } = await play(join(folder, "play"));
    const context = openContext({ CTGOV_BASE_URL: replay.url, TRIALDRIFT_RATE: "1000", LOG_LEVEL: "silent" });
    const never = new AbortController().signal;
    try {
      const first = await refreshHistory(context, database, never);
      expect(first).toEqual({ outcome: "complete", detail: expect.stringMatching(/^history-\d{4}-\d\d is done$/) });
      const runs = await countOf(database.db, "trialdrift.runs");
      expect(await refreshHistory(context, database, never)).toMatchObject({
        detail: expect.stringContaining("before"),
      });
      expect(await countOf(database.db, "trialdrift.runs")).toBe(runs);
    } finally {
      await context.close();
    }
  });

  test.skipIf(!existsSync(CORPUS))(
    "six real answers: every version is held once, and the seam to the observed record is no change (skipped without ../shared/corpus)",
    async () => {
      const ids = readdirSync(CORPUS).map((file) => file.slice(0, 11));
      const { registry, replay } = await play(CORPUS);
      await load(registry, idSource(registry, "six", ids));
      const report = await walkHistory(registry, replay, ids);
      expect(report).toMatchObject({ state: "published", exitCode: 0, problems: [] });
      expect(report.harvest.arrivals.size).toBe(267);
      const seams = await rows(
        database.db,
        sql`select c.nct_id, c.column_name, c.kind, c.detail from trialdrift.changes c join trialdrift.studies s on s.version_id = c.to_version
             where c.nct_id in ${sql.raw(`('${ids.join("','")}')`)}`,
      );
      expect(seams).toEqual([]);
      const status = await rows<{ count: number }>(
        database.db,
        sql`select count(*)::int as count from review.status_changes where nct_id in ${sql.raw(`('${ids.join("','")}')`)} group by nct_id order by nct_id`,
      );
      expect(status.every(({ count }) => count >= 3)).toBe(true);
      const all = await rows<{ said: string }>(
        database.db,
        sql`select distinct dated || ' ' || published as said from trialdrift.versions where nct_id in ${sql.raw(`('${ids.join("','")}')`)} order by 1`,
      );
      expect(all.map((one) => one.said)).toEqual(["observed true", "submitted true"]);
    },
  );
});
