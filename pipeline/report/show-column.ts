import { type Evidence, QUIET_DRIFT } from "../../db/model.ts";
import { columnNamed } from "../review/columns.ts";
import { neutralOf, setAsideOf, SILENT, wordsOf } from "./cell-words.ts";
import { fromTo } from "./list-columns.ts";
import type { FlagRow } from "./rows.ts";
import { passageAround } from "./show-passage.ts";
import { cellColumn, ofColumn, type Shown, type ShownCell, type ShownColumn, type ShownViews } from "./show-rows.ts";
import { changeSection, decisionSection, flagSection, LABELLED, section } from "./show-study.ts";
import { driftMeaning, scopeWords } from "./show-words.ts";
import { type GridCell, type GridColumn, type Ink, paragraph } from "./text.ts";
import { columnWords, driftWords } from "./words.ts";

/** One cell of one study: both sides, the words it was read from, and why its kind of drift is what it is. */

/** Wide enough for most paths of the record, which are read best in one piece. */
const QUOTED: readonly GridColumn[] = [{ shrink: 20 }, { shrink: 70 }];

/** The commands that decide about the cell, where it differs and nothing stands. */
function decideLines(nctId: string, column: ShownColumn, review: string, { drift }: ShownViews): string[][] {
  const open = drift.filter(
    (one) => one.column_name === column && one.decision === null && !QUIET_DRIFT.includes(one.kind),
  );
  return open.flatMap(({ table_no, registry }) => {
    const cell = `${nctId} --review ${review} --table ${table_no} --column ${column}`;
    const taken = registry === null ? [] : [[`trialdrift drift accept ${cell}`]];
    return [...taken, [`trialdrift drift accept ${cell} --value "your own"`], [`trialdrift drift reject ${cell}`]];
  });
}

const NOT_STATED = "(not stated)";

/** What each table prints; of a code, the part asked for, which is what was compared. */
function printedLines(views: ShownViews, column: ShownColumn): string[] {
  const part = column !== cellColumn(column);
  return views.curated
    .filter(({ current }) => current)
    .map(({ value, table_no, version, cite, footnotes }) => {
      const stated =
        views.drift.find((row) => row.table_no === table_no && row.column_name === column)?.curated ?? null;
      const source = [
        ...(part && value !== null ? [`by the code ${value}`] : []),
        `table ${table_no}, version ${version}`,
        ...(cite === null || cite === `Table ${table_no}` ? [] : [cite]),
        ...footnotes,
      ];
      return `${(part ? stated : value) ?? (part ? NOT_STATED : "(blank)")} (${source.join(", ")})`;
    });
}

function registryOf(cell: ShownCell, column: ShownColumn): string {
  if (column === cellColumn(column)) return cell.value ?? NOT_STATED;
  const neutral = neutralOf(cell, column);
  const words = neutral === null || neutral === SILENT ? NOT_STATED : neutral.replaceAll("_", " ");
  return cell.value === null ? words : `${words} (by the code ${cell.value})`;
}

function ruleOf(cell: ShownCell, column: ShownColumn, first: Evidence | undefined): string {
  const part = column !== cellColumn(column);
  const rule = part ? (first?.rule ?? "(none)") : cell.rule;
  const implied =
    part && first !== undefined && !first.rule.startsWith(column) ? " (no words of its own: implied)" : "";
  return `${rule}${implied}, rules version ${cell.extractor_version}${cell.decided_by === "rule" ? "" : `, decided by a ${cell.decided_by}`}`;
}

function cellLines(cell: ShownCell, column: ShownColumn, views: ShownViews): GridCell[][] {
  const [first] = wordsOf(cell, column);
  const [study] = views.studies;
  const looked = columnNamed(cellColumn(column)).paths.join(", ");
  return [
    ["registry", registryOf(cell, column)],
    ["neutral", neutralOf(cell, column) ?? "(none)"],
    ["path", first?.path ?? `(none: no words found in ${looked})`],
    ["words", first === undefined ? "(none)" : `"${first.span}"`],
    ["rule", ruleOf(cell, column, first)],
    ["confidence", cell.confidence],
    [
      "updated",
      `${study?.last_update_posted ?? "not stated"}, in registry data of ${study?.data_date ?? "an unknown date"}`,
    ],
  ];
}

