import { type Html, html } from "../../pipeline/report/html.ts";
import { spoken } from "../../pipeline/report/list-columns.ts";

/** STATUSES AS A READER GROUPS THEM: one entry a group, with the look that tells it apart without colour. */

interface Group {
  /** Class of the shape; its filling is in style.ts and `fillings`. */
  name: string;
  words: string;
  statuses: readonly string[];
}

/** In the order in which a trial comes through them. The last takes what no other names: an unknown word is kept. */
export const STATUS_GROUPS = [
  { name: "waiting", words: "not yet recruiting", statuses: ["NOT_YET_RECRUITING"] },
  { name: "running", words: "under way", statuses: ["RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING"] },
  { name: "completed", words: "completed", statuses: ["COMPLETED"] },
  { name: "stopped", words: "stopped early or withdrawn", statuses: ["TERMINATED", "SUSPENDED", "WITHDRAWN"] },
  { name: "unknown", words: "unknown (hatched)", statuses: ["UNKNOWN"] },
  { name: "other", words: "another status", statuses: [] },
] as const satisfies readonly Group[];
export type StatusGroup = (typeof STATUS_GROUPS)[number];
export type GroupName = StatusGroup["name"];

const BY_STATUS = new Map<string, GroupName>(
  STATUS_GROUPS.flatMap(({ name, statuses }) => statuses.map((status): [string, GroupName] => [status, name])),
);

export function groupOf(status: string): GroupName {
  return BY_STATUS.get(status) ?? "other";
}

/** How many of each group there are, in the table's order; zeros stay. */
export function groupCounts(statuses: readonly string[]): { name: GroupName; words: string; count: number }[] {
  const groups = statuses.map(groupOf);
  return STATUS_GROUPS.map(({ name, words }) => ({ name, words, count: groups.filter((one) => one === name).length }));
}

/** "completed 3, recruiting 1": registry statuses with how many trials have each, the most frequent first. */
export function statusTally(statuses: readonly string[]): string {
  const counts = [...Map.groupBy(statuses, (status) => status)].map(([status, list]) => ({ status, n: list.length }));
  return counts
    .toSorted((a, b) => b.n - a.n || a.status.localeCompare(b.status))
    .map(({ status, n }) => `${spoken(status)} ${n}`)
    .join(", ");
}

/**
 * The fillings that the shapes of every plot of a page refer to, once a page. Not inside a plot: what an element that is
 * not displayed holds cannot be referred to, and each plot has one drawing that is not.
 */
export const FILLINGS = html`<svg class="fillings" width="0" height="0" aria-hidden="true" focusable="false"><defs>
  <pattern id="fill-unknown" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch unknown" d="M0 3H6"/></pattern>
  <pattern id="fill-stopped" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch stopped" d="M0 0L6 6M6 0L0 6"/></pattern>
  <pattern id="fill-other" width="6" height="6" patternUnits="userSpaceOnUse"><circle class="dot" cx="3" cy="3" r="1"/></pattern>
</defs></svg>`;

/** A square with the filling of a group, for a key. */
export function swatch(name: string): Html {
  return html`<svg class="swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><rect class="bar ${name}" x="1" y="1" width="14" height="14"/></svg>`;
}

/** Only the groups that a plot shows. */
export function statusKey(shown: Iterable<string>): { mark: Html; words: string }[] {
  const names = new Set<string>(shown);
  return STATUS_GROUPS.filter(({ name }) => names.has(name)).map(({ name, words }) => ({ mark: swatch(name), words }));
}
