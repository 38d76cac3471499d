import type { Stated, TrialFacts } from "../../../db/evidence.ts";
import type { ChangeRow } from "../../../pipeline/report/rows.ts";
import { nct } from "../../support/small-registry.ts";

/** Versions, trials and changes to draw, each with what a test says of it. */

export function stated(day: string, said: Partial<Stated> = {}): Stated {
  return {
    nctId: nct(1),
    day,
    dated: "observed",
    status: "RECRUITING",
    lastKnown: null,
    start: "2018-07",
    startType: "ESTIMATED",
    completion: "2020-12",
    completionType: "ESTIMATED",
    enrollment: 50,
    enrollmentType: "ESTIMATED",
    publications: [],
    firstPosted: "2018-05-20",
    ...said,
  };
}

/** A trial that starts, is suspended, lapses and is completed with fewer patients than planned. */
export const LIFE: readonly Stated[] = [
  stated("2018-06-01", { status: "NOT_YET_RECRUITING" }),
  stated("2018-11-03", { start: "2018-10-15", startType: "ACTUAL" }),
  stated("2019-09-01", { start: "2018-10-15", startType: "ACTUAL", completion: "2021-06" }),
  stated("2020-04-01", { start: "2018-10-15", startType: "ACTUAL", completion: "2021-06", status: "SUSPENDED" }),
  stated("2023-02-01", {
    start: "2018-10-15",
    startType: "ACTUAL",
    completion: "2022-12",
    status: "UNKNOWN",
    lastKnown: "RECRUITING",
    enrollment: 30,
  }),
  stated("2025-02-01", {
    start: "2018-10-15",
    startType: "ACTUAL",
    completion: "2023-03-31",
    completionType: "ACTUAL",
    status: "COMPLETED",
    enrollment: 21,
    enrollmentType: "ACTUAL",
    publications: ["31000001"],
  }),
];

export function change(day: string, said: Partial<ChangeRow> = {}): ChangeRow {
  return {
    change_id: 1,
    nct_id: nct(1),
    column_name: "completion_date",
    kind: "slipped",
    old: "2020-12",
    new: "2021-06",
    severity: "low",
    posted: day,
    dateless: false,
    cause: "submitted",
    data_date: day,
    detected_at: `${day}T00:00:00.000Z`,
    run_id: 1,
    detail: { days: 181 },
    survivor: null,
    dated: "observed",
    ...said,
  };
}

export function shown(n: number, said: Partial<TrialFacts> = {}): TrialFacts {
  return {
    nct_id: nct(n),
    status: "RECRUITING",
    route: ["iv"],
    cell_source: ["UC-MSCs"],
    enrollment: 50,
    enrollment_type: "ESTIMATED",
    completion_date: "2020-12",
    completion_date_type: "ESTIMATED",
    first_posted: "2018-05-20",
    data_date: "2025-02-01",
    ...said,
  };
}
