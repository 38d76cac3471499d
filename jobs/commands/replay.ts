import { startReplay } from "../../fixtures/replay/server.ts";
import { TrialdriftError } from "../../db/errors.ts";
import type { Context } from "../context.ts";
import { Argument, type Command, Option } from "commander";
import { perform } from "../exit.ts";
import { whole } from "../options.ts";

/** `replay`: recorded studies served as the registry's API on loopback, until interrupted. */
export async function replay(
  context: Context,
  paths: readonly string[],
  options: { port?: number; step?: number },
): Promise<number> {
  const { log } = context;
  const started = await startReplay({
    paths: [...paths],
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.step === undefined ? {} : { step: options.step }),
    onAnswered: (line) => log.debug(line),
    onApplied: (line) => log.info(line),
  }).catch((cause: unknown) => {
    throw new TrialdriftError({
      code: "usage",
      message: `the recordings cannot be served: ${(cause as Error).message}`,
      state: "nothing is served",
      next: "check the paths, --step and --port",
      cause: (cause as Error).cause,
    });
  });
  log.info(`serving data of ${started.dataTimestamp}; in another shell: CTGOV_BASE_URL=${started.url} trialdrift sync`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await started.close();
  return 0;
}

export function replayCommand(program: Command): void {
  program
    .command("replay")
    .description("serve recorded studies as the registry's API on loopback")
    .addArgument(new Argument("<path...>", ".jsonl[.gz], *.history.json[.gz] or folders, applied in order"))
    .addOption(new Option("--port <number>", "port to listen on (default: any free one)").argParser(whole(0)))
    .addOption(new Option("--step <number>", "the state after the first N paths").argParser(whole(1)))
    .action((paths: string[], options: { port?: number; step?: number }) =>
      perform((context) => replay(context, paths, options)),
    );
}
