import type { DriftKind } from "../../db/model.ts";
import { DRIFT_KINDS, QUIET_DRIFT } from "../../db/model.ts";
import { type Block, kindCounts, type TableInput } from "./table-blocks.ts";
import { counted, driftWords, tally } from "./words.ts";

/** The lines that stand over a table in every format that has room for them: plain sentences, not yet escaped. */
export interface Heading {
  title: string;
  review: string;
  source: string;
  values: string;
  warning: string;
  counts: string;
}

/** Nobody may take this output for the paper's table, whichever values it shows (design 4.1). */
export const WARNING =
  "This is not the published table: it is made from it and from the registry. Cite the review for what it printed.";

/** Row kinds are about a study, all others about a cell. */
const ROW_KINDS: readonly DriftKind[] = ["study_gone", "new_since", "omitted_at_publication"];

function countsOf(blocks: readonly Block[]): string {
  const printed = blocks.filter(({ inCurated }) => inCurated).length;
  const counts = kindCounts(blocks);
  const told = (kinds: readonly DriftKind[]) =>
    tally(new Map(kinds.map((kind) => [driftWords(kind, null), counts.get(kind) ?? 0])));
  // Backwards: what is tested last, moved, is what the reader came for.
  const loud = told(
    DRIFT_KINDS.filter((kind) => !QUIET_DRIFT.includes(kind) && !ROW_KINDS.includes(kind)).toReversed(),
  );
  const quiet = told(["same", "equivalent", "unstated"]);
  const rows = told(ROW_KINDS);
  return [
    `${counted(printed, "study", "studies")} printed, ${blocks.length - printed} not in the table${rows === "" ? "" : ` (${rows})`}.`,
    ...(loud === "" ? [] : [`Cells that differ: ${loud}.`]),
    ...(quiet === "" ? [] : [`All others: ${quiet}.`]),
  ].join(" ");
}

export function headingOf(input: TableInput, blocks: readonly Block[], values: "curated" | "registry"): Heading {
  const { head, dataDate } = input;
  const number = head.table === null ? "Studies" : `Table ${head.table}`;
  const registry = `ClinicalTrials.gov, data of ${dataDate ?? "an unknown date"}`;
  const { moment = null } = input;
  const then =
    moment === null
      ? ""
      : "run" in moment
        ? ` As run ${moment.run} left it published.`
        : ` The registry as held of ${moment.as_of}, read by today's rules, and the table then in force.`;
  const version = head.version === null ? "" : ` (version ${head.version})`;
  return {
    title: `${number}: ${head.tableTitle}`,
    review: `Review: ${head.title} (${head.review})`,
    source: `Source: ${head.citation ?? "no citation given in the review's folder"}`,
    values:
      values === "registry"
        ? `Values: the registry's alone, in the review's notation. ${registry}.${then}`
        : `Values: as the table prints them${version}, with the registry's where they differ. ${registry}.${then}`,
    warning: WARNING,
    counts: countsOf(blocks),
  };
}
