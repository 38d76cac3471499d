import { readFileSync, writeFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { rows } from "../../db/sql.ts";
import { answered, type Row } from "./answers.ts";
import { loadDemo } from "./demo-data.ts";
import { openMemory } from "./pglite.ts";

/** `npm run docs:analysis`: asks the queries of docs/analysis.md of the demo's data and writes the answers below them. */

const DOCUMENT = new URL("../../docs/analysis.md", import.meta.url);
const database = await openMemory();
try {
  await loadDemo(database);
  const ask = (query: string) => rows<Row>(database.db, sql.raw(query));
  writeFileSync(DOCUMENT, await answered(readFileSync(DOCUMENT, "utf8"), ask));
} finally {
  await database.close();
}
