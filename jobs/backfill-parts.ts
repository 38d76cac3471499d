import { basename } from "node:path";
import { statSync } from "node:fs";
import { TrialdriftError } from "../db/errors.ts";
import { readHeldHistory } from "../db/held-history.ts";
import type { Database } from "../db/open.ts";
import type { Spec } from "../db/parts.ts";
import type { Registry } from "../pipeline/registry/client.ts";
import { DEFAULT_PAGE } from "../pipeline/registry/pages.ts";
import type { WatchQuery } from "../pipeline/registry/query.ts";
import { type Archive, archiveSource, openArchive } from "../pipeline/sources/archive.ts";
import { fileSource } from "../pipeline/sources/files.ts";
import { historySource } from "../pipeline/sources/history.ts";
import { idSource } from "../pipeline/sources/ids.ts";
import { openReaders, type Readers } from "../pipeline/sources/readers.ts";
import { openReel, type Reel } from "../pipeline/sources/reel.ts";
import type { Source } from "../pipeline/sources/source.ts";
import { querySource, type Window, windowQuery } from "../pipeline/sources/window.ts";

/** What a part of a backfill can be, and how each kind becomes a source. */

/** Records a part of ids, a file or an archive: a part is its own run, so this bounds what a crash loses (design rule 3). */
export const LARGEST_PART = 1_000;
/** On average over the registry; one request each, since the newest comes with the overview. */
export const VERSIONS_A_STUDY = 7.4;
/** Studies a part of history: 370 requests, six minutes at one a second. */
const HISTORY_PART = 50;
/** Ids a request (pages.ts). */
const IDS_A_REQUEST = 100;
/** /version before and after. */
const VERSION_REQUESTS = 2;

export interface Tools {
  database: Database;
  /** The registry's API v2; opened when first asked for. */
  registry: () => Registry;
  /** Its history, undocumented. */
  historyUrl: string;
}

interface Records {
  path: string;
  /** Bytes of the file when it was cut into parts. */
  size: number;
  from: number;
  to: number;
}

interface PartKind<S> {
  /** Does it ask the registry? */
  asks: boolean;
  /** Studies that it brings, as far as known beforehand. */
  studies: (spec: S) => number;
  /** Requests that it takes, /version included. */
  requests: (spec: S) => number;
  open: (spec: S, tools: Tools) => Promise<Source>;
}

const pages = (studies: number): number => Math.floor(studies / DEFAULT_PAGE) + 1 + VERSION_REQUESTS;

/** TABLE OF PARTS: one line a kind of what can be loaded. */
const KINDS = {
  ids: {
    asks: true,
    studies: ({ ids }) => ids.length,
    requests: ({ ids }) => Math.ceil(ids.length / IDS_A_REQUEST) + VERSION_REQUESTS,
    open: async ({ ids }, { registry }) => idSource(registry(), `${ids.length} ids from ${ids[0]}`, ids),
  } satisfies PartKind<{ ids: string[] }>,
  window: {
    asks: true,
    studies: ({ count }) => count,
    requests: ({ count }) => pages(count),
    open: async (window, { registry }) => {
      const { from, to, firstPosted } = window;
      const first = firstPosted === null ? "" : `, first ${firstPosted.from} to ${firstPosted.to}`;
      return querySource(registry(), `posted ${from} to ${to}${first}`, windowQuery(window));
    },
  } satisfies PartKind<Window>,
  query: {
    asks: true,
    studies: ({ count }) => count,
    requests: ({ count }) => pages(count),
    open: async ({ name, query }, { registry }) => querySource(registry(), name, query),
  } satisfies PartKind<{ name: string; query: WatchQuery; count: number }>,
  records: {
    asks: false,
    studies: ({ from, to }) => to - from,
    requests: () => 0,
    open: openRecords,
  } satisfies PartKind<Records>,
  history: {
    asks: true,
    studies: ({ ids }) => ids.length,
    requests: ({ ids }) => Math.round(ids.length * VERSIONS_A_STUDY) + VERSION_REQUESTS,
    open: async ({ ids }, { database, registry, historyUrl }) =>
      historySource(
        registry().beside(historyUrl),
        `history of ${ids.length} from ${ids[0]}`,
        ids,
        await readHeldHistory(database.db, ids),
      ),
  } satisfies PartKind<{ ids: string[] }>,
};

type KindName = keyof typeof KINDS;

/** A part as the table `parts` holds it: its kind and what that kind needs. */
export function partSpec<K extends KindName>(kind: K, spec: Parameters<(typeof KINDS)[K]["studies"]>[0]): Spec {
  return { kind, ...spec };
}

function kindOf({ kind }: Spec): PartKind<Spec> {
  const found = KINDS[kind as KindName] as unknown as PartKind<Spec> | undefined;
  if (found !== undefined) return found;
  throw new TrialdriftError({
    code: "internal",
    message: `a part of kind ${String(kind)} is not known`,
    state: "the part stays as it is",
    next: "was it queued by a newer version? then start the workers of that version",
  });
}

export const asksRegistry = (spec: Spec): boolean => kindOf(spec).asks;
export const studiesOf = (spec: Spec): number => kindOf(spec).studies(spec);
export const requestsOf = (spec: Spec): number => kindOf(spec).requests(spec);
export const openPart = (spec: Spec, tools: Tools): Promise<Source> => kindOf(spec).open(spec, tools);

/** `from` to `to` cut into spans of a part. */
export function spans(total: number, size = LARGEST_PART): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, at) => ({
    from: at * size,
    to: Math.min(total, (at + 1) * size),
  }));
}

/** The walks over history that follow a part which brought these studies. */
export function historyParts(nctIds: readonly string[]): Spec[] {
  return spans(nctIds.length, HISTORY_PART).map(({ from, to }) => partSpec("history", { ids: nctIds.slice(from, to) }));
}

/** Archives and files that this process has open: parts of one are read one after the other. */
const opened = new Map<string, Promise<{ piece: Reel["piece"]; count: number | null; close: () => Promise<void> }>>();

async function openFile(path: string) {
  if (/\.zip$/i.test(path)) {
    const archive: Archive = await openArchive(path);
    const piece = (from: number, to: number) => archiveSource(path, archive, from, to);
    return { piece, count: archive.count, close: async () => archive.close() };
  }
  const reel = openReel(fileSource(path));
  return { piece: reel.piece, count: null, close: reel.close };
}

/** The records of a file or archive by number; the directory of an archive is read once a process. */
export function openedFile(path: string) {
  const known = opened.get(path) ?? openFile(path);
  opened.set(path, known);
  known.catch(() => opened.delete(path));
  return known;
}

/** Worker threads that read records of files; they serve all parts of this process, and keep it alive until closed. */
let readers: Readers | null = null;

export async function closeFiles(): Promise<void> {
  const files = [...opened.values()];
  opened.clear();
  for (const file of files) await (await file).close();
  await readers?.close();
  readers = null;
}

async function openRecords({ path, size, from, to }: Records): Promise<Source> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isFile() && stat.size !== size))
    throw new TrialdriftError({
      code: "usage",
      message:
        stat === undefined ? `there is no file ${path} here` : `${path} has ${stat.size} bytes instead of ${size}`,
      state: "the part is not loaded",
      next: "workers need the same file under the same path; ask for the backfill again if the file was replaced",
    });
  readers ??= openReaders();
  const source = readers.serve((await openedFile(path)).piece(from, to));
  return { ...source, name: `${basename(path)} ${from + 1} to ${to}` };
}
