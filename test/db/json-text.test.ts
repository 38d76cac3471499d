import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { cleanJson, jsonText, rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";

/** What the registry may serve that jsonb refuses: the database itself says whether it takes the text. */

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

async function taken(text: string): Promise<unknown> {
  const [found] = await rows<{ value: unknown }>(database.db, sql`select ${text}::jsonb as value`);
  return found?.value;
}

test.each([
  ["a NUL character", String.raw`{"a":"x\u0000y"}`, { a: "xy" }],
  ["half a pair", String.raw`{"a":"x\ud83ey"}`, { a: "x\ufffdy" }],
  ["half a pair in capitals", String.raw`{"a":"x\uD83Ey"}`, { a: "x\ufffdy" }],
  ["a whole pair", String.raw`{"a":"\ud83e\uddec"}`, { a: "\u{1f9ec}" }],
  ["a number that nobody can hold", '{"a":1e200000,"b":[2e+9999]}', { a: null, b: [null] }],
  ["white space, and words like an exponent", '{ "a" : "2e1000 units" }', { a: "2e1000 units" }],
])("%s", async (_, text, value) => {
  expect(await taken(cleanJson(text))).toEqual(value);
  expect(await taken(jsonText(JSON.parse(text)))).toEqual(value);
});

test("what needs no cleaning is passed on as it is", () => {
  const text = '{ "a": [1.50, "é"] }';
  expect(cleanJson(text)).toBe(text);
});
