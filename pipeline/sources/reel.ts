import type { Batch, Source } from "./source.ts";

/** A source that can only be read forwards, in pieces by number: several parts of a backfill share one reading of a file. */
export interface Reel {
  /** Records from..to (from 0, `to` exclusive). Going back reads from the start again; what is skipped is read past. */
  piece(from: number, to: number): Source;
  close(): Promise<void>;
}

export function openReel(source: Source): Reel {
  let batches: AsyncGenerator<Batch> | null = null;
  let at = 0;
  let rest: unknown[] = [];

  async function rewind(): Promise<void> {
    await batches?.return(undefined);
    batches = null;
    at = 0;
    rest = [];
  }

  /** Up to `most` records from where the reel stands; [] at the end. */
  async function next(most: number): Promise<unknown[]> {
    batches ??= source.batches();
    while (rest.length === 0) {
      const { value, done } = await batches.next();
      if (done === true) return [];
      rest = value.records;
    }
    const taken = rest.slice(0, most);
    rest = rest.slice(most);
    at += taken.length;
    return taken;
  }

  return {
    piece(from, to) {
      async function* read(): AsyncGenerator<Batch> {
        if (at > from) await rewind();
        while (at < from && (await next(from - at)).length > 0);
        while (at < to) {
          const records = await next(to - at);
          if (records.length === 0) return;
          yield { records, announced: source.announces === "archive" ? to - from : null };
        }
      }
      return { ...source, batches: read, fates: new Map() };
    },
    close: rewind,
  };
}
