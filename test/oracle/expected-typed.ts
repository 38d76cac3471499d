/**
 * An independent second opinion on the typed columns: a raw record and a printed row in, a drift kind a column out, by
 * the order of design.md 4.3. It imports nothing of the project on purpose, so that it cannot share a mistake with it.
 */

type Json = { [key: string]: unknown };

/** The cells of a curated row that this script judges, as they stand in a table's file. */
export interface PrintedCells {
  country: string[];
  status: string | null;
  start_date: string;
  completion_date: string;
  phase: string[];
  enrollment: number;
  allocation: string;
  masking: string;
}

export interface Verdict {
  kind: string;
  registry: string | null;
}

function at(record: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((node, key) => (node as Json | undefined)?.[key], record);
}

function text(record: unknown, path: string): string | null {
  const value = at(record, `protocolSection.${path}`);
  return value === undefined ? null : String(value);
}

function list(record: unknown, path: string): unknown[] {
  const value = at(record, `protocolSection.${path}`);
  return Array.isArray(value) ? value : [];
}

/** Kind of a value that differs: an edit after the as-of date may have moved it, an older record never did. */
function differing(record: unknown, asOf: string): string {
  const updated = text(record, "statusModule.lastUpdatePostDateStruct.date");
  return updated !== null && updated <= asOf ? "differed_when_printed" : "moved";
}

function judge(same: boolean, record: unknown, asOf: string, registry: string | null): Verdict {
  if (registry === null) return { kind: "registry_silent", registry };
  return { kind: same ? "same" : differing(record, asOf), registry };
}

/** Statuses that a blank cell denies, since the review prints the word Completed where a trial was (design.md 4.3). */
const ENDED = ["COMPLETED", "TERMINATED", "WITHDRAWN", "SUSPENDED"];

function status(printed: string | null, record: unknown, asOf: string): Verdict {
  const now = text(record, "statusModule.overallStatus");
  const known = now === "UNKNOWN" ? text(record, "statusModule.lastKnownStatus") : now;
  if (printed === null && (known === null || !ENDED.includes(known))) return { kind: "unstated", registry: known };
  return judge(printed?.toUpperCase() === known, record, asOf, known);
}

function date(printed: string, record: unknown, path: string, asOf: string): Verdict {
  const registry = text(record, path);
  if (registry !== null && registry.length > printed.length && registry.startsWith(printed)) {
    return { kind: "refined", registry };
  }
  if (registry !== null && registry.length < printed.length && printed.startsWith(registry)) {
    return { kind: "coarsened", registry };
  }
  return judge(registry === printed, record, asOf, registry);
}

const PHASE_WORDS: Record<string, string> = {
  EARLY_PHASE1: "Early Phase 1",
  PHASE1: "Phase 1",
  PHASE2: "Phase 2",
  PHASE3: "Phase 3",
  PHASE4: "Phase 4",
};

function phase(printed: string[], record: unknown, asOf: string): Verdict {
  const codes = list(record, "designModule.phases").map(String);
  const registry = codes.length === 0 ? null : codes.join(", ");
  if (registry === "NA" && printed.join() === "Undisclosed") return { kind: "equivalent", registry };
  return judge(codes.map((code) => PHASE_WORDS[code]).join() === printed.join(), record, asOf, registry);
}

function enrollment(printed: number, record: unknown, asOf: string): Verdict {
  const count = text(record, "designModule.enrollmentInfo.count");
  return judge(count === String(printed), record, asOf, count === "99999999" ? null : count);
}

function allocation(printed: string, record: unknown, asOf: string): Verdict {
  const registry = text(record, "designModule.designInfo.allocation");
  const single = text(record, "designModule.designInfo.interventionModel") === "SINGLE_GROUP";
  if (registry === "NA" && single && printed === "non-randomized") return { kind: "equivalent", registry };
  const words = { RANDOMIZED: "randomized", NON_RANDOMIZED: "non-randomized" }[registry ?? ""];
  return judge(words === printed, record, asOf, registry);
}

function masking(printed: string, record: unknown, asOf: string): Verdict {
  const registry = text(record, "designModule.designInfo.maskingInfo.masking");
  const who = list(record, "designModule.designInfo.maskingInfo.whoMasked").map(String);
  const agrees =
    (printed === "open label" && registry === "NONE") ||
    (printed === "double blind" && ["DOUBLE", "TRIPLE", "QUADRUPLE"].includes(registry ?? "")) ||
    (printed === "single blind (subject)" && registry === "SINGLE" && who.join() === "PARTICIPANT");
  if (agrees) return { kind: "equivalent", registry };
  return judge(false, record, asOf, registry);
}

function country(printed: string[], record: unknown, asOf: string): Verdict {
  const sites = list(record, "contactsLocationsModule.locations").map((site) => (site as Json)["country"]);
  const found = [...new Set(sites.filter((name) => typeof name === "string"))];
  const registry = found.length === 0 ? null : found.join(", ");
  const wanted = printed.join(", ");
  if (registry === "United States" && wanted === "USA") return { kind: "equivalent", registry };
  if (registry === null) {
    const places = list(record, "contactsLocationsModule.overallOfficials").map((one) => (one as Json)["affiliation"]);
    const named = places.find((place) => typeof place === "string" && new RegExp(`\\b${wanted}$`).test(place));
    if (named !== undefined) return { kind: "equivalent", registry: String(named) };
  }
  return judge(registry === wanted, record, asOf, registry);
}

/** Kinds of the typed columns of one printed row. `asOf` is the day (yyyy-mm-dd) up to which the table may have known. */
export function typedKinds(cells: PrintedCells, record: unknown, asOf: string): Record<keyof PrintedCells, Verdict> {
  return {
    country: country(cells.country, record, asOf),
    status: status(cells.status, record, asOf),
    start_date: date(cells.start_date, record, "statusModule.startDateStruct.date", asOf),
    completion_date: date(cells.completion_date, record, "statusModule.completionDateStruct.date", asOf),
    phase: phase(cells.phase, record, asOf),
    enrollment: enrollment(cells.enrollment, record, asOf),
    allocation: allocation(cells.allocation, record, asOf),
    masking: masking(cells.masking, record, asOf),
  };
}
