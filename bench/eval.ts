/**
 * Agreement of the extraction with labels: `node bench/eval.ts [--quiet]`. Uses the labelled trials beside the project
 * where they exist, else the cases of test/gold. Exact match a field, precision and recall a code, each miss with its words.
 * Then the drift kinds of the twenty printed rows against those read by hand, on the recording that is part of the project.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { extractProduct } from "../pipeline/extract/extract.ts";
import { type Label, labelOf } from "../pipeline/extract/label.ts";
import { parseLexicon } from "../pipeline/extract/lexicon.ts";
import type { Study } from "../pipeline/registry/study.ts";
import { CASES, studyOf } from "../test/gold/cases.ts";
import { asExpected, driftAgainst, EXPECTED_KINDS, type HeldRecord, missed } from "../test/gold/kinds.ts";

const FIELDS = [
  "includes_msc",
  "product_type",
  "disease",
  "tissue",
  "donor",
  "donor_explicit",
  "co_products",
  "route",
  "control_arm",
  "placebo",
] as const;
type FieldName = (typeof FIELDS)[number];

/** What the rules must reach on the labels (issue: every cell right). */
const TARGETS: Partial<Record<FieldName, number>> = {
  includes_msc: 0.98,
  tissue: 0.95,
  donor: 0.95,
  route: 0.93,
  control_arm: 0.95,
  placebo: 0.95,
};
/** Whose words decide a field that has none of its own. */
const WORDS_OF: Partial<Record<FieldName, FieldName>> = { donor_explicit: "donor", product_type: "includes_msc" };
const SETS: readonly FieldName[] = ["tissue", "donor", "route", "co_products"];

interface Example {
  name: string;
  study: Study;
  label: Partial<Record<FieldName, unknown>>;
}

const shared = new URL("../../shared/", import.meta.url);
const lexiconFolder = new URL("../fixtures/lexicons/msc/", import.meta.url);
const lexicon = parseLexicon(
  Object.fromEntries(
    readdirSync(lexiconFolder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => [name, JSON.parse(readFileSync(new URL(name, lexiconFolder), "utf8")) as unknown]),
  ),
);

