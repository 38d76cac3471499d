import { describe, expect, test } from "vitest";
import { drawLanes, type Mark, packed, type Placed } from "../../../page/plots/lane.ts";
import { inForce, stretches } from "../../../page/plots/stated.ts";
import { studyFigure } from "../../../page/plots/study-figure.ts";
import { type MemberEvent, type StudyTime, studyLanes } from "../../../page/plots/study-lanes.ts";
import { placeOf, tickDays, timeScale } from "../../../page/plots/time.ts";
import { nct } from "../../support/small-registry.ts";
import { change, LIFE, stated } from "./stories.ts";

const time = (said: Partial<StudyTime> = {}): StudyTime => ({
  nctId: nct(1),
  stated: LIFE,
  changes: [],
  events: [],
  until: "2026-11-20",
  ...said,
});
const event = (id: number, what: MemberEvent["event"], day: string, said: Partial<MemberEvent> = {}): MemberEvent => ({
  event_id: id,
  review: "r",
  watchlist: "sle",
  nct_id: nct(1),
  event: what,
  survivor: null,
  happened_at: `${day}T03:00:00.000Z`,
  ...said,
});
const laneOf = (said: StudyTime, name: string) =>
  studyLanes(said)?.lanes.find((lane) => lane.name.startsWith(name))?.marks ?? [];

describe("time on an axis", () => {
  const scale = timeScale("2020-01-01", "2024-01-01", 0, 1461);

  test("a day is a day wide, in whatever zone the process runs", () => {
    expect(placeOf(scale, "2020-01-02") - placeOf(scale, "2020-01-01")).toBeCloseTo(1, 6);
    expect(placeOf(scale, "2023-12-31")).toBeCloseTo(1460, 6);
  });

  test("days outside stand at the rim", () => {
    expect(placeOf(scale, "1999-01-01")).toBe(0);
    expect(placeOf(scale, "2099-01-01")).toBe(1461);
  });

  test("ticks say no more of the date than tells them apart", () => {
    expect(tickDays(scale, 5)).toEqual(["2020", "2021", "2022", "2023", "2024"]);
    expect(tickDays(timeScale("2020-01-01", "2020-03-01", 0, 100), 3)).toEqual(["2020-01", "2020-02", "2020-03"]);
    expect(tickDays(timeScale("2020-01-01", "2020-01-05", 0, 100), 4).at(1)).toBe("2020-01-02");
  });

  test("a single day stands in the middle of a year", () => {
    const one = timeScale("2022-01-21", "2022-01-21", 0, 100);
    expect(placeOf(one, "2022-01-21")).toBeGreaterThan(48);
    expect(placeOf(one, "2022-01-21")).toBeLessThan(52);
  });
});

describe("stretches", () => {
  const status = (versions: Parameters<typeof stretches>[0], until: string) =>
    stretches(versions, until, (version) => version.status, String);

  test("versions that state the same are one; a value that comes back is another", () => {
    const versions = [
      stated("2020-01-01"),
      stated("2020-02-01"),
      stated("2020-03-01", { status: "SUSPENDED" }),
      stated("2020-04-01"),
    ];
    expect(status(versions, "2020-05-01")).toEqual([
      { value: "RECRUITING", from: "2020-01-01", to: "2020-03-01" },
      { value: "SUSPENDED", from: "2020-03-01", to: "2020-04-01" },
      { value: "RECRUITING", from: "2020-04-01", to: "2020-05-01" },
    ]);
  });

  test("of two versions on one day the later counts; the last lasts no shorter than its own day", () => {
    const versions = [stated("2020-01-01"), stated("2020-01-01", { status: "COMPLETED" })];
    expect(status(versions, "2019-01-01")).toEqual([{ value: "COMPLETED", from: "2020-01-01", to: "2020-01-01" }]);
  });

  test("the version in force is the last one up to the day", () => {
    expect(inForce(LIFE, "2018-05-31")).toBeNull();
    expect(inForce(LIFE, "2018-06-01")?.status).toBe("NOT_YET_RECRUITING");
    expect(inForce(LIFE, "2024-12-31")?.status).toBe("UNKNOWN");
  });
});

