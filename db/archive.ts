import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { TrialdriftError } from "./errors.ts";

/**
 * The file of a backup: lines of JSON in zstd, the last one the sha256 of all before it, so that an archive that was cut or
 * altered is told before anything of it counts.
 */

const SEAL = "sha256";

function broken(file: string, why: string): TrialdriftError {
  return new TrialdriftError({
    code: "usage",
    message: `${file} cannot be restored: ${why}`,
    state: "nothing was restored",
    next: "take another copy of the archive, or an earlier one",
  });
}

const REFUSED = new Set(["ENOENT", "EACCES", "EROFS", "ENOSPC", "ENOTDIR", "EISDIR", "EPERM"]);

/**
 * Writes what `produce` gives to `write`, a line at a time, to `file`: whole or not at all, because a temporary file beside
 * it is synced and then takes its name. Never overwrites. Returns the size of the file. Errors: `usage`.
 */
export async function writeArchive(
  file: string,
  produce: (write: (line: string) => Promise<void>) => Promise<void>,
): Promise<number> {
  if (existsSync(file))
    throw new TrialdriftError({
      code: "usage",
      message: `${file} exists`,
      state: "nothing was written",
      next: "name another file, or move that one away",
    });
  const unfinished = `${file}.unfinished`;
  const hash = createHash("sha256");
  const packed = createZstdCompress();
  const written = pipeline(packed, createWriteStream(unfinished));
  // Awaited below; a failure in between must not count as unhandled.
  written.catch(() => {});
  try {
    await produce(async (line) => {
      hash.update(line).update("\n");
      // Each is packed before the next is taken: what waits together is packed together, and the bytes would differ with the pace.
      const taken = new Promise<void>((resolve, reject) => {
        packed.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
      });
      await Promise.race([taken, written]);
    });
    packed.end(`${JSON.stringify([SEAL, hash.digest("hex")])}\n`);
    await written;
    const handle = await open(unfinished, "r+");
    const { size } = await handle.stat();
    await handle.sync();
    await handle.close();
    renameSync(unfinished, file);
    return size;
  } catch (error) {
    packed.destroy();
    await written.catch(() => {});
    rmSync(unfinished, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !REFUSED.has(code)) throw error;
    throw new TrialdriftError({
      code: "usage",
      message: `${file} cannot be written (${code})`,
      state: "no archive was made",
      next: "name a file in a directory that exists, is writable and has room",
      cause: error,
    });
  }
}

/** The lines of an archive; throws `usage` after the last one unless the seal is there and right, so use them in one transaction. */
export async function* readArchive(file: string): AsyncGenerator<string> {
  const hash = createHash("sha256");
  const stream = createReadStream(file);
  const plain = stream.pipe(createZstdDecompress());
  stream.on("error", (error) => plain.destroy(error));
  let seal: string | null = null;
  try {
    for await (const line of createInterface({ input: plain, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (seal !== null) throw broken(file, "something stands behind its end");
      if (line.startsWith(`["${SEAL}",`)) {
        seal = line;
        continue;
      }
      hash.update(line).update("\n");
      yield line;
    }
  } catch (error) {
    if (error instanceof TrialdriftError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw broken(file, "there is no such file");
    if (code?.startsWith("ZSTD_") === true || code === "Z_BUF_ERROR")
      throw broken(file, "it is no archive of ours, or it was cut");
    throw error;
  } finally {
    stream.destroy();
    plain.destroy();
  }
  if (seal === null) throw broken(file, "it was cut: its end is missing");
  if (seal !== JSON.stringify([SEAL, hash.digest("hex")])) throw broken(file, "its content is not what was written");
}
