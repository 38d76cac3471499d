import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { deliver } from "../../jobs/deliver.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";
import { countOf } from "../support/store-state.ts";

/** News from the publishing transaction to the files of a feed. */

let database: Database;
let played: Played;
let folder: ReviewFolder;
let directory: string;
const logged: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry({ date: "2022-01-15", records: [trial(701)] });
  folder = reviewFolder("news", { cond: "lupus", rows: [{ n: 701, cells: { enrollment: 20 } }] });
  directory = mkdtempSync(join(tmpdir(), "trialdrift-feeds-"));
  await runOnce(database, folder.read(), played, { targets: ["feed"] });
});
afterAll(async () => {
  await played?.close();
  folder?.remove();
  rmSync(directory, { recursive: true, force: true });
  await database?.close();
});

const send = (feedDir: string): Promise<void> =>
  deliver({
    db: database.db,
    config: { webhook: null, feedDir },
    log: pino({ level: "info" }, { write: (line: string) => logged.push(line) }),
    now: () => new Date(),
    waitScale: 0.001,
  });

const queueForFeed = (count: number) =>
  database.db.execute(
    sql`insert into trialdrift.outbox (run_id, review, target, idempotency_key, payload, created_at)
        select run_id, '', 'feed', 'key-' || n || '-' || run_id, payload, created_at
          from trialdrift.outbox, generate_series(1, ${count}::int) n
         where outbox_id = (select min(outbox_id) from trialdrift.outbox)`,
  );

test("the files are there, whole, and hold the newest fifty", async () => {
  await queueForFeed(60);
  await send(directory);
  expect(readdirSync(directory).toSorted()).toEqual(["atom.xml", "feed.json"]);
  const feed = JSON.parse(readFileSync(join(directory, "feed.json"), "utf8")) as { items: { id: string }[] };
  expect(feed.items).toHaveLength(50);
  expect(feed.items[0]?.id).toMatch(/^urn:uuid:key-60-/);
  expect(readFileSync(join(directory, "atom.xml"), "utf8").match(/<entry>/g)).toHaveLength(50);
});

test("a directory that cannot be written is told, and tried again", async () => {
  const file = join(directory, "no-directory");
  writeFileSync(file, "");
  await database.db.execute(
    sql`update trialdrift.outbox set delivered_at = null where idempotency_key like 'key-60-%'`,
  );
  await send(file);
  expect(logged.join("")).toMatch(/feeds: EEXIST|feeds: ENOTDIR/);
  const mended = join(directory, "mended");
  await send(mended);
  expect(existsSync(join(mended, "atom.xml"))).toBe(true);
  expect(await countOf(database.db, "trialdrift.outbox where delivered_at is null")).toBe(0);
});
