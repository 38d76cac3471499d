import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { cli, type Ended, freshDirectory } from "../support/cli.ts";
import { type Played, playRegistry } from "../support/small-registry.ts";

/** `table --as-of` and `table --run` over the two dates of the demo, as a person types them. */

const DATES = ["2022-01-21", "2026-11-20"] as const;
const place = freshDirectory(inject("pglite"));
let played: Played;

interface Table {
  table: number;
  version: number;
  data_date: string;
  as_of?: string;
  run?: number;
  trials: { nct_id: string; cells: Record<string, { registry: string | null; kind: string }> }[];
}
const tables = async (...flags: string[]): Promise<Table[]> => {
  const { code, stdout, stderr } = await cli(
    ["table", "--format", "json", "--review", "msc-t1d-sle", ...flags],
    place.env,
  );
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Table[];
};
const refused = ({ code, stdout, stderr }: Ended, ...words: string[]) => {
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  for (const word of words) expect(stderr).toContain(word);
};
const without = (list: Table[]) => list.map(({ as_of: _, run: __, ...rest }) => rest);
let first: Table[];
let second: Table[];

beforeAll(async () => {
  played = await playRegistry(
    ...DATES.map((date) => {
      const text = readFileSync(new URL(`../../fixtures/recordings/${date}.jsonl`, import.meta.url), "utf8");
      const lines = text.split("\n").filter((line) => line !== "");
      return { date, records: lines.map((line) => JSON.parse(line) as unknown) };
    }),
  );
  const sync = async () => {
    const { code, stderr } = await cli(["sync", "--review", "msc-t1d-sle"], {
      ...place.env,
      CTGOV_BASE_URL: played.url,
    });
    expect(code, stderr).toBe(0);
  };
  await sync();
  first = await tables();
  await played.show(2);
  await sync();
  second = await tables();
}, 120_000);
afterAll(async () => {
  await played?.close();
  await place.dispose();
});

test("--run prints what that run left published", async () => {
  expect(first).not.toEqual(second);
  const then = await tables("--run", "1");
  expect(then[0]?.run).toBe(1);
  expect(without(then)).toEqual(first);
  refused(await cli(["table", "--run", "9"], place.env), "no run 9");
}, 60_000);

test("--as-of prints the registry of that day by today's rules", async () => {
  const then = await tables("--as-of", DATES[0]);
  expect(then[0]?.as_of).toBe(DATES[0]);
  expect(without(then)).toEqual(first);
  expect(without(await tables("--as-of", DATES[1]))).toEqual(second);
  const between = without(await tables("--as-of", "2023-05-05"));
  expect(between).toEqual(first.map((one) => ({ ...one, data_date: "2023-05-05" })));
  const text = await cli(["table", "--as-of", DATES[0], "--table", "1"], place.env);
  expect(text.stdout.replace(/\s+/g, " ")).toContain(`registry as held of ${DATES[0]}, read by today's rules`);
}, 60_000);

test("before the first version held: a refusal with the earliest date and what fetches history", async () => {
  refused(
    await cli(["table", "--as-of", "2016-05-05"], place.env),
    DATES[0],
    "trialdrift backfill --review msc-t1d-sle --history",
  );
  refused(await cli(["table", "--as-of", "2022-02-30"], place.env), "Needs a day");
  refused(await cli(["table", "--as-of", DATES[0], "--run", "1"], place.env), "cannot be used with");
}, 60_000);
