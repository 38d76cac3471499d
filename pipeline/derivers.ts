import { availableParallelism } from "node:os";
import type { Db } from "../db/sql.ts";
import { unpackText } from "../db/pack.ts";
import { readPacked } from "../db/store.ts";
import { derivePosted, type Posted } from "./derivation.ts";
import type { Derived } from "./derive.ts";
import type { Review } from "./review/review.ts";
import { openThread, type Thread } from "./thread.ts";

/** Derives a review's members from the store, in order: a few in this thread, many in worker threads. */

/** A member to derive: its version and that of the table's as-of date, where they are held. */
export interface ToDerive {
  nctId: string;
  versionId: string | null;
  asOfId: string | null;
  gone: string | null;
  tables: readonly number[];
}

/** A member derived; `json` is its record as it is stored. */
export interface MemberDerived {
  nctId: string;
  versionId: string | null;
  derived: Derived;
  json: () => string | null;
}

/** Derived together: bounds how many whole records are in memory (100 of 20 KB). */
const BATCH = 100;
/** A guess, not measured: a worker must start (0.25 s of CPU) and warm up before it gains anything. */
const WORTH_A_WORKER = 400;
const MOST_WORKERS = 2;
/**
 * Far more than any member needs; that there is a limit makes the engine collect earlier: 1,453 members peaked at 442 to 468 MB
 * instead of 543 to 560, for a tenth more CPU (three rounds each, interleaved).
 */
const MOST_MB = 1024;

/**
 * The members in the order given, batch by batch, a few batches ahead of the reader. Extraction is most of a review's
 * work, and needs nothing but the record and the review.
 */
export async function* deriveMembers(
  db: Db,
  review: Review,
  wanted: readonly ToDerive[],
): AsyncGenerator<MemberDerived[]> {
  const threads: Thread[] = [];
  if (wanted.length >= WORTH_A_WORKER)
    for (let count = Math.min(MOST_WORKERS, availableParallelism()); count > 0; count -= 1)
      threads.push(openThread(new URL("./derive-worker.ts", import.meta.url), review, MOST_MB));

  async function begin(batch: readonly ToDerive[], turn: number): Promise<MemberDerived[]> {
    const ids = new Set(batch.flatMap(({ versionId, asOfId }) => [versionId ?? [], asOfId ?? []].flat()));
    const packed = await readPacked(db, [...ids]);
    const posted = batch.map(
      ({ nctId, versionId, asOfId, gone, tables }): Posted => ({
        nctId,
        study: packed.get(versionId ?? "") ?? null,
        asOf: packed.get(asOfId ?? "") ?? null,
        gone,
        tables,
      }),
    );
    const thread = threads[turn % threads.length];
    const derived = thread === undefined ? derivePosted(review, posted) : await thread.ask<Derived[]>(posted);
    return batch.flatMap(({ nctId, versionId }, at) => {
      const [one, study] = [derived[at], posted[at]?.study ?? null];
      return one === undefined
        ? []
        : [{ nctId, versionId, derived: one, json: () => (study === null ? null : unpackText(study)) }];
    });
  }

  try {
    const underWay: Promise<MemberDerived[]>[] = [];
    for (let from = 0; from < wanted.length; from += BATCH) {
      const begun = begin(wanted.slice(from, from + BATCH), from / BATCH);
      begun.catch(() => {}); // heard below, or not at all when the consumer has left
      underWay.push(begun);
      const first = underWay.length > 2 * threads.length ? underWay.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (const begun of underWay) yield await begun;
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}
