import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startReplay } from "../fixtures/replay/server.ts";
import { MSC } from "./corpus.ts";

/**
 * A nightly run whose data date has not moved, as a process: requests asked, and seconds beyond those of a command that
 * asks nothing. The replay is another process's work in production and an own thread's here. Usage: nightly.ts DATABASE_URL
 */
const launcher = fileURLToPath(new URL("../jobs/trialdrift.mjs", import.meta.url));
const [url = "", served = ""] = process.argv.slice(2);

if (served === "serve") {
  let requests = 0;
  const replay = await startReplay({
    paths: [MSC],
    onRequest: () => {
      requests += 1;
      return false;
    },
  });
  process.on("message", () => process.send?.(requests));
  process.send?.(replay.url);
} else {
  const { fork } = await import("node:child_process");
  const { once } = await import("node:events");
  const replay = fork(fileURLToPath(import.meta.url), [url, "serve"]);
  const [base] = (await once(replay, "message")) as [string];
  const requests = async (): Promise<number> => {
    replay.send("requests");
    const [count] = (await once(replay, "message")) as [number];
    return count;
  };
  const env = { PATH: process.env["PATH"], DATABASE_URL: url, CTGOV_BASE_URL: base, TRIALDRIFT_RATE: "100" };
  const seconds = (...flags: string[]): number => {
    const started = performance.now();
    const done = spawnSync(process.execPath, [launcher, ...flags], { env, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${flags.join(" ")}: exit ${done.status}\n${done.stderr}`);
    return (performance.now() - started) / 1000;
  };
  const first = seconds("sync");
  const before = await requests();
  const idle = [1, 2, 3].map(() => seconds("sync"));
  const asked = ((await requests()) - before) / idle.length;
  const startUp = [1, 2, 3].map(() => seconds("runs", "--format", "json"));
  replay.kill();
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[1] ?? 0;
  process.stdout.write(`${JSON.stringify({ first, idle: median(idle), startUp: median(startUp), requests: asked })}\n`);
}
