import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "../test/support/postgres-server.ts";
import { cloneRecords } from "./corpus.ts";

/**
 * Registry load and unchanged re-run beside the floor, on the same file in the same run (`npm run bench [-- N]`, default
 * 6,000 records). Machines are noisy: compare ratios. Postgres is the test suite's own 18 with its defaults, fsync on.
 */
interface Measured {
  records: number;
  seconds: number;
  peakMb: number;
  databaseMb: number;
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

function measure(script: string, ...args: string[]): Measured {
  const done = spawnSync(process.execPath, [here(script), ...args], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${script}: ${done.stderr}`);
  return JSON.parse(done.stdout) as Measured;
}

const count = Number(process.argv[2] ?? 6000);
const folder = mkdtempSync(join(tmpdir(), "trialdrift-bench-"));
const file = join(folder, "registry.jsonl");
await cloneRecords(file, count);
const megabytes = statSync(file).size / 1e6;
const postgres = await startPostgres();
try {
  const floor = measure("floor.ts", file);
  const results: [string, Measured][] = [
    ["floor: readline + JSON.parse", floor],
    ["registry load, Postgres 18", measure("load.ts", file, postgres.url)],
    ["unchanged re-run, Postgres 18", measure("load.ts", file, postgres.url)],
    ["registry load, embedded", measure("load.ts", file, join(folder, "embedded"))],
    ["unchanged re-run, embedded", measure("load.ts", file, join(folder, "embedded"))],
    ["floor again", measure("floor.ts", file)],
  ];
  process.stdout.write(`${count} records, ${megabytes.toFixed(0)} MB, Node ${process.versions.node}\n`);
  process.stdout.write(
    `${"".padEnd(32)}${"records/s".padStart(10)}${"MB/s".padStart(8)}${"of floor".padStart(10)}${"peak RSS".padStart(10)}${"database".padStart(10)}\n`,
  );
  for (const [name, { records, seconds, peakMb, databaseMb }] of results) {
    const ratio = records / seconds / (floor.records / floor.seconds);
    process.stdout.write(
      `${name.padEnd(32)}${(records / seconds).toFixed(0).padStart(10)}${(megabytes / seconds).toFixed(0).padStart(8)}${ratio.toFixed(2).padStart(10)}${`${peakMb} MB`.padStart(10)}${(databaseMb > 0 ? `${databaseMb} MB` : "").padStart(10)}\n`,
    );
  }
} finally {
  await postgres.stop();
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
}
