import type { Change, Outcome, WalkLedger } from "../db/model.ts";
import { type Head, type KnownText, pack } from "../db/store.ts";
import { contentId } from "./hash.ts";
import { type Said, valueOf } from "./reading.ts";
import type { Study } from "./registry/study.ts";
import type { Source } from "./sources/source.ts";

/** What one attempt of a run brought in, and how a record gets into it: validated, or quarantined with path and reason. */

/** One distinct record of a run, with what it turned out to be. */
export interface Arrival {
  nctId: string;
  outcome: Exclude<Outcome, "quarantined">;
  versionId: string;
  coreHash: string;
  derivedHash: string;
  text: KnownText | null;
  dataAt: string;
  /** What `dataAt` is, where it is not the day on which the record was observed. */
  dated?: "submitted";
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
  /** By NCT id; the versions of a walk over history by version id. */
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

/** A record that a batch brought, sound and dated, with its place there. */
export interface Fresh {
  at: number;
  dataAt: string;
  said: Extract<Said, { ok: true }>;
}

/** Takes what one record says into the harvest: dated, or in quarantine with path and reason. `name` tells duplicates. */
export function admit(
  harvest: Harvest,
  source: Source,
  given: unknown,
  at: number,
  said: Said,
  walkDataAt: string | null,
): { nctId: string | null; name: string; fresh: Fresh | null } {
  if (!said.ok) {
    const [first] = said.issues;
    const reason = said.issues.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
    const record = valueOf(given);
    refuse(harvest, record, source.name, said.nctId, first?.path ?? "$", reason);
    return {
      nctId: said.nctId,
      name: said.nctId ?? contentId(JSON.stringify(record) ?? "null"),
      fresh: null,
    };
  }
  const { nctId } = said;
  count(harvest, said.unknown.keys);
  count(harvest, said.unknown.values);
  const dataAt = source.dataAt === undefined ? walkDataAt : source.dataAt(given, said.stamp);
  if (dataAt !== null) return { nctId, name: nctId, fresh: { at, dataAt, said } };
  refuse(
    harvest,
    valueOf(given),
    source.name,
    nctId,
    "$.derivedSection.miscInfoModule.versionHolder",
    "neither the record nor the file's name says its data date",
  );
  return { nctId, name: nctId, fresh: null };
}
