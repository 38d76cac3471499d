import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** No SQL is made from strings: values travel as parameters, names through sql.identifier. */

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Statements that take no parameters, made of constants alone; each with how many and why. */
const ALLOWED: Record<string, [count: number, reason: string]> = {
  "db/copy-in.ts": [3, "COPY statements, which take no parameters; drizzle writes them from the tables"],
  "db/migrate.ts": [2, "the view files, and a comment that holds a hash"],
  "db/roles.ts": [1, "statements of the table of roles"],
};

const RAW = /\bsql\.raw\(|\.unsafe\(|\bclient\.exec\((?!")/g;
/** A template that begins like a statement, holds a value, and is not tagged. */
const BUILT =
  /(?<![\w)\]>])`\s*(?:select|insert into|update|delete from|create|drop|alter|grant|copy|declare|fetch)\s[^`]*\$\{/gi;
const CONCATENATED = /["'](?:select|insert into|update|delete from)\s[^"'\n]*["']\s*\+/gi;

function found(text: string): number {
  return [RAW, BUILT, CONCATENATED].reduce((sum, pattern) => sum + [...text.matchAll(pattern)].length, 0);
}

const files = ["db", "pipeline", "jobs", "page"]
  .flatMap((folder) => {
    try {
      return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file));
    } catch {
      return [];
    }
  })
  .filter((file) => file.endsWith(".ts"));

describe("SQL", () => {
  it.each([
    ["sql.raw(text)", 1],
    ["await client.unsafe(query)", 1],
    ["const q = `select * from t where id = '${id}'`", 1],
    ['"select * from t where id = " + id', 1],
    ["sql`select * from t where id = ${id}`", 0],
    ["holder`select pg_advisory_unlock(${one})`", 0],
    ["`update is due in ${days} days`.length", 1],
    ["`${count} rows`", 0],
  ])("%s counts %d", (text, count) => expect(found(text)).toBe(count));

  it("finds the files", () => expect(files.length).toBeGreaterThan(100));

  it.each(files)("%s makes none from strings", (file) => {
    expect(found(readFileSync(join(ROOT, file), "utf8"))).toBe(ALLOWED[file]?.[0] ?? 0);
  });
});
