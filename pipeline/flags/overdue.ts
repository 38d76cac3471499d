import type { Facts } from "../normalize/facts.ts";
import { type FlagCause, type FlagContext, table } from "./causes.ts";

/** Are a trial's results overdue? As far as a record shows whom the law binds: 42 CFR 11.22 and 11.44, read for a person, not a court. */

/** Phase 1 alone owes no results; a trial of phases 1 and 2 is one of phase 2. */
const EXEMPT = ["PHASE1", "EARLY_PHASE1"];

function hasSiteInUs({ sites }: Facts): boolean {
  return sites.some((site) => /(?:^|, )United States$/.test(site));
}

/** The day a year after; 29 February becomes 1 March. */
function yearLater(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.toISOString().slice(0, 10);
}

/**
 * Last day on which results would be in time, yyyy-mm-dd; null where none are owed or they are posted. A month counts to
 * its end. Not told apart: registered before the law, or a sponsor that has more time by a way the record does not show.
 */
export function resultsDue(facts: Facts): string | null {
  const { primaryCompletion, phases, studyType } = facts;
  if (primaryCompletion?.type !== "ACTUAL" || facts.hasResults || facts.resultsDelayRequested !== null) return null;
  if (studyType !== "INTERVENTIONAL" || (phases.length > 0 && phases.every((one) => EXEMPT.includes(one)))) return null;
  if (!hasSiteInUs(facts) && facts.fdaRegulated !== true) return null;
  return yearLater(primaryCompletion.to);
}

/** One cause once the day has passed by the data date, for a study that asks somebody. */
export function overdue(context: FlagContext): FlagCause[] {
  const { facts, dataDate, printed, screened } = context;
  const due = facts === null || (!printed && screened?.verdict !== "in") ? null : resultsDue(facts);
  if (due === null || dataDate === null || due >= dataDate) return [];
  const end = facts?.primaryCompletion?.text ?? "";
  const path = "protocolSection.statusModule.primaryCompletionDateStruct.date";
  return [
    {
      table: table(context),
      column: "results",
      value: due,
      message: `results overdue since ${due}: primary completion ${end}, none posted, no delay requested`,
      evidence: { path, span: end, due },
    },
  ];
}
