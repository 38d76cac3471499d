import type { Digest, ReviewNews, StatusNews } from "../../../pipeline/report/digest.ts";

/** News for tests: each function fills in what the test does not care about. */

export function reviewNews(of: Partial<ReviewNews> = {}): ReviewNews {
  return {
    id: "r1",
    title: "A review of trials",
    baseline: null,
    opened: [],
    resolved: 0,
    changes: 0,
    statusChanges: [],
    queryChanged: [],
    ...of,
  };
}

export function digest(of: Partial<Digest> = {}, ...reviews: Partial<ReviewNews>[]): Digest {
  return {
    runId: 7,
    dataDate: "2022-01-21",
    incomplete: [],
    reviews: reviews.map(reviewNews),
    undelivered: [],
    ...of,
  };
}

export function statusNews(of: Partial<StatusNews> = {}): StatusNews {
  return {
    nct_id: "NCT00000001",
    kind: "lapsed",
    from_status: "RECRUITING",
    to_status: "UNKNOWN",
    posted: null,
    cause: "calendar",
    why_stopped: null,
    ...of,
  };
}
