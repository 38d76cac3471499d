import type { Change, ChangeKind, Drift, FlagKind, Severity } from "../../db/model.ts";
import type { RecordConflict } from "../extract/product.ts";
import type { Facts } from "../normalize/facts.ts";
import type { MemberEvent } from "../review/membership.ts";
import type { Mention } from "../normalize/mentions.ts";
import type { Screened } from "../review/screening.ts";
import type { CuratedPublications } from "./publications.ts";

/** What flag rules are made of: what they see of a study, and the ways in which causes are found. */

/** A study as the flag rules see it in one run of one review. */
export interface FlagContext {
  review: string;
  nctId: string;
  /** Tables under which it is shown; flags of the study as such go under the first. */
  tables: readonly number[];
  /** Does a curated table print it? */
  printed: boolean;
  /** What screening says of it; null where there is no record. */
  screened: Screened | null;
  /** Null for a printed study that the registry never showed us. */
  facts: Facts | null;
  /** What the table and the registry differ in, but for what a curator has rejected at the registry's present value. */
  drift: readonly Drift[];
  rejected: readonly Drift[];
  /** Registry changes that this review has not looked at yet, without historic ones. */
  changes: readonly Change[];
  events: readonly MemberEvent[];
  conflicts: readonly RecordConflict[];
  /** Is it still a member? */
  present: boolean;
  /** Other studies of the review that the record names by number. */
  mentions: readonly Mention[];
  publications: CuratedPublications;
  /** Day of the registry's data, the rules' clock; null before the first walk. */
  dataDate: string | null;
}

/** One reason to ask: where, the new value (part of the flag's identity), and the sentence. */
export interface FlagCause {
  table: number;
  column: string;
  value: string;
  message: string;
  evidence: Record<string, unknown>;
  severity?: Severity;
}

/** What a rule asks of: a study in most rules (FlagContext), a review's claim in its own (claims.ts). */
export interface Subject {
  review: string;
  /** '' where it is no study. */
  nctId: string;
}

export interface FlagRule<Of extends Subject = FlagContext> {
  kind: FlagKind;
  severity: Severity;
  /**
   * `state`: resolved by the run that sees the state end; `holds` says whether it lasts where no new cause is given.
   * `event`: stays until a person resolves it, or decides what it asks.
   */
  lasts: "state" | "event";
  holds?: (context: Of) => boolean;
  causes(context: Of): FlagCause[];
  /** Events only: has a decision of the curator answered the flag of this value? The run that sees it resolves the flag. */
  answered?: (context: Of, value: string) => boolean;
  advice: string;
  reason: string;
}

/** 0 stands for no table. */
export const table = (context: FlagContext): number => context.tables[0] ?? 0;

export function changesOf(context: FlagContext, kinds: readonly ChangeKind[]): Change[] {
  return context.changes.filter(({ kind }) => kinds.includes(kind));
}

/** The status cell of each table that prints the study, where it differs from what is printed. */
export function statusDrift(context: FlagContext): Drift[] {
  return context.drift.filter(
    ({ column, kind }) => column === "status" && ["moved", "differed_when_printed"].includes(kind),
  );
}

/** Has a person answered for the status: does the table say it now, or was it rejected? */
export function statusAnswered({ drift, rejected }: FlagContext): boolean {
  const agrees = drift.some(({ column, kind, curated }) => column === "status" && kind === "same" && curated !== null);
  return agrees || rejected.some(({ column }) => column === "status");
}

export function ends(facts: Facts): string {
  const why = facts.whyStopped === null ? "no reason stated" : `reason stated: ${facts.whyStopped}`;
  return `${facts.status.toLowerCase()}, ${why}`;
}

