import { writeFileSync } from "node:fs";
import type { Measured } from "./measured.ts";

/** What a bench run measured, as a page: bench/results.md. */

/** One piece of work in one round. `ratio` is to the floor of the same round; megabytes are those of the records read. */
export interface Line extends Measured {
  size: number;
  run: number;
  name: string;
  megabytes: number;
  ratio: number;
}

interface View {
  question: string;
  view: string;
  p50: number;
  p99: number;
  rounds: number;
  loadP50: number;
  loadP99: number;
}

export interface Results {
  machine: string;
  lines: readonly Line[];
  nightly: { first: number; idle: number; startUp: number; requests: number } | null;
  views: readonly View[];
}

/** What is to be reached (issue, "Numbers to reach"), by the line that shows it. */
const TARGETS: Record<string, string> = {
  "registry load, Postgres": ">= 0.5, >= 1,000/s",
  "review load, Postgres": ">= 0.15",
  "unchanged re-run, Postgres": ">= 0.9",
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** Median, and lowest to highest where there were several rounds. */
function spread(values: readonly number[], show: (value: number) => string): string {
  const middle = show(median(values));
  return values.length === 1 ? middle : `${middle} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}

function row(group: readonly Line[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const of = (value: (line: Line) => number, show = whole): string => spread(group.map(value), show);
  return `| ${[
    whole(first.size),
    first.name,
    of((line) => line.records / line.seconds),
    of((line) => line.megabytes / line.seconds),
    of(
      (line) => line.ratio,
      (value) => value.toFixed(2),
    ),
    TARGETS[first.name] ?? "",
    of((line) => (line.cpuMs * 1000) / line.records),
    first.serverMs > 0 ? of((line) => (line.serverMs * 1000) / line.records) : "",
    whole(Math.max(...group.map((line) => line.peakMb))),
    first.databaseMb > 0 ? whole(Math.max(...group.map((line) => line.databaseMb))) : "",
  ].join(" | ")} |`;
}

export function writeResults(file: string, { machine, lines, nightly, views }: Results): void {
  const groups = Map.groupBy(lines, ({ size, name }) => `${size} ${name}`);
  const page = [
    "# Bench results",
    "",
    `Written by \`npm run bench\`. ${machine}. Where a line has three numbers they are the median (lowest to highest) of its rounds; ratios are to the floor of the same round.`,
    "",
    "| records | what | records/s | MB/s | of the floor | target | CPU us/record | server's | peak RSS MB | database MB |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...[...groups.values()].map(row),
    "",
    nightly === null
      ? "The nightly run was not measured."
      : `Nightly run with an unchanged data date: ${nightly.requests} request, ${nightly.idle.toFixed(2)} s, of which ${nightly.startUp.toFixed(2)} s are those of a command that asks nothing: ${(nightly.idle - nightly.startUp).toFixed(2)} s beyond start-up (target: one request, under 1 s). The first sync of the shipped reviews took ${nightly.first.toFixed(1)} s.`,
    "",
    ...(views.length === 0
      ? []
      : [
          "## Views",
          "",
          "The questions of docs/schema.md on the largest store above with 1,453 members (target: p99 below 50 ms), alone and while another process loads 20,000 records.",
          "",
          "| view | question | p50 ms | p99 ms | p50 under load | p99 under load | rounds |",
          "|---|---|---|---|---|---|---|",
          ...views.map(
            (one) =>
              `| ${one.view} | ${one.question} | ${one.p50.toFixed(1)} | ${one.p99.toFixed(1)} | ${one.loadP50.toFixed(1)} | ${one.loadP99.toFixed(1)} | ${one.rounds} |`,
          ),
          "",
        ]),
  ];
  writeFileSync(file, page.join("\n"));
}
