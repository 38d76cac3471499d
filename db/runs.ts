import { eq, sql } from "drizzle-orm";
import type { Job } from "./model.ts";
import { LEASE_SECONDS } from "./parts.ts";
import { type ReviewRun, runs } from "./schema/runs.ts";
import { discardStaged } from "./store.ts";
import { type Db, rows, texts } from "./sql.ts";

export type { ReviewRun } from "./schema/runs.ts";
export type RunRow = typeof runs.$inferSelect;

/** Opens the run's own row: from here on the ledger knows that somebody is at work. */
export async function openRun(
  db: Db,
  run: { job: Job; review: string | null; reviews: readonly string[]; ruleVersions: Record<string, string> },
): Promise<number> {
  const [opened] = await db
    .insert(runs)
    .values({
      job: run.job,
      review: run.review,
      state: "running",
      reviews: Object.fromEntries(run.reviews.map((id) => [id, pending()])),
      walks: [],
      unknown: {},
      ruleVersions: run.ruleVersions,
    })
    .returning({ runId: runs.runId });
  if (opened === undefined) throw new Error("the run's row was not returned");
  return opened.runId;
}

/** A review in a run that has not got anywhere yet. */
function pending(): ReviewRun {
  return {
    state: "running",
    baseline: false,
    dataAt: null,
    folderHash: "",
    lexiconHash: null,
    rules: "",
    cursor: 0,
    queries: {},
  };
}

/**
 * Marks runs that a dead process left `running`, and deletes what they staged. The caller holds the locks of `reviews`, so
 * whatever still says running for one of them has no process any more; nor has a part of a backfill whose lease ran out.
 */
export async function abandonDead(db: Db, reviews: readonly string[], ownRun: number): Promise<number[]> {
  const dead = await rows<{ run_id: number }>(
    db,
    sql`update trialdrift.runs set state = 'abandoned', finished_at = now(), exit_code = 1,
               error = 'the process ended before it published'
         where state = 'running' and run_id <> ${ownRun}
           and (job in ('sync', 'recompute') and exists (select from jsonb_object_keys(reviews) as k where k in ${texts(reviews)})
                or exists (select from trialdrift.parts p where p.run_id = runs.run_id and p.state = 'claimed'
                              and p.heartbeat_at < clock_timestamp() - make_interval(secs => ${LEASE_SECONDS})))
        returning run_id::int`,
  );
  for (const { run_id } of dead) await discardStaged(db, run_id);
  return dead.map(({ run_id }) => run_id);
}

/** Closes the run of a part whose process is gone, with what it staged. Returns what that run had come to. */
export async function abandonRun(db: Db, runId: number): Promise<"published" | "abandoned"> {
  const [found] = await rows<{ published: boolean }>(
    db,
    sql`select published_at is not null as published from trialdrift.runs where run_id = ${runId}`,
  );
  if (found?.published === true) return "published";
  await db.execute(
    sql`update trialdrift.runs set state = 'abandoned', finished_at = now(), exit_code = 1,
               error = 'the process ended before it published' where run_id = ${runId} and state = 'running'`,
  );
  await discardStaged(db, runId);
  return "abandoned";
}

/** Writes how a run ended; `row` carries the ledger. */
export async function closeRun(db: Db, runId: number, row: Partial<RunRow>): Promise<void> {
  await db
    .update(runs)
    .set({ ...row, finishedAt: sql`now()` as unknown as string })
    .where(eq(runs.runId, runId));
}

/** The last run that was complete for each review, by id: what the gate, the cursor and the query hashes come from. */
export async function lastComplete(db: Db): Promise<Map<string, ReviewRun & { runId: number }>> {
  const found = await rows<{ review: string; run_id: number; said: ReviewRun }>(
    db,
    sql`select distinct on (e.key) e.key as review, r.run_id::int, e.value as said
          from trialdrift.runs r, jsonb_each(r.reviews) e
         where r.published_at is not null and e.value->>'state' = 'published'
         order by e.key, r.run_id desc`,
  );
  return new Map(found.map(({ review, run_id, said }) => [review, { ...said, runId: run_id }]));
}

/** The last published run of each review, complete or not: its cursor is where news went on from. */
export async function lastPublished(db: Db): Promise<Map<string, ReviewRun & { runId: number }>> {
  const found = await rows<{ review: string; run_id: number; said: ReviewRun }>(
    db,
    sql`select distinct on (e.key) e.key as review, r.run_id::int, e.value as said
          from trialdrift.runs r, jsonb_each(r.reviews) e
         where r.published_at is not null and e.value->>'state' in ('published', 'incomplete')
         order by e.key, r.run_id desc`,
  );
  return new Map(found.map(({ review, run_id, said }) => [review, { ...said, runId: run_id }]));
}

/** Id of the newest published change: a review whose cursor is behind it has something to look at. */
export async function newestChange(db: Db): Promise<number> {
  const [found] = await rows<{ newest: number }>(
    db,
    sql`select coalesce(max(change_id), 0)::int as newest from trialdrift.changes`,
  );
  return found?.newest ?? 0;
}
