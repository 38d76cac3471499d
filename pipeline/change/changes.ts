import type { Change } from "../../db/model.ts";
import type { Facts } from "../normalize/facts.ts";
import type { Study } from "../registry/study.ts";
import { listed } from "./case.ts";
import { differingPaths, isUnder, moduleOf } from "./difference.ts";
import { CHANGES } from "./kinds.ts";

/** Moved by every re-save; alone they say only that somebody looked at the record. */
const UPDATE_DATES = [
  "protocolSection.statusModule.statusVerifiedDate",
  "protocolSection.statusModule.lastUpdateSubmitDate",
  "protocolSection.statusModule.lastUpdatePostDateStruct",
];

function other(column: string, paths: readonly string[], severity: Change["severity"]): Change {
  return { column, kind: "other", old: null, new: null, severity, cause: "submitted", detail: { paths } };
}

/** What no line of the table explained, as at most one change; dates of update count only where nothing else moved. */
function rest(unexplained: readonly string[], somethingElse: boolean): Change[] {
  const paths = unexplained.filter((path) => !isUnder(path, UPDATE_DATES)).toSorted();
  if (paths.length > 0) return [other([...new Set(paths.map(moduleOf))].join("; "), paths, "low")];
  if (somethingElse || unexplained.length === 0) return [];
  return [other("dates_of_update", unexplained.toSorted(), "info")];
}

/**
 * The registry before against after, by today's rules on both records (design rule 8). Equal cores give no change, unequal
 * ones at least one; at most one a column and kind. Pure; `derived_only` is the caller's, who compares the derived parts.
 */
export function changesBetween(before: Facts, after: Facts, beforeStudy: Study, afterStudy: Study): Change[] {
  const paths = differingPaths(beforeStudy, afterStudy);
  if (paths.length === 0) return [];
  const sides = [
    { facts: before, study: beforeStudy },
    { facts: after, study: afterStudy },
  ] as const;
  const changes: Change[] = [];
  let unexplained = paths;
  for (const { column, kind, covers, find, severity, cause } of CHANGES) {
    const found = paths.some((path) => isUnder(path, covers)) ? find(...sides) : null;
    if (found === null) continue;
    changes.push({ column, kind, ...found, severity, cause });
    unexplained = unexplained.filter((path) => !isUnder(path, covers));
  }
  return [...changes, ...rest(unexplained, changes.length > 0)];
}

function otherSentence({ column, detail }: Change): string {
  if (column === "dates_of_update") return "verified or saved again without another change";
  const paths = Array.isArray(detail["paths"]) ? detail["paths"].map((path) => String(path)) : [];
  const fields = paths.map((path) => path.replace(/^(?:protocolSection|derivedSection)\.\w+\./, ""));
  return `changed elsewhere, ${column}: ${listed(fields)}`;
}

/** One line for a person, after the title where one is given: "NCT…: completion slipped by 365 days: …". */
export function sentence(change: Change, title?: string): string {
  const line = CHANGES.find(({ kind, column }) => kind === change.kind && column === change.column);
  let said = line?.sentence(change);
  if (change.kind === "other") said = otherSentence(change);
  if (change.kind === "derived_only") said = "the registry assigned its subject headings anew";
  said ??= `${change.column} ${change.kind.replaceAll("_", " ")}: ${change.old ?? "not stated"} -> ${change.new ?? "not stated"}`;
  return (title === undefined ? said : `${title}: ${said}`).replace(/\s+/g, " ").trim();
}
