import type { Change, ChangeKind } from "../../db/model.ts";
import type { FlagContext } from "../../pipeline/flags/causes.ts";
import { factsOf } from "../../pipeline/normalize/facts.ts";
import type { Study } from "../../pipeline/registry/study.ts";
import { nct, type Said, trial } from "./small-registry.ts";

/** A printed member as the flag rules see it, for tests: each says only what it is about. */

export const ID = nct(1);
const ELIGIBLE: NonNullable<FlagContext["screened"]> = {
  verdict: "in",
  reason: "eligible: lupus in conditions",
  evidence: [],
  footnotes: [],
  mixed: false,
};
const facts = (said: Said = {}) => factsOf(trial(1, said) as unknown as Study);

export function context(more: Partial<FlagContext> = {}, said: Said = {}): FlagContext {
  return {
    review: "r",
    nctId: ID,
    tables: [1],
    printed: true,
    facts: facts(said),
    drift: [],
    rejected: [],
    changes: [],
    events: [],
    conflicts: [],
    present: true,
    mentions: [],
    publications: { confirmed: new Set(), added: new Set(), rejected: new Set() },
    dataDate: "2022-01-21",
    screened: ELIGIBLE,
    ...more,
  };
}

export const change = (column: string, kind: ChangeKind, old: string | null, now: string | null): Change => ({
  column,
  kind,
  old,
  new: now,
  severity: "medium",
  cause: "submitted",
  detail: {},
});
