import { eq, inArray, sql } from "drizzle-orm";
import { type DecisionList, projectDecisions } from "./decisions.ts";
import type { StepSeconds } from "./model.ts";
import type { Database } from "./open.ts";
import type { ReviewRun } from "./schema/runs.ts";
import { changes } from "./schema/changes.ts";
import { claimStates } from "./schema/claims.ts";
import { flags } from "./schema/flags.ts";
import { type memberEvents, type members, type memberships, pins } from "./schema/members.ts";
import { publishMembers } from "./publish-members.ts";
import { outbox } from "./schema/outbox.ts";
import { showRenewed } from "./renewal.ts";
import { quarantine } from "./schema/quarantine.ts";
import { reviews } from "./schema/reviews.ts";
import { runs } from "./schema/runs.ts";
import { type KnownText, studies, versions } from "./schema/studies.ts";
import { type Db, insertAll, jsonText, rows, texts } from "./sql.ts";

/** The one transaction that makes a run visible: heads, pointers, changes, flags, members, ledger. Everything else is there already. */

export interface HeadMove {
  nctId: string;
  /** The version that the derivation read; null for a study never stored. */
  expected: string | null;
  versionId: string;
  factsVersion: number;
  coreHash: string;
  derivedHash: string;
  knownText: KnownText | null;
  dataAt: string;
  firstDataAt: string;
}

export interface Publication {
  runId: number;
  /** Newest change when the reviews were settled; null where none was. A later one of another run is news they lack. */
  newestSeen: number | null;
  heads: HeadMove[];
  /** Staged versions that become visible without being the head: older input. */
  history: { versionId: string; nctId: string; firstDataAt: string }[];
  /** Browse parts that the registry recomputed: updated in place, no version (design rule 2). */
  derived: (Pick<HeadMove, "nctId" | "versionId" | "derivedHash" | "knownText"> & {
    raw: Uint8Array;
    record: unknown;
  })[];
  /** Version of the rules by which heads get another row of the same version: no change of the registry; null: none does. */
  renewedBy: number | null;
  changes: (typeof changes.$inferInsert)[];
  /** Version pairs between which older input came to stand. */
  superseded: { from: string; to: string }[];
  memberships: (typeof memberships.$inferInsert)[];
  events: (typeof memberEvents.$inferInsert)[];
  members: (typeof members.$inferInsert)[];
  /** Studies a review tracks no longer. Their memberships stay as ledger. */
  dropped: { review: string; nctId: string }[];
  reviews: Omit<typeof reviews.$inferInsert, "lastRunId">[];
  decisions: DecisionList[];
  flagsOpened: (typeof flags.$inferInsert)[];
  flagsResolved: number[];
  flagsGone: number[];
  quarantined: (typeof quarantine.$inferInsert)[];
  /** Studies that arrived sound: what quarantine holds of them is recovered. */
  recovered: string[];
  /** Studies that a backfill pins to a watchlist. */
  pins: (typeof pins.$inferInsert)[];
  /** Asked once everything above is written: what follows from the run's own state as readers are about to see it. */
  conclude?: (tx: Db) => Promise<Conclusion>;
  /**
   * Asked with the run's row, the last statement: `publish` is measured up to there. The commit alone is left out. To add it,
   * the row would have to be written again once readers see the run, and a process killed in between would leave it short.
   */
  steps?: () => StepSeconds;
  run: Partial<typeof runs.$inferInsert> & { reviews: Record<string, ReviewRun> };
}

/** What a run's new state adds to its publication: answers of claims, flags about them, and the news of all of it. */
export interface Conclusion {
  claims: (typeof claimStates.$inferInsert)[];
  flagsOpened: (typeof flags.$inferInsert)[];
  flagsResolved: number[];
  flagsGone: number[];
  /** To be sent after this transaction. */
  outbox: (typeof outbox.$inferInsert)[];
}

/** Another run moved these heads, or published changes of these studies, since they were read; nothing was published. */
export class HeadsMoved extends Error {
  readonly nctIds: string[];
  constructor(nctIds: string[]) {
    super(`heads moved: ${nctIds.join(", ")}`);
    this.nctIds = nctIds;
  }
}

/** Serializes publications, so that change ids rise in the order in which readers see them: a review's cursor relies on it. */
export const PUBLISHING = sql`select pg_advisory_xact_lock(7614001, 0)`;

async function checkHeads(tx: Db, plan: Publication): Promise<void> {
  const expected = new Map<string, string | null>([
    ...plan.derived.map(({ nctId, versionId }) => [nctId, versionId] as const),
    ...plan.heads.map(({ nctId, expected }) => [nctId, expected] as const),
  ]);
  if (expected.size === 0) return;
  const found = await rows<{ nct_id: string; version_id: string }>(
    tx,
    sql`select nct_id, version_id from trialdrift.studies where nct_id in ${texts([...expected.keys()])} order by nct_id for update`,
  );
  const now = new Map(found.map(({ nct_id, version_id }) => [nct_id, version_id]));
  const moved = [...expected]
    .filter(([nctId, version]) => (now.get(nctId) ?? null) !== version)
    .map(([nctId]) => nctId);
  if (moved.length > 0) throw new HeadsMoved(moved);
}

