import type { Database } from "../db/open.ts";

/**
 * One opened database for all who need it at the moment. Embedded: it is opened for the first and closed after the last, so that
 * other commands get their turn in between; a server's stays open, its pool connects again by itself.
 */
export interface SharedDatabase {
  use<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Like `use`, for a stretch that begins in one call and ends in another. */
  take(): Promise<Database>;
  give(): Promise<void>;
}

export function shareDatabase(open: () => Promise<Database>, isKept: boolean): SharedDatabase {
  let users = 0;
  let opened: Promise<Database> | null = null;
  // One opening or closing after the other: the directory's lock would make the second wait for the first anyway.
  let closing: Promise<void> = Promise.resolve();

  async function take(): Promise<Database> {
    users += 1;
    opened ??= closing.then(open);
    try {
      return await opened;
    } catch (error) {
      users -= 1;
      opened = null;
      throw error;
    }
  }
  async function give(): Promise<void> {
    users -= 1;
    if (users > 0 || isKept || opened === null) return;
    const last = opened;
    opened = null;
    closing = last.then((database) => database.close());
    await closing;
  }
  return {
    take,
    give,
    async use(work) {
      const database = await take();
      try {
        return await work(database);
      } finally {
        await give();
      }
    },
  };
}
