import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Replay, startReplay } from "../../fixtures/replay/server.ts";
import type { Job } from "../../db/model.ts";
import type { Database } from "../../db/open.ts";
import { openRegistry } from "../../pipeline/registry/client.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import type { Review } from "../../pipeline/review/review.ts";
import { type RunReport, run } from "../../pipeline/run.ts";
import { fileSource } from "../../pipeline/sources/files.ts";
import type { Fault } from "./registry-faults.ts";

/** A registry of a few hand-made trials and a review of them, small enough to count by hand. */

export type Json = Record<string, unknown>;

export const nct = (n: number): string => `NCT${String(n).padStart(8, "0")}`;

/** What a test says of a trial; the rest is always the same. */
export interface Said {
  condition?: string;
  status?: string;
  lastKnown?: string;
  why?: string;
  start?: string;
  completion?: string;
  posted?: string;
  count?: number;
  title?: string;
  summary?: string;
  aliases?: string[];
  heading?: string;
  stamp?: string;
}

export function trial(n: number, said: Said = {}): Json {
  const heading = { ancestors: [], meshes: [{ id: "D008180", term: said.heading ?? said.condition ?? "Lupus" }] };
  return {
    protocolSection: {
      identificationModule: {
        nctId: nct(n),
        ...(said.aliases === undefined ? {} : { nctIdAliases: said.aliases }),
        briefTitle: said.title ?? `Cells in trial ${n}`,
        organization: { fullName: "Hospital of the North", class: "OTHER" },
      },
      statusModule: {
        statusVerifiedDate: "2021-02",
        overallStatus: said.status ?? "RECRUITING",
        ...(said.lastKnown === undefined ? {} : { lastKnownStatus: said.lastKnown }),
        ...(said.why === undefined ? {} : { whyStopped: said.why }),
        startDateStruct: { date: said.start ?? "2019-03" },
        completionDateStruct: { date: said.completion ?? "2023-06", type: "ESTIMATED" },
        studyFirstPostDateStruct: { date: "2019-01-10", type: "ACTUAL" },
        lastUpdatePostDateStruct: { date: said.posted ?? "2021-03-01", type: "ACTUAL" },
      },
      sponsorCollaboratorsModule: { leadSponsor: { name: "University of Turku", class: "OTHER" } },
      descriptionModule: { briefSummary: said.summary ?? "Mesenchymal stem cells are infused intravenously." },
      conditionsModule: { conditions: [said.condition ?? "Lupus"] },
      designModule: {
        studyType: "INTERVENTIONAL",
        phases: ["PHASE1"],
        designInfo: {
          allocation: "RANDOMIZED",
          interventionModel: "PARALLEL",
          maskingInfo: { masking: "NONE" },
        },
        enrollmentInfo: { count: said.count ?? 20, type: "ESTIMATED" },
      },
      armsInterventionsModule: { interventions: [{ type: "BIOLOGICAL", name: "Mesenchymal stem cells" }] },
      contactsLocationsModule: { locations: [{ facility: "Clinic", city: "Turku", country: "Finland" }] },
    },
    derivedSection: {
      miscInfoModule: { versionHolder: said.stamp ?? "2022-01-21" },
      conditionBrowseModule: heading,
    },
    hasResults: false,
  };
}

/** What the registry holds from a day on: records added or replaced, ids that are gone. */
export interface Day {
  date: string;
  records: readonly unknown[];
  gone?: readonly string[];
}

export interface Played {
  url: string;
  /** Serves the state after so many days from now on. */
  show(day: number): Promise<void>;
  /** The fault in force; null: none. */
  fault: Fault | null;
  /** Paths and queries asked for since the last look. */
  asked(): string[];
  close(): Promise<void>;
}

function writeDays(folder: string, days: readonly Day[]): string {
  const place = join(folder, "days");
  mkdirSync(place);
  const names = days.map(({ date }, at) => `${String(at).padStart(2, "0")}-${date}.jsonl`);
  days.forEach(({ records }, at) =>
    writeFileSync(join(place, names[at] ?? ""), records.map((one) => `${JSON.stringify(one)}\n`).join("")),
  );
  const index = days.map(({ gone = [] }, at) => ({ file: names[at], gone }));
  writeFileSync(join(place, "index.json"), JSON.stringify(index));
  return place;
}

/** Plays the days over HTTP, beginning with the first. A fault sees each request and the answer it would have got. */
export async function playRegistry(...days: Day[]): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), "trialdrift-registry-"));
  const paths = [writeDays(folder, days)];
  const inner = await startReplay({ paths, step: 1 });
  let asked: string[] = [];
  const outer: Replay = await startReplay({
    paths,
    step: 1,
    async onRequest(request, response) {
      const path = request.url.pathname.replace("/api/v2", "") + request.url.search;
      asked.push(path);
      if (played.fault === null) return false;
      const pristine = async (): Promise<Json> => (await fetch(inner.url + path)).json() as Promise<Json>;
      return played.fault({ ...request, pristine }, response);
    },
  });
  const played: Played = {
    url: outer.url,
    fault: null,
    async show(day) {
      await Promise.all([inner.setStep(day), outer.setStep(day)]);
    },
    asked() {
      const seen = asked;
      asked = [];
      return seen;
    },
    async close() {
      await Promise.all([inner.close(), outer.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return played;
}

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
  played: Played | null,
  more: { job?: Job; dryRun?: boolean } = {},
): Promise<RunReport> {
  const registry =
    played === null ? null : openRegistry({ baseUrl: played.url, rate: 1000, userAgent: "", backoffScale: 0.001 });
  try {
    return await run({
      database,
      job: more.job ?? (played === null ? "recompute" : "sync"),
      review: null,
      reviews: [review],
      registry,
      dryRun: more.dryRun ?? false,
      now: () => new Date().toISOString(),
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
