import { isCarrying } from "../../db/model.ts";
import { byDays, fromTo } from "./list-columns.ts";
import { decisionWords } from "./decided.ts";
import type { ChangeRow, DecisionRow, DriftRow, FlagRow, MemberRow, StatusChangeRow } from "./rows.ts";
import type { Shown, ShownCell, ShownViews } from "./show-rows.ts";
import { postedDate, scopeWords, shortPath, statusWords } from "./show-words.ts";
import { type GridCell, type GridColumn, gridRow, gridWidths, type Ink, paragraph } from "./text.ts";
import { changeWords, columnWords, counted, driftWords, flagWords } from "./words.ts";

/** One study from heading to open flags: what is known, since when, and where it is written. */

const INDENT = 2;
const NOT_STATED = "(not stated)";
const day = (instant: string): string => instant.slice(0, 10);

/** Rows as a grid under a title; nothing where there is no row. */
export function section(
  title: string,
  rows: readonly (readonly GridCell[])[],
  columns: readonly GridColumn[],
  width: number,
  pen: Ink,
): string[] {
  if (rows.length === 0) return [];
  const widths = gridWidths(rows, columns, width - INDENT);
  return [[pen.strong(paragraph(title, width, 0, 2)), ...rows.map((row) => gridRow(row, widths, INDENT))].join("\n")];
}

const FIXED: GridColumn = { shrink: null };
const words = (shrink: number): GridColumn => ({ shrink });
export const LABELLED: readonly GridColumn[] = [FIXED, words(20)];

function dated(date: string | null, type: string | null): string {
  if (date === null) return "not stated";
  return type === null ? date : `${date} (${type.toLowerCase()})`;
}

/** How many dates of versions are printed; a record with a long history has a hundred. */
const MOST_DATES = 8;

function versionWords({ versions }: ShownViews, current: string): string {
  if (versions.length < 2) return `one held, registry data of ${current}`;
  const dates = versions.map(({ valid_from, dated }) =>
    dated === "submitted" ? `${valid_from} (submitted)` : valid_from,
  );
  const more = dates.length - MOST_DATES;
  const last = dates.slice(-MOST_DATES).join(", ");
  return `${dates.length} held, registry data of ${more > 0 ? `${dates[0]}, ${more - 1 > 0 ? `${more - 1} more, ` : ""}${last}` : last}`;
}

function confirmedWords(views: ShownViews): string | null {
  const dates = views.trials.flatMap(({ confirmed_data_date }) => confirmed_data_date ?? []).toSorted();
  return dates.at(-1) ?? null;
}

/** Id and title, the registry's page, status, dates and versions: what stands over either form of `show`. */
export function studyHeading({ nctId, views }: Shown, width: number, pen: Ink): string {
  const [study] = views.studies;
  const survivor = views.members.find((member) => member.survivor !== null)?.survivor ?? null;
  const top = [
    pen.strong(paragraph(`${nctId}  ${study?.title ?? "(the registry has not shown us this study)"}`, width, 0, 4)),
    paragraph(`https://clinicaltrials.gov/study/${nctId}`, width, INDENT),
    ...(survivor === null ? [] : [pen.alarm(paragraph(`merged into ${survivor}`, width, INDENT))]),
  ];
  if (study === undefined) return top.join("\n");
  const why = study.why_stopped === null ? "" : `; reason stated: "${study.why_stopped}"`;
  const confirmed = confirmedWords(views);
  const rows: string[][] = [
    ["status", `${statusWords(study.status, study.last_known_status)}${why}`],
    [
      "dates",
      `start ${dated(study.start_date, study.start_date_type)}, completion ${dated(study.completion_date, study.completion_date_type)}`,
    ],
    ["posted", `first ${study.first_posted ?? "not stated"}, last update ${study.last_update_posted ?? "not stated"}`],
    ["versions", `${versionWords(views, study.data_date)}${confirmed === null ? "" : `; last confirmed ${confirmed}`}`],
  ];
  const widths = gridWidths(rows, LABELLED, width - INDENT);
  return [...top, ...rows.map((row) => gridRow(row, widths, INDENT))].join("\n");
}

