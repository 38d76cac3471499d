import { describe, expect, test } from "vitest";
import {
  decideMembership,
  type Membership,
  type MemberEvent,
  tablesOf,
  wantedIds,
} from "../../../pipeline/review/membership.ts";
import type { CuratedTable, Review, Watchlist } from "../../../pipeline/review/review.ts";
import type { Fate } from "../../../pipeline/sources/source.ts";

const A = "NCT00000001";
const B = "NCT00000002";
const C = "NCT00000003";
const AT = "2022-09-28T10:00:00Z";
const BEFORE = "2022-01-21T10:00:00Z";

function review(watchlists: Partial<Watchlist>[], tables: Partial<CuratedTable>[] = []): Review {
  return {
    id: "r",
    title: "R",
    source: { citation: null, doi: null },
    asOf: { from: null, to: null },
    watchlists: watchlists.map((one, at) => ({
      id: `w${at + 1}`,
      table: null,
      query: { cond: "lupus" },
      queryHash: "q1",
      pinned: [],
      ...one,
    })),
    tables: tables.map((one, at) => ({
      table: at + 1,
      title: "T",
      version: 1,
      statusConvention: null,
      footnotes: {},
      rows: [],
      fileHash: "f",
      ...one,
    })),
    lexicon: null,
    lexiconHash: null,
    codes: null,
    decisions: [],
    place: { reviews: "", lexicons: "" },
    screening: null,
    folderHash: "h",
    claims: [],
    definition: {},
  };
}

const row = (nctId: string) => ({ nctId, footnotes: [], cite: "", cells: {} });
const held = (nctId: string, more: Partial<Membership> = {}): Membership => ({
  review: "r",
  watchlist: "w1",
  nctId,
  state: "present",
  how: ["matched"],
  reason: null,
  queryHash: "q1",
  enteredAt: BEFORE,
  leftAt: null,
  survivor: null,
  ...more,
});
const seen = (...ids: string[]) => new Map([["w1", new Set(ids)]]);

function decide(input: {
  review?: Review;
  before?: Membership[];
  seen?: Map<string, Set<string>>;
  fates?: [string, Fate][];
  complete?: boolean;
  asked?: boolean;
}): { memberships: Membership[]; events: MemberEvent[]; said: string[] } {
  const decided = decideMembership({
    review: input.review ?? review([{}]),
    before: input.before ?? [],
    seen: input.seen ?? seen(),
    fates: new Map(input.fates ?? []),
    complete: input.complete ?? true,
    ...(input.asked === undefined ? {} : { asked: input.asked }),
    at: AT,
  });
  const said = decided.memberships.map(({ nctId, state, how }) => `${nctId} ${state} ${how.join("+")}`);
  return { ...decided, said };
}
const kinds = ({ events }: { events: MemberEvent[] }) => events.map(({ nctId, event }) => `${nctId} ${event}`);

describe("entering", () => {
  test("by match, pin and print, each told", () => {
    const of = review([{ table: 1, pinned: [B] }], [{ rows: [row(A), row(C)] }]);
    const decided = decide({ review: of, seen: seen(A, B) });
    expect(decided.said).toEqual([
      `${A} present matched+curated`,
      `${B} present matched+pinned`,
      `${C} present curated`,
    ]);
    expect(kinds(decided)).toEqual([`${A} entered`, `${B} entered`, `${C} entered`]);
    expect(decided.memberships.every(({ enteredAt, leftAt }) => enteredAt === AT && leftAt === null)).toBe(true);
  });

  test("what stands as it was is not written", () => {
    expect(decide({ before: [held(A)], seen: seen(A) }).memberships).toEqual([]);
  });

  test("a match that ends beside a pin changes how, and is no event", () => {
    const of = review([{ pinned: [A] }]);
    const decided = decide({ review: of, before: [held(A, { how: ["matched", "pinned"] })] });
    expect(decided.said).toEqual([`${A} present pinned`]);
    expect(decided.events).toEqual([]);
  });

  test("a return is present again, entered anew", () => {
    const gone = held(A, { state: "left", reason: "x", leftAt: BEFORE });
    const decided = decide({ before: [gone], seen: seen(A) });
    expect(kinds(decided)).toEqual([`${A} returned`]);
    expect(decided.memberships[0]).toMatchObject({ state: "present", enteredAt: AT, leftAt: null, reason: null });
  });

  test("a printed study belongs to the watchlist of its table, else to the first", () => {
    const of = review([{ table: 2 }, { table: 1 }], [{ rows: [row(A)] }, { rows: [row(B)] }, { rows: [row(C)] }]);
    const decided = decide({ review: of });
    expect(decided.memberships.map(({ watchlist, nctId }) => `${watchlist} ${nctId}`)).toEqual([
      `w2 ${A}`,
      `w1 ${B}`,
      `w1 ${C}`,
    ]);
  });
});

