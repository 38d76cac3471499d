import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { openDatabase } from "../db/open.ts";
import { promptSocket } from "../db/copy-in.ts";
import { measure, tell } from "./measured.ts";

/** The least that a store can do: every line as it is into one jsonb column, by COPY. Usage: raw.ts FILE DATABASE_URL */
const [file = "", url = ""] = process.argv.slice(2);
const database = await openDatabase({ url, dataDir: "", lockWaitMs: 0, onWait: () => {} });
const client = postgres(url, { max: 1, socket: promptSocket } as postgres.Options<Record<string, never>>);
await client`create table raw (record jsonb not null)`;
tell(
  await measure(database, async () => {
    let records = 0;
    async function* lines(): AsyncGenerator<string> {
      let batch = "";
      for await (const line of createInterface({ input: createReadStream(file) })) {
        records += 1;
        batch += `${line.replaceAll("\\", "\\\\")}\n`;
        if (batch.length < 1 << 20) continue;
        yield batch;
        batch = "";
      }
      yield batch;
    }
    await pipeline(Readable.from(lines()), await client`copy raw from stdin`.writable());
    return records;
  }),
);
await Promise.all([client.end(), database.close()]);
