import { parentPort, workerData } from "node:worker_threads";
import { derivePosted, type Posted } from "./derivation.ts";
import type { Review } from "./review/review.ts";

/** The worker thread's side of derivers.ts. */

const review = workerData as Review;

parentPort?.on("message", (posted: Posted[]) => parentPort?.postMessage(derivePosted(review, posted), []));