describe("leaving", () => {
  const before = [held(A)];
  test.each<[string, Fate | null, Partial<Membership>, string]>([
    ["the query no longer finds it", { kind: "left" }, { state: "left", survivor: null }, "left"],
    ["nothing was learned of it", null, { state: "left", survivor: null }, "left"],
    ["merged", { kind: "merged", survivor: B }, { state: "merged", survivor: B }, "merged"],
    ["gone", { kind: "tombstone" }, { state: "tombstone", survivor: null }, "tombstone"],
  ])("%s", (_, fate, expected, event) => {
    const decided = decide({ before, fates: fate === null ? [] : [[A, fate]] });
    expect(decided.memberships).toEqual([expect.objectContaining({ ...expected, leftAt: AT, enteredAt: BEFORE })]);
    expect(decided.memberships[0]?.reason).toBeTruthy();
    expect(kinds(decided)).toEqual([`${A} ${event}`]);
  });

  test("an incomplete walk records none, not even of a match beside a pin", () => {
    const of = review([{ pinned: [B] }]);
    const standing = [held(A), held(B, { how: ["matched", "pinned"] })];
    const decided = decide({ review: of, before: standing, complete: false });
    expect(decided).toMatchObject({ memberships: [], events: [] });
    expect(decide({ before: [held(A)], seen: seen(C), complete: false }).said).toEqual([`${C} present matched`]);
  });

  test("an incomplete walk believes no tombstone of a pinned study", () => {
    const of = review([{ pinned: [A] }]);
    const standing = [held(A, { how: ["pinned"] })];
    const fates: [string, Fate][] = [[A, { kind: "tombstone" }]];
    expect(decide({ review: of, before: standing, fates, complete: false }).memberships).toEqual([]);
    expect(decide({ review: of, before: standing, fates }).said).toEqual([`${A} tombstone pinned`]);
  });

  test("an edited query is the reason, whatever became of the study", () => {
    const of = review([{ queryHash: "q2" }]);
    const decided = decide({ review: of, before: [held(A)], fates: [[A, { kind: "tombstone" }]] });
    expect(kinds(decided)).toEqual([`${A} query_changed`]);
    expect(decided.memberships[0]).toMatchObject({ state: "left", reason: "query_changed", queryHash: "q2" });
  });

  test("one found by the edited query stays, and answers the new query from then on", () => {
    const of = review([{ queryHash: "q2" }]);
    const decided = decide({ review: of, before: [held(A)], seen: seen(A) });
    expect(decided.events).toEqual([]);
    expect(decided.memberships[0]).toMatchObject({ state: "present", queryHash: "q2" });
  });

  test("where nothing was asked, no membership answers an edited query", () => {
    const of = review([{ queryHash: "q2" }]);
    expect(decide({ review: of, before: [held(A)], seen: seen(A), complete: false, asked: false }).memberships).toEqual(
      [],
    );
  });

  test("who has left is not told again", () => {
    const gone = held(A, { state: "left", leftAt: BEFORE });
    expect(decide({ before: [gone] })).toMatchObject({ memberships: [], events: [] });
  });
});

describe("what is asked by id", () => {
  test("pinned and printed ids that no query brought, and members by match alone that it lost", () => {
    const of = review([{ table: 1, pinned: [B] }], [{ rows: [row(C)] }]);
    expect(wantedIds(of, seen(), [held(A)])).toEqual({ load: [B, C], departed: [A] });
    expect(wantedIds(of, seen(A, B, C), [held(A)])).toEqual({ load: [], departed: [] });
  });

  test("not one whose query was edited, who left before, or whom another watchlist found", () => {
    const edited = review([{ queryHash: "q2" }]);
    expect(wantedIds(edited, seen(), [held(A)]).departed).toEqual([]);
    expect(wantedIds(review([{}]), seen(), [held(A, { state: "left" })]).departed).toEqual([]);
    const other = new Map([["w2", new Set([A])]]);
    expect(wantedIds(review([{}, {}]), other, [held(A)]).departed).toEqual([]);
  });

  test("an id is asked once, to be loaded where any reason says so", () => {
    const of = review([{ pinned: [A] }, {}]);
    const standing = [held(A, { watchlist: "w2" })];
    expect(wantedIds(of, new Map(), standing)).toEqual({ load: [A], departed: [] });
  });
});

test("tables shown: those that print it, else those of its watchlists", () => {
  const of = review([{ table: 2 }, { table: 1 }, {}], [{ rows: [row(A)] }, {}]);
  expect(tablesOf(of, A, ["w1"])).toEqual([1]);
  expect(tablesOf(of, B, ["w1", "w2"])).toEqual([1, 2]);
  expect(tablesOf(of, B, ["w3"])).toEqual([]);
});
