import { TrialdriftError } from "../db/errors.ts";
import { assertMigrated, migrate } from "../db/migrate.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { openRegistry, type Registry } from "../pipeline/registry/client.ts";
import { readReview, reviewIds } from "../pipeline/review/folder.ts";
import type { Review } from "../pipeline/review/review.ts";
import { type Config, readConfig } from "./config.ts";
import { type Logger, openLog } from "./log.ts";

/**
 * What a command works with. Whatever it opens and does not close itself is closed in reverse when the command ends, however it
 * ends. A signal ends waiting and requests under way with its reason.
 */
export interface Context {
  config: Config;
  log: Logger;
  /** Opens the database; a writer brings the schema up to date, a reader refuses an older one, `bare` looks at neither. */
  openDatabase(as: "writer" | "reader" | "bare", signal?: AbortSignal): Promise<Database>;
  openRegistry(signal?: AbortSignal): Registry;
  /** The reviews named, or all; throws `usage` naming the choices where one does not exist. */
  reviews(only: string | null): Review[];
  close(): Promise<void>;
}

export function openContext(environment: Record<string, string | undefined>): Context {
  const config = readConfig(environment);
  const log = openLog(config.logLevel);
  const releasers = new Set<() => Promise<void>>();
  /** Closed once: by who opened it, or at the end of the command. */
  function closing<T extends { close(): Promise<void> }>(opened: T): T {
    const close = async () => {
      if (releasers.delete(close)) await opened.close();
    };
    releasers.add(close);
    return { ...opened, close };
  }
  return {
    config,
    log,
    async openDatabase(as, signal) {
      const opened = await openDatabase({
        url: config.databaseUrl,
        dataDir: config.dataDir,
        lockWaitMs: config.lockWaitMs,
        onWait: (message) => log.warn(`waiting: ${message}`),
        ...(signal === undefined ? {} : { signal }),
      });
      const database = closing(opened);
      try {
        if (as === "writer") await migrate(database);
        if (as === "reader") await assertMigrated(database);
        return database;
      } catch (error) {
        await database.close();
        throw error;
      }
    },
    openRegistry(signal) {
      const registry = openRegistry({
        baseUrl: config.baseUrl,
        rate: config.rate,
        userAgent: config.userAgent,
        onRetry: (line) => log.warn(line),
        ...(signal === undefined ? {} : { signal }),
      });
      return closing(registry);
    },
    reviews(only) {
      const ids = reviewIds(config.reviewsDir);
      if (ids.length === 0)
        throw new TrialdriftError({
          code: "config",
          message: `there is no review folder in ${config.reviewsDir}`,
          state: "nothing was read or changed",
          next: "check TRIALDRIFT_REVIEWS, or make one with `trialdrift reviews init`",
        });
      if (only !== null && !ids.includes(only))
        throw new TrialdriftError({
          code: "usage",
          message: `there is no review ${only}`,
          state: "nothing was read or changed",
          next: `reviews in ${config.reviewsDir}: ${ids.join(", ") || "none"}`,
        });
      return (only === null ? ids : [only]).map((id) => readReview(config.reviewsDir, id, config.lexiconsDir));
    },
    async close() {
      for (const close of [...releasers].toReversed()) await close();
    },
  };
}
