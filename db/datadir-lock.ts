import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { TrialdriftError } from "./errors.ts";
import { lifeOf, type Process, thisProcess } from "./process.ts";

/**
 * One process holds the embedded directory, readers included: two PGlite processes on one directory lose each other's
 * writes in silence (measured: 600 acknowledged inserts, 300 rows). The lock is a file beside the directory, made with
 * O_EXCL, naming host, boot, pid and the process's start, so that a dead holder is told from a live one, never by age.
 */
interface Holder extends Process {
  token: string;
  command: string;
  since: string;
}

export interface DirectoryLock {
  path: string;
  /** Throws when the lock file no longer carries our token: then somebody took the directory over. */
  assertHeld(): void;
  release(): void;
}

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

function ours(): Holder {
  return {
    ...thisProcess(),
    token: randomUUID(),
    command: process.argv.slice(2).join(" ").slice(0, 80),
    since: new Date().toISOString(),
  };
}

/** Creates the file only where none is. False when there is one. */
function createExclusive(path: string, content: string): boolean {
  try {
    const file = openSync(path, "wx");
    writeSync(file, content);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Takes a dead holder's lock over. Only who made `<lock>.reap` may, and only if the file is still the one judged dead. */
function reap(path: string, judged: string, mine: string): "taken" | "changed" | "blocked" {
  const guard = `${path}.reap`;
  if (!createExclusive(guard, mine)) return "blocked";
  try {
    if (read(path) !== judged) return "changed";
    unlinkSync(path);
    return createExclusive(path, mine) ? "taken" : "changed";
  } finally {
    unlinkSync(guard);
  }
}

function parse(content: string): Holder | null {
  try {
    return JSON.parse(content) as Holder;
  } catch {
    return null;
  }
}

/** What a lock file guards, in words, and what else to do than wait for its holder. */
export interface Guarded {
  name: string;
  instead: string;
}

const DIRECTORY: Guarded = {
  name: "the embedded database",
  instead: "wait for it, end it, or use DATABASE_URL with a Postgres server, which serves many at once",
};

function refusal(path: string, content: string | null, blocked: boolean, guarded: Guarded): TrialdriftError {
  const holder = content === null ? null : parse(content);
  const who =
    holder === null
      ? `an unreadable lock file ${path}`
      : `process ${holder.pid} on ${holder.host} (${holder.command || "no arguments"}, since ${holder.since})`;
  return new TrialdriftError({
    code: "locked",
    message: blocked
      ? `${guarded.name} is locked by ${who}, and ${path}.reap is left over from an interrupted take-over`
      : `${guarded.name} is held by ${who}`,
    state: "nothing was read or written",
    next: blocked
      ? `make sure that no trialdrift process runs, then delete ${path}.reap and ${path}`
      : holder === null
        ? `make sure that no trialdrift process runs, then delete ${path}`
        : holder.host !== hostname()
          ? `end it there; if that machine is gone for good, delete ${path}`
          : guarded.instead,
  });
}

/**
 * Waits up to `waitMs` for the directory and takes it. `onWait` is told once who holds it. Throws `locked` (exit 4), or the
 * signal's reason when it ends the wait.
 */
export function lockDirectory(
  directory: string,
  waitMs: number,
  onWait: (message: string) => void,
  signal?: AbortSignal,
): Promise<DirectoryLock> {
  return lockFile(`${directory.replace(/\/+$/, "")}.lock`, DIRECTORY, waitMs, onWait, signal);
}

/** The same with a lock file of any name, for what it guards. */
export async function lockFile(
  path: string,
  guarded: Guarded,
  waitMs: number,
  onWait: (message: string) => void,
  signal?: AbortSignal,
): Promise<DirectoryLock> {
  const me = ours();
  const mine = `${JSON.stringify(me)}\n`;
  const deadline = performance.now() + waitMs;
  let told = false;
  while (!createExclusive(path, mine)) {
    const content = read(path);
    // Gone meanwhile, or not readable by this user: the next try tells the first, the deadline ends the second.
    const holder = content === null ? null : parse(content);
    const outcome =
      content !== null && holder !== null && lifeOf(holder) === "dead" ? reap(path, content, mine) : "held";
    if (outcome === "taken") break;
    if (outcome === "changed") continue;
    if (performance.now() >= deadline) throw refusal(path, content, outcome === "blocked", guarded);
    if (!told) onWait(refusal(path, content, outcome === "blocked", guarded).message);
    told = true;
    await sleep(Math.min(200, Math.max(10, deadline - performance.now())));
    signal?.throwIfAborted();
  }
  return {
    path,
    assertHeld() {
      if (parse(read(path) ?? "")?.token === me.token) return;
      throw new TrialdriftError({
        code: "locked",
        message: `the lock ${path} is no longer ours`,
        state: "this run was not published",
        next: "find out who removed it; run again",
      });
    },
    release() {
      if (parse(read(path) ?? "")?.token === me.token) unlinkSync(path);
    },
  };
}

/** Test hook for a left-over lock of a dead process: writes one as such a process would have. */
export function writeLockAs(directory: string, holder: Partial<Holder>): void {
  writeFileSync(`${directory}.lock`, `${JSON.stringify({ ...ours(), ...holder })}\n`);
}
