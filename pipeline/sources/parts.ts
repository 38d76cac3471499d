import type { Batch, Source } from "./source.ts";

/** Records a part: a part is its own run, so this bounds what one publication moves and what a crash loses. */
const LARGEST_PART = 1000;

/**
 * Cuts a stream of batches into sources of at most 1,000 records, in order, reading no further than the part in work. The
 * parts share one read: each must be walked to its end before the next is asked for.
 */
export async function* inParts(source: Source): AsyncGenerator<Source> {
  const batches = source.batches();
  let held: Batch | null = null;
  const next = async (): Promise<Batch | null> => {
    const { value, done } = await batches.next();
    return done === true ? null : value;
  };
  held = await next();
  for (let part = 1; held !== null; part += 1) {
    yield {
      name: `${source.name} part ${part}`,
      announces: "lines",
      fates: new Map(),
      ...(source.dataAt === undefined ? {} : { dataAt: source.dataAt }),
      async *batches() {
        for (let taken = 0; held !== null && taken + held.records.length <= LARGEST_PART; held = await next()) {
          taken += held.records.length;
          yield { ...held, announced: null };
        }
      },
    };
  }
}
