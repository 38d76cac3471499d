import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { validate } from "../../../pipeline/registry/validate.ts";

/** A small record, with changes: the value at each path (undefined: the key goes), missing objects made on the way. */
function record(changes: readonly (readonly [path: string, value: unknown])[] = []): unknown {
  const draft = {
    protocolSection: {
      identificationModule: { nctId: "NCT00000001", briefTitle: "A trial" },
      statusModule: { overallStatus: "RECRUITING", startDateStruct: { date: "2020-02-29", type: "ACTUAL" } },
      designModule: { phases: ["PHASE1"], enrollmentInfo: { count: 20, type: "ESTIMATED" } },
      contactsLocationsModule: { locations: [{ city: "Paris", country: "France", geoPoint: { lat: 48.8, lon: 2.3 } }] },
    },
    derivedSection: { miscInfoModule: { versionHolder: "2026-02-11" } },
    hasResults: false,
  };
  for (const [path, value] of changes) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let place = draft as unknown as Record<string, unknown>;
    for (const key of keys) place = (place[key] ??= {}) as Record<string, unknown>;
    if (value === undefined) delete place[last];
    else place[last] = value;
  }
  return draft;
}

const ID = "protocolSection.identificationModule.nctId";
const STATUS = "protocolSection.statusModule.overallStatus";
const START = "protocolSection.statusModule.startDateStruct.date";
const PHASES = "protocolSection.designModule.phases";
const COUNT = "protocolSection.designModule.enrollmentInfo.count";
const LOCATIONS = "protocolSection.contactsLocationsModule.locations";

function refused(...changes: (readonly [string, unknown])[]) {
  const verdict = validate(record(changes));
  if (verdict.ok) throw new Error("the record was accepted");
  return verdict;
}
function unknownOf(...changes: (readonly [string, unknown])[]) {
  const verdict = validate(record(changes));
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.issues));
  return verdict.unknown;
}

describe("records that cannot be loaded", () => {
  test.each<[string, string, unknown, string?]>([
    ["no id", ID, undefined],
    ["an id that is none", ID, "NCT1"],
    ["a NUL in the id", ID, "NCT0000000\u0000"],
    ["a line after the id", ID, "NCT00000001\n"],
    ["no status", STATUS, undefined],
    ["no status module", "protocolSection.statusModule", undefined],
    ["a title that is null", "protocolSection.identificationModule.briefTitle", null],
    ["a module that is null", "protocolSection.designModule", null],
    ["a section that is null", "resultsSection", null],
    ["a list that is no list", PHASES, "PHASE1"],
    ["a null in a list", PHASES, ["PHASE1", null], "phases[1]"],
    ["an object that is a list", "protocolSection.designModule.enrollmentInfo", []],
    ["a count as text", COUNT, "20"],
    ["a broken count", COUNT, 2.5],
    ["a count below zero", COUNT, -1],
    ["a count no database holds", COUNT, 2 ** 31],
    ["a boolean as text", "hasResults", "false"],
    ["a site that is a text", LOCATIONS, ["Paris"], "locations[0]"],
    ["a country that is null", LOCATIONS, [{ country: "France" }, { country: null }], "locations[1].country"],
  ])("%s", (_name, path, value, ending) => {
    const { issues } = refused([path, value]);
    expect(issues).toHaveLength(1);
    if (ending === undefined) expect(issues[0]?.path).toBe(`$.${path}`);
    else expect(issues[0]?.path.endsWith(`.${ending}`)).toBe(true);
  });

  test.each([
    "2021-02-29",
    "2100-02-29",
    "2020-13",
    "2020-00",
    "2020-01-32",
    "2020-01-00",
    "2020-04-31",
    "0000-01",
    "20",
    "2020-1",
    "2020-01-01T00:00",
    "",
    "May 2020",
    "2020-01-01\u0000",
    "2020-01-01\n",
    2020,
  ])("the date %j", (date) => {
    const { issues, nctId } = refused([START, date]);
    expect(issues.map((issue) => issue.path)).toEqual([`$.${START}`]);
    if (typeof date === "string") expect(issues[0]?.reason).toContain("calendar date");
    expect(nctId).toBe("NCT00000001");
  });

  test.each(["2020", "2020-02", "2020-02-29", "2000-02-29", "0004-02-29", "1900-01", "2099-12-31"])(
    "but not the date %j",
    (date) => {
      expect(validate(record([[START, date]])).ok).toBe(true);
    },
  );

  test.each([null, undefined, [], "NCT00000001", 7, {}, { protocolSection: null }])("%j is no record", (value) => {
    expect(validate(value)).toMatchObject({ ok: false, nctId: null });
  });

  test("all reasons at once, up to twenty and the number of the rest", () => {
    expect(refused([STATUS, 1], ["hasResults", null]).issues).toHaveLength(2);
    const many = refused([LOCATIONS, Array.from({ length: 500 }, () => null)]);
    expect(many.issues).toHaveLength(21);
    expect(many.issues.at(-1)).toEqual({ path: "$", reason: "and 480 more like these" });
  });
});