/** Status states: raised for a printed study by its state, for a candidate only by the change into it. */
export function statusState(
  statuses: readonly string[],
  say: (facts: Facts) => string,
): Pick<FlagRule, "lasts" | "holds" | "causes"> {
  const isIn = (context: FlagContext): boolean =>
    context.facts !== null && statuses.includes(context.facts.status) && !statusAnswered(context);
  return {
    lasts: "state",
    holds: isIn,
    causes(context) {
      const { facts } = context;
      if (facts === null || !isIn(context)) return [];
      const changed = context.changes.find(({ column }) => column === "status");
      if (!context.printed && changed === undefined) return [];
      const path = "protocolSection.statusModule.overallStatus";
      return [
        {
          table: table(context),
          column: "status",
          value: facts.status,
          message: say(facts),
          evidence: { path, why_stopped: facts.whyStopped, from: changed?.old ?? null },
        },
      ];
    },
  };
}

/** A status as a person reads it (NOT_YET_RECRUITING -> not yet recruiting); any other value as it stands: NIAID is a name. */
function spoken({ column }: Change, value: string | null): string {
  if (value === null) return "not stated";
  return column.endsWith("status") ? value.toLowerCase().replaceAll("_", " ") : value;
}

/** How many studies share a change that is told once. */
function inStudies({ detail }: Change): string {
  return Array.isArray(detail["studies"]) ? ` in ${detail["studies"].length} studies` : "";
}

export function fromChanges(kinds: readonly ChangeKind[]): (context: FlagContext) => FlagCause[] {
  return (context) =>
    changesOf(context, kinds).map((change) => ({
      table: table(context),
      column: change.column,
      value: change.new ?? "",
      message: `${change.column.replaceAll("_", " ")}: ${spoken(change, change.old)} -> ${spoken(change, change.new)}${inStudies(change)}`,
      evidence: { old: change.old, new: change.new, ...change.detail },
    }));
}

export function fromDrift(kind: Drift["kind"], say: (drift: Drift) => string): (context: FlagContext) => FlagCause[] {
  return (context) =>
    context.drift
      .filter((drift) => drift.kind === kind && drift.column !== "status")
      .map((drift) => ({
        table: drift.table,
        column: drift.column,
        value: drift.registry ?? "",
        message: say(drift),
        evidence: { curated: drift.curated, registry: drift.registry, basis: drift.basis, note: drift.note },
      }));
}

export function fromEvents(
  event: MemberEvent["event"][],
  say: (event: MemberEvent) => string,
): (context: FlagContext) => FlagCause[] {
  return (context) =>
    context.events
      .filter((one) => event.includes(one.event))
      .map((one) => ({
        table: table(context),
        column: "",
        value: `${one.event} ${String(one.detail["survivor"] ?? one.watchlist)}`,
        message: say(one),
        evidence: { watchlist: one.watchlist, ...one.detail },
      }));
}

/** A study that entered in this run and names another of the review: one that follows, extends or repeats it. */
export function related(context: FlagContext): FlagCause[] {
  if (!context.events.some(({ event }) => event === "entered" || event === "returned")) return [];
  return context.mentions.map(({ nctId, path, span }) => ({
    table: table(context),
    column: "*",
    value: nctId,
    message: `names ${nctId}, which the review tracks`,
    evidence: { path, span },
  }));
}

/** A member that no table prints, by what screening says of it: a state that ends when it is printed, screened otherwise or leaves. */
export function candidate(
  verdict: Screened["verdict"],
  say: (facts: Facts, reason: string) => string,
): Pick<FlagRule, "lasts" | "holds" | "causes"> {
  const isOne = ({ printed, present, screened, rejected }: FlagContext): boolean =>
    !printed && present && screened?.verdict === verdict && !rejected.some(({ column }) => column === "*");
  return {
    lasts: "state",
    holds: isOne,
    causes(context) {
      const { facts, screened, nctId } = context;
      if (!isOne(context) || facts === null || screened === null) return [];
      const curates = context.drift.some(({ column }) => column === "*");
      return [
        {
          table: table(context),
          column: "*",
          value: nctId,
          message: say(facts, screened.reason),
          evidence: { first_posted: facts.firstPosted, screening: screened.reason, words: screened.evidence },
          ...(curates ? {} : { severity: "low" as const }),
        },
      ];
    },
  };
}
