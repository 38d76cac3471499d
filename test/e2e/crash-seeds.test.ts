import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { migrate } from "../../db/migrate.ts";
import { type Database, openDatabase } from "../../db/open.ts";
import { nightly } from "../../jobs/nightly.ts";
import { openRegistry } from "../../pipeline/registry/client.ts";
import { readReview } from "../../pipeline/review/folder.ts";
import { replaySteps, type StepExpected } from "../oracle/replay-steps.ts";
import { recordsOf } from "../oracle/status-changes.ts";
import { type Environment, startCli } from "../support/cli.ts";
import { type Day, type Played, playRegistry } from "../support/small-registry.ts";
import { countOf, viewState } from "../support/store-state.ts";
import { STEPS, stepsAbsent, watchReview, whySkipped } from "../support/watch-list.ts";

/**
 * kill -9 at a random point of a random step, then the step again: everything but ids and clock times equals the undisturbed
 * run. Each seed starts from the database as it stood before its step; even seeds on PGlite, odd ones on Postgres.
 * TEST_CRASH_SEEDS says how many (default 4; 50 take some minutes), TEST_CRASH_FROM the first one.
 */
const SEEDS = Number(process.env["TEST_CRASH_SEEDS"] ?? 4);
const FROM = Number(process.env["TEST_CRASH_FROM"] ?? Math.floor(Math.random() * 1000) * 2);

/** Steps of the watch list after which a day of the small registry ends: gone, returned and new, changed, statuses. */
const ENDS = [0, 1, 3, 20];

/** Every study that ever changes and some that do not. */
function chosenOf(steps: readonly StepExpected[]): Set<string> {
  return new Set([...steps.flatMap(({ changed }) => changed), ...(steps[0]?.fresh ?? []).slice(0, 15)]);
}

/** Each day is all that came since the one before. */
function daysOf(steps: readonly StepExpected[]): Day[] {
  const chosen = chosenOf(steps);
  const index = JSON.parse(readFileSync(join(STEPS, "index.json"), "utf8")) as { date: string; gone: string[] }[];
  return ENDS.map((end, at) => {
    const covered = steps.slice(at === 0 ? 0 : (ENDS[at - 1] ?? 0) + 1, end + 1);
    const records = new Map(covered.flatMap(({ file }) => [...recordsOf(join(STEPS, file))]));
    return {
      date: index[end]?.date ?? "",
      records: [...records].filter(([nctId]) => chosen.has(nctId)).map(([, record]) => record),
      gone: covered.flatMap(({ departed }) => departed).filter((nctId) => chosen.has(nctId)),
    };
  });
}

