import { describe, expect, test } from "vitest";
import type { Drift, FlagKind } from "../../db/model.ts";
import { FLAG_KINDS } from "../../db/model.ts";
import type { FlagContext } from "../../pipeline/flags/causes.ts";
import { type FlagDecision, type HeldFlag, reconcileFlags } from "../../pipeline/flags/reconcile.ts";
import { FLAG_RULES } from "../../pipeline/flags/rules.ts";
import type { MemberEvent, MemberEventKind } from "../../pipeline/review/membership.ts";
import { change, context, ID } from "../support/flag-context.ts";
import { nct, type Said } from "../support/small-registry.ts";

const drifting = (column: Drift["column"], kind: Drift["kind"], registry: string | null, curated = "x"): Drift => ({
  table: 1,
  column,
  kind,
  registry,
  curated,
  basis: null,
  note: null,
});
const event = (kind: MemberEventKind, detail: Record<string, unknown> = {}): MemberEvent => ({
  review: "r",
  watchlist: "w",
  nctId: ID,
  event: kind,
  queryHash: "q",
  detail,
});

/** What a decision left standing, as the database would hold it. */
function held(decision: FlagDecision, state: HeldFlag["state"] = "open"): HeldFlag[] {
  return decision.open.map((flag, at) => ({ ...flag, flagId: at + 1, state, gone: false }));
}
const said = ({ open }: FlagDecision) => open.map(({ kind, column, value }) => `${kind} ${column} ${value}`);
const decide = (one: FlagContext, flags: HeldFlag[] = [], baseline = false) =>
  reconcileFlags(FLAG_RULES, [one], flags, baseline);

describe("the table of flags", () => {
  test("has kinds of the model, once each, and says for each what to do and why", () => {
    const kinds = FLAG_RULES.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const kind of kinds) expect(FLAG_KINDS).toContain(kind);
    for (const { kind, advice, reason } of FLAG_RULES) {
      expect(advice, kind).not.toBe("");
      expect(reason, kind).not.toBe("");
    }
  });

  test("lasts as design.md 4.3 says", () => {
    const states: FlagKind[] = [
      ...(["stopped_early", "withdrawn", "completed", "lapsed", "results_overdue", "cell_moved"] as const),
      ...(["contradicts", "record_conflict", "new_trial", "screening_uncertain", "left_watchlist"] as const),
    ];
    for (const { kind, lasts } of FLAG_RULES)
      expect(`${kind} ${lasts}`).toBe(`${kind} ${states.includes(kind) ? "state" : "event"}`);
  });
});

describe("status", () => {
  test.each<[string, Said, string]>([
    ["terminated", { status: "TERMINATED", why: "No money" }, "stopped_early status TERMINATED"],
    ["suspended", { status: "SUSPENDED" }, "stopped_early status SUSPENDED"],
    ["withdrawn", { status: "WITHDRAWN" }, "withdrawn status WITHDRAWN"],
    ["unknown", { status: "UNKNOWN", lastKnown: "RECRUITING" }, "lapsed status UNKNOWN"],
  ])("%s: by its state for a printed study, by the change for a candidate", (_, status, flag) => {
    expect(said(decide(context({}, status)))).toEqual([flag]);
    const candidate = context({ printed: false }, status);
    expect(said(decide(candidate))).toEqual([`new_trial * ${ID}`]);
    const moved = { ...candidate, changes: [change("status", "status_changed", "RECRUITING", status.status ?? "")] };
    expect(said(decide(moved))).toEqual(expect.arrayContaining([flag]));
  });

  test("completed needs a drift or a change", () => {
    const done: Said = { status: "COMPLETED" };
    expect(said(decide(context({}, done)))).toEqual([]);
    const differs = context({ drift: [drifting("status", "moved", "COMPLETED")] }, done);
    expect(said(decide(differs))).toEqual(["completed status COMPLETED"]);
    const changed = context({ changes: [change("status", "completed", "RECRUITING", "COMPLETED")] }, done);
    expect(said(decide(changed))).toEqual(["completed status COMPLETED"]);
  });

  test("a moved status cell raises its own kind, never cell_moved besides", () => {
    const stopped = context({ drift: [drifting("status", "moved", "TERMINATED")] }, { status: "TERMINATED" });
    expect(said(decide(stopped))).toEqual(["stopped_early status TERMINATED"]);
  });
});

