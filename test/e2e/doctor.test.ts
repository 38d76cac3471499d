import { readFileSync } from "node:fs";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ROLE_STATEMENTS } from "../../db/roles.ts";
import { hoursOf } from "../../jobs/commands/doctor.ts";
import { clockFinding } from "../../jobs/doctor-registry.ts";
import { cli, type Ended, freshOnServer, type Place } from "../support/cli.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder } from "../support/small-review.ts";

/** `doctor` and `flags ack|resolve` as a user meets them: each test goes on from the one before. */

const NOWHERE = "http://127.0.0.1:9/api/v2";
let place: Place & { url: string };
let played: Played;
let folder: ReviewFolder;
let env: Record<string, string>;
let owner: postgres.Sql;
let roleWasThere: boolean;

beforeAll(async () => {
  place = await freshOnServer(inject("postgres"));
  owner = postgres(place.url, { max: 1, onnotice: () => {} });
  roleWasThere = (await owner`select 1 from pg_roles where rolname = 'trialdrift_reader'`).length > 0;
  played = await playRegistry({ date: "2022-01-21", records: [trial(901, { count: 30 }), trial(902)] });
  folder = reviewFolder("small", { cond: "lupus", rows: [{ n: 901, cells: { enrollment: 20, status: null } }] });
  env = { ...place.env, CTGOV_BASE_URL: played.url, TRIALDRIFT_REVIEWS: folder.directory };
});
afterAll(async () => {
  if (!roleWasThere) {
    for (const role of Object.keys(ROLE_STATEMENTS))
      await owner.unsafe(`drop owned by ${role}; drop role ${role}`).catch(() => {});
  }
  await owner.end({ timeout: 5 });
  await Promise.all([played.close(), place.dispose()]);
  folder.remove();
});

/** "about mark" of the lines, and the whole text of each with what to do. */
function linesOf({ stdout }: Ended): Map<string, string> {
  const said = stdout.split("\n\n")[0] ?? "";
  return new Map(
    said.split(/\n(?=\S)/).map((line) => {
      const [, about = "", mark = "", text = ""] = /^(\S+) +(ok|note|wrong) +([^]*)$/.exec(line) ?? [];
      return [`${about} ${mark}`, text.replace(/\s+/g, " ").trim()];
    }),
  );
}

