import { describe, expect, test } from "vitest";
import { membersBox, membersCounts } from "../../../pipeline/report/members-box.ts";
import type { MemberRow, ReviewRow } from "../../../pipeline/report/rows.ts";

const review: ReviewRow = {
  review: "shoulders",
  title: "Shoulders",
  active: true,
  tables: { 1: 1 },
  members: 4,
  folder_hash: "0",
  lexicon: "msc",
  last_run_id: 2,
  watchlists: [
    { id: "near", table: 1, query: { cond: "shoulder", intr: '"stem cells" OR MSC' }, pinned: ["NCT00000004"] },
    { id: "wide", table: 1, query: { cond: "joint" } },
  ],
};

const member = (watchlist: string, last: number, more: Partial<MemberRow> = {}): MemberRow => ({
  review: "shoulders",
  watchlist,
  nct_id: `NCT0000000${last}`,
  state: "present",
  how: ["matched"],
  screened: "in",
  reason: "eligible: shoulder in conditions",
  query_hash: "1",
  entered_at: "2026-01-02T03:04:05.000Z",
  left_at: null,
  survivor: null,
  ...more,
});

const rows: MemberRow[] = [
  member("near", 1),
  member("wide", 1),
  member("near", 2, { screened: "out", reason: "observational: an observational study" }),
  member("wide", 3, { screened: "uncertain", reason: "joint_not_stated: which joint" }),
  member("near", 4, { how: ["pinned", "curated"] }),
  member("wide", 5, { state: "left", left_at: "2026-02-01T00:00:00.000Z", reason: "no longer found" }),
  member("other", 1, { review: "another" }),
];

const count = (what: string): number | undefined =>
  membersCounts(review, rows).find((item) => item.what === what)?.count;

describe("how the studies of a review were found and screened", () => {
  test("each study is counted once, and the parts make the whole", () => {
    expect(count("different studies")).toBe(5);
    expect(count("found by a further list")).toBe(1);
    const parts = [
      "no longer tracked",
      "put aside by the screening rules",
      "left to a person",
      "not screened",
      "taken",
    ];
    expect(parts.map(count)).toEqual([1, 1, 1, 0, 2]);
  });

  test("the box quotes each query word for word, with the date of the data", () => {
    expect(
      membersBox(review, rows, "2026-01-01", 110),
    ).toBe(`shoulders: how its studies were found, registry data of 2026-01-01
  near (table 1): query.cond = shoulder and query.intr = "stem cells" OR MSC; 1 study pinned
  wide (table 1): query.cond = joint
     3  watchlist near
         2  found by its query
         1  not found, pinned by the review
     3  watchlist wide
         3  found by its query
     1  found by a further list
     5  different studies
     1  no longer tracked
         1  left
     1  put aside by the screening rules
         1  observational
     1  left to a person
         1  joint_not_stated
     2  taken
         2  eligible
`);
  });

  test("before the first answer of the registry it says so", () => {
    expect(membersBox({ ...review, watchlists: [] }, [], null)).toContain("before any answer of the registry");
  });
});
