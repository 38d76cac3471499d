import { TrialdriftError } from "../db/errors.ts";
import { databaseFailure } from "../db/failures.ts";
import { type Context, openContext } from "./context.ts";

// A reader that went away (trialdrift drift | head) is no failure of ours; without a listener it would be a crash.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

/** How a command ends: its exit code, or an error explained on stderr with the code that belongs to it. */
export async function perform(work: (context: Context) => Promise<number>): Promise<void> {
  let context: Context | null = null;
  // A failed write also makes the stream complain by itself; print() hears of it by its own promise.
  process.stdout.on("error", () => {});
  try {
    context = openContext(process.env);
    process.exitCode = await work(context);
  } catch (error) {
    process.exitCode = report(error);
  } finally {
    const code = process.exitCode;
    await context?.close();
    process.exitCode = code ?? 0;
  }
}

function report(error: unknown): number {
  if ((error as NodeJS.ErrnoException | null)?.code === "EPIPE") return 0;
  const known =
    error instanceof TrialdriftError
      ? error
      : databaseFailure(error, "DATABASE_URL or TRIALDRIFT_DATA_DIR", "what was begun is rolled back");
  if (known !== null) {
    process.stderr.write(`${known.explain()}\n`);
    return known.exitCode;
  }
  process.stderr.write(
    `error internal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  state: nothing was published\n  next: run again; if it stays, report it with the lines above\n`,
  );
  return 1;
}

/** Writes to stdout and waits until it is out: a pipe closes when the process ends. */
export function print(text: string): Promise<void> {
  if (text === "") return Promise.resolve();
  return new Promise((resolve, reject) => {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
