import { COLUMNS, type CuratedColumn, type DecidedColumn, type DriftKind } from "../../db/model.ts";
import { DENIED_BY_BLANK } from "../drift/equivalences.ts";
import type { Donor } from "../extract/product.ts";
import { type Notation, withPart } from "./codes.ts";
import { printCurated } from "./columns.ts";
import { type Decision, fileColumn, notUndone, sameValue, writes } from "./decision.ts";
import type { CuratedValue } from "./review.ts";
import { Problem, valueOfCell, valueOfWords } from "./shapes.ts";
import { type FileRow, valueAt } from "./table-file.ts";

/** What does a curator's word make of a cell? Pure: from what readers see of it to a decision not yet written, or why not. */

/** A compared cell as published. */
export interface SeenDrift {
  table_no: number;
  column_name: string;
  curated: string | null;
  registry: string | null;
  kind: DriftKind;
}

/** What readers see of one study, and the table's rows as they stand with the decisions taken before this one. */
export interface Seen {
  nctId: string;
  table: number;
  rows: readonly FileRow[];
  drift: readonly SeenDrift[];
  cells: readonly { column_name: string; value: string | null; neutral: unknown }[];
  notation: Notation;
  statusConvention: "completed_only" | null;
  dataDate: string | null;
}

/** A decision without what only its writing gives: id, time, person, version. */
export type Draft = Pick<
  Decision,
  "undoes" | "table" | "nct_id" | "column" | "decision" | "value" | "old" | "registry_then"
>;

/** Why a cell cannot be decided so, and what can be done instead. */
export class Refusal {
  readonly words: string;
  constructor(words: string) {
    this.words = words;
  }
}

/** Kinds that `--all` decides: both sides state a value, and a rule has placed them. The others are a person's, one by one. */
export const DECIDED_TOGETHER: readonly DriftKind[] = [
  "refined",
  "coarsened",
  "contradicts",
  "overlap",
  "differed_when_printed",
  "moved",
];

const AGREES: readonly DriftKind[] = ["same", "equivalent"];

type Value = Decision["value"];
const asJson = (value: unknown): Value => (value ?? null) as Value;

function driftOf(seen: Seen, column: DecidedColumn): SeenDrift | undefined {
  return seen.drift.find((one) => one.table_no === seen.table && one.column_name === column);
}

function cellOf(seen: Seen, column: string): { value: string | null; neutral: unknown } {
  return seen.cells.find((one) => one.column_name === column) ?? { value: null, neutral: null };
}

/**
 * The registry's value as this table prints it. Where a status is printed only when it is Completed, one that a blank does
 * not deny is printed as a blank, and one that it would deny by its own word.
 */
function registryValue(seen: Seen, column: CuratedColumn): CuratedValue {
  const { value, neutral } = cellOf(seen, column);
  const blank =
    column === "status" && seen.statusConvention !== null && !DENIED_BY_BLANK.some((status) => status === neutral);
  return blank ? null : valueOfCell(column, value, neutral);
}

function newRow(seen: Seen): FileRow {
  const cells = COLUMNS.map((column) => [column, column === "results" ? null : registryValue(seen, column)]);
  return {
    nct_id: seen.nctId,
    footnotes: [],
    cite: `ClinicalTrials.gov, data of ${seen.dataDate ?? "an unknown date"}`,
    cells: Object.fromEntries(cells) as FileRow["cells"],
  };
}

function partValue(seen: Seen, part: { tissue: string[] } | { donor: Donor }): CuratedValue | Refusal {
  const printed = valueAt(seen.rows, seen.nctId, "cell_source") as string[] | null;
  const next = withPart(printed ?? [], part, seen.notation);
  return (
    next ?? new Refusal("the review's codes cannot say it: write the whole code with --column cell_source --value")
  );
}

const DONORS: readonly Donor[] = ["autologous", "allogeneic", "both", "not_specified"];

