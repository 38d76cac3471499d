import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { TrialdriftError } from "../db/errors.ts";
import { clean } from "../pipeline/report/text.ts";

/** Who gives a command, and what does that person say when asked? */

/** The name given, else the account that runs the command; in a container there may be none. Errors: `usage`. */
export function nameOf(given: string | undefined, state: string): string {
  const refuse = (message: string, next: string): never => {
    throw new TrialdriftError({ code: "usage", message, state, next });
  };
  if (given !== undefined) return clean(given) || refuse("--by names nobody", "write --by and your name");
  try {
    return userInfo().username;
  } catch {
    return refuse("this account has no name", "say who answers: --by and your name");
  }
}

/** Asks on the terminal, beside the data of stdout; null where nobody is there to answer. */
export async function askOnTerminal(question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
