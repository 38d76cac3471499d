import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { makeRoles } from "../../db/roles.ts";
import { rows, sqlState } from "../../db/sql.ts";
import { answered, type Row } from "../support/answers.ts";
import { BOARD, type Panel } from "../support/grafana.ts";
import { loadDemo } from "../support/demo-data.ts";
import { openTestDatabase } from "../support/pglite.ts";

/** Every query that we hand to dashboards and analysts, asked of the demo's data by the role that they read with. */

const REVIEW = "msc-t1d-sle";
const FROM = "2021-11-21T00:00:00Z";
const TO = "2026-11-21T00:00:00Z";

/** What Grafana puts in place of its macros, for the five years that the dashboard opens with, and of the chosen review. */
const MACROS: readonly (readonly [RegExp, string])[] = [
  [/\$__timeFilter\(([\w.]+)\)/g, `$1 BETWEEN '${FROM}' AND '${TO}'`],
  [/\$__timeFrom\(\)/g, `'${FROM}'`],
  [/\$__timeTo\(\)/g, `'${TO}'`],
  [/\$\{review:sqlstring\}/g, `'${REVIEW}'`],
];
const grafana = (query: string): string =>
  MACROS.reduce((text, [macro, value]) => text.replaceAll(macro, value), query);

const read = (file: string): string => readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
const queriesOf = (document: string): string[] =>
  [...document.matchAll(/```sql\n((?:select|with)[^`]+);\n```/g)].map(([, text = ""]) => text);

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemo(database);
  await makeRoles(database.db);
});
afterAll(() => database?.close());

/** The rows that the reader gets. */
const ask = (query: string): Promise<Row[]> =>
  database.db.transaction(async (tx) => {
    await tx.execute(sql`set local role trialdrift_reader`);
    return rows<Row>(tx, sql.raw(query));
  });

describe("Grafana", () => {
  test.each(BOARD.panels)("$title", async ({ targets }: Panel) => {
    expect(targets.length).toBeGreaterThan(0);
    for (const { rawSql, format } of targets) {
      const query = grafana(rawSql);
      expect(query, "a macro that is not in the table above").not.toContain("$");
      const found = await ask(query);
      expect(found.length).toBeGreaterThan(0);
      if (format !== "time_series") continue;
      expect(Object.keys(found[0] ?? {})).toEqual(["time", "metric", "value"]);
      const times = found.map(({ time }) => new Date(String(time)).getTime());
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test("the choice of a review offers those that there are", async () => {
    for (const { query } of BOARD.templating.list) expect(await ask(query)).toEqual([{ review: REVIEW }]);
  });

  const plotted = (title: string): Promise<Row[]> =>
    ask(grafana(BOARD.panels.find((panel) => panel.title === title)?.targets[0]?.rawSql ?? ""));

  test("the plot of statuses is what review.trials_at says of the trials shown today, on each of its days", async () => {
    const days = new Map<string, Record<string, number>>();
    for (const { time, metric, value } of await plotted("Status through time")) {
      const day = new Date(String(time)).toISOString().slice(0, 10);
      days.set(day, { ...days.get(day), ...(Number(value) > 0 && { [String(metric)]: Number(value) }) });
    }
    expect(days.size).toBe(40);
    for (const [day, plot] of days) {
      const held = await ask(
        `select t.status, count(distinct t.nct_id)::int as trials from review.trials_at('${day}') t
          where exists (select from review.trials n where n.nct_id = t.nct_id) group by t.status`,
      );
      expect(plot, day).toEqual(Object.fromEntries(held.map(({ status, trials }) => [status, trials])));
    }
    const [first, last] = [[...days.values()][0], [...days.values()].at(-1)];
    expect(first).toEqual({});
    expect(last?.["UNKNOWN"]).toBeGreaterThan(15);
  });

  test("the plot of changes has every change of a member", async () => {
    const [{ changes } = {}] = await ask(
      `select count(*)::int as changes from review.changes where kind <> 'derived_only'
          and nct_id in (select nct_id from review.members where review = '${REVIEW}')`,
    );
    expect(changes).toBeGreaterThan(20);
    const found = await plotted("Changes a week");
    expect(found.reduce((sum, { value }) => sum + Number(value), 0)).toBe(changes);
  });
});

describe.each(["dashboards.md", "schema.md", "analysis.md"])("docs/%s", (file) => {
  const queries = queriesOf(read(file));
  test("has queries", () => expect(queries.length).toBeGreaterThan(4));
  test.each(queries.map((query, at) => [at + 1, query] as const))("query %i", async (_, query) => {
    await expect(ask(query)).resolves.toBeInstanceOf(Array);
  });
});

test("docs/analysis.md says what the demo's data answer; `npm run docs:analysis` writes it anew", async () => {
  const document = read("analysis.md");
  expect(await answered(document, ask)).toBe(document);
});

test("the role of these queries reads no table and changes nothing", async () => {
  for (const refused of ["select 1 from trialdrift.studies", "delete from review.flags", "create table review.x ()"])
    expect(await ask(refused).then(() => "allowed", sqlState), refused).toBe("42501");
});
