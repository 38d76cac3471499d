import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordsOf } from "../oracle/status-changes.ts";

/** The recorded watch list of the shared corpus (24 daily steps), and a review made for it. */

export const STEPS = fileURLToPath(new URL("../../../shared/corpus/replay", import.meta.url));
export const stepsAbsent = !existsSync(STEPS);
export const whySkipped = stepsAbsent ? " (skipped: the shared corpus is not on this machine)" : "";

/** Its records are of every kind of study there is, and nothing else is common to all of them. */
const EVERY_STUDY = "AREA[StudyType](INTERVENTIONAL OR OBSERVATIONAL OR EXPANDED_ACCESS)";

/** Studies of the first step that the curated table prints as they stood then. */
const PRINTED = 40;

interface Printable {
  protocolSection: {
    identificationModule: { nctId: string };
    statusModule: { startDateStruct?: { date: string }; completionDateStruct?: { date: string } };
    designModule?: { enrollmentInfo?: { count?: number } };
  };
}

function printedRow({ protocolSection: { identificationModule, statusModule, designModule } }: Printable) {
  return {
    nct_id: identificationModule.nctId,
    cells: {
      start_date: statusModule.startDateStruct?.date ?? null,
      completion_date: statusModule.completionDateStruct?.date ?? null,
      enrollment: designModule?.enrollmentInfo?.count ?? null,
    },
  };
}

/** Writes the review `watch` with one table into a directory of review folders; `prints` says which studies it may print. */
export function watchReview(prints: (nctId: string) => boolean = () => true): {
  directory: string;
  id: string;
  remove(): void;
} {
  const directory = mkdtempSync(join(tmpdir(), "trialdrift-watch-"));
  const folder = join(directory, "watch");
  mkdirSync(folder);
  const [first] = JSON.parse(readFileSync(join(STEPS, "index.json"), "utf8")) as { file: string }[];
  const records = [...recordsOf(join(STEPS, first?.file ?? "")).values()] as Printable[];
  const table = { table: 1, title: "As they stood in the first step", version: 1 };
  const review = {
    id: "watch",
    title: "A recorded watch list",
    as_of: { from: "2026-02-03", to: null },
    watchlists: [{ id: "list", table: 1, query: { advanced: EVERY_STUDY } }],
    tables: [{ table: 1, title: table.title, file: "table-1.json" }],
  };
  writeFileSync(join(folder, "review.json"), JSON.stringify(review));
  writeFileSync(
    join(folder, "table-1.json"),
    JSON.stringify({
      ...table,
      rows: records
        .map(printedRow)
        .filter((row) => prints(row.nct_id))
        .slice(-PRINTED),
    }),
  );
  return { directory, id: "watch", remove: () => rmSync(directory, { recursive: true, force: true }) };
}
