import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";

/** The program as a user starts it: a process of its own, its two streams, its exit code. */

const LAUNCHER = fileURLToPath(new URL("../../jobs/trialdrift.mjs", import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves with the match once stderr has it; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  kill(): Promise<Ended>;
}

export type Environment = Record<string, string>;

/** Nothing of the tests' own environment but what a process needs to start. */
function environment(given: Environment): Environment {
  const kept = ["PATH", "HOME", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), TRIALDRIFT_RATE: "1000", ...given };
}

export function startCli(
  args: readonly string[],
  env: Environment = {},
  options: { cwd?: string; launcher?: string; node?: readonly string[] } = {},
): Started {
  const command = [...(options.node ?? []), options.launcher ?? LAUNCHER, ...args];
  const child = spawn(process.execPath, command, {
    env: environment(env),
    cwd: options.cwd ?? tmpdir(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve({ code, signal, ...said });
      for (const listener of listeners) listener();
    });
  });
  return {
    child,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(said.stderr);
          const over = child.exitCode !== null || child.signalCode !== null;
          if (found === null && !over) return;
          listeners.delete(look);
          if (found === null) reject(new Error(`ended without ${String(pattern)}:\n${said.stderr}`));
          else resolve(found);
        };
        listeners.add(look);
        look();
      }),
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

export function cli(args: readonly string[], env: Environment = {}, options: { cwd?: string } = {}): Promise<Ended> {
  return startCli(args, env, options).ended;
}

/** Log lines on stderr of a process without a terminal: one JSON object a line. Other lines are errors explained. */
export function logLines(stderr: string): { level: number; msg: string }[] {
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as { level: number; msg: string });
}

export interface Place {
  /** What points the program at this database. */
  env: Environment;
  dispose(): Promise<void>;
}

/** A data directory that nobody used yet; with an empty database in it where one to copy is given (with-pglite.ts). */
export function freshDirectory(given?: { folder: string }): Place & { directory: string; lock: string } {
  const directory = mkdtempSync(join(tmpdir(), "trialdrift-e2e-"));
  if (given !== undefined) cpSync(given.folder, join(directory, "pglite"), { recursive: true });
  return {
    directory,
    lock: join(directory, "pglite.lock"),
    env: { TRIALDRIFT_DATA_DIR: directory },
    async dispose() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** An empty database on a server; disposing drops it. */
export async function freshOnServer(server: string): Promise<Place & { url: string }> {
  const name = `trialdrift_e2e_${randomUUID().replaceAll("-", "")}`;
  const owner = postgres(server, { max: 1, onnotice: () => {} });
  await owner.unsafe(`create database ${name}`);
  const own = new URL(server);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    env: { DATABASE_URL: own.href },
    async dispose() {
      await owner.unsafe(`drop database if exists ${name} with (force)`);
      await owner.end({ timeout: 5 });
    },
  };
}
