import { availableParallelism } from "node:os";
import { STAGED } from "../../db/store.ts";
import type { Reading, Said, Standing, Written } from "../reading.ts";
import { openThread, type Thread } from "../thread.ts";
import type { Batch, Source } from "./source.ts";

/**
 * Reads records in worker threads: parsing, validating, hashing, deriving, compressing and encoding, which is two thirds
 * of a load's work. What is posted is moved, not copied. This thread keeps the store, and reads on while others work.
 */

/** What is posted to a worker; `id` names the batch. Each `read` is followed by one `write`, which lets go of it. */
export type Asked =
  | { id: number; kind: "read"; bytes: Uint8Array<ArrayBuffer>; ends: number[] }
  | { id: number; kind: "write"; runId: number; standings: readonly Standing[] };

/** One a core of the smallest machine that the numbers are for; each costs about 50 MB. More were not tried. */
const MOST_WORKERS = 2;
/** Batches read ahead a worker: one in work while another is written. Two peaked 70 to 100 MB higher. */
const AHEAD = 1;
/** Smaller batches are read here: a worker takes 0.25 s of CPU to start. */
const WORTH_A_WORKER = 50;

/** Begins to read some texts in a thread, which holds them until they are written. */
function readIn(thread: Thread, id: number, texts: readonly Uint8Array[]): Reading {
  const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + length, 0));
  const ends: number[] = [];
  for (const text of texts) {
    const from = ends.at(-1) ?? 0;
    bytes.set(text, from);
    ends.push(from + text.length);
  }
  const ask = <T>(asked: Asked, moved?: ArrayBuffer[]): Promise<T> => thread.ask<T>(asked, moved);
  return {
    said: ask<Said[]>({ id, kind: "read", bytes, ends }, [bytes.buffer]),
    write: (runId, standings) => ask<Written>({ id, kind: "write", runId, standings }),
  };
}

const isUnread = ({ records, reading }: Batch): boolean =>
  reading === undefined && records.length >= WORTH_A_WORKER && records.every((one) => one instanceof Uint8Array);

/** Worker threads that serve any number of sources, one after another. */
export interface Readers {
  /** The same source, its unread texts being read in the workers a few batches ahead. */
  ahead(source: Source): Source;
  close(): Promise<void>;
}

/** Workers start with the first batch that is worth one; they keep the process alive until closed. */
export function openReaders(): Readers {
  const threads: Thread[] = [];
  const most = Math.min(MOST_WORKERS, availableParallelism());
  let turn = 0;

  function begin(batch: Batch): Batch {
    if (!isUnread(batch)) return batch;
    if (threads.length < most) threads.push(openThread(new URL("./read-worker.ts", import.meta.url), STAGED));
    const thread = threads[turn % threads.length];
    turn += 1;
    return thread === undefined ? batch : { ...batch, reading: readIn(thread, turn, batch.records as Uint8Array[]) };
  }

  async function* read(source: Source): AsyncGenerator<Batch> {
    const ahead: Batch[] = [];
    try {
      for await (const batch of source.batches()) {
        ahead.push(begin(batch));
        const next = ahead.length > AHEAD * most ? ahead.shift() : undefined;
        if (next !== undefined) yield next;
      }
      for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) yield next;
    } finally {
      // A consumer that left early will never ask for the rest: the workers let go of it.
      for (const { reading } of ahead) reading?.write(0, []).catch(() => {});
    }
  }

  return {
    ahead: (source) => ({ ...source, batches: () => read(source) }),
    close: async () => {
      await Promise.all(threads.splice(0).map((thread) => thread.close()));
    },
  };
}
