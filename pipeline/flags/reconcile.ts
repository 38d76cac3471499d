import type { FlagKind, HeldFlag, Severity } from "../../db/model.ts";
import type { FlagCause, FlagRule, Subject } from "./causes.ts";

/** Open flags against today's causes: what opens, what the run resolves, what may open again. Pure. */

export type { HeldFlag } from "../../db/model.ts";

export interface OpenedFlag {
  review: string;
  table: number;
  nctId: string;
  column: string;
  kind: FlagKind;
  value: string;
  severity: Severity;
  message: string;
  evidence: Record<string, unknown>;
  advice: string;
  baseline: boolean;
}

export interface FlagDecision {
  open: OpenedFlag[];
  /** Ids whose state ended; the run resolves them. */
  resolve: number[];
  /** Ids resolved by a person whose value has now left: the same identity may open again. */
  markGone: number[];
}

/** What two tables of rules decided, as one decision. */
export function bothDecisions(one: FlagDecision, other: FlagDecision): FlagDecision {
  return {
    open: [...one.open, ...other.open],
    resolve: [...one.resolve, ...other.resolve],
    markGone: [...one.markGone, ...other.markGone],
  };
}

type Identity = Pick<HeldFlag, "review" | "table" | "kind" | "nctId" | "column" | "value">;
const identity = (one: Identity): string =>
  JSON.stringify([one.review, one.table, one.kind, one.nctId, one.column, one.value]);

/**
 * A registry value is cut where it would make an identity longer than an index entry may be (2,700 bytes); half a surrogate
 * pair at the cut becomes U+FFFD here as it does in the database, or the flag would never be found again.
 */
const LONGEST_VALUE = 400;

function opened<Of extends Subject>(context: Of, rule: FlagRule<Of>, cause: FlagCause, baseline: boolean): OpenedFlag {
  return {
    review: context.review,
    table: cause.table,
    nctId: context.nctId,
    column: cause.column,
    kind: rule.kind,
    value: cause.value.slice(0, LONGEST_VALUE).toWellFormed(),
    severity: cause.severity ?? rule.severity,
    message: cause.message,
    evidence: cause.evidence,
    advice: rule.advice,
    baseline,
  };
}

/** Does a held flag still stand, given today's causes of its rule? */
function stands<Of extends Subject>(
  rule: FlagRule<Of>,
  context: Of,
  held: HeldFlag,
  causes: ReadonlySet<string>,
): boolean {
  if (rule.lasts === "event") return rule.answered?.(context, held.value) !== true;
  if (causes.has(identity(held))) return true;
  return rule.holds?.(context) === true && [...causes].every((one) => one === identity(held));
}

/**
 * For what was looked at in this run (`contexts`), by the rules for it, with all their flags (`held`, also resolved ones that are not gone).
 * On a baseline event rules are silent: there is no before. Running it twice on its own outcome opens nothing.
 */
export function reconcileFlags<Of extends Subject>(
  rules: readonly FlagRule<Of>[],
  contexts: readonly Of[],
  held: readonly HeldFlag[],
  baseline: boolean,
): FlagDecision {
  const byStudy = Map.groupBy(held, ({ nctId }) => nctId);
  const decision: FlagDecision = { open: [], resolve: [], markGone: [] };
  for (const context of contexts) {
    const flags = byStudy.get(context.nctId) ?? [];
    for (const rule of rules) {
      const causes = baseline && rule.lasts === "event" ? [] : rule.causes(context);
      const wanted = new Map(
        causes.map((cause) => opened(context, rule, cause, baseline)).map((flag) => [identity(flag), flag]),
      );
      const names = new Set(wanted.keys());
      for (const flag of flags) {
        if (flag.kind !== rule.kind) continue;
        const still = stands(rule, context, flag, names);
        if (flag.state !== "resolved") {
          if (!still) decision.resolve.push(flag.flagId);
          else wanted.delete(identity(flag));
          continue;
        }
        if (rule.lasts === "event" || flag.gone) continue;
        if (still) wanted.delete(identity(flag));
        else decision.markGone.push(flag.flagId);
      }
      decision.open.push(...wanted.values());
    }
  }
  return decision;
}
