import { describe, expect, test } from "vitest";
import { hasNews, headline, reviewHasNews, type ReviewNews, withFlags } from "../../../pipeline/report/digest.ts";
import { digestText } from "../../../pipeline/report/digest-text.ts";
import { digest, reviewNews, statusNews } from "./news.ts";
import { flag } from "./rows.ts";

test("no news, no text: cron mails nothing", () => {
  expect(digestText(digest())).toBe("");
  expect(digestText(digest({ undelivered: ["The digest of run 6 has not reached the webhook."] }))).toBe("");
  expect(reviewHasNews(reviewNews())).toBe(false);
});

test.each([
  { opened: [flag(1, "low", "merged")] },
  { resolved: 1 },
  { changes: 1 },
  { baseline: 0 },
  { statusChanges: [statusNews()] },
  { queryChanged: ["t1d"] },
] satisfies Partial<ReviewNews>[])("%j of a review is news", (news) => {
  expect(reviewHasNews(reviewNews(news))).toBe(true);
  expect(digestText(digest({}, news))).not.toBe("");
});

test("an incomplete run is news by itself", () => {
  expect(hasNews(digest({ incomplete: ["why"] }))).toBe(true);
  expect(digestText(digest({ incomplete: ["why"] }))).toMatch(/^# .*\n\n## INCOMPLETE.*\n- why\n$/);
});

test("incompleteness first, then flags from high to info, then status changes, then the rest, at last what has not arrived", () => {
  const out = digestText(
    digest(
      { incomplete: ["watchlist t1d: 90 announced, 89 received"], undelivered: ["Run 6 has not arrived."] },
      {
        opened: [
          flag(1, "info", "merged"),
          flag(2, "medium", "completed"),
          flag(3, "high", "withdrawn"),
          flag(4, "low", "sponsor_changed"),
        ],
        statusChanges: [statusNews()],
        resolved: 2,
        changes: 5,
        queryChanged: ["wide"],
      },
    ),
  );
  const order = [
    "# trialdrift run 7, registry data of 2022-01-21",
    "## INCOMPLETE",
    "89 received",
    "## A review of trials (r1)",
    "### High",
    "### Medium",
    "### Low",
    "### Info",
    "### Status changes",
    "query of r1/wide",
    "2 flags resolved",
    "5 registry changes",
    "## Earlier news that has not arrived",
    "- Run 6",
  ];
  const places = order.map((words) => out.indexOf(words));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(out).toContain("- NCT00000001: recruiting -> unknown (lapsed, by the registry's calendar)");
});

test("each review under its own heading, with its own flags", () => {
  const out = digestText(
    digest(
      {},
      { opened: [flag(1, "low", "merged")] },
      { id: "r2", title: "Another", opened: [flag(2, "low", "merged", { review: "r2" })] },
    ),
  );
  const [, first = "", second = ""] = out.split(/^## /m);
  expect(first).toContain("flag 1");
  expect(second).toContain("flag 2");
  expect(first).not.toContain("flag 2");
});

test("flags of one kind stand together, each with its message, their advice once", () => {
  const out = digestText(
    digest(
      {},
      { opened: [flag(2, "medium", "completed"), flag(3, "medium", "new_trial"), flag(1, "medium", "completed")] },
    ),
  );
  expect(out).toContain(
    [
      "### Medium: 3 new flags",
      "",
      "**completed**",
      "advice on completed",
      "- NCT00000001 (flag 1, table 1): message 1",
      "- NCT00000002 (flag 2, table 1): message 2",
      "",
      "**new trial**",
      "advice on new_trial",
      "- NCT00000003 (flag 3, table 1): message 3",
    ].join("\n"),
  );
});

test("a sponsor renamed in the whole registry is one line, however many trials it has", () => {
  const message = "sponsor: University of Turku -> Turku University";
  const renamed = Array.from({ length: 9 }, (_, at) =>
    flag(at + 1, "low", "sponsor_changed", { message, table_no: null }),
  );
  const out = digestText(digest({}, { opened: renamed }), { width: 200 });
  expect(out.split("\n").filter((line) => line.startsWith("- "))).toEqual([
    `- NCT00000001, NCT00000002, NCT00000003, NCT00000004, NCT00000005 and 4 more (9 flags): ${message}`,
  ]);
});

test("a baseline is one line, however many flags it opened", () => {
  const out = digestText(digest({}, { baseline: 2 }));
  expect(out).toContain("- First run of r1: 2 flags");
  expect(out).not.toContain("###");
});

test("a status change says whether an update stands behind it", () => {
  const say = (of: Parameters<typeof statusNews>[0]) =>
    digestText(digest({}, { statusChanges: [statusNews(of)] })).replace(/\s+/g, " ");
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
  const wild = digest(
    {},
    { opened: [flag(1, "high", "merged", { message: "\u001b[2J".repeat(30), advice: "go on ".repeat(40) })] },
  );
  const out = digestText(wild, { width: 80 });
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(out).not.toContain("\u001b");
  expect(digestText(wild, { colour: true })).toContain("\u001b[31m");
});

describe("Markdown that reads as plain text", () => {
  const said = (message: string, width = 200) =>
    digestText(digest({}, { opened: [flag(1, "high", "merged", { message })] }), { width })
      .split("table 1): ")[1]
      ?.trimEnd();

  test.each([
    ["plain words, 5-7 mg/kg (n=20); 90% #1 a_b_c", "plain words, 5-7 mg/kg (n=20); 90% #1 a_b_c"],
    ["*bold* _emphasis_ `code`", "\\*bold\\* \\_emphasis\\_ \\`code\\`"],
    ["<script>x</script>", "\\<script>x\\</script>"],
    ["[a](http://b)", "\\[a](http://b)"],
    ["R&amp;D and R&D", "R\\&amp;D and R&D"],
    ["~~gone~~", "\\~\\~gone\\~\\~"],
  ])("%s", (given, expected) => expect(said(given)).toBe(expected));

  test("a wrapped line begins no list, heading or quotation", () => {
    const out = said(`${"word ".repeat(6)}- item ${"word ".repeat(10)}# head ${"word ".repeat(10)}12. more`, 60);
    for (const line of out?.split("\n").slice(1) ?? []) expect(line).not.toMatch(/^\s*(?:[-+#>=]|\d+[.)])/);
  });
});

test("flags get the numbers that their own run published", () => {
  const plan = digest({}, { opened: [flag(0, "low", "merged")] }, { id: "r2", opened: [] });
  const stored = [
    flag(11, "low", "merged"),
    flag(12, "low", "merged", { review: "r2" }),
    flag(13, "low", "merged", { run_id: 6 }),
    flag(14, "low", "merged", { baseline: true }),
  ];
  const { reviews } = withFlags(plan, stored);
  expect(reviews.map(({ opened }) => opened.map(({ flag_id }) => flag_id))).toEqual([[11], [12]]);
});

test("a baseline counts every flag that its run published, those on sentences included", () => {
  const plan = digest({}, { baseline: 1 }, { id: "r2" });
  const stored = [
    flag(11, "low", "merged", { baseline: true }),
    flag(12, "high", "claim_broken", { baseline: true }),
    flag(13, "low", "merged", { baseline: true, run_id: 6 }),
    flag(14, "low", "merged", { review: "r2" }),
  ];
  expect(withFlags(plan, stored).reviews.map(({ baseline }) => baseline)).toEqual([2, null]);
});

test("the headline counts what is news", () => {
  const news = {
    opened: [flag(1, "high", "merged"), flag(2, "high", "merged"), flag(3, "low", "merged")],
    statusChanges: [statusNews()],
  };
  expect(headline(digest({}, news))).toBe("run 7, data of 2022-01-21: 2 high, 1 low flags; 1 status change");
  expect(headline(digest({ dataDate: null, incomplete: ["x"] }, { baseline: 3 }))).toBe(
    "run 7: incomplete; first run of r1",
  );
  expect(headline(digest({}, { resolved: 2 }))).toBe("run 7, data of 2022-01-21");
});