/** In the order in which they came to hold, the first one from before the first change. */
function statusSpans(changes: readonly StatusChangeRow[], views: ShownViews): string[][] {
  const [study] = views.studies;
  const [first] = changes;
  if (study === undefined) return [];
  if (first === undefined) return [["in all versions", statusWords(study.status, study.last_known_status), ""]];
  return [
    [`before ${first.data_date}`, statusWords(first.from_status, first.from_last_known), ""],
    ...changes.map((change) => [
      `from ${change.data_date}`,
      statusWords(change.to_status, change.to_last_known),
      `${changeWords(change.kind)}, ${change.posted === null ? "" : "posted "}${postedDate(change)}${change.why_stopped === null ? "" : `; reason stated: "${change.why_stopped}"`}`,
    ]),
  ];
}

/** The two sides; a change of what is not printed (planned or actual, a role) leaves them alike. */
function sides(change: ChangeRow): string {
  const { old, new: now, kind } = change;
  if (kind === "derived_only") return "conditions or interventions indexed anew";
  if (kind === "other") return "a field that has no column";
  if (old === null && now === null) return "";
  return old === now ? `${now}, in details that are not printed` : fromTo(old, now, [NOT_STATED, NOT_STATED]);
}

function byDate<R extends Pick<ChangeRow, "data_date" | "change_id">>(changes: readonly R[]): R[] {
  return changes.toSorted((a, b) => a.data_date.localeCompare(b.data_date) || a.change_id - b.change_id);
}

/** Changes oldest first, each with the data in which it was seen and when the registry posted it. */
export function changeSection(
  changes: readonly ChangeRow[],
  width: number,
  pen: Ink,
  title = "Changes, by the registry data they came with; last, when they were posted",
): string[] {
  const rows = byDate(changes).map((change) => [
    change.data_date,
    columnWords(change.column_name),
    changeWords(change.kind),
    sides(change) + byDays(change),
    postedDate(change),
  ]);
  return section(title, rows, [FIXED, words(12), words(17), words(24), FIXED], width, pen);
}

function memberLine(member: MemberRow): string[] {
  const left = member.left_at === null ? "" : `, left ${day(member.left_at)}`;
  const screened = member.screened === null ? "" : `; screened ${member.screened}`;
  const reason = member.reason === null ? "" : `: ${member.reason}`;
  const survivor = member.survivor === null ? "" : ` -> ${member.survivor}`;
  return [
    `${member.review}/${member.watchlist}`,
    `${member.state}${survivor} since ${day(member.entered_at)}${left} (${member.how.join(", ") || "no longer matched"})${screened}${reason}`,
  ];
}

function quoted({ span, evidence }: ShownCell): string {
  if (span === null) return "";
  const more = evidence.filter(isCarrying).length - 1;
  return `"${span}"${more > 0 ? ` +${more}` : ""}`;
}

function cellSections(views: ShownViews, width: number, pen: Ink): string[] {
  const byReview = Map.groupBy(views.cells, ({ review }) => review);
  return [...byReview].flatMap(([review, cells]) => {
    const rows = cells.map((cell) => [
      columnWords(cell.column_name),
      cell.value ?? NOT_STATED,
      cell.value === null ? "" : cell.confidence,
      quoted(cell),
      cell.source_path === null ? "" : shortPath(cell.source_path),
    ]);
    const title = `Cells as read for ${review}: value, confidence, words, where they stand`;
    return section(title, rows, [FIXED, words(22), FIXED, words(18), words(28)], width, pen);
  });
}

