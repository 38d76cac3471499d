import type { Command } from "commander";
import { ERROR_CODES, TrialdriftError } from "../../db/errors.ts";
import { keepUtc } from "../config.ts";
import type { Context } from "../context.ts";
import { perform } from "../exit.ts";

/** `schedule`: the table of jobs until a signal; what is under way is ended without being published. */

/** Container runtimes kill 10 s after their signal: half a second before that the process says itself what did not end. */
const WATCHDOG_MS = 9_500;

async function schedule(context: Context): Promise<number> {
  const { log } = context;
  keepUtc();
  const stopping = new AbortController();
  // Once: a second signal ends the process at once.
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => {
      log.info(`${name}: stopping`);
      const state = "nothing of this run was published";
      stopping.abort(new TrialdriftError({ code: "run_failed", message: `stopped by ${name}`, state }));
      setTimeout(() => {
        log.error(
          `still at work ${WATCHDOG_MS / 1000} s after ${name}: ending; nothing more is published, the next start clears up`,
        );
        process.exit(ERROR_CODES.internal);
      }, WATCHDOG_MS).unref();
    });
  // Loaded here alone: a web server and a metrics library are 60 ms that no other command needs.
  const { runScheduler } = await import("../scheduler.ts");
  try {
    await runScheduler(context, stopping.signal);
  } catch (error) {
    if (error !== stopping.signal.reason) throw error;
  }
  return 0;
}

export function scheduleCommand(program: Command): void {
  program
    .command("schedule")
    .description("sync by the clock, catch up what was missed, serve health and figures; until interrupted")
    .action(() => perform(schedule));
}
