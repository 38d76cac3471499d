import { describe, expect, test } from "vitest";
import { CHANGE_KINDS, DRIFT_KINDS, FLAG_KINDS } from "../../../db/model.ts";
import { list, LISTS, type Noun } from "../../../pipeline/report/list.ts";
import { changeWords, driftWords, flagWords } from "../../../pipeline/report/words.ts";
import { drift, flag, statusChange } from "./rows.ts";

const ROWS = [
  drift("NCT00000001", "director", "same", ["A", "A"]),
  drift("NCT00000001", "status", "unstated"),
  drift("NCT00000001", "country", "equivalent", ["USA", "United States"]),
  drift("NCT00000001", "enrollment", "moved", ["50", "10"], { basis: "history" }),
  drift("NCT00000002", "*", "new_since"),
];

describe("drift", () => {
  test("text leaves out same, equivalent and unstated and counts them", () => {
    const out = list("drift", ROWS, { format: "text" });
    expect(out).toMatch(/1 +NCT00000001 +enrollment +50 -> 10 +moved since printed +2021-12-23\n/);
    expect(out).toMatch(/NCT00000002 +row +new since the table/);
    expect(out).not.toMatch(/director|country|status/);
    expect(out).toContain("2 cells that differ. 3 not listed: not printed 1, same 1, same in another notation 1");
  });

  test("csv and json print every row and column", () => {
    const lines = list("drift", ROWS, { format: "csv" }).trimEnd().split("\r\n");
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe(
      "review,table_no,nct_id,column_name,curated,registry,kind,basis,table_version,last_update_posted,note,decision,decision_id",
    );
    expect(lines[4]).toBe("r1,1,NCT00000001,enrollment,50,10,moved,history,2,2021-12-23,,,");
    expect(JSON.parse(list("drift", ROWS, { format: "json" }))).toEqual(ROWS);
  });

  test("when all agree, text says that nothing differs and how much agrees", () => {
    expect(list("drift", ROWS.slice(0, 1), { format: "text" })).toBe(
      "No cells that differ to show. 1 not listed: same 1 (--format csv prints them).\n",
    );
  });
});

