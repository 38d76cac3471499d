import { describe, expect, test } from "vitest";
import { changesBetween } from "../../../pipeline/change/changes.ts";
import { statusCase } from "../../../pipeline/change/status.ts";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { study } from "../normalize/corpus.ts";

const STATUSES = [
  "NOT_YET_RECRUITING",
  "RECRUITING",
  "ENROLLING_BY_INVITATION",
  "ACTIVE_NOT_RECRUITING",
  "COMPLETED",
  "SUSPENDED",
  "TERMINATED",
  "WITHDRAWN",
  "AVAILABLE",
  "NO_LONGER_AVAILABLE",
  "TEMPORARILY_NOT_AVAILABLE",
  "APPROVED_FOR_MARKETING",
  "WITHHELD",
  "UNKNOWN",
  "A_STATUS_OF_TOMORROW",
];

const kind = (from: string, to: string) =>
  statusCase({ status: from, lastKnown: null }, { status: to, lastKnown: null })?.kind ?? null;

describe("what a change of status is called", () => {
  test.each([
    ["RECRUITING", "UNKNOWN", "lapsed"],
    ["COMPLETED", "UNKNOWN", "lapsed"],
    ["UNKNOWN", "RECRUITING", "resumed"],
    ["UNKNOWN", "ACTIVE_NOT_RECRUITING", "resumed"],
    ["UNKNOWN", "COMPLETED", "completed"],
    ["UNKNOWN", "TERMINATED", "stopped_early"],
    ["UNKNOWN", "WITHDRAWN", "withdrawn"],
    ["COMPLETED", "RECRUITING", "reopened"],
    ["SUSPENDED", "RECRUITING", "reopened"],
    ["TERMINATED", "ACTIVE_NOT_RECRUITING", "reopened"],
    ["RECRUITING", "SUSPENDED", "stopped_early"],
    ["SUSPENDED", "TERMINATED", "stopped_early"],
    ["NOT_YET_RECRUITING", "WITHDRAWN", "withdrawn"],
    ["TERMINATED", "COMPLETED", "completed"],
    ["NOT_YET_RECRUITING", "RECRUITING", "status_changed"],
    ["ACTIVE_NOT_RECRUITING", "RECRUITING", "status_changed"],
    ["AVAILABLE", "NO_LONGER_AVAILABLE", "status_changed"],
    ["RECRUITING", "A_STATUS_OF_TOMORROW", "status_changed"],
    ["RECRUITING", "RECRUITING", null],
  ])("%s -> %s is %s", (from, to, expected) => expect(kind(from, to)).toBe(expected));

  test("every pair of statuses gives exactly one status change with all its facts", () => {
    for (const from of STATUSES) {
      for (const to of STATUSES.filter((one) => one !== from)) {
        const [a, b] = [from, to].map((overallStatus) =>
          study({ statusModule: { overallStatus, lastKnownStatus: "RECRUITING", whyStopped: "No funds" } }),
        );
        if (a === undefined || b === undefined) throw new Error("two records");
        const changes = changesBetween(factsOf(a), factsOf(b), a, b);
        expect(changes.map(({ column }) => column)).toEqual(["status"]);
        expect(changes[0]).toMatchObject({
          old: from,
          new: to,
          cause: to === "UNKNOWN" ? "calendar" : "submitted",
          detail: {
            from_status: from,
            to_status: to,
            from_last_known: from === "UNKNOWN" ? "RECRUITING" : null,
            to_last_known: to === "UNKNOWN" ? "RECRUITING" : null,
            why_stopped: "No funds",
          },
        });
      }
    }
  });

  test("while UNKNOWN the last known status is the status", () => {
    const [a, b] = ["NOT_YET_RECRUITING", "RECRUITING"].map((lastKnownStatus) =>
      study({ statusModule: { overallStatus: "UNKNOWN", lastKnownStatus } }),
    );
    if (a === undefined || b === undefined) throw new Error("two records");
    expect(changesBetween(factsOf(a), factsOf(b), a, b)).toMatchObject([
      {
        column: "status",
        kind: "last_known_changed",
        old: "NOT_YET_RECRUITING",
        new: "RECRUITING",
        cause: "submitted",
      },
    ]);
  });
});
