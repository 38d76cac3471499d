import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { measure, tell } from "./measured.ts";

/** The floor that loads are measured against: read every line and parse it, nothing else. Usage: floor.ts FILE */
tell(
  await measure(null, async () => {
    let records = 0;
    for await (const line of createInterface({ input: createReadStream(process.argv[2] ?? "") })) {
      JSON.parse(line);
      records += 1;
    }
    return records;
  }),
);
