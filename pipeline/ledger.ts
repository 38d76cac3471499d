import type { Outcome, WalkLedger } from "../db/model.ts";

/** The equations that a walk and a run must satisfy (design rule 4); pure. */

export type Outcomes = Record<Outcome, number>;

export function openWalk(source: string, announces: WalkLedger["announces"]): WalkLedger {
  return {
    source,
    announces,
    announced: null,
    received: 0,
    distinct: 0,
    duplicates: 0,
    merged: 0,
    tombstone: 0,
    left: 0,
  };
}

/** What does not add up in a walk, in words; null when it does. */
export function walkProblem(walk: WalkLedger): string | null {
  const { source, announced, received, distinct, duplicates, merged, tombstone, left } = walk;
  if (received !== distinct + duplicates)
    return `${source}: received ${received}, but ${distinct} distinct + ${duplicates} duplicates`;
  if (walk.announces === "lines") return null;
  if (announced === null) return `${source}: the registry announced no total`;
  const accounted = {
    query: distinct,
    ids: distinct + merged + tombstone + left,
    archive: received,
  }[walk.announces];
  if (accounted === announced) return null;
  return walk.announces === "ids"
    ? `${source}: asked for ${announced} studies, accounted for ${accounted} (${distinct} received, ${merged} merged, ${tombstone} gone, ${left} left)`
    : `${source}: announced ${announced}, received ${accounted}`;
}

/** What does not add up in a run, in words; null when every distinct record has exactly one outcome. */
export function runProblem(distinct: number, outcomes: Outcomes): string | null {
  const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
  return sum === distinct ? null : `${distinct} distinct records, but ${sum} outcomes`;
}
