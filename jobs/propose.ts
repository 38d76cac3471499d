import type { DecidedColumn } from "../db/model.ts";
import { columnWords, driftWords } from "../pipeline/report/words.ts";
import {
  accept,
  DECIDED_TOGETHER,
  decidePublication,
  type Draft,
  Refusal,
  reject,
} from "../pipeline/review/deciding.ts";
import { type Decision, standingOn } from "../pipeline/review/decision.ts";
import type { Room } from "./decide.ts";

/** Which cells does `drift accept|reject` mean, and what becomes of each? All are looked at before any is decided. */

/** What the command line says of the cells. */
export interface Wanted {
  table?: number;
  column?: DecidedColumn[];
  all?: boolean;
  value?: string;
}

function tableOf(room: Room, nctId: string, asked: number | undefined): number | Refusal {
  const printing = room.review.tables.filter(({ rows }) => rows.some((row) => row.nctId === nctId));
  const compared = room.drift.filter((one) => one.nct_id === nctId).map((one) => one.table_no);
  const tables = [...new Set([...printing.map(({ table }) => table), ...compared])].filter(
    (table) => asked === undefined || table === asked,
  );
  const [only] = tables;
  if (only !== undefined && tables.length === 1) return only;
  if (tables.length > 1) return new Refusal(`it stands in more than one table: --table one of ${tables.join(", ")}`);
  return new Refusal(asked === undefined ? "no table is compared with it" : `table ${asked} is not compared with it`);
}

export interface Proposal {
  drafts: Draft[];
  refused: string[];
  /** Left to the curator, one by one. */
  left: string[];
}

function standing(room: Room, nctId: string, table: number): Decision[] {
  const row = room.review.tables.find((one) => one.table === table)?.rows.find((one) => one.nctId === nctId);
  return standingOn(room.review.decisions, table, nctId, row);
}

/** The cells that --all means; a part is not taken beside the whole code, and what was rejected is answered. */
function allColumns(room: Room, nctId: string, table: number, proposal: Proposal): DecidedColumn[] {
  const rejected = standing(room, nctId, table).filter(({ decision }) => decision === "rejected");
  const rows = room.drift.filter(
    (one) =>
      one.nct_id === nctId &&
      one.table_no === table &&
      !["same", "equivalent", "unstated"].includes(one.kind) &&
      !rejected.some(({ column, registry_then }) => column === one.column_name && registry_then === one.registry),
  );
  const together = rows
    .filter(({ kind }) => DECIDED_TOGETHER.includes(kind))
    .map((one) => one.column_name as DecidedColumn);
  for (const one of rows.filter(({ kind }) => !DECIDED_TOGETHER.includes(kind)))
    proposal.left.push(`${nctId} ${columnWords(one.column_name)} (${driftWords(one.kind, null)})`);
  return together.includes("cell_source")
    ? together.filter((column) => column !== "tissue" && column !== "donor")
    : together;
}

export function propose(room: Room, verb: "accept" | "reject", nctIds: readonly string[], flags: Wanted): Proposal {
  const proposal: Proposal = { drafts: [], refused: [], left: [] };
  const add = (about: string, answer: Draft | Refusal): void => {
    if (answer instanceof Refusal) {
      proposal.refused.push(`${about}: ${answer.words}`);
      return;
    }
    proposal.drafts.push(answer);
    room.note(answer);
  };
  for (const nctId of nctIds) {
    const table = tableOf(room, nctId, flags.table);
    if (table instanceof Refusal) {
      add(nctId, table);
      continue;
    }
    const columns = flags.all === true ? allColumns(room, nctId, table, proposal) : (flags.column ?? []);
    for (const column of columns) {
      const known = standing(room, nctId, table);
      const about = `${nctId} ${columnWords(column)}`;
      if (column === "publications")
        for (const pmid of (flags.value ?? "").split(/[\s,;]+/))
          add(about, decidePublication(room.see(nctId, table), pmid, verb, known));
      else if (verb === "reject") add(about, reject(room.see(nctId, table), column, known));
      else add(about, accept(room.see(nctId, table), column, flags.value ?? null));
    }
  }
  return proposal;
}
