import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { openDatabase } from "../db/open.ts";
import { rows } from "../db/sql.ts";

/**
 * Dashboards' questions against a loaded store: every query of docs/schema.md, "Typical questions", alone and while a load
 * runs. Prints one JSON line with p50 and p99 in ms of each. Usage: views.ts DATABASE_URL FILE-TO-LOAD
 */

/** The queries as they are documented, each with the question before it. */
function questions(): { question: string; query: string }[] {
  const text = readFileSync(new URL("../docs/schema.md", import.meta.url), "utf8");
  const section = text.split("## Typical questions")[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/([^\n]+)\n\n```sql\n([^`]+)```/g)].map(([, question = "", query = ""]) => ({
    question,
    query,
  }));
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const [url = "", file = ""] = process.argv.slice(2);
const asked = questions();
if (asked.length === 0) throw new Error("docs/schema.md holds no typical questions");
const database = await openDatabase({ url, dataDir: "", lockWaitMs: 0, onWait: () => {} });

/** Milliseconds of each round of one query, sorted. */
async function time(query: string, rounds: number): Promise<number[]> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await rows(database.db, sql.raw(query));
    took.push(performance.now() - started);
  }
  return took.toSorted((a, b) => a - b);
}

const alone: number[][] = [];
for (const { query } of asked) {
  await time(query, 3);
  alone.push(await time(query, 200));
}
const told = asked.map(({ question, query }, at) => ({
  question,
  view: /review\.(\w+)/.exec(query)?.[1],
  p50: quantile(alone[at] ?? [], 0.5),
  p99: quantile(alone[at] ?? [], 0.99),
}));
const loading: number[][] = asked.map(() => []);
if (file !== "") {
  const script = fileURLToPath(new URL("load.ts", import.meta.url));
  const load = spawn(process.execPath, [script, file, url], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(load, "exit");
  while (load.exitCode === null) {
    for (const [at, { query }] of asked.entries()) loading[at]?.push(...(await time(query, 1)));
  }
  await ended;
}
const underLoad = loading.map((took) => took.toSorted((a, b) => a - b));
process.stdout.write(
  `${JSON.stringify(told.map((one, at) => ({ ...one, rounds: underLoad[at]?.length ?? 0, loadP50: quantile(underLoad[at] ?? [], 0.5), loadP99: quantile(underLoad[at] ?? [], 0.99) })))}\n`,
);
await database.close();
