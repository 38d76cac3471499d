import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Which way imports may run, and which files may touch the world: the layers of the pipeline, as one table. */

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Shells: the only files of the pipeline that touch network, disk, clock or database. */
const SHELLS = [
  /^pipeline\/(run|walk|conclude|ending|known|receive|receive-versions|reading|thread|derivers|derive-worker|harvest|hold-back|renew|settle|import-tables|derivation|publication|older|pinned|news|schema-news)\.ts$/,
  /^pipeline\/row\.ts$/,
  /^pipeline\/sources\//,
  /^pipeline\/registry\/(client|pages|lookup|metadata|pace|attempt|read-ahead|retry)\.ts$/,
  /^pipeline\/review\/(folder|init|decisions)\.ts$/,
];

/** From right to left: a file may import from its own layer and from those after it. */
const LAYERS: readonly [name: string, files: RegExp][] = [
  ["derive", /^pipeline\/derive\.ts$/],
  ["flags, report", /^pipeline\/(flags|report)\//],
  ["drift/compare", /^pipeline\/drift\/(?!equivalences|sets|relation|director|outcome)/],
  ["review", /^pipeline\/review\//],
  ["equivalences, change, extract", /^pipeline\/(drift|change|extract)\//],
  ["normalize", /^pipeline\/normalize\//],
  ["registry", /^pipeline\/registry\//],
  ["hash, ledger", /^pipeline\/(hash|served|ledger)\.ts$/],
  ["words", /^db\/(model|errors)\.ts$/],
];

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}

function importsOf(file: string): { from: string; typeOnly: boolean }[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from "([^"]+)"/gms)].map(([, type, from = ""]) => ({
    from: from.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), from)) : from,
    typeOnly: type !== undefined,
  }));
}

const pure = files("pipeline").filter((file) => !SHELLS.some((shell) => shell.test(file)));
const layerOf = (file: string): number => LAYERS.findIndex(([, pattern]) => pattern.test(file));

describe("imports", () => {
  it("finds the pipeline", () => expect(pure.length).toBeGreaterThan(40));

  it.each(pure)("%s is pure", (file) => {
    const forbidden = importsOf(file).filter(
      ({ from, typeOnly }) =>
        (/^node:(?!crypto)/.test(from) && !typeOnly) ||
        /^(undici|postgres|drizzle-orm|@electric-sql)/.test(from) ||
        (from.startsWith("db/") && !/^db\/(model|errors)\.ts$/.test(from)) ||
        (SHELLS.some((shell) => shell.test(from)) && !typeOnly),
    );
    expect(forbidden).toEqual([]);
    expect(readFileSync(join(ROOT, file), "utf8")).not.toMatch(/\bnew Date\(\)|\bDate\.now\(|\bprocess\.env\b/);
  });

  it.each(pure.filter((file) => layerOf(file) >= 0))("%s imports only to the right", (file) => {
    const back = importsOf(file).filter(
      ({ from, typeOnly }) => !typeOnly && layerOf(from) >= 0 && layerOf(from) < layerOf(file),
    );
    expect(back).toEqual([]);
  });

  it.each(files("page"))("%s imports pipeline and db alone", (file) => {
    expect(importsOf(file).filter(({ from }) => /^(jobs|fixtures|bench|test)\//.test(from))).toEqual([]);
  });

  it("the page can be deleted with its command: nothing else knows of it", () => {
    const knowing = ["jobs", "pipeline", "db", "fixtures", "bench"]
      .flatMap(files)
      .filter((file) => readFileSync(join(ROOT, file), "utf8").includes("/page/"));
    expect(knowing).toEqual(["jobs/commands/serve.ts"]);
  });
});