describe("doctor", () => {
  test("2 before the first run, every line with what to do; the registry is asked once", async () => {
    played.asked();
    const ended = await cli(["doctor"], env);
    expect(ended).toMatchObject({ code: 2, stderr: "" });
    expect(played.asked()).toEqual([expect.stringMatching(/\/version$/)]);
    const lines = linesOf(ended);
    expect([...lines.keys()]).toEqual(["database wrong", "registry ok", "clock note", "reviews note"]);
    expect(lines.get("database wrong")).toMatch(/nothing in the database at 127\.0\.0\.1.* -> run `trialdrift sync`/);
    expect(lines.get("registry ok")).toContain(`${played.url} answers, API`);
    expect(lines.get("registry ok")).toContain("data of 2022-01-21T09:00:0");
    expect(lines.get("clock note")).toMatch(/\d+ working days after the registry's data -> if the date is right/);
  });

  test("0 after a run; --roles prints the SQL and makes the role, also where it is there already", async () => {
    expect((await cli(["sync"], env)).code).toBe(0);
    for (const max of [["--max-age", "1h"], []]) {
      const ended = await cli(["doctor", "--roles", ...max], env);
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      const lines = linesOf(ended);
      expect([...lines.keys()]).toEqual([
        "database ok",
        "registry ok",
        "clock note",
        "metadata ok",
        "news ok",
        "small ok",
        "roles ok",
      ]);
      expect(lines.get("database ok")).toMatch(/^server, 127\.0\.0\.1:\d+\/.*, Postgres 1\d.*up to date$/);
      expect(lines.get("small ok")).toMatch(/^complete \d+ min ago, data of 2022-01-21, \d+ open flags?$/);
      expect(ended.stdout.split("\n\n")[1]?.trim().split(/;\s*/)).toEqual([
        ...Object.values(ROLE_STATEMENTS).flat(),
        "",
      ]);
    }
    const asReader = (query: string) =>
      owner.begin(async (tx) => {
        await tx`set local role trialdrift_reader`;
        return tx.unsafe(query);
      });
    expect(await asReader("select 1 as one from review.trials limit 1")).toEqual([{ one: 1 }]);
    await expect(asReader("select * from trialdrift.flags")).rejects.toMatchObject({ code: "42501" });
    expect(await owner`select 1 from pg_roles where rolname = 'dashboard'`).toEqual([]);
  });

  test("a login of trialdrift_writer runs the nightly job and may not change the schema", async () => {
    await owner`create role nightly_of_a_test login in role trialdrift_writer`;
    try {
      const url = new URL(place.url);
      url.username = "nightly_of_a_test";
      const asWriter = { ...env, DATABASE_URL: url.href };
      expect(await cli(["sync"], asWriter)).toMatchObject({ code: 0 });
      expect(await cli(["recompute"], asWriter)).toMatchObject({ code: 0 });
      await owner`comment on schema review is 'views of an older version'`;
      const refused = await cli(["sync"], asWriter);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toMatch(/error config: the user of DATABASE_URL may not .*owner of the schema/s);
      expect(await cli(["recompute"], env)).toMatchObject({ code: 0 });
    } finally {
      await owner`drop role nightly_of_a_test`;
    }
  });

  test("3 when a review is stale or was never run, unless that long is allowed", async () => {
    await owner`update trialdrift.runs set published_at = published_at - interval '40 h', finished_at = finished_at - interval '40 h'`;
    const stale = await cli(["doctor"], env);
    expect(stale.code).toBe(3);
    expect(linesOf(stale).get("small wrong")).toMatch(
      /^stale: complete 40 h ago, .*more than 36 h is too long -> run `trialdrift sync --review small`/,
    );
    expect((await cli(["doctor", "--max-age", "2d"], env)).code).toBe(0);
    const another = reviewFolder("another", { cond: "lupus" });
    const never = await cli(["doctor", "--max-age", "2d"], { ...env, TRIALDRIFT_REVIEWS: another.directory });
    another.remove();
    expect(never.code).toBe(3);
    expect(linesOf(never).get("another wrong")).toMatch(/never run: .* -> run `trialdrift sync --review another`/);
  });

  test("69 where the registry or the database cannot be reached, after every other line", async () => {
    const [noRegistry, noDatabase] = await Promise.all([
      cli(["doctor"], { ...env, CTGOV_BASE_URL: NOWHERE }),
      cli(["doctor", "--roles"], { ...env, DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" }),
    ]);
    expect(noRegistry.code).toBe(69);
    expect([...linesOf(noRegistry).keys()]).toEqual([
      "database ok",
      "registry wrong",
      "clock note",
      "metadata note",
      "news ok",
      "small wrong",
    ]);
    expect(linesOf(noRegistry).get("registry wrong")).toMatch(
      /^GET http:\/\/127\.0\.0\.1:9\/api\/v2\/version failed .*-> .*CTGOV_BASE_URL/,
    );
    expect(noDatabase.code).toBe(69);
    expect([...linesOf(noDatabase).keys()]).toEqual([
      "database wrong",
      "registry ok",
      "clock note",
      "reviews note",
      "roles note",
    ]);
    expect(linesOf(noDatabase).get("database wrong")).toMatch(
      /127\.0\.0\.1:9\/none does not answer; .*-> check DATABASE_URL/,
    );
  });
});

describe("flags", () => {
  const states = async () => {
    const listed = JSON.parse((await cli(["flags", "--format", "json"], env)).stdout) as Record<string, unknown>[];
    return listed.map((flag) => [flag["flag_id"], flag["nct_id"], flag["state"]]).toSorted();
  };

  test("ack and resolve: a line a flag; an unknown number changes nothing", async () => {
    const before = await states();
    expect(before.length).toBeGreaterThan(0);
    const id = String(before[0]?.[0]);
    const refused = await cli(["flags", "ack", id, "77777", "--note", "seen"], env);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/error usage: there is no flag 77777\n {2}state: no flag was changed\n {2}next: /);
    expect(await states()).toEqual(before);
    const seen = await cli(["flags", "ack", id, "--note", "seen", "--by", "Anna"], env);
    expect(seen).toMatchObject({ code: 0, stderr: "" });
    expect(seen.stdout).toMatch(new RegExp(`^flag ${id} acknowledged: .*${nct(901).slice(0, 9)}.*small.*\n$`));
    const again = await cli(["flags", "ack", id, "--note", "me too", "--by", "Bo"], env);
    expect(again.stdout).toMatch(
      new RegExp(`^flag ${id} was acknowledged already by Anna on \\d{4}-\\d\\d-\\d\\d: seen; left as it is`),
    );
    expect((await cli(["flags", "resolve", id, "--note", "done"], env)).code).toBe(0);
    expect(await states()).toEqual(
      before.map(([one, study, state]) => [one, study, String(one) === id ? "resolved" : state]),
    );
  });

  test.concurrent.each<[string, string[], RegExp]>([
    ["an empty note", ["resolve", "1", "--note", " "], /--note is empty/],
    ["no number", ["ack", "1", "NCT00000901", "--note", "x"], /no number of a flag: "NCT00000901"/],
  ])("2 for %s", async (_, args, said) => {
    const ended = await cli(["flags", ...args], env);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(said);
  });
});

describe("rules", () => {
  test.each([
    ["trialdrift_reader", "schema.md"],
    ["trialdrift_writer", "security.md"],
  ])("the SQL of %s is that of docs/%s", (role, file) => {
    const document = readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
    const shown = new RegExp(`\`\`\`sql\n(create role ${role}[^\`]+)\`\`\``).exec(document)?.[1];
    expect(ROLE_STATEMENTS[role]?.map((one) => `${one};\n`).join("")).toBe(shown);
  });

  test.each<[string, string, string, RegExp]>([
    ["the same day", "2026-11-24T14:30:00Z", "ok", /no working day/],
    ["more than a week", "2026-12-08T12:00:00Z", "note", /10 working days after/],
    ["hours before, the stamp's zone being unknown", "2026-11-24T03:00:00Z", "ok", /no working day/],
    ["days before", "2026-11-20T08:00:00Z", "wrong", /4 days before/],
  ])("clock: %s", (_, now, mark, said) => {
    expect(clockFinding("2026-11-24T09:00:05", new Date(now))).toMatchObject({
      mark,
      said: expect.stringMatching(said),
      exitCode: 0,
    });
  });

  test("clock: a Friday's data is one working day old until Monday ends, two on Tuesday", () => {
    const marks = ["2026-11-27T23:59:00Z", "2026-11-29T12:00:00Z", "2026-11-30T23:59:00Z", "2026-12-01T00:01:00Z"];
    expect(marks.map((now) => clockFinding("2026-11-27T09:00:05", new Date(now)).mark)).toEqual([
      "ok",
      "ok",
      "ok",
      "note",
    ]);
  });

  test.each<[string, number | null]>([
    ["36h", 36],
    ["2d", 48],
    ["90m", 1.5],
    ["36", null],
    ["-1h", null],
    ["1.5h", null],
  ])("--max-age %s", (text, hours) => expect(hoursOf(text)).toBe(hours));
});
