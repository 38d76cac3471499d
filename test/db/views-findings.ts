import * as schema from "../../db/schema/index.ts";
import { type Db, insertAll } from "../../db/sql.ts";
import { AT, hex, NCT } from "./views-names.ts";

/** Changes, flags, quarantine. */
export async function findings(db: Db): Promise<void> {
  const change = (n: number, column: string, runId: number, superseded = false) => ({
    nctId: NCT(n),
    fromVersion: hex(n),
    toVersion: hex(n + 50),
    columnName: column,
    kind: column === "status" ? ("stopped_early" as const) : ("slipped" as const),
    old: "a",
    new: "b",
    severity: "high" as const,
    posted: null,
    dateless: true,
    cause: "submitted" as const,
    dataAt: AT,
    detectedAt: "2022-01-21T10:00:00Z",
    runId,
    superseded,
    detail: {
      from_status: "UNKNOWN",
      to_status: "TERMINATED",
      from_last_known: "RECRUITING",
      to_last_known: null,
      why_stopped: "no money",
    },
  });
  await insertAll(db, schema.changes, [
    change(1, "status", 1),
    change(1, "start_date", 3),
    change(3, "status", 3, true),
    change(9, "status", 3),
  ]);
  const flag = (severity: "info" | "high", state: "open" | "resolved", over: object) => ({
    review: "r1",
    tableNo: 0,
    nctId: "",
    columnName: "",
    kind: "new_trial" as const,
    value: "",
    severity,
    state,
    baseline: false,
    openedAt: "2022-01-21T10:00:00Z",
    runId: 1,
    message: "m",
    evidence: { a: 1 },
    advice: "do",
    gone: false,
    ...over,
  });
  await insertAll(db, schema.flags, [
    flag("info", "open", {}),
    flag("high", "open", { tableNo: 1, nctId: NCT(1), columnName: "status", kind: "stopped_early", runId: 3 }),
    flag("high", "resolved", { nctId: NCT(1) }),
  ]);
  await insertAll(db, schema.quarantine, [
    {
      nctId: null,
      source: "query w",
      path: "/x",
      reason: "no id",
      hash: hex(500),
      raw: new Uint8Array([1]),
      firstSeenAt: "2022-01-21T10:00:00Z",
      lastSeenAt: "2022-01-22T10:00:00Z",
      count: 2,
      state: "held",
    },
  ]);
}

/** What the runs said of review r1, in order; the last one is under way. */
export async function runs(db: Db): Promise<void> {
  const said = (state: string, dataAt: string | null) => ({
    r1: { state, dataAt, baseline: false, folderHash: "f", lexiconHash: null, rules: "", cursor: 0, queries: {} },
  });
  const day = (n: number) => `2022-01-2${n}T10:00:00Z`;
  const zero = {
    received: 0,
    distinctStudies: 0,
    duplicates: 0,
    merged: 0,
    tombstone: 0,
    leftQuery: 0,
    new: 0,
    changed: 0,
    derivedOnly: 0,
    unchanged: 0,
    older: 0,
    quarantined: 0,
    requests: 0,
    retries: 0,
  };
  const run = (n: number, state: string, reviews: object, over: object) => ({
    ...zero,
    job: "sync" as const,
    review: null,
    state: state as "published",
    startedAt: day(n),
    reviews: reviews as ReturnType<typeof said> as never,
    walks: [],
    unknown: {},
    ruleVersions: { extract: "x1" },
    ...over,
  });
  await insertAll(db, schema.runs, [
    run(1, "published", said("published", AT), {
      dataAt: AT,
      finishedAt: day(1),
      publishedAt: day(1),
      received: 3,
      distinctStudies: 2,
      duplicates: 1,
      new: 2,
      leftQuery: 4,
    }),
    run(2, "published", said("published", null), { job: "recompute", finishedAt: day(2), publishedAt: day(2) }),
    run(3, "incomplete", said("incomplete", "2022-01-23T09:00:00"), {
      finishedAt: day(3),
      publishedAt: day(3),
      exitCode: 3,
    }),
    run(4, "skipped", said("skipped", "2022-01-21T09:00:00"), { finishedAt: day(4) }),
    run(5, "abandoned", said("running", null), { finishedAt: day(5), review: "r1" }),
  ]);
}
