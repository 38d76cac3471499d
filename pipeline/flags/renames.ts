import type { Change } from "../../db/model.ts";
import type { FlagContext } from "./causes.ts";

/** A sponsor that is renamed in many records at once is one piece of news, not one a study. Pure. */

const renames = ({ changes }: FlagContext): Change[] => changes.filter(({ kind }) => kind === "sponsor_renamed");
const named = ({ old, new: now }: Change): string => JSON.stringify([old, now]);

/**
 * Takes renames that two or more studies share, old name and new, out of those studies' contexts and puts them into one
 * context about the review as such (no study, table 0), each with the ids in its detail. Other contexts stay as they are.
 */
export function groupRenames(contexts: readonly FlagContext[]): FlagContext[] {
  const found = contexts.flatMap((context) => renames(context).map((change) => ({ change, nctId: context.nctId })));
  const shared = [...Map.groupBy(found, ({ change }) => named(change)).values()].filter((group) => group.length > 1);
  const [first] = contexts;
  if (first === undefined || shared.length === 0) return [...contexts];
  const names = new Set(shared.flatMap((group) => group.map(({ change }) => named(change))));
  const about: FlagContext = {
    ...first,
    nctId: "",
    tables: [],
    printed: false,
    screened: null,
    facts: null,
    drift: [],
    changes: shared.flatMap((group) => {
      const studies = group.map(({ nctId }) => nctId).toSorted();
      return group.slice(0, 1).map(({ change }) => ({ ...change, detail: { ...change.detail, studies } }));
    }),
    events: [],
    conflicts: [],
    // Nothing has left: what is about no study has no membership to lose.
    present: true,
  };
  const rest = contexts.map((context) => {
    const own = context.changes.filter((change) => change.kind !== "sponsor_renamed" || !names.has(named(change)));
    return own.length === context.changes.length ? context : { ...context, changes: own };
  });
  return [...rest, about];
}
