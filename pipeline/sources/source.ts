import type { WalkLedger } from "../../db/model.ts";
import type { NamedText } from "../hash.ts";
import type { Reading } from "../reading.ts";

/** Some raw records on their way in. `announced` is what the source says it will deliver in all, as soon as it says so. */
export interface Batch {
  /** A record that is a Uint8Array is its JSON text, unread. */
  records: unknown[];
  announced: number | null;
}

/** Begins to read records; `named` are the names of those that are texts, by place. */
export type ReadTexts = (records: readonly unknown[], named: readonly (NamedText | null)[]) => Reading;

/** What became of an id that no record came for (ctgov-api.md 5.1). `left`: it exists, but the query no longer finds it. */
export type Fate = { kind: "merged"; survivor: string } | { kind: "tombstone" } | { kind: "left" };

/**
 * Where raw records come from: every source is one async generator of batches, so that what follows does not know whether
 * a record came from a query, an id, a file or our own store.
 */
export interface Source {
  /** As the ledger names it. */
  name: string;
  announces: WalkLedger["announces"];
  batches(): AsyncGenerator<Batch>;
  /** Ids asked for that brought no record, once the batches are through; empty for other sources. */
  fates: Map<string, Fate>;
  /** Its records were refused before and lie in quarantine: refusing one again for the same reason is no new sighting. */
  seenBefore?: true;
  /** Where records that come as texts are read (readers.ts); absent: in this thread. */
  read?: ReadTexts;
  /** Dated versions of studies from the registry's history: many records a study, each a version of its own. */
  versions?: true;
  /**
   * Data date of a record that does not come from a walk over the live registry; null where it has none; absent: the walk's
   * own. `stamp` is the day that the record itself bears (versionHolder), for a source that has not read it.
   */
  dataAt?(record: unknown, stamp: string | null): string | null;
}
