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

/**
 * What a command works with. Whatever it opens and does not close itself is closed in reverse when the command ends, however it
 * ends. A signal ends waiting and requests under way with its reason.
 */
export interface Context {
  config: Config;
  log: Logger;
  /** Opens the database; a writer brings the schema up to date, a reader refuses an older one, `bare` looks at neither. */
  openDatabase(as: "writer" | "reader" | "bare", signal?: AbortSignal): Promise<Database>;
  /**
   * A client of the registry. On a server its pace is the database's, one for all processes; the nightly sync is `first`.
   * Open the database before: without it the process keeps the pace alone.
   */
  openRegistry(options?: { first?: boolean; signal?: AbortSignal | undefined }): Registry;
  /** Ids of the review folders, whether they can be used or not; throws `config` where there is none. */
  reviewIds(): string[];
  /** The reviews named, or all; throws `usage` naming the choices where one does not exist. */
  reviews(only: string | null): Review[];
  /** All reviews whose folders can be used, and for each of the others the error that says what to mend. */
  soundReviews(): { sound: Review[]; unsound: { id: string; error: TrialdriftError }[] };
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
  let server: Database | null = null;
  const releasers = new Set<() => Promise<void>>();
  /** Closed once: by who opened it, or at the end of the command. */
  function closing<T extends { close(): Promise<void> }>(opened: T): T {
    const close = async () => {
      if (releasers.delete(close)) await opened.close();
    };
    releasers.add(close);
    return { ...opened, close };
  }
  const read = (id: string): Review => readReview(config.reviewsDir, id, config.lexiconsDir);
  function folders(): string[] {
    const ids = reviewIds(config.reviewsDir);
    if (ids.length > 0) return ids;
    throw new TrialdriftError({
      code: "config",
      message: `there is no review folder in ${config.reviewsDir}`,
      state: "nothing was read or changed",
      next: "check TRIALDRIFT_REVIEWS, or make one with `trialdrift reviews init`",
    });
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
      server = database.kind === "server" ? database : null;
      try {
        if (as === "writer") await migrate(database);
        if (as === "reader") await assertMigrated(database);
        return database;
      } catch (error) {
        await database.close();
        throw error;
      }
    },
    openRegistry({ first = false, signal } = {}) {
      const registry = openRegistry({
        baseUrl: config.baseUrl,
        rate: config.rate,
        ...(server === null ? {} : { places: placesOf(server, config, first) }),
        userAgent: config.userAgent,
        onRetry: (line) => log.warn(line),
        ...(signal === undefined ? {} : { signal }),
      });
      return closing(registry);
    },
    reviewIds: folders,
    reviews(only) {
      const ids = folders();
      if (only !== null && !ids.includes(only))
        throw new TrialdriftError({
          code: "usage",
          message: `there is no review ${only}`,
          state: "nothing was read or changed",
          next: `reviews in ${config.reviewsDir}: ${ids.join(", ")}`,
        });
      return (only === null ? ids : [only]).map(read);
    },
    soundReviews() {
      const unsound: { id: string; error: TrialdriftError }[] = [];
      const sound = folders().flatMap((id) => {
        try {
          return [read(id)];
        } catch (error) {
          if (!(error instanceof TrialdriftError) || error.code !== "review_invalid") throw error;
          unsound.push({ id, error });
          return [];
        }
      });
      return { sound, unsound };
    },
    async close() {
      for (const close of [...releasers].toReversed()) await close();
    },
  };
}
