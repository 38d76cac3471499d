import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../db/open.ts";
import { rows } from "../../db/sql.ts";
import { type Environment, freshDirectory, freshOnServer, type Place, startCli } from "../support/cli.ts";
import { asksVersion } from "../support/registry-faults.ts";
import { type Day, type Played, playRegistry } from "../support/small-registry.ts";
import { countOf, viewState } from "../support/store-state.ts";

/**
 * kill -9 in the middle of a sync, then run again: the same end state as an undisturbed run, on both databases. The whole
 * review of the demo at its two dates; where a process is killed is drawn anew each time and told when a test fails.
 */

const RECORDINGS = new URL("../../fixtures/recordings/", import.meta.url);
const DATES = ["2022-01-21", "2026-11-20"];

function day(date: string): Day {
  const lines = readFileSync(new URL(`${date}.jsonl`, RECORDINGS), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return { date, records: lines.map((line) => JSON.parse(line) as unknown) };
}

function open(env: Environment): Promise<Database> {
  return openDatabase({
    url: env["DATABASE_URL"] ?? null,
    dataDir: env["TRIALDRIFT_DATA_DIR"] ?? "",
    lockWaitMs: 10_000,
    onWait: () => {},
  });
}

async function looking<T>(place: Place, look: (database: Database) => Promise<T>): Promise<T> {
  const database = await open(place.env);
  try {
    return await look(database);
  } finally {
    await database.close();
  }
}

/** What readers see, and how much lies behind it. */
async function stateOf(place: Place): Promise<Record<string, unknown>> {
  return looking(place, async ({ db }) => ({
    ...(await viewState(db)),
    versions: await countOf(db, "trialdrift.versions"),
    unpublished: await countOf(db, "trialdrift.versions where not published"),
    derivations: await countOf(db, "trialdrift.derivations"),
    records: await countOf(db, "trialdrift.records"),
    events: await countOf(db, "trialdrift.member_events"),
  }));
}

interface Timed {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** Milliseconds from the end of the walk to the end of the process. */
  rest: number;
}

/** Versions are asked for by the gate, at the start of the walk and at its end. */
const WALK_ENDS = 3;

/** One sync; `kill` is where it is killed: while the first page is asked for, or so many ms after the end of the walk. */
async function sync(place: Place, played: Played, kill: "page" | number | null): Promise<Timed> {
  let versions = 0;
  let walked = 0;
  const started = startCli(["sync"], { ...place.env, CTGOV_BASE_URL: played.url });
  played.fault = (request) => {
    versions += asksVersion(request) ? 1 : 0;
    if (kill === "page" && !asksVersion(request)) started.child.kill("SIGKILL");
    if (!asksVersion(request) || versions !== WALK_ENDS) return false;
    walked = performance.now();
    if (typeof kill === "number") setTimeout(() => started.child.kill("SIGKILL"), kill);
    return false;
  };
  const { code, signal, stderr } = await started.ended;
  return { code, signal, stderr, rest: performance.now() - walked };
}

describe.each(["PGlite", "Postgres"])("%s", (kind) => {
  let played: Played;
  const places: Place[] = [];
  const fresh = async (): Promise<Place> => {
    const place = kind === "PGlite" ? freshDirectory(inject("pglite")) : await freshOnServer(inject("postgres"));
    places.push(place);
    return place;
  };
  beforeAll(async () => {
    played = await playRegistry(...DATES.map(day));
  });
  afterAll(async () => {
    await played.close();
    for (const place of places) await place.dispose();
  });

  test("killed at several points of both dates, then run again", async () => {
    const undisturbed = await fresh();
    const disturbed = await fresh();
    let landed = 0;
    const points: string[] = [];
    for (const step of DATES.keys()) {
      await played.show(step + 1);
      const calm = await sync(undisturbed, played, null);
      expect(calm, calm.stderr).toMatchObject({ code: 0 });
      const before = step === 0 ? null : await stateOf(disturbed);
      const delays = [0.15, 0.5, 0.85].map((part) => Math.round(calm.rest * part * (0.6 + 0.8 * Math.random())));
      for (const kill of step === 0 ? [delays[1] ?? 0] : (["page", ...delays] as const)) {
        const killed = await sync(disturbed, played, kill);
        points.push(`date ${step + 1}, ${kill}: ${killed.signal ?? killed.code}`);
        if (killed.signal === "SIGKILL") landed += 1;
        else break; // it was through before the blow: nothing is left to disturb
      }
      if (before !== null && points.at(-1)?.endsWith("SIGKILL") === true) {
        // Staged objects and the dead run's state are all that may differ.
        const hidden = ["unpublished", "versions", "derivations", "records", "freshness"];
        const state = Object.entries(await stateOf(disturbed)).filter(([name]) => !hidden.includes(name));
        const seen = Object.fromEntries(state);
        const published =
          (await looking(disturbed, ({ db }) => countOf(db, "review.runs where published_at is not null"))) > 1;
        if (!published) expect(before, points.join("; ")).toMatchObject(seen);
      }
      const again = await sync(disturbed, played, null);
      expect(again, `${points.join("; ")}\n${again.stderr}`).toMatchObject({ code: 0, signal: null });
      const [expected, found] = [await stateOf(undisturbed), await stateOf(disturbed)];
      expect(found, points.join("; ")).toEqual(expected);
      expect(found["unpublished"]).toBe(0);
    }
    expect(landed, points.join("; ")).toBeGreaterThanOrEqual(2);
    const dead = await looking(disturbed, ({ db }) =>
      rows(db, sql`select distinct state, exit_code from trialdrift.runs where published_at is null order by state`),
    );
    // A skipped run is one that the gate ended: the blow came after the publication.
    for (const one of dead)
      expect([
        { state: "abandoned", exit_code: 1 },
        { state: "skipped", exit_code: 0 },
      ]).toContainEqual(one);
  }, 180_000);
});
