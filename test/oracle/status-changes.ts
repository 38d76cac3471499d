import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * Which studies have another status in a later file than in an earlier one, read from the raw lines alone. Imports nothing
 * of the project, so that it cannot share a mistake with it. A study that only one file has did not change.
 */
export interface StatusChange {
  nctId: string;
  from: string;
  to: string;
  /** Last known status, where the status is UNKNOWN. */
  fromLastKnown: string | null;
  toLastKnown: string | null;
  /** Did lastUpdatePostDate stay where it was? */
  dateless: boolean;
}

interface Line {
  protocolSection: {
    identificationModule: { nctId: string };
    statusModule: {
      overallStatus: string;
      lastKnownStatus?: string;
      lastUpdatePostDateStruct?: { date?: string };
    };
  };
}

/** The records of a .jsonl or .jsonl.gz file by study; a later line replaces an earlier one. */
export function recordsOf(file: string): Map<string, unknown> {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return new Map(
    lines.map((line) => {
      const record = JSON.parse(line) as Line;
      return [record.protocolSection.identificationModule.nctId, record];
    }),
  );
}

export function statusChanges(earlier: string, later: string, ids: Iterable<string>): StatusChange[] {
  const [before, after] = [recordsOf(earlier), recordsOf(later)] as [Map<string, Line>, Map<string, Line>];
  const found: StatusChange[] = [];
  for (const nctId of new Set(ids)) {
    const [old, now] = [before.get(nctId), after.get(nctId)].map((record) => record?.protocolSection.statusModule);
    if (old === undefined || now === undefined) continue;
    const known = (status: NonNullable<typeof old>) =>
      status.overallStatus === "UNKNOWN" ? (status.lastKnownStatus ?? null) : null;
    if (old.overallStatus === now.overallStatus && known(old) === known(now)) continue;
    found.push({
      nctId,
      from: old.overallStatus,
      to: now.overallStatus,
      fromLastKnown: known(old),
      toLastKnown: known(now),
      dateless: old.lastUpdatePostDateStruct?.date === now.lastUpdatePostDateStruct?.date,
    });
  }
  return found.sort((a, b) => (a.nctId < b.nctId ? -1 : 1));
}
