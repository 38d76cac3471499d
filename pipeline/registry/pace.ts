import PQueue from "p-queue";
import { TrialdriftError } from "../../db/errors.ts";

/** Lets tasks start no faster than the pace; `hold` also stops new starts for a while, when the registry asks for it. */
export interface Pace {
  /** Connections that may be open at once. */
  readonly concurrency: number;
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>;
  hold(ms: number): void;
  close(): void;
}

/** Most parallel connections that a careful client of this registry opens, whatever its rate (ctgov-api.md 1.9). */
const MOST_CONNECTIONS = 10;

/**
 * `rate` is in requests a second, retries included; the default of 1 is the registry's crawl delay (ctgov-api.md 1.9).
 * Starts are spaced evenly in a sliding window: fixed windows let two start within a millisecond at their border.
 * At 1/s there is one connection, at higher rates one for each request of a second.
 */
export function openPace(rate: number): Pace {
  if (!(rate > 0) || !Number.isFinite(rate)) {
    throw new TrialdriftError({
      code: "config",
      message: `a pace of ${rate} requests a second is not possible`,
      next: "set TRIALDRIFT_RATE to a number above 0; 1 is the registry's own wish",
    });
  }
  const concurrency = Math.min(Math.max(Math.ceil(rate), 1), MOST_CONNECTIONS);
  const queue = new PQueue({ concurrency, intervalCap: 1, interval: 1000 / rate, strict: true });
  let heldUntil = 0;
  let timer: NodeJS.Timeout | undefined;

  return {
    concurrency,
    run: (task, signal) => queue.add(task, { signal }),
    hold(ms) {
      const until = Date.now() + ms;
      if (until <= heldUntil) return;
      heldUntil = until;
      clearTimeout(timer);
      queue.pause();
      timer = setTimeout(() => queue.start(), ms);
    },
    close() {
      clearTimeout(timer);
      queue.clear();
    },
  };
}
