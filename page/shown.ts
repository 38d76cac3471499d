import { readMarker } from "../db/marker.ts";
import type { Db } from "../db/sql.ts";
import { type Block, blocksOf, type TableInput } from "../pipeline/report/table-blocks.ts";

/** A review's tables as readers see them, kept until a publication changes them: 1,500 studies are 20,000 cells to read. */

export interface Shown {
  input: TableInput;
  blocks: readonly Block[];
}

/** Reads all tables of a review. Errors: `usage` where it has none. */
export type ReadTables = (db: Db, asked: { review: string }) => Promise<TableInput[]>;

/** Reviews kept at once; the one not looked at for longest goes first. */
const MOST_KEPT = 4;

export function keepShown(readTables: ReadTables): (db: Db, review: string) => Promise<readonly Shown[]> {
  const kept = new Map<string, { marker: string; shown: Promise<Shown[]> }>();

  async function read(db: Db, review: string): Promise<Shown[]> {
    const inputs = await readTables(db, { review });
    return inputs.map((input) => ({ input, blocks: blocksOf(input) }));
  }
  return async (db, review) => {
    const marker = await readMarker(db);
    const known = kept.get(review);
    const found = known?.marker === marker ? known : { marker, shown: read(db, review) };
    // What could not be read is asked for again by the next visitor.
    found.shown.catch(() => kept.get(review) === found && kept.delete(review));
    kept.delete(review);
    kept.set(review, found);
    for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
    return found.shown;
  };
}
