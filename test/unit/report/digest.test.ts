import { expect, test } from "vitest";
import { type Digest, digestText } from "../../../pipeline/report/digest.ts";
import { flag, statusChange } from "./rows.ts";

function digest(of: Partial<Digest> = {}): Digest {
  return {
    runId: 7,
    reviews: [{ id: "r1", title: "A review of trials" }],
    dataDate: "2022-01-21",
    incomplete: [],
    opened: [],
    resolved: 0,
    changes: 0,
    baseline: [],
    queryChanged: [],
    ...of,
  };
}

test("no news, no text: cron mails nothing", () => {
  expect(digestText(digest())).toBe("");
  expect(digestText(digest({ statusChanges: [] }))).toBe("");
});

test.each([
  { incomplete: ["why"] },
  { opened: [flag(1, "low", "merged")] },
  { resolved: 1 },
  { changes: 1 },
  { baseline: ["r1"] },
  { queryChanged: ["r1/t1d"] },
] satisfies Partial<Digest>[])("%j is news", (news) => {
  expect(digestText(digest(news))).not.toBe("");
});

test("incompleteness first, then flags from high to info, then status changes, then the rest", () => {
  const out = digestText(
    digest({
      incomplete: ["watchlist t1d: 90 announced, 89 received"],
      opened: [
        flag(1, "info", "merged"),
        flag(2, "medium", "completed"),
        flag(3, "high", "withdrawn"),
        flag(4, "low", "sponsor_changed"),
      ],
      statusChanges: [statusChange()],
      resolved: 2,
      changes: 5,
      queryChanged: ["r1/wide"],
    }),
  );
  const order = [
    "trialdrift run 7, registry data of 2022-01-21",
    "INCOMPLETE",
    "89 received",
    "HIGH",
    "MEDIUM",
    "LOW",
    "INFO",
    "STATUS CHANGES",
    "query of r1/wide",
    "2 flags resolved",
    "5 registry changes",
  ];
  const places = order.map((words) => out.indexOf(words));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(out).toContain("NCT00000001: recruiting -> unknown (lapsed, by the registry's calendar)");
});

test("flags of one kind stand together, each with its message, their advice once", () => {
  const out = digestText(
    digest({
      opened: [flag(2, "medium", "completed"), flag(3, "medium", "new_trial"), flag(1, "medium", "completed")],
    }),
  );
  expect(out).toContain(
    [
      "MEDIUM - 3 new flags",
      "  completed",
      "    NCT00000001 (flag 1, table 1): message 1",
      "    NCT00000002 (flag 2, table 1): message 2",
      "    -> advice on completed",
      "  new trial",
      "    NCT00000003 (flag 3, table 1): message 3",
    ].join("\n"),
  );
  expect(out.split("advice on completed")).toHaveLength(2);
});

test("a baseline is one line, however many flags it opened", () => {
  const out = digestText(
    digest({
      baseline: ["r1"],
      opened: [flag(1, "high", "withdrawn", { baseline: true }), flag(2, "low", "completed", { baseline: true })],
    }),
  );
  expect(out).toContain("First run of r1: 2 flags");
  expect(out).not.toContain("HIGH");
  expect(out).not.toContain("message 1");
});

test("a status change says whether an update stands behind it", () => {
  const say = (of: Parameters<typeof statusChange>[0]) =>
    digestText(digest({ statusChanges: [statusChange(of)] })).replace(/\s+/g, " ");
  expect(
    say({
      kind: "withdrawn",
      to_status: "WITHDRAWN",
      posted: "2022-01-20",
      cause: "submitted",
      why_stopped: "No funds",
    }),
  ).toContain('recruiting -> withdrawn (withdrawn before enrolling, posted 2022-01-20); reason given: "No funds"');
  expect(say({ cause: "submitted", posted: null })).toContain("without a new update date");
});

test("fits the width and carries no control characters, colour only when asked", () => {
  const wild = digest({
    opened: [flag(1, "high", "merged", { message: "\u001b[2J".repeat(30), advice: "go on ".repeat(40) })],
  });
  const out = digestText(wild, { width: 80 });
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(out).not.toContain("\u001b");
  expect(digestText(wild, { colour: true })).toContain("\u001b[31m");
});
