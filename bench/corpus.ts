import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";

/** Real records, one a line: the registry's in the present API, and those of the MSC trials in January 2022. */
const REGISTRY = fileURLToPath(new URL("../../shared/corpus/registry-v2.jsonl.gz", import.meta.url));
export const MSC = fileURLToPath(new URL("../../shared/corpus/msc-2022-01.jsonl.gz", import.meta.url));

export async function recordsOf(path: string): Promise<{ line: string; id: string }[]> {
  if (!existsSync(path)) throw new Error(`the corpus of real records is not here: ${path}`);
  const records: { line: string; id: string }[] = [];
  for await (const line of createInterface({ input: createReadStream(path).pipe(createGunzip()) })) {
    const id = /"nctId": ?"(NCT\d{8})"/.exec(line)?.[1];
    if (id !== undefined) records.push({ line, id });
  }
  return records;
}

/** The registry's records cloned under new ids, from `first` on, until there are `count`, one a line; the results sections come along. */
export async function cloneRecords(file: string, count: number, first = 10_000_000): Promise<void> {
  const originals = await recordsOf(REGISTRY);
  const out = createWriteStream(file);
  for (let at = 0; at < count; at += 1) {
    const { line, id } = originals[at % originals.length] ?? { line: "", id: "" };
    if (!out.write(`${line.replaceAll(id, `NCT${String(first + at)}`)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}
