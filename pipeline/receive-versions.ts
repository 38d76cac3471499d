import type { Database } from "../db/open.ts";
import { pack, readHeads, readVersionList, type StagedRow, type StagedVersion, stageVersions } from "../db/store.ts";
import { deriveStudy, FACTS_VERSION } from "./derive.ts";
import { type Harvest, refuse } from "./harvest.ts";
import { serialize, versionId } from "./hash.ts";
import { openWalk, walkProblem } from "./ledger.ts";
import { validate } from "./registry/validate.ts";
import { rowOf } from "./row.ts";
import type { Source } from "./sources/source.ts";

/**
 * The way in for the registry's history: one record is one version of a study, dated by its submission. Each goes behind
 * the study's head; publication finds its place (older.ts). Nothing written here is visible.
 */
export async function receiveVersions(
  { db }: Database,
  runId: number,
  harvest: Harvest,
  source: Source,
  _walkDataAt: string | null,
  onRecords: (count: number) => void,
): Promise<void> {
  const walk = openWalk(source.name, source.announces);
  harvest.walks.push(walk);
  for await (const { records, announced } of source.batches()) {
    walk.announced = announced ?? walk.announced;
    const versions: StagedVersion[] = [];
    const rows: StagedRow[] = [];
    const valid = records.flatMap((record) => {
      walk.received += 1;
      const dataAt = source.dataAt?.(record, null) ?? "";
      const verdict = validate(record);
      if (verdict.ok) return [{ study: verdict.study, dataAt, ...serialize(verdict.study) }];
      const [first] = verdict.issues;
      const about = `${verdict.nctId ?? "no id"} as submitted on ${dataAt.slice(0, 10)}`;
      const reason = verdict.issues.map((issue) => `${issue.path}: ${issue.reason}`).join("; ");
      // Named by its content: the id belongs to the study's record of today, which may be sound.
      refuse(harvest, record, source.name, null, first?.path ?? "$", `${about}: ${reason}`);
      walk.distinct += 1;
      return [];
    });
    const ids = [...new Set(valid.map(({ study }) => study.protocolSection.identificationModule.nctId))];
    const heads = new Map((await readHeads(db, ids)).map((head) => [head.nct_id, head]));
    const held = new Set((await readVersionList(db, ids)).map(({ version_id }) => version_id));
    for (const { study, dataAt, json, core, derived } of valid) {
      const { nctId } = study.protocolSection.identificationModule;
      const id = versionId(nctId, core, dataAt);
      if (harvest.arrivals.has(id)) {
        walk.duplicates += 1;
        continue;
      }
      walk.distinct += 1;
      const { facts } = deriveStudy(study, null);
      harvest.arrivals.set(id, {
        nctId,
        outcome: held.has(id) ? "unchanged" : "older",
        versionId: id,
        coreHash: core,
        derivedHash: derived,
        text: null,
        dataAt,
        dated: "submitted",
        head: heads.get(nctId) ?? null,
        changes: [],
        posted: facts.lastUpdatePosted,
        dateless: false,
        replaces: null,
      });
      if (held.has(id)) continue;
      const named = { versionId: id, nctId, coreHash: core, derivedHash: derived, dataAt };
      versions.push({
        ...named,
        raw: pack(json()),
        lastUpdatePosted: facts.lastUpdatePosted,
        dated: "submitted",
        runId,
      });
      rows.push(rowOf(facts, id, FACTS_VERSION));
    }
    await stageVersions(db, versions, rows);
    onRecords(records.length);
  }
  const problem = walkProblem(walk);
  if (problem !== null) harvest.problems.push(problem);
}