describe("the lanes of a study", () => {
  test("spans of status one after the other, each with its words; UNKNOWN has the hatched filling", () => {
    expect(laneOf(time(), "Status").map(({ label, from, to, filling }) => [label, from, to, filling])).toEqual([
      ["not yet recruiting", "2018-06-01", "2018-11-03", "waiting"],
      ["recruiting", "2018-11-03", "2020-04-01", "running"],
      ["suspended", "2020-04-01", "2023-02-01", "stopped"],
      ["unknown (last known recruiting)", "2023-02-01", "2025-02-01", "unknown"],
      ["completed", "2025-02-01", "2026-11-20", "completed"],
    ]);
  });

  test("each completion date that was stated, planned or actual, with the precision it had", () => {
    expect(laneOf(time(), "Completion").map(({ shape, from, to }) => [shape, from, to])).toEqual([
      ["planned", "2020-12-01", "2020-12-31"],
      ["planned", "2021-06-01", "2021-06-30"],
      ["planned", "2022-12-01", "2022-12-31"],
      ["actual", "2023-03-31", "2023-03-31"],
    ]);
  });

  test("enrollment as long as it stood, planned and actual apart", () => {
    expect(laneOf(time(), "Enrollment").map(({ label, filling }) => [label, filling])).toEqual([
      ["50 planned", "planned"],
      ["30 planned", "planned"],
      ["21 actual", "actual"],
    ]);
  });

  test("changes of one day are one mark; a publication stands where a version first linked it", () => {
    const changes = [change("2019-09-01"), change("2019-09-01", { column_name: "status", kind: "completed" })];
    expect(laneOf(time({ changes }), "Changes").map(({ label }) => label)).toEqual([
      "2 changes: completion: date slipped, status: completed",
    ]);
    expect(laneOf(time(), "Publications").map(({ label, from }) => [label, from])).toEqual([
      ["PMID 31000001", "2025-02-01"],
    ]);
  });

  test("membership from each arrival to the departure that followed, by watchlist", () => {
    const events = [
      event(1, "entered", "2020-01-05"),
      event(2, "left", "2021-01-05"),
      event(3, "query_changed", "2021-06-01"),
      event(4, "returned", "2022-01-05"),
      event(5, "entered", "2020-01-05", { watchlist: "t1d" }),
      event(6, "merged", "2020-03-05", { watchlist: "t1d", survivor: nct(9) }),
    ];
    expect(laneOf(time({ events }), "Tracked").map(({ label, from, to }) => [label, from, to])).toEqual([
      ["r/sle: entered 2020-01-05, left 2021-01-05", "2020-01-05", "2021-01-05"],
      ["r/sle: returned 2022-01-05", "2022-01-05", "2026-11-20"],
      [`r/t1d: entered 2020-01-05, merged into ${nct(9)} 2020-03-05`, "2020-01-05", "2020-03-05"],
    ]);
  });

  test("a lane without a mark is left out; nothing known at all is said in words", () => {
    expect(studyLanes(time())?.lanes.map(({ name }) => name)).not.toContain("Changes");
    expect(studyLanes(time({ stated: [], until: null }))).toBeNull();
    expect(String(studyFigure(time({ stated: [], until: null })))).toContain("nothing to draw");
  });
});

