import type { Database } from "../db/open.ts";
import type { FlagAnswer } from "../db/flags.ts";
import type { DecidedColumn } from "../db/model.ts";

/** What a person can do on the page. The program that starts it hands the acts in: they are those of the command line. */

export type Wish =
  | {
      verb: "accept" | "reject" | "own";
      review: string;
      table: number;
      nctId: string;
      /** all: every cell of the study that a rule has placed, as `--all` means it. */
      column: DecidedColumn | "all";
      value: string | null;
    }
  | { verb: "undo"; review: string; decision: string };

/** What a wish would do, before anything is written. */
export interface Outlook {
  table: number;
  nctId: string;
  /** '*' where several cells are decided. */
  column: DecidedColumn;
  /** The table's version as it stands. */
  version: number;
  /** The version that the decision would write; null where the table's file stays as it is. */
  nextVersion: number | null;
  /** Lines of the change log. */
  lines: readonly string[];
  /** Cells that `all` leaves to be decided one by one, in words. */
  left: readonly string[];
  /** Names this outlook: a decision is taken only while it still is what would happen. */
  fingerprint: string;
}

export interface Answer {
  flagIds: readonly number[];
  state: FlagAnswer;
  by: string;
  note: string;
}

export interface Acts {
  /** Errors: `usage` with why the cell cannot be decided so; `config`, `locked` as on the command line. */
  look(database: Database, wish: Wish): Promise<Outlook>;
  /** Takes the decisions and publishes them; their ids. Errors: those of `look`; `usage` where the outlook has changed. */
  take(
    database: Database,
    wish: Wish,
    person: { by: string; note: string | null },
    fingerprint: string,
  ): Promise<string[]>;
  /** Errors: `usage` naming the flags that do not exist; then none was changed. */
  answer(database: Database, answer: Answer): Promise<void>;
}
