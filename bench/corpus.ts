import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { fileURLToPath } from "node:url";

const CORPUS = fileURLToPath(new URL("../../shared/corpus/registry-v2.jsonl.gz", import.meta.url));

/** Real records cloned under new ids until there are `count`, one a line; the results sections come along. */
export async function cloneRecords(file: string, count: number): Promise<void> {
  if (!existsSync(CORPUS))
    throw new Error("the corpus of real records is not here: ../shared/corpus/registry-v2.jsonl.gz");
  const originals: { line: string; id: string }[] = [];
  for await (const line of createInterface({ input: createReadStream(CORPUS).pipe(createGunzip()) })) {
    const id = /"nctId":"(NCT\d{8})"/.exec(line)?.[1];
    if (id !== undefined) originals.push({ line, id });
  }
  const out = createWriteStream(file);
  for (let at = 0; at < count; at += 1) {
    const { line, id } = originals[at % originals.length] ?? { line: "", id: "" };
    if (!out.write(`${line.replaceAll(id, `NCT${String(10_000_000 + at)}`)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}