describe("other nouns", () => {
  test("status changes: both statuses in words, the reason, and who moved it", () => {
    const rows = [
      statusChange(),
      statusChange({
        kind: "stopped_early",
        from_status: "RECRUITING",
        to_status: "TERMINATED",
        to_last_known: null,
        cause: "submitted",
        posted: "2022-01-20",
        why_stopped: "No funds",
      }),
    ];
    const out = list("status_changes", rows, { format: "text" });
    expect(out).toMatch(/recruiting -> unknown \(last known +lapsed +by calendar/);
    expect(out).toMatch(/recruiting -> terminated +stopped early +2022-01-20/);
    expect(out).toContain('"No funds"');
    expect(out).toContain("2 status changes.");
  });

  test("flags: message and advice together, state and baseline where they say something", () => {
    const out = list(
      "flags",
      [
        flag(1, "high", "stopped_early", { baseline: true }),
        flag(2, "low", "merged", { state: "resolved", nct_id: null }),
      ],
      { format: "text" },
    );
    expect(out).toMatch(/1 +high +NCT00000001 +stopped early +message 1\n +baseline +-> advice on stopped_early/);
    expect(out).toMatch(/2 +low +merged into another record +message 2\n +resolved/);
  });

  test.each(Object.keys(LISTS) as Noun[])(
    "%s without rows: a header in csv, [] in json, a sentence in text",
    (noun) => {
      expect(list(noun, [], { format: "csv" })).toBe(`${LISTS[noun].fields.join(",")}\r\n`);
      expect(list(noun, [], { format: "json" })).toBe("[]\n");
      expect(list(noun, [], { format: "text" })).toBe(`No ${LISTS[noun].many} to show.\n`);
    },
  );

  test("a ledger that does not add up is said in its row, and of the newest published run it is an alarm", () => {
    const walk = { source: "r/list", announces: "query", announced: 5, received: 5, distinct: 5, duplicates: 0 };
    const whole = { ...walk, merged: 0, tombstone: 0, left: 0 };
    const counts = { changed: 0, derived_only: 0, unchanged: 0, older: 0, quarantined: 0 };
    const base = { job: "sync", review: null, state: "incomplete", data_date: null, exit_code: 3 };
    const at = { started_at: "2022-01-21T15:30:00.000Z", published_at: "2022-01-21T15:31:00.000Z" };
    const received = {
      announced: 5,
      received: 5,
      distinct: 5,
      duplicates: 0,
      merged: 0,
      tombstone: 0,
      left: 0,
      new: 5,
    };
    const row = (run_id: number, walks: object[], of: object = {}) => {
      return { run_id, ...base, ...at, ...received, ...counts, walks, ...of };
    };
    const short = row(8, [{ ...whole, received: 3, distinct: 3 }], { received: 3 });
    const miscounted = row(9, [whole], { new: 4 });
    const told = (rows: object[]) => list("runs", rows as never, { format: "text", width: 140 }).replace(/\s+/g, " ");
    expect(told([row(7, [whole])])).toContain("5 received of 5 announced: 5 new");
    expect(told([row(7, [whole])])).not.toContain("ADD UP");
    expect(told([short])).toContain("DOES NOT ADD UP: r/list: announced 5, received 3");
    const alarms = (rows: object[]) => LISTS.runs.alarm?.(rows as never);
    expect(alarms([short])).toEqual([
      "run 8 does not add up: r/list: announced 5, received 3; run `trialdrift sync` again",
    ]);
    expect(alarms([short, miscounted])).toEqual([
      "run 9 does not add up: 5 distinct records, but 4 outcomes; run `trialdrift sync` again",
    ]);
    expect(alarms([row(10, [whole]), short])).toEqual([]);
    expect(alarms([row(11, [{ ...whole, distinct: 1 }], { published_at: null }), row(10, [whole])])).toEqual([]);
    expect(alarms([])).toEqual([]);
  });

  test("runs, members, quarantine and reviews fit a terminal of 80 columns", () => {
    const run = {
      run_id: 3,
      job: "sync",
      review: null,
      state: "published",
      data_date: "2022-01-21",
      started_at: "2022-01-21T15:30:00.000Z",
      received: 90,
      new: 3,
      changed: 2,
      derived_only: 1,
      unchanged: 80,
      older: 0,
      quarantined: 4,
      exit_code: 3,
      published_at: null,
      walks: [],
    };
    const member = {
      nct_id: "NCT00000001",
      watchlist: "t1d",
      state: "merged",
      survivor: "NCT00000002",
      how: ["matched"],
      screened: "in",
      reason: "names type 1 in its inclusion criteria and a product of the lexicon",
      entered_at: "2022-01-21T15:30:00.000Z",
      left_at: null,
    };
    const held = {
      quarantine_id: 1,
      nct_id: null,
      state: "held",
      count: 2,
      last_seen_at: "2022-01-21T15:30:00.000Z",
      source: "query t1d",
      path: "/protocolSection/statusModule/overallStatus",
      reason: "expected text, found a number",
    };
    const review = {
      review: "r1",
      title: "A review",
      tables: { 1: 2, 2: 1 },
      members: 5,
      active: true,
      last_run_id: 3,
      watchlists: [],
    };
    const outs = [
      list("runs", [run] as never, { format: "text", width: 80 }),
      list("members", [member] as never, { format: "text", width: 80 }),
      list("quarantine", [held] as never, { format: "text", width: 80 }),
      list("reviews", [review] as never, { format: "text", width: 80 }),
    ];
    for (const out of outs) expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(outs[0]?.replace(/\s+/g, " ")).toContain("new, 2 changed, 1 derived only, 80 unchanged, 4 quarantined");
    expect(outs[1]).toContain("-> NCT00000002");
    expect(outs[3]).toContain("1 (version 2)");
  });
});

test("every kind has words of its own", () => {
  const all = [
    DRIFT_KINDS.map((kind) => driftWords(kind, null)),
    CHANGE_KINDS.map(changeWords),
    FLAG_KINDS.map(flagWords),
  ];
  for (const words of all) expect(new Set(words).size).toBe(words.length);
  expect(driftWords("moved", "edited_since")).not.toBe(driftWords("moved", "history"));
});
