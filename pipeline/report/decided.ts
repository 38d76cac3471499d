import { type Draft, printedValue } from "../review/deciding.ts";
import type { Decision } from "../review/decision.ts";
import { clean } from "./text.ts";
import { columnWords, counted } from "./words.ts";

/** What was decided, in words: old -> new, which version holds it, how to take it back. */

type Sides = Pick<Draft, "column" | "decision" | "registry_then"> & { value: unknown; old: unknown };

/** What a decision, taken or proposed, does to a cell. */
export function decisionWords({ column, decision, registry_then, value, old }: Sides): string {
  const about = column === "*" ? "the study as such" : columnWords(column);
  if (column === "publications" && decision !== "undone")
    return clean(`${about}: PMID ${registry_then} ${decision === "rejected" ? "refused" : "confirmed"}`);
  if (decision !== "rejected") return clean(`${about}: ${printedValue(column, old)} -> ${printedValue(column, value)}`);
  const stays = column === "*" ? "stays as it is" : `${printedValue(column, value)} stays`;
  const silenced = registry_then === null ? "that the record says nothing" : registry_then;
  return clean(`${about}: ${stays}; not asked again about: ${silenced}`);
}

export function decisionLine(one: Draft): string {
  return `${one.nct_id} ${decisionWords(one)}`;
}

/** What a command has done, for stdout. */
export function decidedText(decisions: readonly Decision[], versions: ReadonlyMap<number, number>): string {
  const lines = decisions.flatMap((one) => {
    const back = one.undoes === null ? [] : [`  takes back ${one.undoes}`];
    return [`${one.decision} ${decisionLine(one)}`, ...back, `  decision ${one.id}`];
  });
  const now = [...versions].map(([table, version]) => `table ${table} is now version ${version}`);
  const undo = decisions.filter(({ decision }) => decision !== "undone").map(({ id }) => `trialdrift drift undo ${id}`);
  return [
    ...lines,
    `${counted(decisions.length, "decision")}; ${now.join(", ") || "no table changed"}`,
    ...(undo.length === 0 ? [] : ["to take it back:", ...undo.map((line) => `  ${line}`)]),
  ].join("\n");
}
