import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Which process is this, and is that other one dead for certain? Who holds a lock or a claim is named by these. */
export interface Process {
  host: string;
  boot: string;
  pid: number;
  /** Start time of the process in clock ticks since boot: a pid that was given out again is not the one named. */
  start: string;
}

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

const bootId = (): string => read("/proc/sys/kernel/random/boot_id")?.trim() ?? "unknown";

/** Fields of /proc/pid/stat from the third on, behind the command's closing parenthesis, which may itself hold spaces. */
const statOf = (pid: number): string[] | null =>
  read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ") ?? null;

const startOf = (pid: number): string | null => statOf(pid)?.[19] ?? null;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export function thisProcess(): Process {
  return { host: hostname(), boot: bootId(), pid: process.pid, start: startOf(process.pid) ?? "unknown" };
}

/**
 * On this host it is alive or dead for certain: dead is another boot, no such process, or a process with another start. Of
 * another host's processes nothing is known here.
 */
export function lifeOf(other: Process): "alive" | "dead" | "unknown" {
  if (other.host !== hostname()) return "unknown";
  // A killed process stays in the table as Z until its parent asks for its end, which a container's first may never do.
  if (other.boot !== bootId() || !exists(other.pid) || statOf(other.pid)?.[0] === "Z") return "dead";
  const start = startOf(other.pid);
  return start !== null && other.start !== "unknown" && start !== other.start ? "dead" : "alive";
}
