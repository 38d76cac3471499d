import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { createGunzip } from "node:zlib";
import { TrialdriftError } from "../../db/errors.ts";
import type { Batch, Source } from "./source.ts";

/** Records a batch: 2 MB. 250 peaked 130 MB higher (up to seven batches are under way) and took the same CPU. */
const BATCH = 100;
const NEWLINE = 10;

/** Splits at byte 10: a third of node:readline's time is its own (measured: 6,300 against 9,200 records/s of 20 KB). */
async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      const end = chunk.subarray(from, at);
      yield rest.length === 0 ? end : Buffer.concat([...rest, end]);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

async function* fromJsonLines(file: string): AsyncGenerator<Batch> {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  const chunks: AsyncIterable<Buffer> = file.endsWith(".gz") ? raw.pipe(createGunzip({ chunkSize: 1 << 20 })) : raw;
  let records: unknown[] = [];
  for await (const line of lines(chunks)) {
    if (line.length === 0) continue;
    records.push(line);
    if (records.length === BATCH) {
      yield { records, announced: null };
      records = [];
    }
  }
  if (records.length > 0) yield { records, announced: null };
}

async function* fromFolder(folder: string, files: readonly string[]): AsyncGenerator<Batch> {
  for (let at = 0; at < files.length; at += BATCH) {
    const records = files.slice(at, at + BATCH).map((file) => readFileSync(join(folder, file)));
    yield { records, announced: files.length };
  }
}

/** The day stamped into a record; null where it has none. */
export function versionHolder(record: unknown): string | null {
  const holder = (record as { derivedSection?: { miscInfoModule?: { versionHolder?: unknown } } } | null)
    ?.derivedSection?.miscInfoModule?.versionHolder;
  return typeof holder === "string" && /^\d{4}-\d{2}-\d{2}$/.test(holder) ? holder : null;
}

/**
 * Records of a .jsonl or .jsonl.gz file, or of a folder of NCT*.json, as unread texts. Their data date is their versionHolder, else the full
 * date in the file's name (design rule 8). Errors: usage when there is no such file or neither says a date.
 */
export function fileSource(path: string): Source {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new TrialdriftError({ code: "usage", message: `there is no file or folder ${path}`, next: "check the path" });
  const named = /\d{4}-\d{2}-\d{2}/.exec(basename(path))?.[0] ?? null;
  const files = stat.isDirectory()
    ? readdirSync(path)
        .filter((file) => /^NCT\d{8}\.json$/.test(file))
        .toSorted()
    : null;
  return {
    name: basename(path),
    announces: files === null ? "lines" : "archive",
    batches: () => (files === null ? fromJsonLines(path) : fromFolder(path, files)),
    fates: new Map(),
    dataAt(_, stamp) {
      const date = stamp ?? named;
      return date === null ? null : `${date}T00:00:00`;
    },
  };
}
