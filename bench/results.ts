import { writeFileSync } from "node:fs";
import type { Measured } from "./measured.ts";
import type { Step } from "./steps.ts";

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
  steps: readonly Step[];
  nightly: { first: number; idle: number; startUp: number; requests: number } | null;
  views: readonly View[];
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const ratio = (value: number): string => value.toFixed(2);

interface Target {
  /** Name of the lines that show it. */
  line: string;
  words: string;
  /** What was reached in one group of lines, in words. */
  reached: (group: readonly Line[]) => { words: string; met: boolean };
}

const ofFloor = (line: string, least: number): Target => ({
  line,
  words: `>= ${least} of the floor`,
  reached: (group) => {
    const value = median(group.map((one) => one.ratio));
    return { words: ratio(value), met: value >= least };
  },
});
const below = (line: string, most: number): Target => ({
  line,
  words: `peak RSS < ${most} MB`,
  reached: (group) => {
    const value = Math.max(...group.map((one) => one.peakMb));
    return { words: `${whole(value)} MB`, met: value < most };
  },
});
const perSecond = (line: string, least: number): Target => ({
  line,
  words: `>= ${whole(least)} records/s`,
  reached: (group) => {
    const value = median(group.map((one) => one.records / one.seconds));
    return { words: `${whole(value)}/s`, met: value >= least };
  },
});

/** What is to be reached, by the lines that show it. */
const TARGETS: readonly Target[] = [
  perSecond("registry load, Postgres", 1000),
  ofFloor("registry load, Postgres", 0.5),
  below("registry load, Postgres", 512),
  ofFloor("unchanged re-run, Postgres", 0.9),
  below("unchanged re-run, Postgres", 512),
  ofFloor("review load, Postgres", 0.15),
  below("review load, Postgres", 512),
];

function verdicts(groups: ReadonlyMap<string, readonly Line[]>): string[] {
  return TARGETS.flatMap(({ line, words, reached }) =>
    [...groups.values()]
      .filter(([first]) => first?.name === line)
      .map((group) => {
        const { words: value, met } = reached(group);
        return `| ${line} | ${whole(group[0]?.size ?? 0)} | ${words} | ${value} | ${met ? "met" : "**not met**"} |`;
      }),
  );
}

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
    of((line) => line.ratio, ratio),
    of((line) => (line.cpuMs * 1000) / line.records),
    first.serverMs > 0 ? of((line) => (line.serverMs * 1000) / line.records) : "",
    whole(Math.max(...group.map((line) => line.peakMb))),
    first.databaseMb > 0 ? whole(Math.max(...group.map((line) => line.databaseMb))) : "",
  ].join(" | ")} |`;
}

/** What two cores may spend on a record for a share of the floor. */
function budgets(lines: readonly Line[]): string[] {
  const floors = Map.groupBy(
    lines.filter(({ name }) => name.startsWith("floor: ")),
    ({ name }) => name,
  );
  const say = (floor: string, share: number, what: string): string[] => {
    const group = floors.get(floor);
    if (group === undefined) return [];
    const rate = median(group.map((line) => line.records / line.seconds));
    return [`${share} of the floor leaves ${what} ${whole(2e6 / (share * rate))} us of CPU a record on two cores.`, ""];
  };
  return [
    ...say("floor: readline + JSON.parse", 0.5, "a registry load"),
    ...say("floor: MSC records, ten times", 0.15, "a review load"),
  ];
}

/** What a load must spend, step by step, so that a target that is not met says why. */
function why(lines: readonly Line[], steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const cost = (name: string, value: (line: Line) => number): string => {
    const found = lines.filter((line) => line.name === name).map((line) => (value(line) * 1000) / line.records);
    return found.length === 0 ? "not measured" : `${whole(median(found))} us`;
  };
  const load = steps.filter((step) => step.of === "load");
  const sum = load.reduce((total, { us }) => total + us, 0);
  return [
    "## Where a record's CPU goes",
    "",
    "One thread on its own, no database; a third of the records first to warm up:",
    "",
    "| step | us/record |",
    "|---|---|",
    ...load.map(({ name, us }) => `| ${name} | ${whole(us)} |`),
    `| **together** | **${whole(sum)}** |`,
    ...steps.filter((step) => step.of === "review").map(({ name, us }) => `| ${name} | ${whole(us)} |`),
    "",
    ...budgets(lines),
    `In a registry load the program spends ${cost("registry load, Postgres", (line) => line.cpuMs)} a record and the server ${cost("registry load, Postgres", (line) => line.serverMs)}, in a review load ${cost("review load, Postgres", (line) => line.cpuMs)} and ${cost("review load, Postgres", (line) => line.serverMs)}; the floor spends ${cost("floor: readline + JSON.parse", (line) => line.cpuMs)}, on one core while the other idles.`,
    "",
  ];
}

export function writeResults(file: string, { machine, lines, steps, nightly, views }: Results): void {
  const groups = Map.groupBy(lines, ({ size, name }) => `${size} ${name}`);
  const page = [
    "# Bench results",
    "",
    `Written by \`npm run bench\`. ${machine}. Where a line has three numbers they are the median (lowest to highest) of its rounds; ratios are to the floor of the same round.`,
    "",
    "| records | what | records/s | MB/s | of the floor | CPU us/record | server's | peak RSS MB | database MB |",
    "|---|---|---|---|---|---|---|---|---|",
    ...[...groups.values()].map(row),
    "",
    "## Targets",
    "",
    "| what | records | target | reached | |",
    "|---|---|---|---|---|",
    ...verdicts(groups),
    "",
    ...why(lines, steps),
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
