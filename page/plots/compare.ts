import type { FirstPrinted, Milestone, TrialFacts } from "../../db/evidence.ts";
import { daysMoved, partialDate } from "../../pipeline/normalize/dates.ts";

/** What was planned first against what stands now: size and completion of each trial. */

/** Where the earlier value comes from: an older version of the record, or the table as it was first printed. */
export type Basis = "version" | "printed";

export interface SizePair {
  nctId: string;
  planned: number;
  reached: number;
  basis: Basis;
}

export interface Slip {
  nctId: string;
  /** Year in which the registry first posted the trial. */
  year: number;
  before: string;
  now: string;
  /** Days from the last day of the earlier date to that of the present one; negative: brought forward. */
  days: number;
  /** Whether the present date has been reached (ACTUAL) or is still planned. */
  actual: boolean;
  basis: Basis;
}

export const DAYS_A_MONTH = 365.25 / 12;

/** What is known of how trials were stated before, by study. */
export interface Past {
  versions: ReadonlyMap<string, readonly Milestone[]>;
  printed: ReadonlyMap<string, readonly FirstPrinted[]>;
}

export function pastOf(stated: readonly Milestone[], printed: readonly FirstPrinted[]): Past {
  return {
    versions: Map.groupBy(stated, ({ nctId }) => nctId),
    printed: Map.groupBy(printed, ({ nctId }) => nctId),
  };
}

/** The earlier of what a version and what the printed table states; a table without a day counts after every version. */
function earlier<V>(
  version: { day: string; value: V } | null,
  cell: { asOf: string | null; value: V } | null,
): { value: V; basis: Basis } | null {
  if (version === null) return cell === null ? null : { value: cell.value, basis: "printed" };
  if (cell === null || cell.asOf === null || version.day <= cell.asOf)
    return { value: version.value, basis: "version" };
  return { value: cell.value, basis: "printed" };
}

function cellOf<V>({ printed }: Past, nctId: string, column: FirstPrinted["column"], read: (text: string) => V | null) {
  const cell = printed.get(nctId)?.find((one) => one.column === column);
  const value = cell === undefined ? null : read(cell.value);
  return cell === undefined || value === null ? null : { asOf: cell.asOf, value };
}

const whole = (text: string): number | null => (/^\d{1,7}$/.test(text) ? Number(text) : null);

/** Trials that say how many took part, with the first number known; the one furthest below it first. */
export function sizePairs(trials: readonly TrialFacts[], past: Past): SizePair[] {
  const pairs = trials.flatMap(({ nct_id, enrollment, enrollment_type }): SizePair[] => {
    if (enrollment === null || enrollment_type !== "ACTUAL") return [];
    const planned = past.versions
      .get(nct_id)
      ?.flatMap(({ day, enrollment, enrollmentType }) =>
        enrollment === null || enrollmentType !== "ESTIMATED" ? [] : [{ day, value: enrollment }],
      );
    const first = earlier(planned?.[0] ?? null, cellOf(past, nct_id, "enrollment", whole));
    return first === null ? [] : [{ nctId: nct_id, planned: first.value, reached: enrollment, basis: first.basis }];
  });
  const share = ({ planned, reached }: SizePair) => (planned === 0 ? 1 : reached / planned);
  return pairs.toSorted((a, b) => share(a) - share(b) || a.nctId.localeCompare(b.nctId));
}

/** How far the completion of each trial moved from the first date known to the one that stands; by year, then id. */
export function slips(trials: readonly TrialFacts[], past: Past): Slip[] {
  const found = trials.flatMap(({ nct_id, completion_date, completion_date_type, first_posted, data_date }): Slip[] => {
    const now = partialDate(completion_date ?? undefined);
    if (now === null || first_posted === null) return [];
    const dates = past.versions.get(nct_id)?.flatMap(({ day, completion }) => {
      const value = partialDate(completion ?? undefined);
      // The version that stands is no earlier statement.
      return value === null || day >= data_date ? [] : [{ day, value }];
    });
    const first = earlier(
      dates?.[0] ?? null,
      cellOf(past, nct_id, "completion_date", (text) => partialDate(text)),
    );
    if (first === null) return [];
    return [
      {
        nctId: nct_id,
        year: Number(first_posted.slice(0, 4)),
        before: first.value.text,
        now: now.text,
        days: daysMoved(first.value, now).days,
        actual: completion_date_type === "ACTUAL",
        basis: first.basis,
      },
    ];
  });
  return found.toSorted((a, b) => a.year - b.year || a.nctId.localeCompare(b.nctId));
}

/** The middle value; of two the mean. Null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
