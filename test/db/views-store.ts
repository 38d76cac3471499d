import { sql } from "drizzle-orm";
import * as schema from "../../db/schema/index.ts";
import { type Db, insertAll } from "../../db/sql.ts";
import { AT, hex, NCT } from "./views-names.ts";
import { findings, runs } from "./views-findings.ts";

/** A store written by hand: one review with two tables, as runs would leave it half way and after publication. */

/** A version, its row and (where `head`) its place as the study readers see. */
async function study(
  db: Db,
  n: number,
  of: { head: boolean; published: boolean; status: string; version?: number },
): Promise<void> {
  const versionId = hex(of.version ?? n);
  const nctId = NCT(n);
  await insertAll(db, schema.versions, [
    {
      versionId,
      nctId,
      coreHash: hex(900 + (of.version ?? n)),
      derivedHash: hex(80),
      dataAt: AT,
      raw: new Uint8Array([1]),
      lastUpdatePosted: "2021-12-23",
      runId: 1,
      published: of.published,
    },
  ]);
  const facts = [1, 2].map((factsVersion) => ({
    versionId,
    factsVersion,
    nctId,
    title: `Study ${n} by rules ${factsVersion}`,
    country: ["Sweden", "Norway"],
    status: of.status,
    startDate: "2014-04",
    startDatePrecision: "month",
    startDateFrom: "2014-04-01",
    startDateTo: "2014-04-30",
    phase: ["PHASE1"],
    whoMasked: [],
    armsTotal: 2,
    primaryOutcomes: [],
    conditions: [],
    results: "none",
    hasResults: false,
    publications: ["12345678"],
    enrollment: 20,
    director: "A. Director",
    firstPosted: "2013-01-02",
    lastUpdatePosted: "2021-12-23",
  }));
  await insertAll(db, schema.rows, facts);
  if (!of.head) return;
  await insertAll(db, schema.studies, [
    { nctId, versionId, factsVersion: 2, coreHash: hex(90 + n), derivedHash: hex(80), dataAt: AT, firstDataAt: AT },
  ]);
  await insertAll(db, schema.records, [{ versionId, record: { id: nctId } }]);
}

async function derivation(
  db: Db,
  id: number,
  n: number,
  value: string,
  versionId: string | null,
  runId: number,
): Promise<void> {
  const derivationId = hex(id);
  await insertAll(db, schema.derivations, [
    {
      derivationId,
      review: "r1",
      nctId: NCT(n),
      versionId,
      route: ["iv"],
      cellSource: ["UC-MSCs"],
      tissue: ["umbilical_cord"],
      extractorVersion: "x1",
      runId,
    },
  ]);
  await insertAll(db, schema.cells, [
    {
      derivationId,
      columnName: "route",
      value,
      neutral: ["intravenous"],
      sourcePath: "a.b",
      span: "iv",
      evidence: [{ path: "a.b", span: "iv", rule: "q" }],
      confidence: "high",
      rule: "q",
      decidedBy: "rule",
    },
  ]);
  await insertAll(db, schema.drift, [
    { derivationId, tableNo: 1, columnName: "route", curated: "iv", registry: value, kind: "overlap", tableVersion: 2 },
    { derivationId, tableNo: 1, columnName: "director", curated: "A", registry: "A", kind: "same", tableVersion: 2 },
  ]);
}

async function review(db: Db): Promise<void> {
  await insertAll(db, schema.reviews, [
    {
      review: "r1",
      title: "Review one",
      active: true,
      folderHash: "f",
      lexicon: "msc",
      definition: { source: { citation: "Somebody, 2018" } },
      tables: { 1: 2, 2: 1 },
      lastRunId: 2,
    },
    {
      review: "r2",
      title: "Review two",
      active: true,
      folderHash: "g",
      lexicon: null,
      definition: {},
      tables: {},
      lastRunId: 2,
    },
  ]);
  const printed = (tableNo: number, version: number, n: number, position: number) => ({
    review: "r1",
    tableNo,
    version,
    nctId: NCT(n),
    columnName: "route",
    value: `iv ${version}`,
    neutral: null,
    position,
    footnotes: ["‡"],
    cite: "Table",
  });
  await insertAll(
    db,
    schema.curatedTables,
    [1, 2, 3].map((version) => ({
      review: "r1",
      tableNo: 1,
      version,
      title: "First table",
      fileHash: `h${version}`,
      definition: { footnotes: { "‡": "a note" } },
      importedAt: "2022-01-01T00:00:00Z",
    })),
  );
  await insertAll(db, schema.curatedCells, [
    printed(1, 1, 1, 0),
    printed(1, 2, 2, 0),
    printed(1, 2, 1, 1),
    printed(1, 3, 1, 0),
    printed(2, 1, 3, 0),
  ]);
}

async function members(db: Db): Promise<void> {
  const member = (
    n: number,
    screened: "in" | "out" | "uncertain",
    tables: number[],
    derivationId: string | null = null,
  ) => ({
    review: "r1",
    nctId: NCT(n),
    tables,
    derivationId,
    screened,
    screenedReason: `screened ${screened}`,
  });
  await insertAll(db, schema.members, [
    member(1, "in", [1, 2], hex(201)),
    member(2, "uncertain", [1]),
    member(3, "out", [1]),
    member(4, "out", [1]),
    member(5, "out", [1]),
    member(6, "in", [1], hex(206)),
    { ...member(7, "in", []), review: "r2" },
  ]);
  const entered = "2022-01-21T10:00:00.123456+02:00";
  const place = (n: number, how: ("matched" | "pinned" | "curated")[], state: "present" | "left" = "present") => ({
    review: "r1",
    watchlist: "w",
    nctId: NCT(n),
    state,
    how,
    queryHash: "q",
    enteredAt: entered,
  });
  await insertAll(db, schema.memberships, [
    place(1, ["matched", "curated"]),
    { ...place(1, ["matched"]), watchlist: "wide" },
    place(3, ["matched"]),
    place(4, ["pinned"]),
    { ...place(5, ["pinned"], "left"), reason: "query_changed", leftAt: entered },
  ]);
  const event = (n: number, runId: number) => ({
    review: "r1",
    watchlist: "w",
    nctId: NCT(n),
    event: "entered",
    queryHash: "q",
    at: entered,
    runId,
    detail: {},
  });
  await insertAll(db, schema.memberEvents, [event(1, 1), event(3, 3)]);
}

/** Fills an empty database. */
export async function fillStore(db: Db): Promise<void> {
  await runs(db);
  for (const n of [1, 2, 3, 4, 5, 7]) await study(db, n, { head: true, published: true, status: "RECRUITING" });
  // Staged by a run that has not published: a newer version of study 1, and study 6 altogether.
  await study(db, 1, { head: false, published: false, status: "TERMINATED", version: 301 });
  await study(db, 6, { head: false, published: false, status: "RECRUITING" });
  await derivation(db, 201, 1, "iv and ipa", hex(1), 1);
  await derivation(db, 202, 1, "not seen", hex(301), 3);
  await derivation(db, 206, 6, "gone", null, 3);
  await review(db);
  await members(db);
  await findings(db);
  await db.execute(sql`analyze`);
}