function lines(text: string): unknown[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

function labelled(): Example[] | null {
  const gold = new URL("gold/dev.jsonl", shared);
  const corpus = new URL("corpus/msc-2022-01.jsonl.gz", shared);
  if (!existsSync(gold) || !existsSync(corpus)) return null;
  const studies = new Map(
    (lines(gunzipSync(readFileSync(corpus)).toString("utf8")) as Study[]).map((study) => [
      study.protocolSection.identificationModule.nctId,
      study,
    ]),
  );
  return (lines(readFileSync(gold, "utf8")) as ({ nct: string } & Record<FieldName, unknown>)[]).flatMap((label) => {
    const study = studies.get(label.nct);
    return study === undefined ? [] : [{ name: label.nct, study, label }];
  });
}

/** The readings a label accepts: usually one, two where the labellers disagreed. */
function accepted(value: unknown): unknown[] {
  return typeof value === "object" && value !== null && "either" in value
    ? (value as { either: unknown[] }).either
    : [value];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const share = (hits: number, all: number): string => (all === 0 ? "-" : (hits / all).toFixed(3));

const fromTrials = labelled();
const examples: Example[] =
  fromTrials ?? CASES.map((item) => ({ name: item.shows, study: studyOf(item.text), label: item.expected }));
console.log(
  `${examples.length} ${fromTrials === null ? "cases of test/gold (the labelled trials are not here)" : "labelled trials"}, lexicon ${lexicon.id}@${lexicon.version}\n`,
);

const score = new Map(FIELDS.map((field) => [field, { odd: [0, 0] as number[], even: [0, 0] as number[] }] as const));
const codes = new Map<string, { right: number; extra: number; missed: number }>();
const misses: string[] = [];

examples.forEach(({ name, study, label }, index) => {
  const read: Label = labelOf(study, extractProduct(study, lexicon));
  for (const field of FIELDS) {
    if (label[field] === undefined) continue;
    const readings = accepted(label[field]);
    const agreed = readings.find((reading) => same(reading, read[field]));
    const half = score.get(field)?.[index % 2 === 0 ? "odd" : "even"];
    if (half !== undefined) {
      half[0] = (half[0] ?? 0) + (agreed === undefined ? 0 : 1);
      half[1] = (half[1] ?? 0) + 1;
    }
    if (SETS.includes(field)) countCodes(field, [agreed ?? readings[0]].flat(), [read[field]].flat());
    if (agreed === undefined) {
      const words =
        (read.evidence as Record<string, { span: string; path: string; rule: string }[]>)[WORDS_OF[field] ?? field] ??
        [];
      misses.push(
        `${name} ${field}: label ${JSON.stringify(label[field])}, read ${JSON.stringify(read[field])}${words.map((word) => `\n    "${word.span}" at ${word.path} (${word.rule})`).join("")}`,
      );
    }
  }
});

function countCodes(field: FieldName, expected: unknown[], got: unknown[]): void {
  for (const code of new Set([...expected, ...got])) {
    const key = `${field} ${String(code)}`;
    const row = codes.get(key) ?? { right: 0, extra: 0, missed: 0 };
    if (!expected.includes(code)) row.extra++;
    else if (got.includes(code)) row.right++;
    else row.missed++;
    codes.set(key, row);
  }
}

console.log("field            all    odd lines  even lines  target");
let below = 0;
for (const [field, { odd, even }] of score) {
  const all = share((odd[0] ?? 0) + (even[0] ?? 0), (odd[1] ?? 0) + (even[1] ?? 0));
  const target = TARGETS[field];
  const short = target !== undefined && Number(all) < target;
  if (short) below++;
  console.log(
    `${field.padEnd(16)} ${all}  ${share(odd[0] ?? 0, odd[1] ?? 0).padEnd(9)}  ${share(even[0] ?? 0, even[1] ?? 0).padEnd(10)}  ${target ?? ""}${short ? "  below" : ""}`,
  );
}
console.log("\ncode                                               precision  recall  labelled");
for (const [code, { right, extra, missed }] of [...codes].toSorted()) {
  console.log(
    `${code.padEnd(50)} ${share(right, right + extra).padEnd(9)}  ${share(right, right + missed).padEnd(6)}  ${right + missed}`,
  );
}
if (!process.argv.includes("--quiet")) console.log(`\n${misses.length} misses\n${misses.join("\n")}`);

const RECORDING = "fixtures/recordings/2022-01-21.jsonl";
const drift = driftAgainst(lines(readFileSync(new URL(`../${RECORDING}`, import.meta.url), "utf8")) as HeldRecord[]);
const columns = new Map<string, Map<string, number>>();
for (const { nct_id, cells } of EXPECTED_KINDS.rows)
  for (const one of drift.get(nct_id) ?? []) {
    const kinds = columns.get(one.column) ?? new Map<string, number>();
    const kind = asExpected(cells[one.column], one) ? one.kind : "not as expected";
    columns.set(one.column, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
  }
const wrong = missed(drift);
console.log(`\nKinds of the ${EXPECTED_KINDS.rows.length} printed rows against ${RECORDING}, each as read by hand\n`);
console.log("column                as expected  kinds");
for (const [column, kinds] of columns) {
  const all = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  const right = all - (kinds.get("not as expected") ?? 0);
  console.log(
    `${column.padEnd(21)} ${`${right}/${all}`.padEnd(12)} ${[...kinds].map(([kind, count]) => `${kind} ${count}`).join(", ")}`,
  );
}
console.log(`\n${wrong.length} not as expected${wrong.length > 0 ? `\n${wrong.join("\n")}` : ""}`);
process.exitCode = below > 0 || wrong.length > 0 ? 1 : 0;
