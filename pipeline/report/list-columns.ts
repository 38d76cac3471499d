import type { ClaimAnswer } from "./claim-answer.ts";
import type {
  ChangeRow,
  DriftRow,
  FlagRow,
  MemberRow,
  QuarantineRow,
  ReviewRow,
  RunRow,
  StatusChangeRow,
} from "./rows.ts";
import type { GridCell, GridColumn } from "./text.ts";

/** The row of each noun that can be listed; the nouns are the names of views. */
export interface ListRows {
  drift: DriftRow;
  changes: ChangeRow;
  status_changes: StatusChangeRow;
  flags: FlagRow;
  claims: ClaimAnswer;
  members: MemberRow;
  runs: RunRow;
  quarantine: QuarantineRow;
  reviews: ReviewRow;
}
export type Noun = keyof ListRows;

export interface TextColumn<R> extends GridColumn {
  head: string;
  read: (row: R) => GridCell;
}
/** What a noun is called, its columns as CSV and as text. */
export interface Listing<R> {
  one: string;
  many: string;
  /** Columns of the view in its order, for CSV. */
  fields: readonly (keyof R & string)[];
  columns: readonly TextColumn<R>[];
  /** What is wrong with the rows as they stand now, in words: said loudly, exit 3. */
  alarm?: (rows: readonly R[]) => string[];
}

/** A column that keeps its width. */
export function fixed<R>(head: string, read: (row: R) => GridCell): TextColumn<R> {
  return { head, read, shrink: null };
}
/** Free text, which gives way down to `shrink` columns. */
export function flexible<R>(head: string, read: (row: R) => GridCell, shrink = 18): TextColumn<R> {
  return { head, read, shrink };
}

/** A word of the registry as a person reads it: ACTIVE_NOT_RECRUITING -> active not recruiting. */
export const spoken = (text: string): string => text.toLowerCase().replaceAll("_", " ");

/** "a -> b"; what a side does not state is said, never left to be guessed. */
export function fromTo(from: string | null, to: string | null, none: [string, string] = ["(none)", "(none)"]): string {
  return `${from ?? none[0]} -> ${to ?? none[1]}`;
}

/** " (+31 days)" where a change says by how many days a date moved, else "". */
export function byDays({ detail }: ChangeRow): string {
  const { days } = detail;
  return typeof days === "number" && days !== 0 ? ` (${days > 0 ? "+" : ""}${days} days)` : "";
}
