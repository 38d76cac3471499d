import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job, NewsTarget } from "../../db/model.ts";
import type { Database } from "../../db/open.ts";
import { openRegistry, type RegistryOptions } from "../../pipeline/registry/client.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { type RunReport, run } from "../../pipeline/run.ts";
import { fileSource } from "../../pipeline/sources/files.ts";
import { type Json, nct } from "./small-registry.ts";

/** A review folder of one watchlist over the small registry, and its runs. */

/** A printed row; cells as in a table's file (design 4.4). */
export interface Printed {
  n: number;
  cells: Json;
}

export interface ReviewSaid {
  cond?: string;
  pinned?: readonly number[];
  rows?: readonly Printed[];
  asOf?: string;
  version?: number;
}

export interface ReviewFolder {
  /** The directory of review folders, as TRIALDRIFT_REVIEWS names it. */
  directory: string;
  id: string;
  /** Writes the files anew. */
  write(said: ReviewSaid): void;
  read(): Review;
  remove(): void;
}

const LEXICONS = fileURLToPath(new URL("../../fixtures/lexicons", import.meta.url));

/** A review folder on disk with one watchlist and, where rows are given, one table. */
export function reviewFolder(id: string, said: ReviewSaid): ReviewFolder {
  const directory = mkdtempSync(join(tmpdir(), "trialdrift-reviews-"));
  mkdirSync(join(directory, id));
  const put = (file: string, content: unknown) => writeFileSync(join(directory, id, file), JSON.stringify(content));
  const folder: ReviewFolder = {
    directory,
    id,
    write({ cond, pinned = [], rows, asOf, version = 1 }) {
      const query = cond === undefined ? {} : { query: { cond } };
      const watchlist = { id: "list", ...query, pinned: pinned.map(nct) };
      const tables = rows === undefined ? {} : { tables: [{ table: 1, title: "A table", file: "table-1.json" }] };
      put("review.json", {
        id,
        title: `Review ${id}`,
        as_of: { from: asOf ?? "2020-01-01", to: null },
        lexicon: "msc",
        watchlists: [rows === undefined ? watchlist : { ...watchlist, table: 1 }],
        ...tables,
      });
      if (rows === undefined) return;
      put("table-1.json", {
        table: 1,
        title: "A table",
        version,
        status_convention: "completed_only",
        rows: rows.map(({ n, cells }) => ({ nct_id: nct(n), cells })),
      });
    },
    read: () => readReview(directory, id, LEXICONS),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
  folder.write(said);
  return folder;
}

/** One run over a played registry; `registry` null reads the store alone. */
export async function runOnce(
  database: Database,
  review: Review,
  played: { url: string } | null,
  more: {
    job?: Job;
    dryRun?: boolean;
    registry?: Partial<RegistryOptions>;
    now?: () => string;
    targets?: readonly NewsTarget[];
  } = {},
): Promise<RunReport> {
  const quick = { rate: 1000, userAgent: "", backoffScale: 0.001, ...more.registry };
  const registry = played === null ? null : openRegistry({ baseUrl: played.url, ...quick });
  try {
    return await run({
      database,
      job: more.job ?? (played === null ? "recompute" : "sync"),
      review: null,
      reviews: [review],
      registry,
      dryRun: more.dryRun ?? false,
      now: more.now ?? (() => new Date().toISOString()),
      targets: more.targets ?? [],
      onProgress: () => {},
    });
  } finally {
    await registry?.close();
  }
}

/** Loads records of one data date from a file, as another process would beside a sync: no review, no lock. */
export async function loadRecords(database: Database, date: string, records: readonly Json[]): Promise<RunReport> {
  const folder = mkdtempSync(join(tmpdir(), "trialdrift-load-"));
  const file = join(folder, `records-${date}.jsonl`);
  // The stamp in the record goes before the date in the file's name.
  const stamped = records.map((one) => ({
    ...one,
    derivedSection: { ...(one["derivedSection"] as Json), miscInfoModule: { versionHolder: date } },
  }));
  try {
    writeFileSync(file, stamped.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return await run({
      database,
      job: "backfill",
      review: null,
      reviews: [],
      registry: null,
      source: fileSource(file),
      now: () => new Date().toISOString(),
      onProgress: () => {},
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
