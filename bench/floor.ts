import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** The floor that loads are measured against: read every line and parse it, nothing else. Usage: floor.ts FILE */
const before = performance.now();
let records = 0;
for await (const line of createInterface({ input: createReadStream(process.argv[2] ?? "") })) {
  JSON.parse(line);
  records += 1;
}
process.stdout.write(
  `${JSON.stringify({ records, seconds: (performance.now() - before) / 1000, peakMb: Math.round(process.memoryUsage.rss() / 1048576), databaseMb: 0 })}\n`,
);
