import type { StepSeconds } from "../db/model.ts";

/** How long each step of a run takes. The clock is handed in: milliseconds that only rise. */

type Step = keyof StepSeconds;

export interface Stopwatch {
  /** Ends the step before. A step that is begun again goes on where it stopped. */
  begin: (step: Step) => void;
  /** Seconds so far, to the millisecond, with the step under way; a step never begun is not in it. */
  read: () => StepSeconds;
}

export function stopwatch(clock: () => number): Stopwatch {
  const took = new Map<Step, number>();
  let step: Step | null = null;
  let since = clock();
  function lap(): void {
    const now = clock();
    if (step !== null) took.set(step, (took.get(step) ?? 0) + now - since);
    since = now;
  }
  return {
    begin(next) {
      lap();
      step = next;
    },
    read() {
      lap();
      return Object.fromEntries([...took].map(([name, ms]) => [name, Math.round(ms) / 1000]));
    },
  };
}
