import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf } from "./status-changes.ts";

/**
 * What each step of a replayed watch list must bring, computed from the raw files alone (NN-DATE.jsonl.gz upserts,
 * index.json gone ids). Imports nothing of the project, so that it cannot share a mistake with it.
 */

interface Status {
  status: string;
  /** Last known status, where the status is UNKNOWN. */
  lastKnown: string | null;
}

export interface StepExpected {
  file: string;
  /** Studies that the registry holds after the step: what a walk over all of them receives. */
  held: number;
  /** Never seen before. */
  fresh: string[];
  /** Seen before, absent after the step before, here again. */
  returned: string[];
  /** Held after the step before, gone now. */
  departed: string[];
  /** Another protocol, results, annotations, documents, hasResults or miscInfoModule (but for the daily stamp). */
  changed: string[];
  /** Only the registry's own index terms differ. */
  derivedOnly: string[];
  /** Saved again with another version stamp and nothing else. */
  stampOnly: number;
  statusChanges: { nctId: string; from: Status; to: Status; dateless: boolean }[];
}

type Json = Record<string, unknown>;
interface Kept {
  core: string;
  derived: string;
  state: Status;
  posted: string | null;
}

/** JSON with the keys of every object in order, so that key order is no difference. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function keep(record: Json): Kept {
  const derived = (record["derivedSection"] ?? {}) as Json;
  const { versionHolder: _, ...misc } = (derived["miscInfoModule"] ?? {}) as Json;
  const sections = ["protocolSection", "resultsSection", "annotationSection", "documentSection", "hasResults"];
  const status = (record["protocolSection"] as { statusModule: Json }).statusModule;
  const overall = String(status["overallStatus"]);
  const posted = status["lastUpdatePostDateStruct"] as { date?: string } | undefined;
  return {
    core: canonical([sections.map((name) => record[name] ?? null), misc]),
    derived: canonical([derived["conditionBrowseModule"] ?? null, derived["interventionBrowseModule"] ?? null]),
    state: {
      status: overall,
      lastKnown: overall === "UNKNOWN" ? ((status["lastKnownStatus"] as string) ?? null) : null,
    },
    posted: posted?.date ?? null,
  };
}

function aliasesOf(record: Json): string[] {
  const module = (record["protocolSection"] as { identificationModule: { nctIdAliases?: string[] } })
    .identificationModule;
  return module.nctIdAliases ?? [];
}

/** One entry a step of the folder, in the order of its index.json. */
export function replaySteps(folder: string): StepExpected[] {
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as { file: string; gone: string[] }[];
  const known = new Map<string, Kept>();
  const present = new Set<string>();
  return index.map(({ file, gone }) => {
    const before = new Set(present);
    const step: StepExpected = {
      file,
      held: 0,
      fresh: [],
      returned: [],
      departed: [],
      changed: [],
      derivedOnly: [],
      stampOnly: 0,
      statusChanges: [],
    };
    const retired = new Set(gone);
    for (const [nctId, raw] of recordsOf(join(folder, file))) {
      present.add(nctId);
      for (const alias of aliasesOf(raw as Json)) retired.add(alias);
      const [old, now] = [known.get(nctId), keep(raw as Json)];
      known.set(nctId, now);
      if (old === undefined) {
        step.fresh.push(nctId);
        continue;
      }
      if (!before.has(nctId)) step.returned.push(nctId);
      if (old.core !== now.core) step.changed.push(nctId);
      else if (old.derived !== now.derived) step.derivedOnly.push(nctId);
      else step.stampOnly += 1;
      if (canonical(old.state) !== canonical(now.state))
        step.statusChanges.push({ nctId, from: old.state, to: now.state, dateless: old.posted === now.posted });
    }
    for (const id of retired) present.delete(id);
    step.departed = [...before].filter((id) => !present.has(id)).sort();
    step.held = present.size;
    for (const list of [step.fresh, step.returned, step.changed, step.derivedOnly]) list.sort();
    step.statusChanges.sort((a, b) => (a.nctId < b.nctId ? -1 : 1));
    return step;
  });
}
