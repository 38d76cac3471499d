import type { Logger } from "./log.ts";

/** Tells how far a run is: a line a source as it goes, not more than one in two seconds. */
export function progressOf(log: Logger): (source: string, records: number) => void {
  const counts = new Map<string, number>();
  let last = 0;
  return (source, records) => {
    const total = (counts.get(source) ?? 0) + records;
    counts.set(source, total);
    const now = performance.now();
    if (records > 0 && total > records && now - last < 2000) return;
    last = now;
    log.info(records === 0 ? source : `${source}: ${total} records`);
  };
}

/** How far a backfill is, with rate and time left. */
export interface Meter {
  records(count: number): void;
  /** A part is done, and it showed that so many more are needed. */
  part(more: number): void;
  end(): void;
}

/** 90 s, 12 min or 3.5 h. */
function lasting(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Between two lines where there is no terminal. */
const LINE_MS = 10_000;
const REDRAW_MS = 200;

/** One line that is drawn again and again on a terminal, log lines otherwise. */
export function openMeter(log: Logger, name: string, counts: { total: number; done: number }): Meter {
  const terminal = process.stderr.isTTY === true && log.isLevelEnabled("info");
  const started = performance.now();
  let { total, done } = counts;
  let [records, parts, shown] = [0, 0, started];
  const text = (): string => {
    const seconds = (performance.now() - started) / 1000;
    const left = parts === 0 ? "" : `, about ${lasting((seconds / parts) * (total - done))} left`;
    return `${name}: ${done} of ${total} parts, ${records} records, ${Math.round(records / Math.max(seconds, 0.001))}/s${left}`;
  };
  const show = (least: number): void => {
    if (performance.now() - shown < least) return;
    shown = performance.now();
    // The cursor stays at the start of the line, so that a log line writes over it.
    if (terminal) process.stderr.write(`\u001b[K${text()}\r`);
    else log.info(text());
  };
  return {
    records(count) {
      records += count;
      show(terminal ? REDRAW_MS : LINE_MS);
    },
    part(more) {
      done += 1;
      parts += 1;
      total += more;
      show(terminal ? 0 : LINE_MS);
    },
    end() {
      if (terminal) process.stderr.write("\u001b[K");
      if (parts > 0) log.info(text());
    },
  };
}
