import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startReplay } from "../../fixtures/replay/server.ts";
import { extractProduct } from "../../pipeline/extract/extract.ts";
import { studySchema } from "../../pipeline/registry/study.ts";
import { type Screened, type Screening, screen } from "../../pipeline/review/screening.ts";
import { mscLexicon } from "../support/lexicon.ts";
import { corpusLines, fixtureJson, fixtureLines, noCorpus } from "../unit/fixtures/support.ts";

/** The review's screening on its twenty printed rows, unpinned, and on everything its three queries found in January 2022. */

const REVIEW = "fixtures/reviews/msc-t1d-sle";
const lexicon = mscLexicon();
const review = fixtureJson<{
  screening: Screening;
  watchlists: { id: string; table: number; query: Record<string, string> }[];
}>(`${REVIEW}/review.json`);
const printed = [1, 2].flatMap((table) =>
  fixtureJson<{ rows: { nct_id: string; footnotes: string[] }[] }>(`${REVIEW}/table-${table}.json`).rows.map((row) => ({
    table,
    ...row,
  })),
);

type Raw = { protocolSection: { identificationModule: { nctId: string } } };
const idOf = (record: Raw): string => record.protocolSection.identificationModule.nctId;

function judge(record: Raw, tables: readonly number[]): Screened {
  const study = studySchema.parse(record);
  return screen(study, extractProduct(study, lexicon), tables, review.screening);
}

function at(record: unknown, path: string): unknown {
  const keys = path.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], record);
}

/** Evidence that does not stand, word for word, where it says. */
const misquoted = (record: Raw, { evidence }: Screened): string[] =>
  evidence
    .filter(({ path, span }) => span === "" || !String(at(record, path)).includes(span))
    .map(({ path }) => `${idOf(record)} ${path}`);

function checkPrinted(records: readonly Raw[]): void {
  const byId = new Map(records.map((record) => [idOf(record), record]));
  expect(printed).toHaveLength(20);
  const found = printed.map(({ nct_id, table }) => {
    const { verdict, footnotes } = judge(byId.get(nct_id) as Raw, [table]);
    return { nct_id, verdict, footnotes };
  });
  expect(found).toEqual(printed.map(({ nct_id, footnotes }) => ({ nct_id, verdict: "in", footnotes })));
  const mixed = printed.filter(({ nct_id, table }) => judge(byId.get(nct_id) as Raw, [table]).mixed);
  expect(mixed.map(({ nct_id }) => nct_id)).toEqual(["NCT02745808", "NCT01686139", "NCT02579148"]);
}

test("each printed row passes unpinned, with the footnotes that the paper prints", () =>
  checkPrinted(fixtureLines<Raw>("fixtures/recordings/2022-01-21.jsonl")));

/** How many records share a verdict and the code of its reason. */
function tally(found: readonly Screened[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict, reason } of found) {
    const key = `${verdict} ${reason.split(":")[0]}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

async function search(url: string, query: Record<string, string>): Promise<Raw[]> {
  const parameters = Object.entries(query).map(([key, value]) => [`query.${key}`, value] as [string, string]);
  const response = await fetch(`${url}/studies?${new URLSearchParams([...parameters, ["pageSize", "1000"]])}`);
  return ((await response.json()) as { studies: Raw[] }).studies;
}

describe.skipIf(noCorpus !== null)(`records of January 2022${noCorpus === null ? "" : ` (${noCorpus})`}`, () => {
  const records = noCorpus === null ? corpusLines<Raw>("msc-2022-01.jsonl.gz") : [];

  test("each printed row passes unpinned", () => checkPrinted(records));

  test("what the three queries find, by verdict and reason", async () => {
    const replay = await startReplay({
      paths: [fileURLToPath(new URL("../../../shared/corpus/msc-2022-01.jsonl.gz", import.meta.url))],
    });
    try {
      const seen = new Set<string>();
      const found: Record<string, Screened[]> = {};
      const wrong: string[] = [];
      for (const { id, table, query } of review.watchlists) {
        const fresh = (await search(replay.url, query)).filter((record) => !seen.has(idOf(record)));
        found[id] = fresh.map((record) => {
          seen.add(idOf(record));
          const screened = judge(record, [table]);
          wrong.push(...misquoted(record, screened));
          return screened;
        });
      }
      expect(wrong).toEqual([]);
      expect(tally(found["t1d"] ?? [])).toEqual({ "in eligible": 22, "in eligible_mixed": 6, "out exosomes_or_ev": 1 });
      expect(tally(found["sle"] ?? [])).toEqual({ "in eligible": 17, "out observational": 1 });
      // The 15 and the 11 were read by hand: each of the 15 names type 1 beside type 2 as a criterion, the 11 include no type.
      expect(tally(found["wide"] ?? [])).toEqual({
        "in eligible_mixed": 15,
        "out not_given": 4,
        "out observational": 4,
        "out type_2_only": 26,
        "uncertain diabetes_type_not_stated": 11,
      });
      const taken = (found["wide"] ?? []).filter(({ verdict }) => verdict === "in");
      expect(taken.every(({ evidence }) => evidence[0]?.path.endsWith(".eligibilityCriteria"))).toBe(true);
    } finally {
      await replay.close();
    }
  });

  test("every record of the corpus gets a verdict with evidence, word for word", () => {
    const bad = records.flatMap((record) => {
      const screened = judge(record, []);
      return [...misquoted(record, screened), ...(screened.evidence.length === 0 ? [`${idOf(record)}: none`] : [])];
    });
    expect(bad).toEqual([]);
  });
});