describe("what is unknown", () => {
  test("nothing in a plain record, whose object comes back as it was", () => {
    const given = record();
    const before = structuredClone(given);
    const verdict = validate(given);
    expect(verdict).toEqual({ ok: true, study: before, unknown: { keys: [], values: [] } });
    expect(verdict.ok && verdict.study).toBe(given);
  });

  const ELIGIBILITY = "protocolSection.eligibilityModule";
  test.each<[string, string, unknown, { keys?: string[]; values?: string[] }]>([
    ["a section", "newSection", {}, { keys: ["newSection"] }],
    ["a field", "protocolSection.designModule.fresh", null, { keys: ["protocolSection.designModule.fresh"] }],
    ["a field of many sites, once", LOCATIONS, [{ fresh: 1 }, { fresh: 2 }], { keys: [`${LOCATIONS}[].fresh`] }],
    ["a text that became an object", `${ELIGIBILITY}.sex2.x`, 1, { keys: [`${ELIGIBILITY}.sex2`] }],
    ["an object for a text", `${ELIGIBILITY}.minimumAge.years`, 18, { keys: [`${ELIGIBILITY}.minimumAge.*`] }],
    ["one value for a list", `${ELIGIBILITY}.stdAges`, "ADULT", { keys: [`${ELIGIBILITY}.stdAges`] }],
    ["a text for an object", `${LOCATIONS}.0.geoPoint`, "x", { keys: [`${LOCATIONS}[].geoPoint`] }],
    ["a status", STATUS, "PAUSED", { values: [`${STATUS}=PAUSED`] }],
    ["a phase among known ones", PHASES, ["PHASE1", "PHASE5"], { values: [`${PHASES}[]=PHASE5`] }],
    ["a null that no rule reads", `${ELIGIBILITY}.sex`, null, { values: [`${ELIGIBILITY}.sex=null`] }],
    ["a name of every object", "protocolSection.constructor", "x", { keys: ["protocolSection.constructor"] }],
  ])("%s", (_name, path, value, expected) => {
    expect(unknownOf([path, value])).toEqual({ keys: [], values: [], ...expected });
  });

  test("results are not entered, as known-paths.ts says", () => {
    expect(unknownOf(["resultsSection.fresh", 1], ["fresh", 1])).toEqual({ keys: ["fresh"], values: [] });
  });

  test("a long foreign value is cut", () => {
    const [value = ""] = unknownOf([STATUS, "X".repeat(5000)]).values;
    expect(value.length).toBeLessThan(150);
  });

  test("NULs in texts are no reason against a record", () => {
    const unknown = unknownOf(["protocolSection.identificationModule.briefTitle", "A\u0000trial"]);
    expect(unknown).toEqual({ keys: [], values: [] });
  });
});

const CORPUS = new URL("../../../../shared/corpus/", import.meta.url);

describe.each([
  ["registry-v2.jsonl.gz", 2243],
  ["msc-2022-01.jsonl.gz", 1453],
])("every record of %s", (file, count) => {
  const url = new URL(file, CORPUS);
  test.skipIf(!existsSync(url))(
    `is valid and stays as it was (skipped where ${file} is not beside the repository)`,
    () => {
      const lines = gunzipSync(readFileSync(url)).toString("utf8").trimEnd().split("\n");
      expect(lines).toHaveLength(count);
      const foreign = new Set<string>();
      for (const line of lines) {
        const parsed = JSON.parse(line);
        const verdict = validate(parsed);
        if (!verdict.ok) throw new Error(`${verdict.nctId}: ${JSON.stringify(verdict.issues)}`);
        expect(verdict.study).toBe(parsed);
        // Same keys in the same order and the same values: stricter than deep equality, and far faster.
        if (JSON.stringify(parsed) !== JSON.stringify(JSON.parse(line)))
          throw new Error(`${line.slice(0, 90)} was altered`);
        for (const what of [...verdict.unknown.keys, ...verdict.unknown.values]) foreign.add(what);
      }
      // What the sheet says of these copies: modelPredictions in 2023; two keys that their collectors added.
      const expected = [
        "derivedSection.miscInfoModule.modelPredictions",
        "protocolSection.armsInterventionsModule.interventions[].interventionMappedName",
        "protocolSection.contactsLocationsModule.locations_nested",
      ];
      expect([...foreign].sort()).toEqual(file.startsWith("registry") ? expected : []);
    },
  );
});
