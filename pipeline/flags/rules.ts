import {
  candidate,
  changesOf,
  ends,
  type FlagRule,
  fromChanges,
  fromDrift,
  fromEvents,
  related,
  statusAnswered,
  statusDrift,
  statusState,
  table,
} from "./causes.ts";
import { overdue } from "./overdue.ts";
import { candidates, decided, published, retracted } from "./publications.ts";

/** TABLE OF FLAGS: what a person should look at, why, and what to do. One entry a kind; reconcile.ts knows no kind. */

export const FLAG_RULES: readonly FlagRule[] = [
  {
    kind: "stopped_early",
    severity: "high",
    ...statusState(["TERMINATED", "SUSPENDED"], (facts) => `stopped early: ${ends(facts)}`),
    advice: "Say so in the table, with the reason; look for what was published of the patients enrolled.",
    reason: "a reader would otherwise count it among the running or completed trials",
  },
  {
    kind: "withdrawn",
    severity: "high",
    ...statusState(["WITHDRAWN"], (facts) => `withdrawn before the first participant: ${ends(facts)}`),
    advice: "Take it out of counts of patients and trials, or mark it.",
    reason: "it never enrolled anybody",
  },
  {
    kind: "completed",
    severity: "medium",
    lasts: "state",
    holds: (context) => context.facts?.status === "COMPLETED" && !statusAnswered(context),
    causes(context) {
      if (context.facts?.status !== "COMPLETED" || statusAnswered(context)) return [];
      const differs = statusDrift(context);
      const changed = changesOf(context, ["completed"]);
      if (differs.length === 0 && changed.length === 0) return [];
      const end = context.facts.completion;
      const said = `completed${end === null ? "" : ` (${end.text}, ${end.type?.toLowerCase() ?? "type not stated"})`}`;
      return [
        {
          table: differs[0]?.table ?? table(context),
          column: "status",
          value: "COMPLETED",
          message: said,
          evidence: { printed: differs[0]?.curated ?? null },
        },
      ];
    },
    advice: "Print it as completed and look for its results.",
    reason: "needs a drift or a change: a trial printed as completed is no news",
  },
  {
    kind: "lapsed",
    severity: "medium",
    ...statusState(["UNKNOWN"], (facts) => {
      const end = facts.completion === null ? "no planned end stated" : `planned end ${facts.completion.text} passed`;
      return `status unknown (last known ${facts.lastKnownStatus?.toLowerCase().replaceAll("_", " ") ?? "not stated"}): ${end}, no update since ${facts.lastUpdatePosted ?? "an unknown date"}`;
    }),
    advice: "Ask the director, or search for publications; the registry itself no longer knows.",
    reason: "the registry sets UNKNOWN by the calendar two years after the last verification (ctgov-api.md 5.3)",
  },
  {
    kind: "reopened",
    severity: "high",
    lasts: "event",
    causes: fromChanges(["reopened"]),
    advice: "Check whether the trial runs again or the earlier status was a mistake.",
    reason: "a closed trial that opens again contradicts what the table says of its end",
  },
  {
    kind: "status_changed",
    severity: "medium",
    lasts: "event",
    causes: fromChanges(["status_changed", "resumed", "last_known_changed"]),
    advice: "Read the new status; the table need not change while the trial goes on.",
    reason: "backward transitions are ordinary, and each is news to a reviewer",
  },
  {
    kind: "results_posted",
    severity: "high",
    lasts: "event",
    causes: fromChanges(["results_posted"]),
    advice: "Read the posted results and rewrite the results sentence.",
    reason: "the review's conclusions rest on reported results",
  },
  {
    kind: "publication_candidate",
    severity: "medium",
    lasts: "event",
    causes: candidates,
    answered: decided,
    advice: "Read whether it reports this trial, then drift accept or reject with --column publications --value PMID.",
    reason: "a linked paper may be a protocol, a sub-study or another trial's: only a curator makes it published",
  },
  {
    kind: "published",
    severity: "medium",
    lasts: "event",
    causes: published,
    advice: "Write the results sentence of the next version from it, then resolve this flag.",
    reason: "fires when a table in force comes to hold the PMID: the printed results sentence is older than it",
  },
  {
    kind: "retracted",
    severity: "high",
    lasts: "event",
    causes: retracted,
    advice: "Check what the review rests on the retracted publication.",
    reason: "of confirmed publications only: the others were never counted as evidence",
  },
  {
    kind: "results_overdue",
    severity: "medium",
    lasts: "state",
    causes: overdue,
    advice: "Ask the director, or look for a publication; the registry shows no results.",
    reason: "by the data date, in every run: the day passes without any change of the record",
  },
  {
    kind: "cell_moved",
    severity: "medium",
    lasts: "state",
    causes: fromDrift(
      "moved",
      (drift) =>
        `${drift.column.replaceAll("_", " ")} moved: printed ${drift.curated ?? "nothing"}, registry ${drift.registry ?? "nothing"}`,
    ),
    advice: "Accept the registry's value for the next version, or keep the printed one with a note.",
    reason: "the registry changed since the table was printed; status has kinds of its own",
  },
  {
    kind: "contradicts",
    severity: "medium",
    lasts: "state",
    causes: fromDrift(
      "contradicts",
      (drift) =>
        `the record's words exclude the printed ${drift.column.replaceAll("_", " ")} (${drift.curated ?? "nothing"}): ${drift.registry ?? "nothing"}`,
    ),
    advice: "Read the record's words and the paper that the row rests on.",
    reason: "the printed value cannot be what the record describes",
  },
  {
    kind: "record_conflict",
    severity: "low",
    lasts: "state",
    causes: (context) =>
      context.conflicts.map(({ about, values, evidence }) => ({
        table: table(context),
        column: about,
        value: [...values].toSorted().join(" / "),
        message: `the record disagrees with itself about the ${about}: ${values.join(" and ")}`,
        evidence: { evidence },
      })),
    advice: "Decide which of the two passages describes the trial.",
    reason: "both readings stand in the record, each with its words",
  },
  {
    kind: "new_trial",
    severity: "medium",
    ...candidate("in", ({ title, status, firstPosted }) => {
      const posted = firstPosted === null ? "first posted on an unknown date" : `first posted ${firstPosted}`;
      return `not in the table: ${title} (${status.toLowerCase().replaceAll("_", " ")}, ${posted})`;
    }),
    advice: "Decide whether it belongs into the next version.",
    reason: "matches a watchlist, passes screening, and no curated table prints it; low where the review has no table",
  },
  {
    kind: "screening_uncertain",
    ...candidate("uncertain", ({ title }, reason) => `cannot be screened by rule: ${title} (${reason})`),
    severity: "low",
    advice: "Read the record and decide whether it belongs to the review; pin it if it does.",
    reason: "uncertain ones are asked about, never silently in or out",
  },
  {
    kind: "related_trial",
    severity: "low",
    lasts: "event",
    causes: related,
    advice: "See whether it follows, extends or repeats the other trial, so that no patient is counted twice.",
    reason: "asked once, when it enters: a number in a record seldom comes later",
  },
  {
    kind: "left_watchlist",
    severity: "medium",
    lasts: "state",
    holds: ({ present }) => !present,
    causes: fromEvents(["left", "tombstone"], (one) =>
      one.event === "left"
        ? `no longer found by the query of ${one.watchlist}`
        : "gone from the registry: its number is no longer known",
    ),
    advice: "See what changed in its conditions or interventions before you drop it.",
    reason: "evidence says which: the query no longer finds it, or the registry no longer has it",
  },
  {
    kind: "merged",
    severity: "high",
    lasts: "event",
    causes: fromEvents(["merged"], (one) => `merged by the registry into ${String(one.detail["survivor"])}`),
    advice: "Use the surviving number in the next version.",
    reason: "a retired number answers with another study's record (ctgov-api.md 5.1)",
  },
  {
    kind: "outcome_changed",
    severity: "medium",
    lasts: "event",
    causes(context) {
      const start = context.facts?.start?.from ?? null;
      const updated = context.facts?.lastUpdatePosted ?? null;
      const after = start !== null && updated !== null && updated > start;
      return after ? fromChanges(["outcome_added", "outcome_removed"])(context) : [];
    },
    advice: "Compare the primary outcomes; a change after the start may be outcome switching.",
    reason: "only after the start of the trial: before it, planning goes on",
  },
  {
    kind: "sponsor_changed",
    severity: "low",
    lasts: "event",
    causes: fromChanges(["sponsor_renamed"]),
    advice: "Check whether the trial moved to another sponsor or the sponsor changed its name.",
    reason: "a rename that several studies share in one run is one flag about the review (renames.ts)",
  },
];
