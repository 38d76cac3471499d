import type { Change, Outcome } from "../db/model.ts";
import { copyWriter, type Encoded } from "../db/copy.ts";
import { pack, unpack } from "../db/pack.ts";
import type { KnownText, StagedColumns, StagedRow, StagedVersion } from "../db/store.ts";
import { differingPaths } from "./change/difference.ts";
import { deriveStudy, FACTS_VERSION } from "./derive.ts";
import { hashServed, type NamedText, serialize, versionId } from "./hash.ts";
import { type Facts, factsOf } from "./normalize/facts.ts";
import type { Unknown } from "./registry/known-paths.ts";
import type { Study } from "./registry/study.ts";
import { type Issue, validate } from "./registry/validate.ts";
import { rowOf } from "./row.ts";

/**
 * What a batch of records says, in two steps so that the store can be asked in between: by itself (id, hashes, what is
 * wrong), then against what the store holds (outcome, changes, and what is to be written, encoded). Pure, so that it runs
 * in this thread or in a worker alike: everything that goes in or out can be posted.
 */

/** The way a source hands over a record: read already, or as its JSON text in bytes. */
export type Given = unknown;

/** What one record says by itself. */
export type Said =
  | { ok: false; nctId: string | null; issues: Issue[] }
  | {
      ok: true;
      nctId: string;
      core: string;
      derived: string;
      /** The text that it came as; null where it came as none, or where the text cannot speak for the record. */
      text: KnownText | null;
      /** versionHolder where it is a full date. */
      stamp: string | null;
      posted: string | null;
      unknown: Unknown;
    };

/** What the store holds of a record's study, and when this record is dated. */
export interface Standing {
  /** Place in the batch. */
  at: number;
  dataAt: string;
  head: { dataAt: string; coreHash: string; derivedHash: string } | null;
  /** The head's record, packed, where the hashes differ and this record is not older. */
  previous: Uint8Array | null;
}

/** What one record turned out to be against the store; `failure` where it cannot be read. */
export type Told =
  | { at: number; failure: string }
  | {
      at: number;
      failure: null;
      outcome: Exclude<Outcome, "quarantined">;
      versionId: string;
      changes: Change[];
      posted: string | null;
      dateless: boolean;
    };

/** The second step's answer: what each record is, and the rows of those that are written, in the order of `places`. */
export interface Written {
  told: Told[];
  places: number[];
  versions: Encoded;
  rows: Encoded;
}

/** A batch under way: said by itself, then written against the store. `write` is called once, also with nothing to write. */
export interface Reading {
  said: Promise<Said[]>;
  write(runId: number, standings: readonly Standing[]): Promise<Written>;
}

/**
 * What is kept of a record between the steps. Of a text not its value: a hundred parsed records at a time were most of what
 * the collector moved (load of 20,000: peak 397 to 437 MB instead of 458 to 469, 6 % less CPU), and only a changed one is
 * parsed again. So its facts are read at once, which is in vain where the store turns out to hold it.
 */
interface Held {
  given: Uint8Array | Study;
  nctId: string;
  posted: string | null;
  core: string;
  derived: string;
  /** Null where they are still to be read. */
  facts: Facts | null;
}