function driftLine(row: DriftRow): GridCell[] {
  const alike = row.curated === row.registry;
  const scope = alike ? null : scopeWords(row.column_name);
  const both = alike ? (row.curated ?? "(blank)") : fromTo(row.curated, row.registry, ["(blank)", NOT_STATED]);
  return [
    columnWords(row.column_name),
    row.column_name === "*" ? "the study as such" : both,
    [driftWords(row.kind, row.basis), ...[scope, row.note].filter((words) => words !== null)],
  ];
}

function driftSections(views: ShownViews, width: number, pen: Ink): string[] {
  const byTable = Map.groupBy(views.drift, ({ review, table_no }) => `table ${table_no} of ${review}`);
  return [...byTable].flatMap(([table, rows]) => {
    const version = rows[0]?.table_version ?? null;
    const title = `Printed in ${table}${version === null ? "" : ` (version ${version})`} -> registry`;
    const lines = rows.map(driftLine);
    return section(title, lines, [FIXED, words(26), words(24)], width, pen);
  });
}

/** Flags that wait for a person, the gravest first as the view orders them, each with what to do. */
export function flagSection(flags: readonly FlagRow[], width: number, pen: Ink): string[] {
  const open = flags.filter(({ state }) => state !== "resolved");
  const resolved = flags.length - open.length;
  const rows = open.map((flag): GridCell[] => [
    flag.severity,
    [flagWords(flag.kind), `flag ${flag.flag_id}${flag.state === "open" ? "" : `, ${flag.state}`}`],
    [flag.message, ...(flag.advice === "" ? [] : [`-> ${flag.advice}`])],
  ]);
  const closed = resolved === 0 ? "" : ` (${counted(resolved, "flag")} resolved)`;
  return section(`Open flags${closed}`, rows, [FIXED, words(18), words(30)], width, pen);
}

/** Who decided what, when and why; the id is what `drift undo` takes. */
export function decisionSection(decisions: readonly DecisionRow[], width: number, pen: Ink): string[] {
  const rows = decisions.map((one): GridCell[] => [
    day(one.at),
    [one.by, one.decision],
    [
      decisionWords(one),
      `table ${one.table} of ${one.review}, version ${one.table_version}, decision ${one.id}`,
      ...(one.undoes === null ? [] : [`takes back ${one.undoes}`]),
      ...(one.note === null ? [] : [`"${one.note}"`]),
    ],
  ]);
  return section("Decisions, oldest first", rows, [FIXED, words(12), words(40)], width, pen);
}

/** Why a study that we hold has no cell. */
function withoutCells({ cells, members }: ShownViews): string[] {
  if (cells.length > 0) return [];
  if (members.length === 0) return ["No review tracks it, so nothing was read or compared."];
  return ["No cells: no review shows this study in a table (see how it was screened above)."];
}

/** The whole study as blocks of text, without its heading. */
export function studySections({ views, retired }: Shown, width: number, pen: Ink): string[] {
  const changes = byDate(views.status_changes);
  const held = views.quarantine.filter(({ state }) => state === "held");
  return [
    ...section("Status, by registry data", statusSpans(changes, views), [FIXED, words(20), words(20)], width, pen),
    ...changeSection(views.changes, width, pen),
    ...(views.changes.length === 0 ? [pen.quiet("No change since the first version.")] : []),
    ...[...Map.groupBy(retired, ({ nct_id }) => nct_id)].flatMap(([id, changes]) =>
      changeSection(changes, width, pen, `Changes of ${id}, which the registry merged into this study`),
    ),
    ...section("Membership", views.members.map(memberLine), LABELLED, width, pen),
    ...withoutCells(views).map((line) => paragraph(line, width, 0, 2)),
    ...cellSections(views, width, pen),
    ...driftSections(views, width, pen),
    ...flagSection(views.flags, width, pen),
    ...decisionSection(views.decisions, width, pen),
    ...section(
      "In quarantine",
      held.map((one) => [day(one.last_seen_at), `${one.path}: ${one.reason}`]),
      LABELLED,
      width,
      pen,
    ),
  ];
}
