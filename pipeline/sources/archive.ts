import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32, inflateRawSync } from "node:zlib";
import { type Entry, fromRandomAccessReader, RandomAccessReader, type ZipFile } from "yauzl";
import { TrialdriftError } from "../../db/errors.ts";
import { fileSource } from "./files.ts";
import type { Batch, Source } from "./source.ts";

/**
 * The registry's archive (ctgov-api.md 1.8): one JSON a study, 600,000 of them in 2.7 GB. yauzl reads the directory; each
 * entry is then read and inflated by itself, so that at most one batch of records is in memory and nothing on disk.
 */

/** Records a batch, as for files. */
const BATCH = 100;
const STUDY = /(?:^|\/)NCT\d{8}\.json$/;
/** The largest known record is 3.6 MB (ctgov-api.md 5.6). A larger entry is refused before it is inflated. */
const LARGEST_ENTRY = 64 * 1024 * 1024;
/** Eight times the registry; where each lies is kept in memory, 40 bytes an entry. */
const MOST_ENTRIES = 5_000_000;
const STORED = 0;
const DEFLATED = 8;

/** Reads through one block of 256 KB: the directory asks for 46 bytes at a time. */
class FileReader extends RandomAccessReader {
  readonly fd: number;
  readonly size: number;
  private readonly block = Buffer.alloc(256 * 1024);
  private start = 0;
  private end = 0;

  constructor(path: string) {
    super();
    this.fd = openSync(path, "r");
    this.size = fstatSync(this.fd).size;
  }

  /** Bytes at a place of the file; throws where it ends before. */
  bytes(position: number, length: number): Buffer {
    if (length > this.block.length) {
      const whole = Buffer.alloc(length);
      if (position + length > this.size || readSync(this.fd, whole, 0, length, position) < length)
        throw new Error("unexpected end of file");
      return whole;
    }
    if (position < this.start || position + length > this.end) {
      this.start = position;
      this.end = position + readSync(this.fd, this.block, 0, this.block.length, position);
      if (position + length > this.end) throw new Error("unexpected end of file");
    }
    return this.block.subarray(position - this.start, position - this.start + length);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    try {
      this.bytes(position, length).copy(buffer, offset);
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback(null);
  }
}

/** Where one study lies in the archive. */
type Place = Pick<Entry, "relativeOffsetOfLocalHeader" | "compressedSize" | "uncompressedSize" | "crc32"> & {
  compressionMethod: number;
};

/** The studies of an archive in the order of its directory. */
export interface Archive {
  count: number;
  /** The text of one study, or in words why it cannot be had. */
  read(at: number): { bytes: Uint8Array } | { broken: string };
  close(): void;
}

function damaged(path: string, cause: unknown): TrialdriftError {
  return new TrialdriftError({
    code: "usage",
    message: `${path} is no whole zip archive: ${cause instanceof Error ? cause.message : String(cause)}`,
    state: "nothing of it was loaded by this part",
    next: "fetch it again and compare its length with the one announced; a download that was cut looks like this",
    cause,
  });
}

function openZip(reader: FileReader): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, autoClose: false, decodeStrings: true };
    fromRandomAccessReader(reader, reader.size, options, (error, zip) =>
      error === null ? resolve(zip) : reject(error),
    );
  });
}

/** Where entries lie, in columns of numbers: 600,000 objects of yauzl's would take 300 MB. */
class Places {
  private readonly columns: Float64Array[] = [];
  private static readonly width = 5;
  private static readonly rows = 65_536;
  count = 0;

  push(entry: Place): void {
    const at = this.count % Places.rows;
    if (at === 0) this.columns.push(new Float64Array(Places.rows * Places.width));
    this.columns
      .at(-1)
      ?.set(
        [
          entry.relativeOffsetOfLocalHeader,
          entry.compressedSize,
          entry.uncompressedSize,
          entry.crc32,
          entry.compressionMethod,
        ],
        at * Places.width,
      );
    this.count += 1;
  }

  at(index: number): Place {
    const from = (index % Places.rows) * Places.width;
    const values = this.columns[Math.floor(index / Places.rows)]?.subarray(from, from + Places.width) ?? [];
    const [relativeOffsetOfLocalHeader = 0, compressedSize = 0, uncompressedSize = 0, crc32 = 0, method = 0] = values;
    return { relativeOffsetOfLocalHeader, compressedSize, uncompressedSize, crc32, compressionMethod: method };
  }
}

function readEntry(reader: FileReader, place: Place): { bytes: Uint8Array } | { broken: string } {
  const { relativeOffsetOfLocalHeader: offset, compressedSize, uncompressedSize, compressionMethod: method } = place;
  if (uncompressedSize > LARGEST_ENTRY || compressedSize > LARGEST_ENTRY)
    return { broken: `the entry at byte ${offset}: ${uncompressedSize} bytes are more than any record has` };
  if (method !== STORED && method !== DEFLATED)
    return { broken: `the entry at byte ${offset}: compression method ${method} is not known` };
  const header = reader.bytes(offset, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) return { broken: `no entry at byte ${offset}, where the directory says` };
  const [nameLength, extraLength] = [header.readUInt16LE(26), header.readUInt16LE(28)];
  const data = offset + 30 + nameLength + extraLength;
  const name = reader.bytes(offset + 30, nameLength).toString("utf8");
  const stored = reader.bytes(data, compressedSize);
  try {
    const bytes = method === STORED ? stored : inflateRawSync(stored, { maxOutputLength: uncompressedSize + 1 });
    if (bytes.length !== uncompressedSize)
      return { broken: `${name}: ${bytes.length} bytes instead of ${uncompressedSize}` };
    if (crc32(bytes) !== place.crc32) return { broken: `${name}: its checksum differs` };
    return { bytes };
  } catch (error) {
    return { broken: `${name}: ${(error as Error).message}` };
  }
}

/** Opens an archive and reads its directory whole, so that a cut one is found before anything is loaded. Error: usage. */
export async function openArchive(path: string): Promise<Archive> {
  const reader = new FileReader(path);
  const places = new Places();
  try {
    const zip = await openZip(reader);
    if (zip.entryCount > MOST_ENTRIES) throw new Error(`${zip.entryCount} entries are more than ${MOST_ENTRIES}`);
    for await (const entry of zip.eachEntry()) {
      if (entry.relativeOffsetOfLocalHeader + entry.compressedSize > reader.size)
        throw new Error(`${entry.fileName} lies beyond its end`);
      if (STUDY.test(entry.fileName)) places.push(entry);
    }
  } catch (cause) {
    closeSync(reader.fd);
    throw damaged(path, cause);
  }
  return {
    count: places.count,
    read(at) {
      try {
        return readEntry(reader, places.at(at));
      } catch (cause) {
        throw damaged(path, cause);
      }
    },
    close: () => closeSync(reader.fd),
  };
}

/** An entry that cannot be read goes on as a text that says why: validation refuses it and quarantine keeps it. */
function recordOf(read: ReturnType<Archive["read"]>): unknown {
  return "broken" in read ? `an entry of the archive that cannot be read: ${read.broken}` : read.bytes;
}

/** Studies from..to (from 0, `to` exclusive) of an archive; their data date as for files (files.ts). */
export function archiveSource(path: string, archive: Archive, from: number, to: number): Source {
  async function* batches(): AsyncGenerator<Batch> {
    for (let at = from; at < to; at += BATCH) {
      const length = Math.min(BATCH, to - at);
      const records = Array.from({ length }, (_, index) => recordOf(archive.read(at + index)));
      yield { records, announced: to - from };
    }
  }
  return { ...fileSource(path), announces: "archive", batches };
}