/** Facts of a record; null where its stack overflows, which the second step says of it. */
function factsNow(study: Study): Facts | null {
  try {
    return factsOf(study);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A record as a value. A text that is not JSON stays text: validation refuses it and quarantine keeps it whole. */
export function valueOf(given: Given): unknown {
  if (!(given instanceof Uint8Array)) return given;
  const text = Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The date that a record bears itself (design rule 8). */
function stampOf(study: Study): string | null {
  const holder = study.derivedSection?.miscInfoModule?.versionHolder;
  return holder !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(holder) ? holder : null;
}

/** What lets this text go unread the next time; null where it does not show the id and the day that the record says. */
function knownText(
  named: NamedText | null | undefined,
  nctId: string,
  stamp: string | null,
  unknown: Unknown,
): KnownText | null {
  return named?.nctId === nctId && named.stamp === stamp ? { name: named.name, ...unknown } : null;
}

/**
 * First step: what each record says by itself, and what is held of it for the second. `named` are the texts' names, by place;
 * null or absent for what came as a value.
 */
export function readBatch(
  given: readonly Given[],
  named: readonly (NamedText | null)[],
): { said: Said[]; held: (Held | null)[] } {
  const held: (Held | null)[] = [];
  const said = given.map((one, at): Said => {
    const verdict = validate(valueOf(one));
    if (!verdict.ok) {
      held.push(null);
      return verdict;
    }
    const { study, unknown } = verdict;
    const text = one instanceof Uint8Array ? one : null;
    const { core, derived } = text === null ? serialize(study) : hashServed(text, study);
    const posted = study.protocolSection.statusModule.lastUpdatePostDateStruct?.date ?? null;
    const { nctId } = study.protocolSection.identificationModule;
    const facts = text === null ? null : factsNow(study);
    held.push({ given: text ?? study, nctId, posted, core, derived, facts });
    const stamp = stampOf(study);
    return {
      ok: true,
      nctId,
      core,
      derived,
      text: knownText(named[at], nctId, stamp, unknown),
      stamp,
      posted,
      unknown,
    };
  });
  return { said, held };
}

/** What a record is to the store: by hashes where they tell, by values where only hashes differ (keys in another order). */
export function classify(
  record: { dataAt: string; core: string; derived: string },
  head: Standing["head"],
  differs: () => boolean,
): Exclude<Outcome, "quarantined"> {
  if (head === null) return "new";
  if (record.dataAt < head.dataAt) return "older";
  if (record.core !== head.coreHash && differs()) return "changed";
  return record.derived === head.derivedHash ? "unchanged" : "derived_only";
}

/** Second step: each record against the store, and the rows of those that make a version. */
export function writeBatch(
  held: readonly (Held | null)[],
  columns: StagedColumns,
  runId: number,
  standings: readonly Standing[],
): Written {
  const to = copyWriter<StagedVersion>(columns.versions);
  const toRows = copyWriter<StagedRow>(columns.rows);
  const told: Told[] = [];
  const places: number[] = [];
  for (const { at, dataAt, head, previous } of standings) {
    const one = held[at];
    if (one === null || one === undefined) continue;
    const { given, nctId, posted, core, derived } = one;
    const study = (): Study => valueOf(given) as Study;
    try {
      const before = previous === null ? null : (unpack(previous) as Study);
      const outcome = classify(
        { dataAt, core, derived },
        head,
        () => before === null || differingPaths(before, study()).length > 0,
      );
      const id = versionId(nctId, core, dataAt);
      const earlier = before?.protocolSection.statusModule.lastUpdatePostDateStruct?.date ?? null;
      const dateless = outcome === "changed" && posted === earlier;
      if (outcome === "unchanged" || outcome === "derived_only") {
        told.push({ at, failure: null, outcome, versionId: id, changes: [], posted, dateless });
        continue;
      }
      const { facts, changes } =
        outcome === "changed" || one.facts === null
          ? deriveStudy(study(), outcome === "changed" ? before : null)
          : { facts: one.facts, changes: [] };
      const raw = pack(given instanceof Uint8Array ? given : JSON.stringify(given));
      const { lastUpdatePosted } = facts;
      toRows.add(rowOf(facts, id, FACTS_VERSION));
      to.add({
        versionId: id,
        nctId,
        coreHash: core,
        derivedHash: derived,
        dataAt,
        raw,
        lastUpdatePosted,
        runId,
      });
      places.push(at);
      told.push({ at, failure: null, outcome, versionId: id, changes, posted: lastUpdatePosted ?? posted, dateless });
    } catch (error) {
      // A stack that overflows is the record's fault, and so is a value that has no binary form.
      if (!(error instanceof RangeError)) throw error;
      told.push({ at, failure: error.message });
    }
  }
  return { told, places, versions: to.end(), rows: toRows.end() };
}

/** Reads a batch in this thread. */
export function readHere(
  given: readonly Given[],
  named: readonly (NamedText | null)[],
  columns: StagedColumns,
): Reading {
  const { said, held } = readBatch(given, named);
  return {
    said: Promise.resolve(said),
    write: (runId, standings) => Promise.resolve(writeBatch(held, columns, runId, standings)),
  };
}
