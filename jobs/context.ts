import { TrialdriftError } from "../db/errors.ts";
import { assertMigrated, migrate } from "../db/migrate.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { openRegistry, type Registry } from "../pipeline/registry/client.ts";
import { readReview, reviewIds } from "../pipeline/review/folder.ts";
import type { Review } from "../pipeline/review/review.ts";
import { type Config, readConfig } from "./config.ts";
import { type Logger, openLog } from "./log.ts";

/** What a command works with. Whatever it opens is closed in reverse when the command ends, however it ends. */
export interface Context {
  config: Config;
  log: Logger;
  /** Opens the database; a writer brings the schema up to date, a reader refuses an older one, `bare` looks at neither. */
  openDatabase(as: "writer" | "reader" | "bare"): Promise<Database>;
  openRegistry(): Registry;
  /** The reviews named, or all; throws `usage` naming the choices where one does not exist. */
  reviews(only: string | null): Review[];
  close(): Promise<void>;
}

export function openContext(environment: Record<string, string | undefined>): Context {
  const config = readConfig(environment);
  const log = openLog(config.logLevel);
  const releasers: (() => Promise<void>)[] = [];
  return {
    config,
    log,
    async openDatabase(as) {
      const database = await openDatabase({
        url: config.databaseUrl,
        dataDir: config.dataDir,
        lockWaitMs: config.lockWaitMs,
        onWait: (message) => log.warn(`waiting: ${message}`),
      });
      releasers.push(() => database.close());
      if (as === "writer") await migrate(database);
      if (as === "reader") await assertMigrated(database);
      return database;
    },
    openRegistry() {
      const registry = openRegistry({
        baseUrl: config.baseUrl,
        rate: config.rate,
        userAgent: config.userAgent,
        onRetry: (line) => log.warn(line),
      });
      releasers.push(() => registry.close());
      return registry;
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
      for (const release of releasers.toReversed()) await release();
    },
  };
}
