import { copyWriter } from "../db/copy.ts";
import { STAGED, type StagedRow, type StagedVersion } from "../db/store.ts";
import { pack } from "../db/pack.ts";
import { derivePosted, type Posted } from "../pipeline/derivation.ts";
import { deriveStudy, FACTS_VERSION } from "../pipeline/derive.ts";
import { hashServed, nameText, versionId } from "../pipeline/hash.ts";
import { valueOf } from "../pipeline/reading.ts";
import { DESCRIPTION } from "../pipeline/registry/known-paths.ts";
import type { Study } from "../pipeline/registry/study.ts";
import { validate } from "../pipeline/registry/validate.ts";
import { rowOf } from "../pipeline/row.ts";
import { fileSource } from "../pipeline/sources/files.ts";
import { MSC, recordsOf } from "./corpus.ts";
import { reviewOfAll } from "./reviews.ts";

/**
 * Where a record's time goes, step by step, in one thread without a database: why a load cannot be faster than the sum of
 * what it must do. Usage: steps.ts FILE
 */

export interface Step {
  of: "load" | "review";
  name: string;
  us: number;
}

const MOST = 6000;
const DATA_AT = "2026-01-01T00:00:00";

const took = new Map<string, number>();
function timed<T>(name: string, work: () => T): T {
  const started = performance.now();
  const done = work();
  took.set(name, (took.get(name) ?? 0) + performance.now() - started);
  return done;
}

/** One batch through the steps of pipeline/reading.ts; nothing of it is kept. */
function load(texts: readonly Uint8Array[]): void {
  timed("name of the text, SHA-256", () => texts.map((text) => nameText(text, DESCRIPTION)));
  const studies = timed("JSON.parse", () => texts.map((text) => valueOf(text) as Study));
  timed("validation, unknown fields", () => studies.map(validate));
  const hashes = timed("sections found, core and browse part hashed", () =>
    texts.map((text, at) => hashServed(text, studies[at] as Study)),
  );
  const facts = timed("facts of the review's columns", () => studies.map((study) => deriveStudy(study, null).facts));
  const packed = timed("zstd level 1", () => texts.map(pack));
  timed("version and row encoded", () => {
    const versions = copyWriter<StagedVersion>(STAGED.versions);
    const rows = copyWriter<StagedRow>(STAGED.rows);
    for (const [at, one] of facts.entries()) {
      const { core: coreHash, derived: derivedHash } = hashes[at] ?? { core: "", derived: "" };
      const { nctId, lastUpdatePosted } = one;
      const id = versionId(nctId, coreHash, DATA_AT);
      const raw = packed[at] ?? new Uint8Array();
      rows.add(rowOf(one, id, FACTS_VERSION));
      versions.add({ versionId: id, nctId, coreHash, derivedHash, dataAt: DATA_AT, raw, lastUpdatePosted, runId: 1 });
    }
    return [versions.end(), rows.end()];
  });
}

const batches: Uint8Array[][] = [];
for await (const { records } of fileSource(process.argv[2] ?? "").batches()) {
  batches.push(records as Uint8Array[]);
  if (batches.flat().length >= MOST) break;
}
const warm = Math.floor(batches.length / 3);
for (const batch of batches.slice(0, warm)) load(batch);
took.clear();
for (const batch of batches.slice(warm)) load(batch);
const counted = batches.slice(warm).flat().length;
const steps: Step[] = [...took].map(([name, ms]) => ({ of: "load", name, us: (ms * 1000) / counted }));

const members = (await recordsOf(MSC)).map(
  ({ line, id }): Posted => ({ nctId: id, study: pack(line), asOf: null, gone: null, tables: [1] }),
);
const review = reviewOfAll(members.map(({ nctId }) => nctId));
for (const [name, some] of [
  ["first hundred members of a thread", members.slice(0, 100)],
  ["the next, until all were seen once", members.slice(100)],
  ["a member once the thread is warm: unpacked, extracted, screened, compared", members],
] as const) {
  took.clear();
  for (const one of some) timed(name, () => derivePosted(review, [one]));
  steps.push({ of: "review", name, us: ((took.get(name) ?? 0) * 1000) / some.length });
}
process.stdout.write(`${JSON.stringify(steps)}\n`);