/** mulberry32: a seed always draws the same step and point. */
function draw(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function open(env: Environment): Promise<Database> {
  const [url, dataDir] = [env["DATABASE_URL"] ?? null, env["TRIALDRIFT_DATA_DIR"] ?? ""];
  return openDatabase({ url, dataDir, lockWaitMs: 10_000, onWait: () => {} });
}

async function stateOf(env: Environment): Promise<Record<string, unknown>> {
  const database = await open(env);
  const tables = ["versions", "derivations", "records", "member_events", "member_states", "flags", "changes"];
  try {
    const counts = tables.map(async (name) => [name, await countOf(database.db, `trialdrift.${name}`)]);
    const unpublished = await countOf(database.db, "trialdrift.versions where not published");
    return { ...(await viewState(database.db)), counts: await Promise.all(counts), unpublished };
  } finally {
    await database.close();
  }
}

/** One kind of database: where a copy of how things stood before each step is kept, and how it is had back. */
interface Kind {
  name: string;
  env: Environment;
  keep(step: number): Promise<void>;
  restore(step: number): Promise<void>;
  dispose(): Promise<void>;
}

function embedded(): Kind {
  const home = mkdtempSync(join(tmpdir(), "trialdrift-crash-"));
  const work = join(home, "work");
  return {
    name: "PGlite",
    env: { TRIALDRIFT_DATA_DIR: work },
    async keep(step) {
      cpSync(work, join(home, String(step)), { recursive: true });
    },
    async restore(step) {
      rmSync(work, { recursive: true, force: true });
      cpSync(join(home, String(step)), work, { recursive: true });
    },
    async dispose() {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function onServer(server: string): Promise<Kind> {
  const owner = postgres(server, { max: 1, onnotice: () => {} });
  const base = `trialdrift_crash_${process.pid}`;
  const names = new Set([base]);
  const own = new URL(server);
  own.pathname = `/${base}`;
  await owner.unsafe(`create database ${base}`);
  const copy = async (from: string, to: string): Promise<void> => {
    names.add(to);
    await owner.unsafe(`drop database if exists ${to} with (force)`);
    await owner.unsafe(`create database ${to} template ${from} strategy file_copy`);
  };
  return {
    name: "Postgres",
    env: { DATABASE_URL: own.href },
    keep: (step) => copy(base, `${base}_${step}`),
    restore: (step) => copy(`${base}_${step}`, base),
    async dispose() {
      for (const name of names) await owner.unsafe(`drop database if exists ${name} with (force)`);
      await owner.end({ timeout: 5 });
    },
  };
}

describe.skipIf(stepsAbsent)(`a watch list under the axe${whySkipped}`, () => {
  const kinds: Kind[] = [];
  const undisturbed: Record<string, unknown>[] = [];
  const steps = stepsAbsent ? [] : replaySteps(STEPS);
  const folder = stepsAbsent ? null : watchReview((nctId) => chosenOf(steps).has(nctId));
  const settings = { TRIALDRIFT_REVIEWS: folder?.directory ?? "", LOG_LEVEL: "error" };
  let played: Played;

  /** One sync as a process; killed so many ms after its first request, where told. */
  async function sync(kind: Kind, kill: number | null): Promise<{ killed: boolean; took: number }> {
    const started = startCli(["sync"], { ...kind.env, ...settings, CTGOV_BASE_URL: played.url });
    let first = 0;
    played.fault = () => {
      if (first === 0 && kill !== null) setTimeout(() => started.child.kill("SIGKILL"), kill);
      if (first === 0) first = performance.now();
      return false;
    };
    const { code, signal, stderr } = await started.ended;
    if (signal !== "SIGKILL") expect(code, stderr).toBe(0);
    return { killed: signal === "SIGKILL", took: performance.now() - first };
  }

  beforeAll(async () => {
    played = await playRegistry(...daysOf(steps));
    kinds.push(embedded(), await onServer(inject("postgres")));
    const review = readReview(folder?.directory ?? "", "watch", "");
    for (const kind of kinds) {
      for (const step of ENDS.keys()) {
        await played.show(step + 1);
        const database = await open(kind.env);
        const registry = openRegistry({ baseUrl: played.url, rate: 1000, userAgent: "" });
        try {
          await migrate(database);
          const now = () => new Date().toISOString();
          const job = { database, registry, reviews: [review], review: null, dryRun: false, now, onProgress: () => {} };
          const report = await nightly(job);
          expect(report).toMatchObject({ state: "published", exitCode: 0 });
        } finally {
          await registry.close();
          await database.close();
        }
        await kind.keep(step + 1);
        const state = await stateOf(kind.env);
        if (kind === kinds[0]) undisturbed.push(state);
        else expect(state, `${kind.name}, step ${step}`).toEqual(undisturbed[step]);
      }
    }
  }, 600_000);
  afterAll(async () => {
    await played?.close();
    for (const kind of kinds) await kind.dispose();
    folder?.remove();
  });

  test(
    `killed at a random point, then run again: ${SEEDS} seeds from ${FROM}`,
    async () => {
      const longest = new Map<string, number>();
      let landed = 0;
      for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
        const kind = kinds[seed % kinds.length];
        if (kind === undefined) throw new Error("no database");
        const random = draw(seed);
        // The first step has no database before it.
        const step = 1 + Math.floor(random() * (ENDS.length - 1));
        const part = random();
        await played.show(step + 1);
        if (!longest.has(kind.name)) {
          await kind.restore(step);
          longest.set(kind.name, (await sync(kind, null)).took);
        }
        let [killed, point] = [false, 0];
        // A blow that came too late says how long a run takes just now: the next one is dealt by that.
        for (let blows = 0; !killed && blows < 3; blows += 1) {
          await kind.restore(step);
          point = Math.round(part * (longest.get(kind.name) ?? 0));
          const dealt = await sync(kind, point);
          ({ killed } = dealt);
          if (!killed) longest.set(kind.name, dealt.took);
        }
        landed += killed ? 1 : 0;
        await sync(kind, null);
        expect(await stateOf(kind.env), `seed ${seed}: ${kind.name}, step ${step}, ${point} ms`).toEqual(
          undisturbed[step],
        );
      }
      expect(landed).toBeGreaterThan(SEEDS / 4);
    },
    SEEDS * 60_000,
  );

  test("two processes racing on Postgres never double a run", async () => {
    const kind = kinds[1];
    if (kind === undefined) throw new Error("no server");
    const step = ENDS.length - 1;
    await played.show(step + 1);
    await kind.restore(step);
    await Promise.all([sync(kind, null), sync(kind, null)]);
    expect(await stateOf(kind.env)).toEqual(undisturbed[step]);
    const database = await open(kind.env);
    const runs = await countOf(database.db, "trialdrift.runs where published_at is not null");
    await database.close();
    expect(runs).toBe(ENDS.length);
  }, 120_000);
});
