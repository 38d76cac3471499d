import { QUIET_DRIFT } from "../../db/model.ts";
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

function countsOf(blocks: readonly Block[]): string {
  const printed = blocks.filter(({ inCurated }) => inCurated).length;
  const studies = [`${counted(printed, "study", "studies")} printed`, `${blocks.length - printed} not in the table`];
  const counts = kindCounts(blocks);
  const words = new Map<string, number>();
  // Loud kinds first: they are what the reader came for.
  const kinds = [...counts].toSorted(([a], [b]) => Number(QUIET_DRIFT.includes(a)) - Number(QUIET_DRIFT.includes(b)));
  for (const [kind, count] of kinds) words.set(driftWords(kind, null), count);
  return words.size === 0 ? `${studies.join(", ")}.` : `${studies.join(", ")}. Compared: ${tally(words)}.`;
}

export function headingOf(input: TableInput, blocks: readonly Block[], values: "curated" | "registry"): Heading {
  const { head, dataDate } = input;
  const number = head.table === null ? "Studies" : `Table ${head.table}`;
  const registry = `ClinicalTrials.gov, data of ${dataDate ?? "an unknown date"}`;
  const version = head.version === null ? "" : ` (version ${head.version})`;
  return {
    title: `${number}: ${head.tableTitle}`,
    review: `Review: ${head.title} (${head.review})`,
    source: `Source: ${head.citation ?? "no citation given in the review's folder"}`,
    values:
      values === "registry"
        ? `Values: the registry's alone, in the review's notation. ${registry}.`
        : `Values: as the table prints them${version}, with the registry's where they differ. ${registry}.`,
    warning: WARNING,
    counts: countsOf(blocks),
  };
}
