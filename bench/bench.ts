import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { startPostgres } from "../test/support/postgres-server.ts";
import { cloneRecords, MSC, recordsOf } from "./corpus.ts";
import type { Measured } from "./measured.ts";
import { type Line, type Results, writeResults } from "./results.ts";

/**
 * `npm run bench [-- N… | views]`: everything on the same files in one run, each piece of work a process of its own, beside
 * the floor measured before and after. Machines are noisy: compare ratios, and CPU. Postgres is the test suite's own 18 with
 * its defaults, fsync on. Sizes up to 20,000 are run five times, larger ones once; results.md is written anew.
 */

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const RUNS_OF_SMALL = 5;
const SMALL = 20_000;
/** Above this PGlite takes longer than all else together. */
const MOST_EMBEDDED = 20_000;

/** Each piece of work starts as the launcher starts a command: what is compiled is kept, drizzle-orm is resolved by hand. */
process.env["NODE_COMPILE_CACHE"] ??= here("../node_modules/.cache/trialdrift");
const HOOK = ["--import", new URL("../jobs/resolve-drizzle.mjs", import.meta.url).href];

function call<T>(script: string, ...args: string[]): T {
  const done = spawnSync(process.execPath, [...HOOK, here(script), ...args], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${script}: ${done.stderr}`);
  return JSON.parse(done.stdout) as T;
}

const given = process.argv.slice(2);
const withViews = given.includes("views") || given.length === 0;
const numbers = given.map(Number).filter((one) => Number.isInteger(one));
const sizes = numbers.length > 0 ? numbers : withViews && given.length > 0 ? [100_000] : [2000, 20_000, 100_000];
const runs = Number(/^--runs=(\d+)$/.exec(given.find((one) => one.startsWith("--runs=")) ?? "")?.[1] ?? RUNS_OF_SMALL);

const folder = mkdtempSync(join(tmpdir(), "trialdrift-bench-"));
const server = await startPostgres();
const owner = postgres(server.url, { max: 1, onnotice: () => {} });
const lines: Line[] = [];
let nightly: Results["nightly"] = null;
let steps: Results["steps"] = [];
let views: Results["views"] = [];

async function freshDatabase(name: string): Promise<string> {
  await owner`drop database if exists ${owner(name)} with (force)`;
  await owner`create database ${owner(name)}`;
  return server.url.replace(/\/[^/]*$/, `/${name}`);
}

/** One line on stdout, and kept for results.md. */
function note(
  records: number,
  run: number,
  name: string,
  measured: Measured,
  floor: Measured,
  megabytes: number,
): void {
  const ratio = measured.records / measured.seconds / (floor.records / floor.seconds);
  const line = { size: records, run, name, ...measured, megabytes, ratio };
  lines.push(line);
  const rate = measured.records / measured.seconds;
  process.stdout.write(
    `${String(records).padStart(7)} ${name.padEnd(30)}${rate.toFixed(0).padStart(8)} rec/s${((megabytes / measured.records) * rate).toFixed(0).padStart(5)} MB/s${ratio.toFixed(2).padStart(6)} of floor${String(measured.peakMb).padStart(6)} MB RSS${String(measured.databaseMb).padStart(6)} MB stored, CPU us/rec ${((measured.cpuMs * 1000) / measured.records).toFixed(0)} + ${((measured.serverMs * 1000) / measured.records).toFixed(0)}\n`,
  );
}

async function benchSize(count: number, run: number): Promise<string> {
  const file = join(folder, `registry-${count}.jsonl`);
  if (run === 1) await cloneRecords(file, count);
  const megabytes = statSync(file).size / 1e6;
  const floor = call<Measured>("floor.ts", file);
  const tell = (name: string, measured: Measured): void => note(count, run, name, measured, floor, megabytes);
  tell("floor: readline + JSON.parse", floor);
  tell("raw jsonb, COPY", call("raw.ts", file, await freshDatabase("raw")));
  tell("flat row, DuckDB", call("duckdb.ts", file, join(folder, `flat-${count}-${run}.duckdb`)));
  const url = await freshDatabase(`load_${count}`);
  tell("registry load, Postgres", call("load.ts", file, url));
  tell("unchanged re-run, Postgres", call("load.ts", file, url));
  if (count <= MOST_EMBEDDED) {
    const place = join(folder, `embedded-${count}-${run}`);
    tell("registry load, embedded", call("load.ts", file, place));
    tell("unchanged re-run, embedded", call("load.ts", file, place));
    rmSync(place, { recursive: true, force: true });
  }
  tell("floor again", call("floor.ts", file));
  return url;
}

async function benchReview(run: number): Promise<void> {
  const file = join(folder, "msc.jsonl");
  const records = await recordsOf(MSC);
  writeFileSync(file, records.map(({ line }) => `${line}\n`).join(""));
  const megabytes = statSync(file).size / 1e6;
  // So few records are over before a floor of their own says anything: theirs is taken ten times over.
  writeFileSync(
    `${file}.ten`,
    Array.from({ length: 10 }, () => records.map(({ line }) => `${line}\n`).join("")).join(""),
  );
  const floor = call<Measured>("floor.ts", `${file}.ten`);
  note(records.length, run, "floor: MSC records, ten times", floor, floor, megabytes * 10);
  const measured = call<Measured>("review.ts", await freshDatabase("review"));
  note(records.length, run, "review load, Postgres", measured, floor, megabytes);
}

try {
  let largest = "";
  for (const count of sizes) {
    for (let run = 1; run <= (count <= SMALL ? runs : 1); run += 1) largest = await benchSize(count, run);
  }
  for (let run = 1; run <= runs; run += 1) await benchReview(run);
  steps = call("steps.ts", join(folder, `registry-${sizes.at(-1)}.jsonl`));
  for (const step of steps) process.stdout.write(`${JSON.stringify(step)}\n`);
  nightly = call("nightly.ts", await freshDatabase("nightly"));
  process.stdout.write(`nightly, data date unchanged: ${JSON.stringify(nightly)}\n`);
  if (withViews) {
    call("review.ts", largest);
    const more = join(folder, "more.jsonl");
    await cloneRecords(more, 20_000, 50_000_000);
    views = call("views.ts", largest, more);
    for (const view of views) process.stdout.write(`${JSON.stringify(view)}\n`);
  }
} finally {
  // What was measured before something failed is kept.
  const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, Postgres 18`;
  writeResults(here("results.md"), { machine, lines, steps, nightly, views });
  await owner.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
