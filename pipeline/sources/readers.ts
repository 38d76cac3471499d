import { availableParallelism } from "node:os";
import { STAGED } from "../../db/store.ts";
import type { NamedText } from "../hash.ts";
import { type Reading, readHere, type Said, type Standing, type Written } from "../reading.ts";
import { openThread, type Thread } from "../thread.ts";
import type { ReadTexts, Source } from "./source.ts";

/**
 * Reads records in worker threads: parsing, validating, hashing, deriving, compressing and encoding, which is two thirds
 * of a load's work. What is posted is moved, not copied. This thread keeps the store, and reads on while others work.
 */

/** What is posted to a worker; `id` names the batch. Each `read` is followed by one `write`, which lets go of it. */
export type Asked =
  | { id: number; kind: "read"; bytes: Uint8Array<ArrayBuffer>; ends: number[]; named: readonly (NamedText | null)[] }
  | { id: number; kind: "write"; runId: number; standings: readonly Standing[] };

/** One a core of the smallest machine that the numbers are for; each costs about 50 MB. More were not tried. */
const MOST_WORKERS = 2;
/** Smaller batches are read here: a worker takes 0.25 s of CPU to start. */
const WORTH_A_WORKER = 50;

/** Begins to read some texts in a thread, which holds them until they are written. */
function readIn(
  thread: Thread,
  id: number,
  texts: readonly Uint8Array[],
  named: readonly (NamedText | null)[],
): Reading {
  const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + length, 0));
  const ends: number[] = [];
  for (const text of texts) {
    const from = ends.at(-1) ?? 0;
    bytes.set(text, from);
    ends.push(from + text.length);
  }
  const ask = <T>(asked: Asked, moved?: ArrayBuffer[]): Promise<T> => thread.ask<T>(asked, moved);
  return {
    said: ask<Said[]>({ id, kind: "read", bytes, ends, named }, [bytes.buffer]),
    write: (runId, standings) => ask<Written>({ id, kind: "write", runId, standings }),
  };
}

/** Worker threads that serve any number of sources, one after another. */
export interface Readers {
  /** The same source, its texts being read in the workers. */
  serve(source: Source): Source;
  close(): Promise<void>;
}

/** Workers start with the first records that are worth one; they keep the process alive until closed. */
export function openReaders(): Readers {
  const threads: Thread[] = [];
  const most = Math.min(MOST_WORKERS, availableParallelism());
  let turn = 0;

  const read: ReadTexts = (records, named) => {
    const texts = records.filter((one) => one instanceof Uint8Array);
    if (records.length < WORTH_A_WORKER || texts.length < records.length) return readHere(records, named, STAGED);
    if (threads.length < most) threads.push(openThread(new URL("./read-worker.ts", import.meta.url), STAGED));
    const thread = threads[turn % threads.length];
    turn += 1;
    return thread === undefined ? readHere(records, named, STAGED) : readIn(thread, turn, texts, named);
  };

  return {
    serve: (source) => ({ ...source, read }),
    close: async () => {
      await Promise.all(threads.splice(0).map((thread) => thread.close()));
    },
  };
}
