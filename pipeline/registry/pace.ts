import { setTimeout as sleep } from "node:timers/promises";
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

/** Places to start a request that several processes share. */
export interface Places {
  /** 0 when a place was taken, else the milliseconds after which to ask again. */
  take(): Promise<number>;
  /** No place for anybody until so many milliseconds from now. */
  hold(ms: number): Promise<void>;
}

/** Most parallel connections that a careful client of this registry opens, whatever its rate (ctgov-api.md 1.9). */
const MOST_CONNECTIONS = 10;

/** At 1/s there is one connection, at higher rates one for each request of a second. Errors: `config` for no rate. */
function concurrencyAt(rate: number): number {
  if (rate > 0 && Number.isFinite(rate)) return Math.min(Math.max(Math.ceil(rate), 1), MOST_CONNECTIONS);
  throw new TrialdriftError({
    code: "config",
    message: `a pace of ${rate} requests a second is not possible`,
    next: "set TRIALDRIFT_RATE to a number above 0; 1 is the registry's own wish",
  });
}

/**
 * `rate` is in requests a second, retries included; the default of 1 is the registry's crawl delay (ctgov-api.md 1.9).
 * Starts are spaced evenly in a sliding window: fixed windows let two start within a millisecond at their border.
 */
export function openPace(rate: number): Pace {
  const concurrency = concurrencyAt(rate);
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

/**
 * Seconds between two shared places. A place is taken when it is due and used at once; 4 % more than 1/rate allow a
 * process to be 0.4 s late with it before a window of ten seconds could hold one request too many.
 */
export function spacingOf(rate: number): number {
  return 1.04 / rate;
}

/** Waiting processes ask again at slightly different times, or they would all come at once for one place. */
const SPREAD_MS = 20;

/** A pace whose places are given out elsewhere, for several processes together. */
export function openSharedPace(rate: number, places: Places): Pace {
  const concurrency = concurrencyAt(rate);
  const queue = new PQueue({ concurrency });
  // One asker a process: the others wait their turn here and not in the database.
  let turn: Promise<void> = Promise.resolve();
  const place = async (signal: AbortSignal): Promise<void> => {
    for (let wait = await places.take(); wait > 0; wait = await places.take())
      await sleep(wait + Math.random() * SPREAD_MS, undefined, { signal });
  };
  return {
    concurrency,
    run: (task, signal) =>
      queue.add(
        async () => {
          const mine = turn.then(() => place(signal));
          turn = mine.catch(() => {});
          await mine;
          return task();
        },
        { signal },
      ),
    hold(ms) {
      turn = turn.then(() => places.hold(ms));
      turn.catch(() => {}); // heard by whoever asks for a place next
    },
    close: () => queue.clear(),
  };
}
