import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { TrialdriftError } from "../../db/errors.ts";
import { fileSource } from "./files.ts";

/** How many records a file or folder holds, so that it can be cut into parts; reads it to its end, so that a cut one is found first. */

const NEWLINE = 10;

async function countLines(chunks: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  let open = false;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      if (open || at > from) count += 1;
      open = false;
      from = at + 1;
    }
    open ||= from < chunk.length;
  }
  return open ? count + 1 : count;
}

/** Empty lines are none. Errors: usage for a path that is not there, or a .gz that is cut. */
export async function countRecords(path: string): Promise<number> {
  const source = fileSource(path);
  if (source.announces === "archive") {
    const first = await source.batches().next();
    return first.done === true ? 0 : (first.value.announced ?? 0);
  }
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    return await countLines(path.endsWith(".gz") ? raw.pipe(createGunzip({ chunkSize: 1 << 20 })) : raw);
  } catch (cause) {
    throw new TrialdriftError({
      code: "usage",
      message: `${path} cannot be read to its end: ${(cause as Error).message}`,
      state: "nothing of it was loaded",
      next: "fetch it again; a download that was cut looks like this",
      cause,
    });
  }
}
