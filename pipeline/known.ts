import type { Db } from "../db/sql.ts";
import { type Head, readHeads } from "../db/store.ts";
import { type NamedText, nameText } from "./hash.ts";
import { DESCRIPTION } from "./registry/known-paths.ts";
import type { Reading, Said } from "./reading.ts";
import type { Batch, ReadTexts, Source } from "./sources/source.ts";

/**
 * Which texts of a batch need no reading: those that the store's heads came as. A repeated load knows its records by their
 * bytes, without parsing them: 81 us of CPU a record where reading them took 501.
 */

/** A text that a head came as, confirmed on a later day or the same: it says what the head says. */
export interface Known {
  head: Head;
  said: Said & { ok: true };
}

/** A batch under way: each record is known, or is being read at the next place of `rest`. */
export interface Begun {
  batch: Batch;
  known: readonly (Known | null)[];
  rest: readonly unknown[];
  reading: Reading;
  /** Heads looked up for it already; null: there is none. */
  heads: Map<string, Head | null>;
}

function knownBy(
  named: NamedText | null,
  head: Head | null | undefined,
  dataAt: string | null | undefined,
): Known | null {
  const text = head?.known_text ?? null;
  if (named === null || head == null || text === null || text.name !== named.name) return null;
  // Older input is placed by what it says (older.ts), and what has no data date is refused: both are read.
  if (dataAt == null || dataAt < head.data_at) return null;
  const { nctId, stamp } = named;
  const { core_hash: core, derived_hash: derived } = head;
  return { head, said: { ok: true, nctId, core, derived, text, stamp, posted: null, unknown: text } };
}

/** Asks the store for the texts of a batch by name, and begins to read the others. */
export async function beginBatch(
  db: Db,
  source: Source,
  batch: Batch,
  walkDataAt: string | null,
  read: ReadTexts,
): Promise<Begun> {
  const { records } = batch;
  const named = records.map((one) => (one instanceof Uint8Array ? nameText(one, DESCRIPTION) : null));
  const ids = [...new Set(named.flatMap((one) => one?.nctId ?? []))];
  const heads = new Map<string, Head | null>(ids.map((id) => [id, null]));
  for (const head of await readHeads(db, ids)) heads.set(head.nct_id, head);
  const known = records.map((record, at) => {
    const one = named[at] ?? null;
    const dataAt = source.dataAt === undefined ? walkDataAt : source.dataAt(record, one?.stamp ?? null);
    return knownBy(one, heads.get(one?.nctId ?? ""), dataAt);
  });
  const isUnknown = (_: unknown, at: number): boolean => known[at] === null;
  const rest = records.filter(isUnknown);
  return { batch, known, rest, reading: read(rest, named.filter(isUnknown)), heads };
}

/** Batches begun before they are asked for, one a worker (readers.ts). Twice as many peaked 70 to 100 MB higher. */
const AHEAD = 2;

/** The batches of a source in order, some begun ahead. A consumer that leaves early lets go of those. */
export async function* beginAhead(source: Source, begin: (batch: Batch) => Promise<Begun>): AsyncGenerator<Begun> {
  const ahead: Promise<Begun>[] = [];
  try {
    for await (const batch of source.batches()) {
      const begun = begin(batch);
      begun.catch(() => {}); // heard when its turn comes, or not at all when the consumer has left
      ahead.push(begun);
      const next = ahead.length > AHEAD ? ahead.shift() : undefined;
      if (next !== undefined) yield await next;
    }
    for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) yield await next;
  } finally {
    for (const begun of ahead) begun.then(({ reading }) => reading.write(0, [])).catch(() => {});
  }
}
