import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "./small-registry.ts";

/** A recorded history of hand-made versions: [submission date, record as the history's interface has it]. */
export function writeHistory(folder: string, nctId: string, versions: readonly (readonly [string, Json])[]): void {
  const changes = versions.map(([date, record], version) => ({
    version,
    date,
    status: (record["protocolSection"] as { statusModule: { overallStatus: string } }).statusModule.overallStatus,
    studyType: "INTERVENTIONAL",
    moduleLabels: version === 0 ? [] : ["Study Status"],
  }));
  const content = {
    study: versions.at(-1)?.[1],
    topics: {},
    history: { changes, originalData: {}, lastUpdateVersions: {}, outcomesUpdateCount: 0 },
    versions: versions.map(([, study], studyVersion) => ({ studyVersion, study })),
  };
  writeFileSync(join(folder, `${nctId}.history.json`), JSON.stringify(content));
}