describe("over several runs", () => {
  const moved = context({ drift: [drifting("enrollment", "moved", "30")] });

  test("the same causes open nothing and resolve nothing, open or acknowledged", () => {
    const first = decide(moved);
    expect(said(first)).toEqual(["cell_moved enrollment 30"]);
    for (const state of ["open", "acknowledged"] as const)
      expect(decide(moved, held(first, state))).toEqual({ open: [], resolve: [], markGone: [] });
  });

  test("another value resolves the one and opens the other; agreement resolves", () => {
    const standing = held(decide(moved));
    const other = context({ drift: [drifting("enrollment", "moved", "40")] });
    expect(decide(other, standing)).toMatchObject({ resolve: [1], markGone: [] });
    expect(said(decide(other, standing))).toEqual(["cell_moved enrollment 40"]);
    const same = context({ drift: [drifting("enrollment", "same", "20")] });
    expect(decide(same, standing)).toEqual({ open: [], resolve: [1], markGone: [] });
  });

  test("what a person resolved stays closed while the value stands, and is marked gone when it leaves", () => {
    const standing = held(decide(moved), "resolved");
    expect(decide(moved, standing)).toEqual({ open: [], resolve: [], markGone: [] });
    const same = context({ drift: [drifting("enrollment", "same", "20")] });
    expect(decide(same, standing)).toEqual({ open: [], resolve: [], markGone: [1] });
  });

  test("a candidate's state flag lasts after the run that saw the change", () => {
    const stopped: Said = { status: "TERMINATED" };
    const then = context(
      { printed: false, changes: [change("status", "stopped_early", "RECRUITING", "TERMINATED")] },
      stopped,
    );
    const standing = held(decide(then));
    expect(decide(context({ printed: false }, stopped), standing)).toEqual({ open: [], resolve: [], markGone: [] });
    const resumed = decide(context({ printed: false }), standing);
    expect(resumed.resolve).toEqual(
      standing.filter(({ kind }) => kind === "stopped_early").map(({ flagId }) => flagId),
    );
  });

  test("an event flag is never resolved by a run", () => {
    const reopened = context({ changes: [change("status", "reopened", "COMPLETED", "RECRUITING")] });
    const standing = held(decide(reopened));
    expect(standing.map(({ kind }) => kind)).toEqual(["reopened"]);
    expect(decide(context(), standing)).toEqual({ open: [], resolve: [], markGone: [] });
  });

  test("a baseline has flags of state and drift alone, all marked so", () => {
    const busy = context({
      drift: [drifting("enrollment", "moved", "30")],
      changes: [
        change("status", "reopened", "COMPLETED", "RECRUITING"),
        change("results", "results_posted", null, "x"),
      ],
    });
    const decided = decide(busy, [], true);
    expect(said(decided)).toEqual(["cell_moved enrollment 30"]);
    expect(decided.open.every(({ baseline }) => baseline)).toBe(true);
  });

  test("a flag of another study is left alone", () => {
    const other = held(decide(moved)).map((flag) => ({ ...flag, nctId: nct(2) }));
    expect(decide(context(), other)).toEqual({ open: [], resolve: [], markGone: [] });
  });
});

describe("membership", () => {
  test("left and gone are one kind, told apart by value; an edited query raises none; merged names the survivor", () => {
    const away = { present: false, printed: false };
    expect(said(decide(context({ ...away, events: [event("left")] })))).toEqual(["left_watchlist  left w"]);
    expect(said(decide(context({ ...away, events: [event("tombstone")] })))).toEqual(["left_watchlist  tombstone w"]);
    expect(said(decide(context({ ...away, events: [event("query_changed")] })))).toEqual([]);
    const merged = context({ events: [event("merged", { survivor: nct(9) })] });
    expect(said(decide(merged))).toEqual([`merged  merged ${nct(9)}`]);
  });

  test("who left and stays away keeps the flag; who returns resolves it", () => {
    const standing = held(decide(context({ present: false, printed: false, events: [event("left")] })));
    const away = context({ present: false, printed: false, facts: null });
    expect(decide(away, standing)).toMatchObject({ open: [], resolve: [] });
    expect(decide(context({ printed: true }), standing).resolve).toEqual([1]);
  });
});

test("outcomes changed before the start are planning, after it a flag", () => {
  const changes = [change("primary_outcomes", "outcome_added", null, "HbA1c")];
  expect(said(decide(context({ changes }, { start: "2022-01", posted: "2021-03-01" })))).toEqual([]);
  expect(said(decide(context({ changes }, { start: "2019-03", posted: "2021-03-01" })))).toEqual([
    "outcome_changed primary_outcomes HbA1c",
  ]);
});

test("a value is cut to an identity that a database gives back unchanged", () => {
  const value = `${"x".repeat(399)}\u{1f9ec}\u{1f9ec}`;
  const [flag] = decide(context({ drift: [drifting("country", "moved", value)] })).open;
  expect(flag?.value).toHaveLength(400);
  expect(flag?.value.isWellFormed()).toBe(true);
});