function ownValue(seen: Seen, column: DecidedColumn, words: string): CuratedValue | Refusal {
  if (column === "*") return new Refusal("--value writes a cell, not a whole row");
  const codes = words.split(";").map((part) => part.trim().toLowerCase().replaceAll(" ", "_"));
  if (column === "tissue") return partValue(seen, { tissue: codes.filter((code) => code !== "") });
  if (column === "donor") {
    const donor = DONORS.find((one) => one === codes.join());
    return donor === undefined ? new Refusal(`expected one of ${DONORS.join(", ")}`) : partValue(seen, { donor });
  }
  const value = valueOfWords(column, words, seen.notation);
  return value instanceof Problem ? new Refusal(`${value.expected}, found ${JSON.stringify(words)}`) : value;
}

function acceptedValue(seen: Seen, column: DecidedColumn): unknown {
  const drift = driftOf(seen, column);
  if (column === "*") {
    if (drift === undefined) return new Refusal("nothing is asked of the study as such");
    return drift.kind === "study_gone" ? null : newRow(seen);
  }
  if (column === "results") return new Refusal("the sentence is the reviewer's: write it with --value");
  if (drift === undefined) return new Refusal("the table does not print the study: take it in with --column '*'");
  if (drift.kind === "same") return new Refusal("the table and the registry agree already");
  if (drift.registry === null)
    return new Refusal(
      "the record says nothing there, so that there is no value to accept: reject it, or give --value",
    );
  const neutral = cellOf(seen, "cell_source").neutral as { tissue?: string[]; donor?: Donor } | null;
  if (column === "tissue") return partValue(seen, { tissue: neutral?.tissue ?? [] });
  if (column === "donor") return partValue(seen, { donor: neutral?.donor ?? "not_specified" });
  return registryValue(seen, column);
}

/** The registry takes the cell's place, or the words given do. */
export function accept(seen: Seen, column: DecidedColumn, words: string | null): Draft | Refusal {
  const old = valueAt(seen.rows, seen.nctId, fileColumn(column));
  if (column !== "*" && valueAt(seen.rows, seen.nctId, "*") === null)
    return new Refusal("the table does not print the study: take it in with --column '*'");
  const value = words === null ? acceptedValue(seen, column) : ownValue(seen, column, words);
  if (value instanceof Refusal) return value;
  if (sameValue(value, old)) return new Refusal("the table prints just that already");
  return {
    undoes: null,
    table: seen.table,
    nct_id: seen.nctId,
    column,
    decision: words === null ? "accepted" : "own",
    value: asJson(value),
    old: asJson(old),
    registry_then: driftOf(seen, column)?.registry ?? (column === "results" ? cellOf(seen, column).value : null),
  };
}

/** The printed value stays, and this value of the registry is asked about no more. */
export function reject(seen: Seen, column: DecidedColumn, standing: readonly Decision[]): Draft | Refusal {
  const drift = driftOf(seen, column);
  if (drift === undefined)
    return new Refusal(column === "results" ? "the sentence is never compared" : "nothing differs there");
  if (AGREES.includes(drift.kind)) return new Refusal("the table and the registry agree");
  const known = standing.find(
    (one) => one.column === column && one.decision === "rejected" && one.registry_then === drift.registry,
  );
  if (known !== undefined) return new Refusal(`it is rejected already, by ${known.by} (${known.id})`);
  const kept = asJson(column === "*" ? null : valueAt(seen.rows, seen.nctId, fileColumn(column)));
  const about = { undoes: null, table: seen.table, nct_id: seen.nctId, column };
  return { ...about, decision: "rejected", value: kept, old: kept, registry_then: drift.registry };
}

