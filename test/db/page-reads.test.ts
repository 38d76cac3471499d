import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { evidencePage, readEvidence } from "../../page/evidence.ts";
import { readStudyPage, studyPage } from "../../page/study.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { nct, type Played, playRegistry, trial } from "../support/small-registry.ts";
import { type ReviewFolder, reviewFolder, runOnce } from "../support/small-review.ts";

/** What the pages of a study and of the evidence read: two days, two reviews, one of them without a table. */

const TITLE = `Cells "><script>alert(1)</script>`;
let database: Database;
let played: Played;
let printed: ReviewFolder;
let listed: ReviewFolder;

beforeAll(async () => {
  database = await openTestDatabase();
  played = await playRegistry(
    { date: "2022-01-21", records: [trial(1, { title: TITLE }), trial(2), trial(3, { condition: "Gout" })] },
    {
      date: "2022-02-01",
      records: [
        trial(1, { title: TITLE, status: "UNKNOWN", lastKnown: "RECRUITING", count: 30, completion: "2024-06" }),
      ],
    },
  );
  printed = reviewFolder("printed", {
    cond: "Lupus",
    rows: [{ n: 1, cells: { enrollment: 12, completion_date: "2022-12" } }],
  });
  listed = reviewFolder("listed", { cond: "Gout", pinned: [2] });
  for (const day of [1, 2]) {
    await played.show(day);
    for (const folder of [printed, listed]) await runOnce(database, folder.read(), played);
  }
}, 60_000);
afterAll(async () => {
  await played?.close();
  await database?.close();
  printed?.remove();
  listed?.remove();
});

test("a study: what each version stated, oldest first, and everything of the review asked for", async () => {
  const data = await readStudyPage(database.db, nct(1), "printed");
  expect(data?.stated).toEqual([
    {
      nctId: nct(1),
      day: "2022-01-21",
      dated: "observed",
      status: "RECRUITING",
      lastKnown: null,
      start: "2019-03",
      startType: null,
      completion: "2023-06",
      completionType: "ESTIMATED",
      enrollment: 20,
      enrollmentType: "ESTIMATED",
      publications: [],
      firstPosted: "2019-01-10",
    },
    expect.objectContaining({
      day: "2022-02-01",
      status: "UNKNOWN",
      lastKnown: "RECRUITING",
      completion: "2024-06",
      enrollment: 30,
    }),
  ]);
  expect(data?.until).toBe("2022-02-01");
  expect(data?.events.map(({ event }) => event)).toEqual(["entered"]);
  expect(data?.changes.map(({ column_name }) => column_name)).toContain("status");
  expect([data?.review, data?.others, data?.heads.map(({ table }) => table)]).toEqual(["printed", [], [1]]);
});

test("its page shows the cells with their words, and nothing of the title as markup", async () => {
  const data = await readStudyPage(database.db, nct(1), null);
  if (data === null) throw new Error("not found");
  const page = String(studyPage(data));
  expect(page).not.toContain("<script");
  expect(page).toContain("unknown (last known recruiting)");
  expect(page).toContain(`https://clinicaltrials.gov/study/${nct(1)}`);
  expect(page).toContain("Cells of Table 1");
  expect(page).toContain("protocolSection.designModule.enrollmentInfo.count");
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const aims = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(aims.filter((aim) => !ids.includes(aim))).toEqual([]);
});

test("a study of a review without a table has its cells too", async () => {
  const data = await readStudyPage(database.db, nct(3), "listed");
  if (data === null) throw new Error("not found");
  expect(data.stated).toHaveLength(1);
  expect(String(studyPage(data))).toContain(">Cells<");
});

test("a study of two reviews is shown by the one asked for, or the first by id, with a link to the other", async () => {
  const first = await readStudyPage(database.db, nct(2), null);
  const other = await readStudyPage(database.db, nct(2), "printed");
  if (first === null || other === null) throw new Error("not found");
  expect([first.review, first.others, other.review, other.others]).toEqual([
    "listed",
    ["printed"],
    "printed",
    ["listed"],
  ]);
  expect(other.events.map(({ review }) => review)).toEqual(["printed"]);
  expect(String(studyPage(first))).toContain(`<a href="/study/${nct(2)}?review=printed">printed</a>`);
});

test("a study that nobody knows, or that another review tracks, is null", async () => {
  expect(await readStudyPage(database.db, nct(99), null)).toBeNull();
  expect(await readStudyPage(database.db, nct(3), "printed")).toBeNull();
  expect(await readStudyPage(database.db, "' or true --", null)).toBeNull();
});

test("the evidence of a review: each trial once, versions of its members alone, cells as first printed", async () => {
  const data = await readEvidence(database.db, "printed");
  expect(data.trials.map(({ nct_id }) => nct_id)).toEqual([nct(1), nct(2)]);
  expect(data.stated.map(({ nctId, day }) => [nctId, day])).toEqual([
    [nct(1), "2022-01-21"],
    [nct(1), "2022-02-01"],
    [nct(2), "2022-01-21"],
  ]);
  expect(data.printed).toEqual([
    { nctId: nct(1), column: "completion_date", value: "2022-12", asOf: "2020-01-01" },
    { nctId: nct(1), column: "enrollment", value: "12", asOf: "2020-01-01" },
  ]);
  const page = String(evidencePage(data));
  // Printed 2022-12, now 2024-06: 547 days against the table, which is older than the first version held.
  expect(page).toContain("+18 months");
  expect(page).not.toContain("<script");
});

test("a review that is not there is refused with what to do", async () => {
  await expect(readEvidence(database.db, "nowhere")).rejects.toMatchObject({ code: "usage" });
});
