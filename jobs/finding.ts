import { ERROR_CODES, TrialdriftError } from "../db/errors.ts";

/** What `doctor` says of one thing. */

/** One line: `note` is worth a look, `wrong` keeps something from working. Its exit code is 0 where neither ends the process otherwise. */
export interface Finding {
  about: string;
  mark: "ok" | "note" | "wrong";
  said: string;
  next: string | null;
  exitCode: number;
}

export function line(
  about: string,
  mark: Finding["mark"],
  said: string,
  next: string | null = null,
  exitCode = 0,
): Finding {
  return { about, mark, said, next, exitCode };
}

/** An error as a line: with its causes, which say why a connection failed. */
export function failed(about: string, error: unknown): Finding {
  const causes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) if (at.message !== "") causes.push(at.message);
  const said = causes.join("; ") || String(error);
  if (error instanceof TrialdriftError)
    return line(about, "wrong", said, error.next ?? "see the message", error.exitCode);
  return line(
    about,
    "wrong",
    said,
    "look at the message; if it does not explain itself, report it",
    ERROR_CODES.internal,
  );
}
