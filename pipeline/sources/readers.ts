import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { STAGED } from "../../db/store.ts";
import type { Reading, Said, Standing, Written } from "../reading.ts";
import type { Batch, Source } from "./source.ts";

/**
 * Reads records in worker threads: parsing, validating, hashing, deriving, compressing and encoding, which is two thirds
 * of a load's work. What is posted is moved, not copied. This thread keeps the store, and reads on while others work.
 */

/** What is posted to a worker; `id` names the batch. Each `read` is followed by one `write`, which lets go of it. */
export type Asked =
  | { id: number; kind: "read"; bytes: Uint8Array<ArrayBuffer>; ends: number[] }
  | { id: number; kind: "write"; runId: number; standings: readonly Standing[] };
export type Answered = { id: number; said: Said[] } | { id: number; written: Written };

/** Two do all that two cores can; a third waited for the database (one backend writes about 8,000 records/s). */
const MOST_WORKERS = 2;
/** Batches read ahead a worker: one in work, one waiting. */
const AHEAD = 1;
/** A worker takes 0.2 s to start, in which 300 records are read here. */
const WORTH_A_WORKER = 50;

interface Awaited {
  resolve(value: never): void;
  reject(reason: unknown): void;
}

class Reader {
  readonly #worker = new Worker(new URL("./read-worker.ts", import.meta.url), {
    workerData: STAGED,
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  readonly #waiting = new Map<string, Awaited>();
  #failed: Error | null = null;
  #ids = 0;

  constructor() {
    this.#worker.on("message", (answer: Answered) => {
      if ("said" in answer) this.#settle(`said ${answer.id}`)?.resolve(answer.said as never);
      else this.#settle(`written ${answer.id}`)?.resolve(answer.written as never);
    });
    this.#worker.on("error", (error) => this.#fail(error as Error));
    this.#worker.on("exit", () => this.#fail(new Error("the worker thread that reads records ended")));
  }

  #settle(key: string): Awaited | undefined {
    const awaited = this.#waiting.get(key);
    this.#waiting.delete(key);
    return awaited;
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    for (const key of this.#waiting.keys()) this.#settle(key)?.reject(this.#failed);
  }

  #ask<T>(key: string, asked: Asked, moved: ArrayBuffer[]): Promise<T> {
    const answer = new Promise<T>((resolve, reject) => {
      if (this.#failed !== null) return reject(this.#failed);
      this.#waiting.set(key, { resolve: resolve as (value: never) => void, reject });
      this.#worker.postMessage(asked, moved);
    });
    // Heard by whoever awaits it; a consumer that left early does not.
    answer.catch(() => {});
    return answer;
  }

  read(texts: readonly Uint8Array[]): Reading {
    this.#ids += 1;
    const id = this.#ids;
    const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + length, 0));
    const ends: number[] = [];
    for (const text of texts) {
      const from = ends.at(-1) ?? 0;
      bytes.set(text, from);
      ends.push(from + text.length);
    }
    return {
      said: this.#ask(`said ${id}`, { id, kind: "read", bytes, ends }, [bytes.buffer]),
      write: (runId, standings) => this.#ask(`written ${id}`, { id, kind: "write", runId, standings }, []),
    };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
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
  const readers: Reader[] = [];
  const most = Math.min(MOST_WORKERS, availableParallelism());
  let turn = 0;

  function begin(batch: Batch): Batch {
    if (!isUnread(batch)) return batch;
    if (readers.length < most) readers.push(new Reader());
    const reader = readers[turn % readers.length];
    turn += 1;
    return reader === undefined ? batch : { ...batch, reading: reader.read(batch.records as Uint8Array[]) };
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
      await Promise.all(readers.splice(0).map((reader) => reader.close()));
    },
  };
}
