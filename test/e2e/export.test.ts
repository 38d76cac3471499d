import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { cli, freshOnServer, type Place } from "../support/cli.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** Exports as an analyst meets them: read by DuckDB, held against Postgres and against the Frictionless schema. */

/** The reference implementation of the standard; it has no types. */
const { Package } = createRequire(import.meta.url)("datapackage") as {
  Package: { load(described: unknown, options: object): Promise<{ valid: boolean; errors: Error[] }> };
};

const folder = mkdtempSync(join(tmpdir(), "trialdrift-export-"));
const at = (...parts: string[]) => join(folder, ...parts);
let place: Place & { url: string };
let played: Played;
let review: ReviewFolder;
let env: Record<string, string>;
let sql: postgres.Sql;

beforeAll(async () => {
  place = await freshOnServer(inject("postgres"));
  sql = postgres(place.url, { max: 1, onnotice: () => {} });
  const references = [
    {
      pmid: "31000001",
      type: "DERIVED",
      citation: "Doe J, Roe R. A small trial of cells. J Cells. 2021 Mar;5(2):1-9.",
    },
  ];
  const linked = (stamp?: string) => {
    const one = trial(1, {
      title: '=SUM(A1) "quoted", with a comma',
      ...(stamp === undefined ? {} : { stamp, count: 9 }),
    });
    return { ...one, protocolSection: { ...(one["protocolSection"] as object), referencesModule: { references } } };
  };
  played = await playRegistry(
    { date: "2022-01-21", records: [linked(), trial(2), trial(3)] },
    { date: "2022-09-28", records: [linked("2022-09-28"), trial(2, { stamp: "2022-09-28", status: "COMPLETED" })] },
  );
  review = reviewFolder("small", { cond: "lupus", rows: [{ n: 1, cells: { enrollment: 20, country: ["Finland"] } }] });
  env = { ...place.env, CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: review.directory };
  expect(await cli(["sync"], env)).toMatchObject({ code: 0 });
  await played.show(2);
  expect(await cli(["sync"], env)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await sql?.end({ timeout: 5 });
  await played?.close();
  review?.remove();
  await place?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe("export", () => {
  test("writes every view twice, tables, references and the package; the same state is the same bytes", async () => {
    const first = await cli(["export", at("one"), "--review", "small"], env);
    expect(first).toMatchObject({ code: 0 });
    expect(await cli(["export", at("two"), "--review", "small"], env)).toMatchObject({ code: 0 });
    const files = readdirSync(at("one")).toSorted();
    expect(files).toEqual(expect.arrayContaining(["trials.csv", "trials.parquet", "claims.csv", "references.ris"]));
    for (const file of files)
      expect(readFileSync(at("one", file)).equals(readFileSync(at("two", file))), file).toBe(true);
    expect(readFileSync(at("one", "trials.csv"), "utf8")).toContain(`"'=SUM(A1) ""quoted"", with a comma"`);
    expect(readFileSync(at("one", "references.ris"), "utf8")).toMatch(
      /^TY {2}- JOUR\r\nAU {2}- Doe J\r\nAU {2}- Roe R\r\nTI {2}- A small trial of cells\r\nJO {2}- J Cells\r\nPY {2}- 2021\r\nAN {2}- 31000001\r\n/,
    );
  });

  test("DuckDB reads the Parquet files and gets the rows of Postgres", async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).toSorted();
    for (const view of ["trials", "drift", "changes", "cells", "members", "curated", "flags", "runs"]) {
      const read = await connection.runAndReadAll(
        `select to_json(t)::varchar as row from '${at("one", view)}.parquet' t`,
      );
      const rows = read.getRowObjectsJson().map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>);
      const held = await sql.unsafe<{ row: Record<string, unknown> }[]>(
        `select row_to_json(v) as row from review.${view} v`,
      );
      const plain = (row: Record<string, unknown>) =>
        Object.fromEntries(
          Object.entries(row)
            .toSorted()
            .map(([name, value]) => [
              name,
              name.endsWith("_at") && value !== null
                ? new Date(
                    `${String(value)
                      .replace(" ", "T")
                      .replace(/(Z|[+-]\d\d(:?\d\d)?)$/, "")}Z`,
                  ).getTime()
                : value,
            ]),
        );
      const json = (row: Record<string, unknown>) => JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
      expect(sorted(rows.map(plain)), view).toEqual(sorted(held.map(({ row }) => plain(json(row)))));
    }
  });

  test("the package is valid, its codebook has every column, and it names query, data date and versions", async () => {
    const described = JSON.parse(readFileSync(at("one", "datapackage.json"), "utf8"));
    const loaded = await Package.load(described, { basePath: at("one"), strict: false });
    expect(loaded.errors.map(String)).toEqual([]);
    expect(loaded.valid).toBe(true);
    const trials = described.resources.find(({ name }: { name: string }) => name === "trials");
    for (const { name, description } of trials.schema.fields) expect(description, name).toMatch(/\w{3}/);
    expect(described.trialdrift.reviews).toMatchObject([
      { review: "small", dataDate: "2022-09-28", queries: [{ id: "list", query: { cond: "lupus" } }] },
    ]);
    expect(described.trialdrift.versions.rules).toMatchObject({ facts: expect.any(String) });
  });

  test("as of a day: trials, changes, claims and tables of that day alone", async () => {
    expect(await cli(["export", at("then"), "--review", "small", "--as-of", "2022-02-01"], env)).toMatchObject({
      code: 0,
    });
    const trials = readFileSync(at("then", "trials.csv"), "utf8");
    expect(trials).toContain(`${nct(2)}`);
    expect(trials).not.toContain("COMPLETED");
    expect(readFileSync(at("then", "changes.csv"), "utf8").trim().split("\r\n")).toHaveLength(1);
  });

  test("refuses a folder of somebody else's, an unknown review, a day before everything", async () => {
    writeFileSync(at("mine.txt"), "mine");
    for (const [args, said] of [
      [[folder], /no export of ours/],
      [[at("x"), "--review", "none"], /no review none/],
      [[at("y"), "--review", "small", "--as-of", "2000-01-01"], /no record of review small/],
    ] as const) {
      const refused = await cli(["export", ...args], env);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toMatch(said);
    }
  });
});
