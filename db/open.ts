import type { CopyIn } from "./copy-in.ts";
import { openEmbedded } from "./embedded.ts";
import { openServer } from "./server.ts";
import type { Db } from "./sql.ts";

/** An open database: the handle, what it can do, and how the reviews of a run are kept to one process. */
export interface Database {
  db: Db;
  kind: "embedded" | "server";
  /** Where it is, without secrets. */
  place: string;
  /** Excludes other runs of the same names until released; throws `locked` (exit 4) naming the holder after the wait. */
  lock(names: readonly string[]): Promise<() => Promise<void>>;
  /** Throws when this process no longer holds what it opened: asked before each publication. */
  assertHeld(): Promise<void>;
  /** Writes encoded rows into their tables in one transaction of its own. */
  copy: CopyIn;
  /** PGlite never checkpoints by itself (560 MB of inserts left 609 MB of WAL); a no-op on a server. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** postgres://… or null for the embedded database in `dataDir`. */
  url: string | null;
  dataDir: string;
  lockWaitMs: number;
  onWait: (message: string) => void;
  /** Ends a wait for another process; the wait rejects with its reason. */
  signal?: AbortSignal;
}

/** Opens the database that the configuration names. Errors: `locked`, `database_unreachable`. Does not migrate. */
export function openDatabase(options: OpenOptions): Promise<Database> {
  return options.url === null ? openEmbedded(options) : openServer({ ...options, url: options.url });
}
