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