describe("packing", () => {
  const width = 300;
  const scale = timeScale("2020-01-01", "2024-01-01", 8, width - 8);
  const at = (day: string, label: string, said: Partial<Mark> = {}): Mark => ({
    shape: "planned",
    from: day,
    to: day,
    label,
    told: label,
    ...said,
  });
  const room = ({ mark, x, width, row, label }: Placed) => {
    const long = label.text.length * 7;
    const from = label.anchor === "start" ? label.x : label.x - long;
    return [
      { row, from: mark.shape === "span" ? x + 1 : x, to: mark.shape === "span" ? x + width - 1 : x + width },
      ...(label.inside ? [] : [{ row: label.row, from, to: from + long }]),
    ];
  };

  test("no mark and no words stand over another, nor outside the plot, however many there are", () => {
    const marks = Array.from({ length: 60 }, (_, n) => {
      const month = String((n % 12) + 1).padStart(2, "0");
      const from = `202${n % 4}-${month}-01`;
      return n % 3 === 0
        ? at(from, `span number ${n}`, { shape: "span", to: `202${n % 4}-${month}-28`, filling: "running" })
        : at(from, `planned for a long while ${n}`);
    });
    const placed = packed(marks, scale);
    const taken = placed.map(room);
    taken.forEach((own, one) =>
      taken.slice(one + 1).forEach((others, ahead) => {
        for (const a of own)
          for (const b of others)
            if (a.row === b.row && a.from < b.to && b.from < a.to)
              throw new Error(`${marks[one]?.label} stands over ${marks[one + 1 + ahead]?.label}`);
      }),
    );
    expect(taken.flat().every(({ from, to }) => from >= 0 && to <= width)).toBe(true);
  });

  test("spans that follow each other share a row; words too long for one stand below it", () => {
    const placed = packed(
      [
        at("2020-01-01", "recruiting", { shape: "span", to: "2021-01-01" }),
        at("2021-01-01", "a very long status", { shape: "span", to: "2021-03-01" }),
        at("2021-03-01", "completed", { shape: "span", to: "2024-01-01" }),
      ],
      scale,
    );
    expect(placed.map(({ row }) => row)).toEqual([0, 0, 0]);
    expect(placed.map(({ label }) => label.row)).toEqual([1, 2, 0]);
    expect(placed[2]?.label.inside).toBe(true);
  });

  test("brief words go before cut ones", () => {
    const [kept] = packed([at("2022-01-01", "x".repeat(100), { brief: "in brief" })], scale);
    expect(kept?.label.text).toBe("in brief");
    const [cut] = packed([at("2022-01-01", "x".repeat(100))], scale);
    expect(cut?.label.text).toMatch(/^x+…$/);
  });

  test("nothing in a record becomes markup", () => {
    const evil = `"><script>alert(1)</script>`;
    const drawn = String(
      drawLanes([{ name: evil, marks: [at("2022-01-01", evil)] }], "2020-01-01", "2024-01-01", null, 960).shapes,
    );
    expect(drawn).not.toContain("<script");
    expect(drawn).toContain("&lt;script&gt;");
  });
});

describe("the figure", () => {
  const one = String(studyFigure(time({ stated: [stated("2022-01-21")], until: "2022-01-21" })));

  test("one version is drawn too, on both widths, with numbers that are numbers", () => {
    expect(one.match(/<svg class="plot /g)).toHaveLength(2);
    expect(one).not.toMatch(/NaN|undefined|Infinity/);
    expect(one).toContain("1 version held");
  });

  test("no style attribute and no script: a strict content security policy takes it", () => {
    const all = String(
      studyFigure(time({ changes: [change("2019-09-01")], events: [event(1, "entered", "2020-01-05")] })),
    );
    expect(all).not.toMatch(/\sstyle=|<style|<script|\son\w+=|javascript:/);
  });

  test("the table behind it has each mark in words, and both sides of each change", () => {
    const all = String(studyFigure(time({ changes: [change("2019-09-01")] })));
    expect(all).toContain("21 participants, actual, 2025-02-01 to 2026-11-20");
    expect(all).toContain("completion, date slipped: 2020-12 -&gt; 2021-06 (+181 days); posted: 2019-09-01");
  });
});
