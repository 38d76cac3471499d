import type { Basis, DriftKind } from "../../db/model.ts";
import { spoken } from "./list-columns.ts";
import type { ChangeRow } from "./rows.ts";

/** What a kind of drift says about a cell, for a reader who asks why it has this one (design 4.3). */
const DRIFT_MEANINGS: Record<DriftKind, string> = {
  unstated: "the table prints nothing here, so nothing is compared",
  same: "both sides state the same value",
  equivalent: "one fact in two notations, or in another field of the record",
  refined: "the registry's value lies inside the printed one",
  coarsened: "the printed value lies inside the registry's, which is less precise",
  registry_silent: "the record has no words for it, so the printed value stands",
  contradicts: "the record's words exclude the printed value",
  wording: "other words of the same meaning",
  overlap: "the two sides share some parts but not all",
  undecided: "no rule can place these texts",
  differed_when_printed: "the registry has not moved since the table was printed: the table said something else then",
  moved: "the registry had another value when the table was printed",
  study_gone: "the registry no longer shows the study under this number",
  new_since: "first posted after the table was made",
  omitted_at_publication: "already posted when the table was made, but not printed",
};

/** Codes may differ while the products are the same: then tissue or donor differ, in rows of their own. */
const AS_PRODUCTS = "as a set of products; tissue and donor are compared alone";

/** What a row compared, where that is less than the two texts that stand there. */
export function scopeWords(column: string): string | null {
  return column === "cell_source" ? AS_PRODUCTS : null;
}

export function driftMeaning(kind: DriftKind, basis: Basis | null): string {
  if (kind === "moved" && basis === "edited_since")
    return "the record was edited since the table was printed; when this cell changed is not known";
  return DRIFT_MEANINGS[kind];
}

/** The end of a path, which nearly always says which field is meant: maskingInfo.masking, primaryOutcomes[0].measure. */
export function shortPath(path: string): string {
  return path.split(".").slice(-2).join(".");
}

export function statusWords(status: string | null, lastKnown: string | null): string {
  const words = status === null ? "(no status)" : spoken(status);
  return lastKnown === null ? words : `${words} (last known ${spoken(lastKnown)})`;
}

/** When the registry posted a change; a calendar change has no update behind it. */
export function postedDate({ posted, cause, kind }: Pick<ChangeRow, "posted" | "cause" | "kind">): string {
  return posted ?? (cause === "calendar" && kind !== "derived_only" ? "by calendar" : "no new date");
}

/** "iv" / "bone marrow; adipose" / "routes: intravenous; join: and": a neutral value of any shape, empty parts left out. */
export function neutralWords(neutral: unknown): string | null {
  if (neutral === null || neutral === undefined) return null;
  if (Array.isArray(neutral)) return neutral.map((one) => neutralWords(one) ?? "null").join(", ") || null;
  if (typeof neutral !== "object") return String(neutral);
  const parts = Object.entries(neutral).flatMap(([key, value]) => {
    const words = neutralWords(value);
    if (words === null) return [];
    const nested = typeof value === "object" && !Array.isArray(value);
    return [`${key.replaceAll("_", " ")}: ${nested ? `(${words})` : words}`];
  });
  return parts.join("; ") || null;
}
