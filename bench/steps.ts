import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { copyWriter } from "../db/copy.ts";
import { STAGED, type StagedRow, type StagedVersion } from "../db/store.ts";
import { pack } from "../db/pack.ts";
import { derivePosted, type Posted } from "../pipeline/derivation.ts";
import { deriveStudy, FACTS_VERSION } from "../pipeline/derive.ts";
import { hashServed, nameText, versionId } from "../pipeline/hash.ts";
import { valueOf } from "../pipeline/reading.ts";
import type { Study } from "../pipeline/registry/study.ts";
import { validate } from "../pipeline/registry/validate.ts";
import { rowOf } from "../pipeline/row.ts";
import { MSC, recordsOf } from "./corpus.ts";
import { reviewOfAll } from "./reviews.ts";

/**
 * Where a record's CPU goes, step by step, in one thread without a database: why a load cannot be faster than the sum of
 * what it must do. Usage: steps.ts FILE
 */

export interface Step {
  of: "load" | "review";
  name: string;
  us: number;
}

const MOST = 4000;
const steps: Step[] = [];

/** CPU of `work` over each of some items, a quarter of them first to warm up; what it returned. */
function time<T, U>(of: Step["of"], name: string, items: readonly T[], work: (item: T) => U): U[] {
  for (const item of items.slice(0, items.length >> 2)) work(item);
  const before = process.cpuUsage();
  const done = items.map(work);
  const { user, system } = process.cpuUsage(before);
  steps.push({ of, name, us: (user + system) / items.length });
  return done;
}

const texts: Buffer[] = [];
for await (const line of createInterface({ input: createReadStream(process.argv[2] ?? "") })) {
  texts.push(Buffer.from(line));
  if (texts.length === MOST) break;
}

time("load", "name of the text, SHA-256", texts, nameText);
const studies = time("load", "JSON.parse", texts, (text) => valueOf(text) as Study);
time("load", "validation, unknown fields", studies, validate);
const pairs = studies.map((study, at) => ({ study, text: texts[at] ?? Buffer.alloc(0) }));
const hashes = time("load", "sections found, core and browse part hashed", pairs, ({ text, study }) =>
  hashServed(text, study),
);
const facts = time("load", "facts of the review's columns", studies, (study) => deriveStudy(study, null).facts);
const packed = time("load", "zstd level 1", texts, pack);
/** A batch, as the sources cut them (pipeline/sources/files.ts). */
const BATCH = 100;
const writers = () => ({
  versions: copyWriter<StagedVersion>(STAGED.versions),
  rows: copyWriter<StagedRow>(STAGED.rows),
});
let to = writers();
time("load", "version and row encoded", [...facts.entries()], ([at, one]) => {
  if (at % BATCH === 0) to = writers();
  const { core: coreHash, derived: derivedHash } = hashes[at] ?? { core: "", derived: "" };
  const { nctId, lastUpdatePosted } = one;
  const dataAt = "2026-01-01T00:00:00";
  const id = versionId(nctId, coreHash, dataAt);
  const raw = packed[at] ?? Buffer.alloc(0);
  to.rows.add(rowOf(one, id, FACTS_VERSION));
  to.versions.add({ versionId: id, nctId, coreHash, derivedHash, dataAt, raw, lastUpdatePosted, runId: 1 });
});

const members = (await recordsOf(MSC)).map(
  ({ line, id }): Posted => ({ nctId: id, study: pack(line), asOf: null, gone: null, tables: [1] }),
);
const review = reviewOfAll(members.map(({ nctId }) => nctId));
const before = process.cpuUsage();
for (const one of members.slice(0, 100)) derivePosted(review, [one]);
const { user, system } = process.cpuUsage(before);
steps.push({ of: "review", name: "first hundred members of a thread", us: (user + system) / 100 });
time("review", "a member once it is warm: unpacked, extracted, screened, compared", members, (one) =>
  derivePosted(review, [one]),
);
process.stdout.write(`${JSON.stringify(steps)}\n`);
