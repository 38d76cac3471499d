import { Counter, Gauge, Registry } from "prom-client";
import type { Figures } from "../db/figures.ts";

/** The figures as a monitoring system reads them. */

interface Metric {
  name: string;
  help: string;
  kind: "gauge" | "counter";
  labels: readonly string[];
  /** Values with their labels; `now` in ms since 1970. */
  read: (figures: Figures, now: number) => [labels: Record<string, string>, value: number][];
}

const OUTCOMES = ["new", "changed", "derived_only", "unchanged", "older", "quarantined"] as const;

/** TABLE OF METRICS: one entry a metric. Ages are counted when asked, so that they grow while nothing happens. */
export const METRICS: readonly Metric[] = [
  {
    name: "trialdrift_runs",
    help: "Runs in the ledger by job and state",
    kind: "gauge",
    labels: ["job", "state"],
    read: ({ runs }) => runs.map(({ job, state, count }) => [{ job, state }, count]),
  },
  {
    name: "trialdrift_review_age_seconds",
    help: "Seconds since the last complete run of an active review; absent where there was none",
    kind: "gauge",
    labels: ["review"],
    read: ({ reviews }, now) =>
      reviews.flatMap(({ review, completeAt }) =>
        completeAt === null ? [] : [[{ review }, (now - completeAt) / 1000]],
      ),
  },
  {
    name: "trialdrift_job_age_seconds",
    help: "Seconds since a scheduled job was last complete or found nothing to do",
    kind: "gauge",
    labels: ["job"],
    read: ({ jobs }, now) => jobs.map(({ job, doneAt }) => [{ job }, (now - doneAt) / 1000]),
  },
  {
    name: "trialdrift_records_total",
    help: "Records received in all runs by what became of them",
    kind: "counter",
    labels: ["outcome"],
    read: ({ ledger }) => OUTCOMES.map((outcome) => [{ outcome }, ledger[outcome] ?? 0]),
  },
  {
    name: "trialdrift_registry_requests_total",
    help: "Requests to the registry in all runs, retries included",
    kind: "counter",
    labels: [],
    read: ({ ledger }) => [[{}, ledger["requests"] ?? 0]],
  },
  {
    name: "trialdrift_registry_retries_total",
    help: "Requests to the registry that repeated an earlier one",
    kind: "counter",
    labels: [],
    read: ({ ledger }) => [[{}, ledger["retries"] ?? 0]],
  },
  {
    name: "trialdrift_quarantined_records",
    help: "Records that could not be loaded and are held in quarantine",
    kind: "gauge",
    labels: [],
    read: ({ quarantined }) => [[{}, quarantined]],
  },
  {
    name: "trialdrift_open_flags",
    help: "Open questions for a person by review and severity",
    kind: "gauge",
    labels: ["review", "severity"],
    read: ({ openFlags }) => openFlags.map(({ review, severity, count }) => [{ review, severity }, count]),
  },
  {
    name: "trialdrift_undelivered_news",
    help: "News of a review that no receiver has taken yet",
    kind: "gauge",
    labels: ["review"],
    read: ({ undelivered }) => undelivered.map(({ review, count }) => [{ review }, count]),
  },
];

/** The metrics in Prometheus' text format. */
export function metricsText(figures: Figures, now: number): Promise<string> {
  const registry = new Registry();
  for (const { name, help, kind, labels, read } of METRICS) {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    const values = read(figures, now);
    if (kind === "gauge") {
      const gauge = new Gauge(options);
      for (const [given, value] of values) gauge.set(given, value);
    } else {
      const counter = new Counter(options);
      for (const [given, value] of values) counter.inc(given, value);
    }
  }
  return registry.metrics();
}
