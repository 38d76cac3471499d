import { readdirSync, readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import type { Database } from "../db/open.ts";
import { rows } from "../db/sql.ts";

/** What one piece of work cost: wall time, CPU of this process and of the server, peak memory. */
export interface Measured {
  records: number;
  seconds: number;
  cpuMs: number;
  serverMs: number;
  peakMb: number;
  databaseMb: number;
}

/** CPU of the server's processes in ms, where they run on this machine: the postmaster and its children, ended ones too. */
async function serverMs(database: Database): Promise<number> {
  if (database.kind === "embedded") return 0;
  const [backend] = await rows<{ pid: number }>(database.db, sql`select pg_backend_pid()::int as pid`);
  const stat = (pid: string): string[] => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const postmaster = stat(String(backend?.pid))[1] ?? "";
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const values = stat(pid).map(Number);
      const sum = (...at: number[]): number => at.reduce((total, one) => total + (values[one] ?? 0), 0);
      if (pid === postmaster) ticks += sum(11, 12, 13, 14);
      else if (String(values[1]) === postmaster) ticks += sum(11, 12);
    } catch {
      // The process ended between the listing and the look.
    }
  }
  return ticks * 10;
}

/** Runs some work on `database` (null: none) and says what it cost; the work returns how many records it was. */
export async function measure(database: Database | null, work: () => Promise<number>): Promise<Measured> {
  const server = database === null ? 0 : await serverMs(database);
  const cpu = process.cpuUsage();
  const started = performance.now();
  let peak = process.memoryUsage.rss();
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const records = await work();
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const spent = database === null ? 0 : (await serverMs(database)) - server;
  const [size] =
    database === null
      ? []
      : await rows<{ mb: number }>(
          database.db,
          sql`select (pg_database_size(current_database()) / 1048576)::int as mb`,
        );
  return {
    records,
    seconds,
    cpuMs: Math.round((used.user + used.system) / 1000),
    serverMs: spent,
    peakMb: Math.round(Math.max(peak, process.memoryUsage.rss()) / 1048576),
    databaseMb: size?.mb ?? 0,
  };
}

/** A measuring script's one line of output, read by bench.ts. */
export function tell(measured: Measured): void {
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}
