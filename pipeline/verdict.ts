import type { RunState } from "../db/model.ts";
import type { Harvest, Quarantined } from "./harvest.ts";
import { type Outcomes, runProblem } from "./ledger.ts";
import type { Source } from "./sources/source.ts";

/** Is a run complete, and if not, why? (design rule 4) Pure. */

/** What became of every distinct record, the first that fits (design rule 4). */
export function countOutcomes(harvest: Harvest): { distinct: number; outcomes: Outcomes } {
  const outcomes: Outcomes = { quarantined: 0, older: 0, new: 0, changed: 0, derived_only: 0, unchanged: 0 };
  for (const [name, { outcome }] of harvest.arrivals) if (!harvest.quarantined.has(name)) outcomes[outcome] += 1;
  outcomes.quarantined = harvest.quarantined.size;
  return { distinct: new Set([...harvest.arrivals.keys(), ...harvest.quarantined.keys()]).size, outcomes };
}

export interface Verdict {
  /** Do the walks add up? An incomplete one records no departure. */
  complete: boolean;
  /** Was a record refused that was not in quarantine before for the same reason? */
  fresh: boolean;
  /** Refused records that count as seen once more. */
  sighted: Quarantined[];
  /** A sentence each; empty where the run is complete. */
  problems: string[];
  state: Extract<RunState, "published" | "incomplete">;
  exitCode: 0 | 3;
}

/** `known`: "hash reason" of what lay in quarantine before this run. */
export function judge(harvest: Harvest, known: ReadonlySet<string>, source: Source | undefined): Verdict {
  const { distinct, outcomes } = countOutcomes(harvest);
  const walks = [...harvest.problems, runProblem(distinct, outcomes) ?? []].flat();
  const refused = [...harvest.quarantined.values()];
  const fresh = refused.filter(({ hash, reason }) => !known.has(`${hash} ${reason}`));
  const words = fresh.map((one) => `quarantined ${one.nctId ?? "a record without an id"}: ${one.reason}`);
  const problems = [...walks, ...words];
  return {
    complete: walks.length === 0,
    fresh: fresh.length > 0,
    sighted: source?.seenBefore === true ? fresh : refused,
    problems,
    state: problems.length > 0 ? "incomplete" : "published",
    exitCode: problems.length > 0 ? 3 : 0,
  };
}
