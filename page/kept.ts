import { readMarker } from "../db/marker.ts";
import type { Db } from "../db/sql.ts";

/** What is read of a review, kept until a publication or an answer to a flag changes it: 1,500 studies are 20,000 cells to read. */

/** Reviews kept at once; the one not looked at for longest goes first. */
const MOST_KEPT = 4;

export type Read<T> = (db: Db, review: string) => Promise<T>;

/** Nothing kept may come from a moving view (db/marker.ts). */
export function kept<T>(read: Read<T>): Read<T> {
  const held = new Map<string, { marker: string; value: Promise<T> }>();
  return async (db, review) => {
    const marker = await readMarker(db);
    const known = held.get(review);
    const found = known?.marker === marker ? known : { marker, value: read(db, review) };
    // What could not be read is asked for again by the next visitor.
    found.value.catch(() => held.get(review) === found && held.delete(review));
    held.delete(review);
    held.set(review, found);
    for (const oldest of [...held.keys()].slice(0, -MOST_KEPT)) held.delete(oldest);
    return found.value;
  };
}