/** Confirms or refuses one publication of a printed study; each PMID is a decision of its own. */
export function decidePublication(
  seen: Seen,
  pmid: string,
  verb: "accept" | "reject",
  standing: readonly Decision[],
): Draft | Refusal {
  if (valueAt(seen.rows, seen.nctId, "*") === null) return new Refusal("the table does not print the study");
  if (valueOfWords("publications", pmid, seen.notation) instanceof Problem)
    return new Refusal(`expected PMIDs (digits alone), found ${JSON.stringify(pmid)}`);
  const old = valueAt(seen.rows, seen.nctId, "publications") as string[] | null;
  const known = standing.find((one) => one.registry_then === pmid && one.column === "publications");
  if (old?.includes(pmid) === true)
    return new Refusal(
      `${pmid} is confirmed${verb === "accept" ? " already" : ": undo that first"}${known === undefined ? "" : ` (${known.id})`}`,
    );
  if (verb === "reject" && known?.decision === "rejected")
    return new Refusal(`${pmid} is rejected already (${known.id})`);
  const value = verb === "accept" ? [...(old ?? []), pmid] : old;
  const about = { undoes: null, table: seen.table, nct_id: seen.nctId, column: "publications" as const };
  const decision = verb === "accept" ? "accepted" : "rejected";
  return { ...about, decision, value: asJson(value), old: asJson(old), registry_then: pmid };
}

/** Do both decide about one cell of the file, so that taking back the earlier would undo the later too? */
function meet(earlier: Decision, later: Decision): boolean {
  if (earlier.table !== later.table || earlier.nct_id !== later.nct_id) return false;
  if (earlier.column === "publications" && later.column === "publications")
    return earlier.registry_then === later.registry_then;
  if (earlier.column === "*" || later.column === "*") return true;
  if (earlier.column === later.column) return true;
  return fileColumn(earlier.column) === fileColumn(later.column) && writes(earlier) && writes(later);
}

const withoutPlace = (value: unknown): unknown => {
  const { position: _, ...row } = (value ?? {}) as Record<string, unknown>;
  return value === null ? null : row;
};

/** Takes a decision back: what it found comes again. */
export function undo(decisions: readonly Decision[], id: string, rows: readonly FileRow[]): Draft | Refusal {
  const one = decisions.find((decision) => decision.id === id);
  if (one === undefined) return new Refusal(`there is no decision ${id}`);
  if (one.decision === "undone") return new Refusal(`${id} took a decision back: decide anew instead`);
  const taken = decisions.find(({ undoes }) => undoes === id);
  if (taken !== undefined) return new Refusal(`${id} was taken back already (${taken.id})`);
  const later = notUndone(decisions.slice(decisions.indexOf(one) + 1)).find((other) => meet(one, other));
  if (later !== undefined)
    return new Refusal(
      `a later decision on the same cell stands: undo ${later.id} first (${later.decision} by ${later.by})`,
    );
  const now = valueAt(rows, one.nct_id, fileColumn(one.column));
  const pmids = (now ?? []) as string[];
  const about = { undoes: id, table: one.table, nct_id: one.nct_id, column: one.column, decision: "undone" as const };
  const said = { ...about, registry_then: one.registry_then };
  if (!writes(one)) return { ...said, value: asJson(one.value), old: asJson(one.old) };
  const edited = new Refusal(`the table was edited since ${id}: change the cell by hand, or decide anew`);
  if (one.column === "publications") {
    const left = pmids.filter((pmid) => pmid !== one.registry_then);
    return left.length === pmids.length ? edited : { ...said, value: left, old: pmids };
  }
  const [is, was] = one.column === "*" ? [withoutPlace(now), withoutPlace(one.value)] : [now, one.value];
  return sameValue(is, was) ? { ...said, value: one.old, old: asJson(now) } : edited;
}

/** One side of a decision as a table prints it. */
export function printedValue(column: DecidedColumn, value: unknown): string {
  if (value === null || value === undefined) return column === "*" ? "not in the table" : "(blank)";
  if (column === "*") return "a row of the table";
  return printCurated(fileColumn(column) as CuratedColumn, value as CuratedValue) ?? "(blank)";
}
