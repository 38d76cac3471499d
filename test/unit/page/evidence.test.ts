import { describe, expect, test } from "vitest";
import type { FirstPrinted } from "../../../db/evidence.ts";
import { type EvidenceData, evidencePage } from "../../../page/evidence.ts";
import { median, pastOf, sizePairs, slips } from "../../../page/plots/compare.ts";
import { fieldsOf } from "../../../page/plots/map.ts";
import { byYear, monthsText } from "../../../page/plots/slips.ts";
import { daysShown, standings } from "../../../page/plots/standing.ts";
import { FILLINGS, groupCounts, groupOf, STATUS_GROUPS, statusTally } from "../../../page/plots/statuses.ts";
import { PLOT_STYLE } from "../../../page/plots/style.ts";
import { nct } from "../../support/small-registry.ts";
import { LIFE, shown, stated } from "./stories.ts";

const printed = (
  n: number,
  column: FirstPrinted["column"],
  value: string,
  asOf: string | null = "2016-05-05",
): FirstPrinted => ({
  nctId: nct(n),
  column,
  value,
  asOf,
});

describe("statuses", () => {
  test("a status that no group names is kept, as another one", () => {
    expect(groupOf("UNKNOWN")).toBe("unknown");
    expect(groupOf("SOMETHING_NEW")).toBe("other");
    expect(groupCounts(["SOMETHING_NEW", "COMPLETED"]).filter(({ count }) => count > 0)).toHaveLength(2);
    expect(statusTally(["COMPLETED", "UNKNOWN", "UNKNOWN"])).toBe("unknown 2, completed 1");
  });

  test("each group has a look, and each filling that the style names is there", () => {
    const style = String(PLOT_STYLE);
    for (const { name } of STATUS_GROUPS) expect(style).toMatch(new RegExp(`\\.bar\\.${name}\\b`));
    const named = [...style.matchAll(/url\(#([\w-]+)\)/g)].map(([, id]) => id ?? "");
    expect(named).toContain("fill-unknown");
    for (const id of named) expect(String(FILLINGS)).toContain(`id="${id}"`);
  });
});

describe("cell source by route", () => {
  test("a trial stands in each field of its products and routes; silence comes last", () => {
    const trials = [
      shown(1, { route: ["iv", "ipa"], cell_source: ["MenSCs"] }),
      shown(2),
      shown(3),
      shown(4, { route: [], cell_source: [] }),
    ];
    const { sources, routes, fields } = fieldsOf(trials);
    expect(sources).toEqual(["UC-MSCs", "MenSCs", "unstated"]);
    expect(routes).toEqual(["iv", "ipa", "unstated"]);
    expect(fields.map(({ source, route, trials }) => [source, route, trials.map(({ nct_id }) => nct_id)])).toEqual([
      ["UC-MSCs", "iv", [nct(2), nct(3)]],
      ["MenSCs", "iv", [nct(1)]],
      ["MenSCs", "ipa", [nct(1)]],
      ["unstated", "unstated", [nct(4)]],
    ]);
  });

  test("a code that stands twice in a trial counts once", () => {
    expect(fieldsOf([shown(1, { cell_source: ["UC-MSCs", "UC-MSCs"] })]).fields[0]?.trials).toHaveLength(1);
  });
});

describe("planned against reached", () => {
  const reached = { enrollment: 21, enrollment_type: "ACTUAL" };

  test("the first number planned, not the last one", () => {
    expect(sizePairs([shown(1, reached)], pastOf(LIFE, []))).toEqual([
      { nctId: nct(1), planned: 50, reached: 21, basis: "version" },
    ]);
  });

  test("the printed number where it is older than every version, or where none planned one", () => {
    const table = [printed(1, "enrollment", "60"), printed(2, "enrollment", "10")];
    const found = sizePairs([shown(1, reached), shown(2, reached)], pastOf(LIFE, table));
    expect(found.map(({ planned, basis }) => [planned, basis])).toEqual([
      [60, "printed"],
      [10, "printed"],
    ]);
    const later = [printed(1, "enrollment", "60", "2024-01-01")];
    expect(sizePairs([shown(1, reached)], pastOf(LIFE, later))[0]?.planned).toBe(50);
    expect(sizePairs([shown(1, reached)], pastOf(LIFE, [printed(1, "enrollment", "60", null)]))[0]?.planned).toBe(50);
  });

  test("a trial that only plans, or prints no number, has no point", () => {
    expect(sizePairs([shown(1), shown(2, reached)], pastOf([], [printed(2, "enrollment", "about 20")]))).toEqual([]);
  });
});

describe("slip of completion", () => {
  test("from the first date known to the one that stands, month for its last day", () => {
    const [one] = slips(
      [shown(1, { completion_date: "2023-03-31", completion_date_type: "ACTUAL" })],
      pastOf(LIFE, []),
    );
    expect(one).toMatchObject({
      year: 2018,
      before: "2020-12",
      now: "2023-03-31",
      days: 820,
      actual: true,
      basis: "version",
    });
    expect(monthsText(one?.days ?? 0)).toBe("+26.9");
    expect(monthsText(-31)).toBe("-1");
  });

  test("one version alone has nothing to be compared with", () => {
    const only = stated("2025-02-01");
    expect(slips([shown(1)], pastOf([only], []))).toEqual([]);
    expect(slips([shown(1)], pastOf([only], [printed(1, "completion_date", "2020-06")]))[0]).toMatchObject({
      before: "2020-06",
      basis: "printed",
    });
  });

  test("years without a trial are on the axis too; the median of two is between them", () => {
    const found = slips(
      [shown(1, { first_posted: "2015-01-01" }), shown(2, { first_posted: "2018-01-01" })],
      pastOf([], [printed(1, "completion_date", "2020-11"), printed(2, "completion_date", "2020-12")]),
    );
    expect(byYear(found).map(({ year, slips }) => [year, slips.length])).toEqual([
      [2015, 1],
      [2016, 0],
      [2017, 0],
      [2018, 1],
    ]);
    expect(median([3, 1])).toBe(2);
    expect(median([])).toBeNull();
  });
});

describe("status through time", () => {
  test("the version in force on each day; registered before its first version is told apart from not yet there", () => {
    const others = [
      stated("2020-04-01", { nctId: nct(2), firstPosted: "2017-01-01", status: "COMPLETED" }),
      stated("2020-04-01", { nctId: nct(3), firstPosted: "2020-03-01" }),
    ];
    const told = standings([...LIFE, ...others], "2026-11-20").map(({ day, counts, unheld }) => [
      day,
      counts
        .filter(({ count }) => count > 0)
        .map(({ name, count }) => `${name} ${count}`)
        .join(" "),
      unheld,
    ]);
    expect(told).toEqual([
      ["2018-06-01", "waiting 1", 1],
      ["2018-11-03", "running 1", 1],
      ["2019-09-01", "running 1", 1],
      ["2020-04-01", "running 1 completed 1 stopped 1", 0],
      ["2023-02-01", "running 1 completed 1 unknown 1", 0],
      ["2025-02-01", "running 1 completed 2", 0],
      ["2026-11-20", "running 1 completed 2", 0],
    ]);
  });

  test("of many days a grid is shown, with the first and the last", () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      stated(new Date(Date.UTC(2010, 0, 1 + 20 * n)).toISOString().slice(0, 10)),
    );
    const days = daysShown(many, "2026-11-20");
    expect(days.length).toBeLessThanOrEqual(25);
    expect([days[0], days.at(-1)]).toEqual(["2010-01-01", "2026-11-20"]);
    expect(days).toContain("2015-01-01");
  });
});

describe("the page", () => {
  const data = (said: Partial<EvidenceData> = {}): EvidenceData => ({
    review: "r",
    title: "A review",
    dataDate: "2026-11-20",
    codes: null,
    trials: [
      shown(1, {
        completion_date: "2023-03-31",
        completion_date_type: "ACTUAL",
        enrollment: 0,
        enrollment_type: "ACTUAL",
      }),
    ],
    stated: LIFE,
    printed: [],
    ...said,
  });

  test("four plots, each with a title, a table behind it and links to the studies", () => {
    const page = String(evidencePage(data()));
    expect(page.match(/<figure class="plot"/g)).toHaveLength(4);
    expect(page.match(/<details class="data">/g)).toHaveLength(4);
    expect(page).toContain(`href="/study/${nct(1)}?review=r"`);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("a review without a trial says so four times and draws nothing", () => {
    const page = String(evidencePage(data({ trials: [], stated: [], dataDate: null })));
    expect(page.match(/<p class="blank">/g)).toHaveLength(4);
    expect(page).not.toContain('class="plot wide"');
  });

  test("nothing of a record or a review becomes markup, and no style attribute is needed", () => {
    const evil = `"><script>alert(1)</script>`;
    const trial = shown(1, { cell_source: [evil], route: [evil], status: evil, nct_id: evil });
    const page = String(evidencePage(data({ title: evil, review: evil, trials: [trial] })));
    expect(page).not.toMatch(/<script|\sstyle=|<style|\son\w+=/);
    expect(page).toContain("&lt;script&gt;");
  });
});
