import { TrialdriftError } from "../db/errors.ts";
import { assertMigrated, migrate } from "../db/migrate.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { holdPlaces, openBucket, takePlace } from "../db/pace.ts";
import { openRegistry, type Registry } from "../pipeline/registry/client.ts";
import { type Places, spacingOf } from "../pipeline/registry/pace.ts";
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
  /**
   * A client of the registry. On a server its pace is the database's, one for all processes; the nightly sync is `first`.
   * Open the database before: without it the process keeps the pace alone.
   */
  openRegistry(options?: { first?: boolean; signal?: AbortSignal }): Registry;
  /** The reviews named, or all; throws `usage` naming the choices where one does not exist. */
  reviews(only: string | null): Review[];
  close(): Promise<void>;
}

/** The places of this registry's host in the database: one bucket for syncs, backfills, look-ups and workers together. */
function placesOf({ db }: Database, { baseUrl, rate }: Config, first: boolean): Places {
  const { host } = new URL(baseUrl);
  let bucket: Promise<void> | null = null;
  return {
    async take() {
      bucket ??= openBucket(db, host);
      await bucket;
      return takePlace(db, { host, spacing: spacingOf(rate), first });
    },
    hold: (ms) => holdPlaces(db, host, ms),
  };
}

export function openContext(environment: Record<string, string | undefined>): Context {
  const config = readConfig(environment);
  const log = openLog(config.logLevel);
  const releasers: (() => Promise<void>)[] = [];
  let opened: Database | null = null;
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
      opened = database;
      releasers.push(async () => {
        if (opened === database) opened = null;
        await database.close();
      });
      if (as === "writer") await migrate(database);
      if (as === "reader") await assertMigrated(database);
      return database;
    },
    openRegistry({ first = false, signal } = {}) {
      const registry = openRegistry({
        baseUrl: config.baseUrl,
        rate: config.rate,
        ...(opened?.kind === "server" ? { places: placesOf(opened, config, first) } : {}),
        userAgent: config.userAgent,
        ...(signal === undefined ? {} : { signal }),
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
