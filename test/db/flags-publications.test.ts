import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../db/open.ts";
import { readView } from "../../db/read.ts";
import { rows } from "../../db/sql.ts";
import { openTestDatabase } from "../support/pglite.ts";
import { type Json, nct, playRegistry, trial } from "../support/small-registry.ts";
import { reviewFolder, type ReviewSaid, runOnce } from "../support/small-review.ts";

/** Publications and the calendar, through the store: what opens a flag, and what a person's decision closes. */

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const flags = async (review: string): Promise<string[]> =>
  (
    await rows<{ said: string }>(
      database.db,
      sql`select kind || ' ' || value || ' ' || state || case when baseline then ' baseline' else '' end as said
            from trialdrift.flags where review = ${review} order by flag_id`,
    )
  ).map(({ said }) => said);

/** A record with other content in some modules of its protocol. */
function record(n: number, modules: Record<string, Json>): Json {
  const made = trial(n, { start: "2015-02" });
  const protocol = made["protocolSection"] as Record<string, Json>;
  const merged = Object.entries(modules).map(([name, module]) => [name, { ...protocol[name], ...module }]);
  return { ...made, protocolSection: { ...protocol, ...Object.fromEntries(merged) } };
}

test("a linked publication asks, a curator's row answers it and makes it published", async () => {
  const references = [
    { pmid: "11", type: "RESULT", citation: "Rao A. Lupus treated. Joints. 2016 May;6(1):1-2." },
    { pmid: "12", type: "RESULT", citation: "Rao A. Before. Joints. 2006 May;6(1):1-2." },
  ];
  const linked = record(601, { referencesModule: { references } });
  const played = await playRegistry(
    { date: "2022-01-15", records: [record(601, {})] },
    { date: "2022-02-15", records: [linked] },
  );
  const said = (cells: Json): ReviewSaid => ({
    cond: "lupus",
    rows: [{ n: 601, cells: { enrollment: 20, ...cells } }],
  });
  const folder = reviewFolder("publications", said({}));
  try {
    await runOnce(database, folder.read(), played);
    expect(await flags("publications")).toEqual([]);
    await played.show(2);
    await runOnce(database, folder.read(), played);
    expect(await flags("publications")).toEqual(["publication_candidate 11 open"]);
    const [shown] = await readView(database.db, "trials", { review: "publications" });
    expect(shown).toMatchObject({ nct_id: nct(601), publications: ["11"] });

    folder.write(said({ publications: ["11"] }));
    for (let again = 0; again < 2; again += 1) await runOnce(database, folder.read(), null);
    expect(await flags("publications")).toEqual(["publication_candidate 11 resolved", "published 11 open"]);
    const curated = await readView(database.db, "curated", { review: "publications" });
    expect(curated.filter(({ column_name }) => column_name === "publications")).toMatchObject([
      { version: 2, value: "11", current: true },
    ]);
    expect(
      (await readView(database.db, "drift", { review: "publications" })).map((row) => row["column_name"]),
    ).not.toContain("publications");
  } finally {
    await played.close();
    folder.remove();
  }
});

test("a refusal answers the question; undone, it asks again only when the record brings it anew", async () => {
  const refuse = (id: string, undoes: string | null, decision: string): void => {
    const about = { review: "refused", table: 1, nct_id: nct(611), column: "publications", registry_then: "21" };
    const line = { id, undoes, at: "2022-03-01T10:00:00Z", by: "a person", decision, value: null, old: null, ...about };
    const file = join(folder.directory, "refused", "decisions.jsonl");
    appendFileSync(file, `${JSON.stringify({ ...line, data_date: null, table_version: 1, note: null })}\n`);
  };
  const reference = { pmid: "21", type: "DERIVED", citation: "Rao A. Lupus. Joints. 2016 May;6(1):1-2." };
  const linked = record(611, { referencesModule: { references: [reference] } });
  const bare = record(611, {});
  const played = await playRegistry(
    { date: "2022-01-15", records: [bare] },
    ...[linked, bare, linked].map((one, at) => ({ date: `2022-0${at + 2}-15`, records: [one] })),
  );
  const folder = reviewFolder("refused", { cond: "lupus", rows: [{ n: 611, cells: { enrollment: 20 } }] });
  try {
    for (const day of [1, 2]) {
      await played.show(day);
      await runOnce(database, folder.read(), played);
    }
    expect(await flags("refused")).toEqual(["publication_candidate 21 open"]);
    refuse("d1", null, "rejected");
    await runOnce(database, folder.read(), null);
    expect(await flags("refused")).toEqual(["publication_candidate 21 resolved"]);
    refuse("d2", "d1", "undone");
    await runOnce(database, folder.read(), null);
    expect(await flags("refused")).toHaveLength(1);
    for (const day of [3, 4]) {
      await played.show(day);
      await runOnce(database, folder.read(), played);
    }
    expect(await flags("refused")).toEqual(["publication_candidate 21 resolved", "publication_candidate 21 open"]);
  } finally {
    await played.close();
    folder.remove();
  }
});

test("results become overdue by the calendar, while the record stands still", async () => {
  const ended = record(621, {
    statusModule: { overallStatus: "COMPLETED", primaryCompletionDateStruct: { date: "2021-03", type: "ACTUAL" } },
    designModule: { studyType: "INTERVENTIONAL", phases: ["PHASE2"] },
    contactsLocationsModule: { locations: [{ facility: "Clinic", city: "Utica", country: "United States" }] },
  });
  const played = await playRegistry(
    ...["2022-03-30", "2022-03-31", "2022-04-01", "2022-04-04"].map((date) => ({ date, records: [ended] })),
  );
  const folder = reviewFolder("overdue", { cond: "lupus", rows: [{ n: 621, cells: { enrollment: 20 } }] });
  try {
    const seen: string[][] = [];
    for (const day of [1, 2, 3, 4]) {
      await played.show(day);
      await runOnce(database, folder.read(), played);
      seen.push((await flags("overdue")).filter((flag) => flag.startsWith("results_overdue")));
    }
    const due = ["results_overdue 2022-03-31 open"];
    expect(seen).toEqual([[], [], due, due]);
  } finally {
    await played.close();
    folder.remove();
  }
});

test("a study that enters and names a printed one asks once", async () => {
  const follow = record(632, {
    descriptionModule: { briefSummary: `Mesenchymal stem cells; follows ${nct(631)} and ${nct(639)}.` },
  });
  const played = await playRegistry(
    { date: "2022-01-15", records: [trial(631)] },
    { date: "2022-02-15", records: [follow] },
    { date: "2022-03-15", records: [follow] },
  );
  const folder = reviewFolder("related", { cond: "lupus", rows: [{ n: 631, cells: { enrollment: 20 } }] });
  try {
    for (const day of [1, 2, 3]) {
      await played.show(day);
      await runOnce(database, folder.read(), played);
    }
    expect((await flags("related")).filter((flag) => flag.startsWith("related"))).toEqual([
      `related_trial ${nct(631)} open`,
    ]);
  } finally {
    await played.close();
    folder.remove();
  }
});
