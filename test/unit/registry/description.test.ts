import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DESCRIPTIONS } from "../../../fixtures/replay/describe.ts";
import {
  describedFields,
  describedValues,
  differenceWords,
  isSame,
  schemaDifference,
} from "../../../pipeline/registry/description.ts";
import { columnsReading } from "../../../pipeline/review/columns.ts";

const node = (name: string, type: string, ...children: unknown[]) => ({ name, piece: name, type, children });
const BEFORE = [
  node("statusModule", "StatusModule", node("overallStatus", "Status"), node("whyStopped", "markup")),
  node("hasResults", "boolean"),
];
const AFTER = [
  node("statusModule", "StatusModule", node("overallStatus", "Status[]"), node("pausedDate", "date")),
  node("hasResults", "boolean"),
];
const enums = (...values: string[]) => [
  { type: "Status", pieces: ["overallStatus"], values: values.map((value) => ({ value, legacyValue: "" })) },
];

describe("fields", () => {
  test("added, removed and retyped, by path", () => {
    const difference = schemaDifference(describedFields(BEFORE), describedFields(AFTER));
    expect(difference).toEqual({
      added: ["statusModule.pausedDate"],
      removed: ["statusModule.whyStopped"],
      retyped: ["statusModule.overallStatus: Status -> Status[]"],
      paths: ["statusModule.pausedDate", "statusModule.whyStopped", "statusModule.overallStatus"],
    });
    expect(differenceWords(difference)).toBe(
      "added statusModule.pausedDate; removed statusModule.whyStopped; retyped statusModule.overallStatus: Status -> Status[]",
    );
  });

  test("an order, a title or a help text is no difference", () => {
    const other = BEFORE.toReversed().map((one) => ({ ...one, title: "another", dedLink: { url: "x" } }));
    expect(isSame(schemaDifference(describedFields(BEFORE), describedFields(other)))).toBe(true);
  });

  test.each([[null], ["a page of HTML"], [{ nodes: [] }], [[null, 3, { name: 4 }]]])(
    "%j describes nothing and breaks nothing",
    (body) => {
      expect(describedFields(body).size).toBe(0);
      expect(describedValues(body, body).size).toBe(0);
    },
  );
});

describe("values", () => {
  test("a value is about the fields that hold it, found by piece or type", () => {
    const before = describedValues(enums("RECRUITING"), BEFORE);
    const after = describedValues(enums("RECRUITING", "PAUSED"), BEFORE);
    expect(schemaDifference(before, after)).toEqual({
      added: ["Status=PAUSED"],
      removed: [],
      retyped: [],
      paths: ["statusModule.overallStatus"],
    });
  });
});

test("a path is read by the columns of its field, of what it is in and of what is in it", () => {
  expect(columnsReading(["protocolSection.statusModule.overallStatus"])).toEqual(["status", "results"]);
  expect(columnsReading(["protocolSection.designModule.designInfo"])).toEqual(["allocation", "masking"]);
  expect(columnsReading(["protocolSection.contactsLocationsModule.locations.country"])).toEqual([
    "director",
    "country",
  ]);
  expect(columnsReading(["protocolSection.statusModule.overallStatusX", "resultsSection"])).toEqual([]);
});

test("the replay describes every field that it plays, and its values point at fields", () => {
  const fields = describedFields(DESCRIPTIONS["metadata"]);
  expect(fields.size).toBeGreaterThan(400);
  expect(fields.get("protocolSection.statusModule.overallStatus")?.type).toBe("Status");
  const values = describedValues(DESCRIPTIONS["enums"], DESCRIPTIONS["metadata"]);
  expect(values.get("Status=RECRUITING")?.paths).toEqual([
    "protocolSection.statusModule.overallStatus",
    "protocolSection.statusModule.lastKnownStatus",
  ]);
  for (const { paths } of values.values()) expect(paths.length).toBeGreaterThan(0);
});

const REAL = new URL("../../../../shared/api/studies-metadata-2024-10.json", import.meta.url);
test.skipIf(!existsSync(REAL))("the registry's real answer of 2024-10 (skipped where it is absent)", () => {
  const fields = describedFields(JSON.parse(readFileSync(REAL, "utf8")));
  expect(fields.size).toBe(454);
  expect(fields.get("protocolSection.designModule.phases")?.type).toBe("Phase[]");
  const played = describedFields(DESCRIPTIONS["metadata"]);
  expect([...fields.keys()].filter((path) => !played.has(path))).toEqual([]);
});