function comparisonLines(views: ShownViews): GridCell[][] {
  return views.drift.map((row) => {
    const [note, scope] = [row.note, scopeWords(row.column_name)];
    return [
      columnWords(row.column_name),
      [
        `${fromTo(row.curated, row.registry, ["(blank)", NOT_STATED])}: ${driftWords(row.kind, row.basis)}`,
        `${driftMeaning(row.kind, row.basis)}${note === null ? "" : ` (${note})`}`,
        ...(scope === null ? [] : [scope]),
      ],
    ];
  });
}

function evidenceLines(evidence: readonly Evidence[], record: unknown): GridCell[][] {
  return evidence.map(({ path, span, rule, ruled_out }, at) => {
    const passage = passageAround(record, path, span);
    const why = ruled_out === undefined ? [] : [`set aside: ${ruled_out}`];
    return [`${at + 1}. "${span}"`, [...why, rule, path, ...(passage === null ? [] : [passage])]];
  });
}

function isEvidence(value: unknown): value is Evidence {
  const one = value as Partial<Evidence> | null;
  return typeof one?.path === "string" && typeof one.span === "string" && typeof one.rule === "string";
}

/** Passages that say something else: a flag about a record that contradicts itself holds both; those of the cell are above. */
function otherPassages(flags: readonly FlagRow[], cells: readonly ShownCell[]): Evidence[] {
  const used = cells.flatMap(({ evidence }) => evidence);
  return flags
    .filter(({ kind, state }) => kind === "record_conflict" && state !== "resolved")
    .flatMap(({ evidence }) => (evidence as { evidence?: unknown } | null)?.evidence ?? [])
    .filter(isEvidence)
    .filter(({ path, span }) => !used.some((one) => one.path === path && one.span === span));
}

function reviewSections(shown: Shown, column: ShownColumn, review: string, width: number, pen: Ink): string[] {
  const mine = <R extends { review: string }>(rows: readonly R[]) => rows.filter((row) => row.review === review);
  const all = ofColumn(shown.views, column);
  const views = {
    ...all,
    curated: mine(all.curated),
    cells: mine(all.cells),
    drift: mine(all.drift),
    flags: mine(all.flags),
  };
  const [cell] = views.cells;
  const printed = printedLines(views, column);
  const rows: GridCell[][] = [
    ["printed", printed.length === 0 ? "(no table prints this study)" : printed],
    ...(cell === undefined
      ? [["registry", "(nothing was read: no table shows this study)"]]
      : cellLines(cell, column, views)),
  ];
  const heading =
    column === cellColumn(column) ? columnWords(column) : `${column}, a part of ${columnWords(cellColumn(column))}`;
  const byTable = Map.groupBy(views.drift, ({ table_no }) => table_no);
  const others = otherPassages(views.flags, views.cells);
  return [
    ...section(`${heading} in ${review}`, rows, LABELLED, width, pen),
    ...section(
      "All words it was read from",
      evidenceLines(cell === undefined ? [] : wordsOf(cell, column), shown.record),
      QUOTED,
      width,
      pen,
    ),
    ...section(
      "Read and set aside",
      evidenceLines(cell === undefined ? [] : setAsideOf(cell, column), shown.record),
      QUOTED,
      width,
      pen,
    ),
    ...section("The record says otherwise in", evidenceLines(others, shown.record), QUOTED, width, pen),
    ...[...byTable].flatMap(([table, drift]) =>
      section(`Why this kind, table ${table}`, comparisonLines({ ...views, drift }), LABELLED, width, pen),
    ),
    pen.quiet(paragraph(`About the column: ${columnNamed(cellColumn(column)).reason}.`, width, 0, 2)),
    ...flagSection(views.flags, width, pen),
    ...decisionSection(views.decisions, width, pen),
    ...section("To decide", decideLines(shown.nctId, column, review, views), [{ shrink: 60 }], width, pen),
  ];
}

/** One column of a study as blocks of text, review by review, without its heading. */
export function columnSections(shown: Shown, column: ShownColumn, width: number, pen: Ink): string[] {
  const { views } = shown;
  const reviews = [
    ...new Set([...views.members, ...views.cells, ...views.drift, ...views.curated].map(({ review }) => review)),
  ];
  if (reviews.length === 0) return ["No review tracks it, so nothing was read or compared."];
  return [
    ...reviews.flatMap((review) => reviewSections(shown, column, review, width, pen)),
    ...changeSection(ofColumn(views, column).changes, width, pen),
  ];
}
