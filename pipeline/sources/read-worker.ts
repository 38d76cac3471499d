import { parentPort, workerData } from "node:worker_threads";
import type { StagedColumns } from "../../db/store.ts";
import { readBatch, type Said, writeBatch, type Written } from "../reading.ts";
import type { Asked } from "./readers.ts";

/** The worker thread's side of readers.ts: holds each batch between its two steps. */

const columns = workerData as StagedColumns;
const held = new Map<number, ReturnType<typeof readBatch>["held"]>();

function answer(asked: Asked): [Said[] | Written, ArrayBuffer[]] {
  const { id } = asked;
  if (asked.kind === "read") {
    const texts = asked.ends.map((end, at) => asked.bytes.subarray(at === 0 ? 0 : asked.ends[at - 1], end));
    const batch = readBatch(texts, asked.named);
    held.set(id, batch.held);
    return [batch.said, []];
  }
  const written = writeBatch(held.get(id) ?? [], columns, asked.runId, asked.standings);
  held.delete(id);
  return [written, [written.versions.bytes.buffer, written.rows.bytes.buffer]];
}

parentPort?.on("message", (asked: Asked) => {
  const [answered, moved] = answer(asked);
  parentPort?.postMessage(answered, moved);
});
