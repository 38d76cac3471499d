import type { Change, Outcome, WalkLedger } from "../db/model.ts";
import { type Head, pack } from "../db/store.ts";
import { contentId, serialize } from "./hash.ts";
import type { Study } from "./registry/study.ts";
import { validate } from "./registry/validate.ts";
import type { Source } from "./sources/source.ts";

/** What one attempt of a run brought in, and how a record gets into it: validated, or quarantined with path and reason. */

/** One distinct record of a run, with what it turned out to be. */
export interface Arrival {
  nctId: string;
  outcome: Exclude<Outcome, "quarantined">;
  versionId: string;
  coreHash: string;
  derivedHash: string;
  dataAt: string;
  head: Head | null;
  changes: Change[];
  posted: string | null;
  dateless: boolean;
  /** For derived_only: the record to put in place of the head's. */
  replaces: { raw: Uint8Array; record: Study } | null;
}

export interface Quarantined {
  nctId: string | null;
  source: string;
  path: string;
  reason: string;
  hash: string;
  raw: Uint8Array;
}

/** Everything that came in during one attempt. */
export interface Harvest {
  walks: WalkLedger[];
  /** What does not add up, in words. */
  problems: string[];
  arrivals: Map<string, Arrival>;
  quarantined: Map<string, Quarantined>;
  /** Ids by source name, quarantined ones included: a record that cannot be loaded has not left its query. */
  seen: Map<string, Set<string>>;
  unknown: Map<string, number>;
  /** Heads kept a second time under the data date that confirmed them, because older input goes between (hold-back.ts). */
  restated: { head: Head; versionId: string; dataAt: string }[];
  /** Heads that were read again by newer rules, members of a review or not (renew.ts). */
  renewed: number;
}

export function openHarvest(): Harvest {
  const maps = { arrivals: new Map(), quarantined: new Map(), seen: new Map(), unknown: new Map() };
  return { walks: [], problems: [], ...maps, restated: [], renewed: 0 };
}

export interface Valid {
  study: Study;
  nctId: string;
  dataAt: string;
  /** The record as text; `core` and `derived` are its hashes. */
  json: () => string;
  core: string;
  derived: string;
}

/** A refused record is named by its content without the daily stamp, so that the same bad record is the same tomorrow. */
export function refuse(
  harvest: Harvest,
  record: unknown,
  source: string,
  nctId: string | null,
  path: string,
  reason: string,
): void {
  const json = JSON.stringify(record) ?? "null";
  const hash = contentId(json.replace(/"versionHolder":"[^"]*"/, ""));
  harvest.quarantined.set(nctId ?? hash, { nctId, source, path, reason, hash, raw: pack(json) });
}

function count(harvest: Harvest, keys: readonly string[]): void {
  for (const key of keys) harvest.unknown.set(key, (harvest.unknown.get(key) ?? 0) + 1);
}

/** Validates one record, or puts it into quarantine with path and reason. */
export function admit(
  harvest: Harvest,
  source: Source,
  record: unknown,
  walkDataAt: string | null,
): { nctId: string | null; hash: string; valid: Valid | null } {
  const verdict = validate(record);
  if (!verdict.ok) {
    const [first] = verdict.issues;
    const reason = verdict.issues.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
    refuse(harvest, record, source.name, verdict.nctId, first?.path ?? "$", reason);
    return { nctId: verdict.nctId, hash: contentId(JSON.stringify(record) ?? "null"), valid: null };
  }
  const { study } = verdict;
  const { nctId } = study.protocolSection.identificationModule;
  count(harvest, verdict.unknown.keys);
  count(harvest, verdict.unknown.values);
  const dataAt = source.dataAt === undefined ? walkDataAt : source.dataAt(record);
  if (dataAt === null) {
    refuse(
      harvest,
      record,
      source.name,
      nctId,
      "$.derivedSection.miscInfoModule.versionHolder",
      "neither the record nor the file's name says its data date",
    );
    return { nctId, hash: "", valid: null };
  }
  return { nctId, hash: "", valid: { study, nctId, dataAt, ...serialize(study) } };
}