/** The reviews' cursors will move to the newest change: what came since they were settled would never become news. */
async function checkNews(tx: Db, plan: Publication): Promise<void> {
  if (plan.newestSeen === null) return;
  const later = await rows<{ nct_id: string }>(
    tx,
    sql`select distinct nct_id from trialdrift.changes where change_id > ${plan.newestSeen}`,
  );
  if (later.length > 0) throw new HeadsMoved(later.map(({ nct_id }) => nct_id));
}

async function showVersions(tx: Db, plan: Publication): Promise<void> {
  const ids = [...plan.heads, ...plan.history].map(({ versionId }) => versionId);
  if (ids.length > 0)
    await tx.execute(
      sql`update trialdrift.versions set published = true where version_id::text in ${texts(ids)} and not published`,
    );
  await insertAll(
    tx,
    studies,
    plan.heads,
    sql`on conflict (nct_id) do update set version_id = excluded.version_id, facts_version = excluded.facts_version,
          core_hash = excluded.core_hash, derived_hash = excluded.derived_hash, known_text = excluded.known_text,
          data_at = excluded.data_at`,
  );
  if (plan.renewedBy !== null) await showRenewed(tx, plan.renewedBy);
  for (const { nctId, firstDataAt } of plan.history)
    await tx
      .update(studies)
      .set({ firstDataAt: sql`least(first_data_at, ${firstDataAt})` as unknown as string })
      .where(eq(studies.nctId, nctId));
  for (const { nctId, versionId, derivedHash, knownText, raw, record } of plan.derived) {
    await tx.update(versions).set({ raw, derivedHash }).where(eq(versions.versionId, versionId));
    await tx.update(studies).set({ derivedHash, knownText }).where(eq(studies.nctId, nctId));
    await tx.execute(
      sql`update trialdrift.records set record = ${jsonText(record)}::jsonb where version_id = ${versionId}`,
    );
  }
}

async function writeFlags(
  tx: Db,
  runId: number,
  { flagsOpened, flagsResolved, flagsGone }: Pick<Conclusion, "flagsOpened" | "flagsResolved" | "flagsGone">,
): Promise<void> {
  if (flagsResolved.length > 0)
    await tx
      .update(flags)
      .set({
        state: "resolved",
        gone: true,
        resolvedAt: sql`now()` as unknown as string,
        resolvedBy: `run ${runId}`,
      })
      .where(inArray(flags.flagId, flagsResolved));
  if (flagsGone.length > 0) await tx.update(flags).set({ gone: true }).where(inArray(flags.flagId, flagsGone));
  await insertAll(tx, flags, flagsOpened, sql`on conflict do nothing`);
}

async function writeNews(tx: Db, plan: Publication): Promise<void> {
  await insertAll(tx, changes, plan.changes, sql`on conflict do nothing`);
  for (const { from, to } of plan.superseded)
    await tx.execute(
      sql`update trialdrift.changes set superseded = true where from_version = ${from} and to_version = ${to} and kind <> 'derived_only'`,
    );
  await writeFlags(tx, plan.runId, plan);
}

async function writeQuarantine(tx: Db, plan: Publication): Promise<void> {
  await insertAll(
    tx,
    quarantine,
    plan.quarantined,
    sql`on conflict (hash, reason) do update set count = quarantine.count + 1, last_seen_at = excluded.last_seen_at, state = 'held'`,
  );
  if (plan.recovered.length > 0)
    await tx.execute(
      sql`update trialdrift.quarantine set state = 'recovered' where state = 'held' and nct_id in ${texts(plan.recovered)}`,
    );
}

/** Makes the run visible, or throws and leaves everything as it was. Errors: HeadsMoved, `locked`. */
export async function publish(database: Database, plan: Publication): Promise<void> {
  await database.assertHeld();
  await database.db.transaction(async (tx) => {
    await tx.execute(PUBLISHING);
    await checkHeads(tx, plan);
    await checkNews(tx, plan);
    await showVersions(tx, plan);
    await writeNews(tx, plan);
    await publishMembers(tx, plan);
    await insertAll(
      tx,
      reviews,
      plan.reviews.map((review) => ({ ...review, lastRunId: plan.runId })),
      sql`on conflict (review) do update set title = excluded.title, active = excluded.active, folder_hash = excluded.folder_hash,
            lexicon = excluded.lexicon, definition = excluded.definition, tables = excluded.tables, last_run_id = excluded.last_run_id`,
    );
    await projectDecisions(tx, plan.decisions);
    await writeQuarantine(tx, plan);
    await insertAll(tx, pins, plan.pins, sql`on conflict do nothing`);
    const conclusion = await plan.conclude?.(tx);
    if (conclusion !== undefined) {
      await insertAll(tx, claimStates, conclusion.claims);
      await writeFlags(tx, plan.runId, conclusion);
      await insertAll(tx, outbox, conclusion.outbox);
    }
    const [newest] = await rows<{ newest: number }>(
      tx,
      sql`select coalesce(max(change_id), 0)::int as newest from trialdrift.changes`,
    );
    const seen = Object.fromEntries(
      Object.entries(plan.run.reviews).map(([id, said]) => [id, { ...said, cursor: newest?.newest ?? 0 }]),
    );
    await tx
      .update(runs)
      .set({
        ...plan.run,
        reviews: seen,
        publishedAt: sql`now()` as unknown as string,
        // now() is when the transaction began: the run's end would be before its publication.
        finishedAt: sql`clock_timestamp()` as unknown as string,
        steps: plan.steps?.() ?? null,
      })
      .where(eq(runs.runId, plan.runId));
  });
}
