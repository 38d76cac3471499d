import { sql } from "drizzle-orm";
import type { CopyColumn, Encoded } from "./copy.ts";
import { copyColumns } from "./copy-in.ts";
import type { Database } from "./open.ts";
import { pack, unpack } from "./pack.ts";
import { cells, derivations, drift } from "./schema/derivations.ts";
import { type KnownText, records, rows as rowsTable, versions } from "./schema/studies.ts";
import { cleanJson, type Db, insertAll, rows, sqlState, texts } from "./sql.ts";

/** Batches of immutable objects: written before publication, seen by no reader, named by their content. */

const UNIQUE = "23505";

export { pack, unpack };
export type { KnownText } from "./schema/studies.ts";

/** How versions and their rows are encoded for stageEncoded; plain values, so that a worker can be told. */
export const STAGED: StagedColumns = { versions: copyColumns(versions), rows: copyColumns(rowsTable) };
export interface StagedColumns {
  versions: CopyColumn[];
  rows: CopyColumn[];
}

export type StagedVersion = Omit<typeof versions.$inferInsert, "published" | "seq">;
export type StagedRow = typeof rowsTable.$inferInsert;
export interface StagedDerivation {
  derivation: typeof derivations.$inferInsert;
  cells: (typeof cells.$inferInsert)[];
  drift: (typeof drift.$inferInsert)[];
}

/** What a new arrival is compared with: the published version that readers see. */
export interface Head {
  nct_id: string;
  version_id: string;
  facts_version: number;
  core_hash: string;
  derived_hash: string;
  known_text: KnownText | null;
  data_at: string;
  first_data_at: string;
}

/** Heads of the studies asked for; a study never stored is absent. */
export function readHeads(db: Db, nctIds: readonly string[]): Promise<Head[]> {
  if (nctIds.length === 0) return Promise.resolve([]);
  return rows<Head>(
    db,
    sql`select nct_id, version_id, facts_version, core_hash, derived_hash, known_text, data_at, first_data_at
          from trialdrift.studies where nct_id in ${texts(nctIds)}`,
  );
}

/** Records of versions, published or staged, packed as they are kept, by version id. */
export async function readPacked(db: Db, versionIds: readonly string[]): Promise<Map<string, Uint8Array>> {
  if (versionIds.length === 0) return new Map();
  const found = await rows<{ version_id: string; raw: Uint8Array }>(
    db,
    sql`select version_id, raw from trialdrift.versions where version_id in ${texts(versionIds, "uuid")}`,
  );
  return new Map(found.map(({ version_id, raw }) => [version_id, raw]));
}

/** Records of versions, published or staged, by version id. */
export async function readRecords(db: Db, versionIds: readonly string[]): Promise<Map<string, unknown>> {
  const packed = await readPacked(db, versionIds);
  return new Map([...packed].map(([versionId, raw]) => [versionId, unpack(raw)]));
}

/** The published versions of some studies, oldest first, without their records. */
export function readVersionList(
  db: Db,
  nctIds: readonly string[],
): Promise<
  { nct_id: string; version_id: string; core_hash: string; data_at: string; dated: "observed" | "submitted" }[]
> {
  if (nctIds.length === 0) return Promise.resolve([]);
  return rows(
    db,
    sql`select nct_id, version_id, core_hash, data_at, dated from trialdrift.versions
         where published and nct_id in ${texts(nctIds)} order by nct_id, data_at, seq`,
  );
}

/**
 * Writes versions and their rows in one transaction. A version of the same name, published or left by another run, is the
 * same content and stays.
 */
export async function stageVersions(
  db: Db,
  staged: readonly StagedVersion[],
  stagedRows: readonly StagedRow[],
): Promise<void> {
  if (staged.length + stagedRows.length === 0) return;
  await db.transaction(async (tx) => {
    await insertAll(
      tx,
      versions,
      staged.map((version) => ({ ...version, published: false })),
      sql`on conflict do nothing`,
    );
    await insertAll(tx, rowsTable, stagedRows, sql`on conflict do nothing`);
  });
}

/**
 * Writes encoded versions and their rows, the ones from place `from` up to `to`, with the same result as stageVersions. A
 * version that is there already is rare (left by a killed run), so that it is looked for only when it was met.
 */
export async function stageEncoded(
  database: Database,
  staged: { versions: Encoded; rows: Encoded },
  from: number,
  to: number,
): Promise<void> {
  if (from === to) return;
  const parts = [
    { table: versions, rows: staged.versions, from, to },
    { table: rowsTable, rows: staged.rows, from, to },
  ];
  try {
    await database.copy(parts, "refuse");
  } catch (error) {
    if (sqlState(error) !== UNIQUE) throw error;
    await database.copy(parts, "keep");
  }
}

/** Writes the jsonb copies of tracked studies' records, given as JSON text. */
export async function stageRecords(db: Db, staged: readonly { versionId: string; json: string }[]): Promise<void> {
  if (staged.length === 0) return;
  const given = staged.map(({ versionId, json }) => `{"version_id":"${versionId}","record":${cleanJson(json)}}`);
  await db.execute(
    sql`insert into ${records} (version_id, record)
        select version_id, record from jsonb_populate_recordset(null::${records}, ${`[${given.join(",")}]`}::jsonb)
            on conflict do nothing`,
  );
}

/** Writes derivations with their cells and drift; one that exists is the same content. */
export async function stageDerivations(db: Db, staged: readonly StagedDerivation[]): Promise<void> {
  if (staged.length === 0) return;
  await db.transaction(async (tx) => {
    await insertAll(
      tx,
      derivations,
      staged.map(({ derivation }) => derivation),
      // Left by a run that died: ours now, or it would be cleared away as that run's once a newer one is shown.
      sql`on conflict (derivation_id) do update set run_id = excluded.run_id
           where not exists (select from trialdrift.runs r where r.run_id = derivations.run_id and r.published_at is not null)`,
    );
    await insertAll(
      tx,
      cells,
      staged.flatMap((one) => one.cells),
      sql`on conflict do nothing`,
    );
    await insertAll(
      tx,
      drift,
      staged.flatMap((one) => one.drift),
      sql`on conflict do nothing`,
    );
  });
}

/**
 * Deletes what ended runs staged and nobody published. While another run is under way nothing is deleted: objects are named
 * by content, so that what one run staged may be what the other is about to publish; the last one to end cleans up.
 */
export async function discardStaged(db: Db, runId: number): Promise<void> {
  const alone = sql`not exists (select from trialdrift.runs r where r.state = 'running' and r.run_id <> ${runId})`;
  // By run, because that has an index: over all unpublished versions this would read the whole table after every part.
  const ended = sql`(select r.run_id from trialdrift.runs r where r.published_at is null or r.run_id = ${runId})`;
  await db.execute(sql`delete from trialdrift.versions where run_id in ${ended} and not published and ${alone}`);
  await db.execute(sql`
    delete from trialdrift.derivations d where ${alone}
       and not exists (select from trialdrift.members m where m.derivation_id = d.derivation_id)
       and not exists (select from trialdrift.runs r where r.run_id = d.run_id and r.published_at is not null)`);
}
