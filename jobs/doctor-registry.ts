import { TrialdriftError } from "../db/errors.ts";
import type { Database } from "../db/open.ts";
import { openRegistry, type Registry } from "../pipeline/registry/client.ts";
import type { Context } from "./context.ts";
import { failed, type Finding, line } from "./finding.ts";
import { lookAtDescriptions, lookWords } from "./metadata.ts";

/** What `doctor` finds by asking the registry: is it there, does our clock agree, does it describe its data as before? */

/** A complete answer to /version is 100 bytes: who has not given it by then is not reachable for a run either. */
const REGISTRY_TIMEOUT_MS = 20_000;

/** One attempt a request and no second, which would hide what this command is to show. */
async function askOnce<T>({ config }: Context, ask: (registry: Registry) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const registry = openRegistry({
    baseUrl: config.baseUrl,
    rate: config.rate,
    userAgent: config.userAgent,
    timeoutMs: REGISTRY_TIMEOUT_MS,
    signal: stop.signal,
    onRetry: (line) =>
      stop.abort(
        new TrialdriftError({
          code: "registry_unreachable",
          message: line.replace(/^attempt 1 at /, "GET ").replace(/; again in [^;]*$/, ""),
          next: "check the network and CTGOV_BASE_URL; a run tries six times, so a passing failure does not matter",
        }),
      ),
  });
  try {
    return await ask(registry);
  } finally {
    await registry.close();
  }
}

export async function registryOf(context: Context, now: Date): Promise<Finding[]> {
  try {
    const { apiVersion, dataTimestamp } = await askOnce(context, (registry) => registry.version());
    const said = `${context.config.baseUrl} answers, API ${apiVersion}, data of ${dataTimestamp}`;
    return [line("registry", "ok", said), clockFinding(dataTimestamp, now)];
  } catch (error) {
    return [
      failed("registry", error),
      line("clock", "note", "not compared: the registry did not answer", "see registry"),
    ];
  }
}

/** How the registry describes its fields and values, against the answers held last; this look stores nothing. */
export async function metadataOf(context: Context, database: Database | null): Promise<Finding[]> {
  if (database === null) return [];
  try {
    const looks = await askOnce(context, (registry) => lookAtDescriptions(database.db, registry));
    const changed = looks.flatMap((look) => lookWords(look) ?? []);
    if (changed.length > 0)
      return [
        line("metadata", "note", changed.join("; "), "the schedule's weekly look keeps it, the next run flags it"),
      ];
    const said = looks.map(({ kind, body, heldSince }) => {
      if (body === null) return `${kind} not served`;
      return heldSince === null ? `${kind} served, none held yet` : `${kind} as on ${heldSince}`;
    });
    return [line("metadata", "ok", said.join(", "))];
  } catch (error) {
    return [line("metadata", "note", `not compared: ${(error as Error).message}`, "see registry")];
  }
}

const DAY_MS = 86_400_000;
const days = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Mondays to Fridays after one day, up to and with another; both yyyy-mm-dd. */
function workingDays(after: string, upTo: string): number {
  const [first, last] = [after, upTo].map((day) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS)) as [
    number,
    number,
  ];
  const weeks = Math.floor(Math.max(0, last - first) / 7);
  let count = weeks * 5;
  // Day 0 was a Thursday: 0 is then a Sunday, 6 a Saturday.
  for (let day = first + weeks * 7 + 1; day <= last; day += 1)
    if ((day + 4) % 7 !== 0 && (day + 4) % 7 !== 6) count += 1;
  return count;
}

/**
 * Our clock against the registry's data, which is renewed every working day (ctgov-api.md 1.10): within one working day is
 * what it should be. The stamp has no zone, so that up to a day before it is no contradiction. In words alone, because a
 * registry at rest looks like a clock ahead.
 */
export function clockFinding(dataTimestamp: string, now: Date): Finding {
  const ours = `${now.toISOString().slice(0, 16)}Z`;
  const behind = Date.parse(`${dataTimestamp.slice(0, 16)}Z`) - now.getTime();
  if (behind > DAY_MS)
    return line(
      "clock",
      "wrong",
      `this machine says ${ours}, ${days(Math.floor(behind / DAY_MS), "day")} before the registry's data of ${dataTimestamp}`,
      "set the clock: runs, ages and schedules go by it",
      0,
    );
  const since = workingDays(dataTimestamp.slice(0, 10), now.toISOString().slice(0, 10));
  const said = `${ours}, ${since === 0 ? "no working day" : days(since, "working day")} after the registry's data`;
  if (since <= 1) return line("clock", "ok", said);
  return line(
    "clock",
    "note",
    said,
    "if the date is right, the registry is resting (a US holiday); otherwise set the clock",
  );
}
