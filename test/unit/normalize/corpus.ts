import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Study, studySchema } from "../../../pipeline/registry/study.ts";

function pathOf(name: string): URL {
  return new URL(`../../../../shared/corpus/${name}.jsonl.gz`, import.meta.url);
}

/** Why a corpus test is skipped, or false where the corpus is beside the repository. */
export function withoutCorpus(...names: string[]): boolean {
  const missing = names.filter((name) => !existsSync(pathOf(name)));
  if (missing.length > 0) console.warn(`skipped: ../shared/corpus has no ${missing.join(", ")}`);
  return missing.length > 0;
}

/** All records of a corpus file, validated. */
export function corpus(name: string): Study[] {
  const text = gunzipSync(readFileSync(pathOf(name))).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => studySchema.parse(JSON.parse(line)));
}

/** A small invented record; the modules given replace the ones here. */
export function study(protocol: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): Study {
  return studySchema.parse({
    protocolSection: {
      identificationModule: { nctId: "NCT00000001", briefTitle: "Cells in a disease" },
      statusModule: { overallStatus: "RECRUITING" },
      ...protocol,
    },
    hasResults: false,
    ...rest,
  });
}
