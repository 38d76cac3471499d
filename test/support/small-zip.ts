import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { Json } from "./small-registry.ts";

/** Writes records as the registry's archive has them: one JSON a study, in folders by the last two digits. */
export async function writeArchive(
  path: string,
  records: Iterable<readonly [nctId: string, text: string]>,
): Promise<void> {
  const zip = new ZipFile();
  for (const [nctId, text] of records) zip.addBuffer(Buffer.from(text), `${nctId.slice(-2)}/${nctId}.json`);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

/** A record as an entry of an archive. */
export function entryOf(record: Json): [string, string] {
  const { nctId } = (record["protocolSection"] as { identificationModule: { nctId: string } }).identificationModule;
  return [nctId, JSON.stringify(record)];
}
