import { jsonRows, jsonText } from "./json.ts";
import { clean } from "./text.ts";

/** A refused record as `quarantine show` prints it; `record` is the received JSON, a text where it was none. */
export interface RefusedRecord {
  quarantine_id: number;
  nct_id: string | null;
  source: string;
  path: string;
  reason: string;
  first_seen_at: string;
  last_seen_at: string;
  count: number;
  state: "held" | "recovered";
  record: unknown;
}

function textOf(one: RefusedRecord): string {
  const about: [string, string][] = [
    ["study", one.nct_id ?? "(no id could be read)"],
    ["state", one.state],
    ["from", one.source],
    ["path", one.path],
    ["reason", one.reason],
    ["seen", `${one.count}x, first ${one.first_seen_at}, last ${one.last_seen_at}`],
  ];
  const lines = about.map(([name, said]) => `  ${name.padEnd(8)}${clean(said)}`);
  return [`quarantine ${one.quarantine_id}`, ...lines, jsonText(one.record, 2), ""].join("\n");
}

/** Refused records whole: as text with what is known of each above it, or as one JSON array. */
export function refusedRecords(records: readonly RefusedRecord[], format: "text" | "json"): string {
  return format === "json" ? jsonRows(records) : records.map(textOf).join("\n");
}
