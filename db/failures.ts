import { type ErrorCode, TrialdriftError } from "./errors.ts";

/** What an error of the database means to a person: by the codes of drivers and of SQLSTATE, which both databases share. */

interface DatabaseFailure {
  codes: RegExp;
  code: ErrorCode;
  what: (place: string) => string;
  next: string;
  reason: string;
}

/** TABLE OF DATABASE FAILURES, the first that fits; the last fits every SQLSTATE. */
const FAILURES: readonly DatabaseFailure[] = [
  {
    codes: /^(?:08|57P0[123])|^(?:CONNECTION_|CONNECT_|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT)/,
    code: "database_unreachable",
    what: (place) => `the connection to the database at ${place} was lost`,
    next: "see that the server runs, then run again",
    reason: "class 08, and a server that shuts down or starts (57P)",
  },
  {
    codes: /^(?:53100|58030|ENOSPC|EFBIG|EDQUOT)$/,
    code: "run_failed",
    what: (place) => `the database at ${place} has no room left on its disk`,
    next: "make room there, then run again",
    reason: "PGlite reports the file system's own code where it can",
  },
  {
    codes: /^(?:42501|28...)$/,
    code: "config",
    what: (place) => `the user of DATABASE_URL may not do this in the database at ${place}`,
    next: "`trialdrift doctor --roles` prints what each role needs; the owner of the schema migrates",
    reason: "a writer's role has no right to change the schema",
  },
  {
    codes: /^53/,
    code: "run_failed",
    what: (place) => `the database at ${place} has run out of memory or connections`,
    next: "see its log and limits, then run again",
    reason: "class 53, insufficient resources",
  },
  {
    codes: /^[0-9A-Z]{5}$/,
    code: "run_failed",
    what: (place) => `the database at ${place} refused a statement`,
    next: "run again; if it stays, report it with the reason above",
    reason: "a driver's own message repeats the statement with all its values, which are whole records",
  },
];

function* codesOf(error: unknown): Generator<{ code: string; at: Error }> {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") yield { code, at };
  }
}

/** The error of a driver as ours, with the database's own reason but never the values of a statement; null for any other. */
export function databaseFailure(error: unknown, place: string, state: string): TrialdriftError | null {
  if (error instanceof TrialdriftError) return null;
  for (const { code, at } of codesOf(error)) {
    const failure = FAILURES.find(({ codes }) => codes.test(code));
    if (failure === undefined) continue;
    return new TrialdriftError({
      code: failure.code,
      message: failure.what(place),
      state,
      next: failure.next,
      cause: new Error(`${at.message} (${code})`),
    });
  }
  return null;
}
