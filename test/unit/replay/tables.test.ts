import { describe, expect, test } from "vitest";
import { ENUM_VALUES, ESSIE_PARAMETERS, SEARCH_AREAS } from "../../../fixtures/replay/areas.ts";
import { dateInName, periodOf } from "../../../fixtures/replay/dates.ts";
import { type Field, fieldOfPath, fieldOfPiece, valuesAt } from "../../../fixtures/replay/fields.ts";
import { projection } from "../../../fixtures/replay/project.ts";
import { canonicalId } from "../../../fixtures/replay/studies.ts";
import { hasPhrase, searchable, wordsOf } from "../../../fixtures/replay/words.ts";

function piece(name: string): Field {
  const field = fieldOfPiece(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return field;
}

describe("field tree", () => {
  test.each([
    ["NCTId", "protocolSection.identificationModule.nctId", "text"],
    ["Phase", "protocolSection.designModule.phases", "enum"],
    ["LastUpdatePostDate", "protocolSection.statusModule.lastUpdatePostDateStruct.date", "date"],
    ["DesignWhoMasked", "protocolSection.designModule.designInfo.maskingInfo.whoMasked", "enum"],
    ["OutcomeMeasureTitle", "resultsSection.outcomeMeasuresModule.outcomeMeasures.title", "text"],
    ["VersionHolder", "derivedSection.miscInfoModule.versionHolder", "date"],
    ["InterventionAncestorTerm", "derivedSection.interventionBrowseModule.ancestors.term", "text"],
    ["HasResults", "hasResults", "boolean"],
    ["Location", "protocolSection.contactsLocationsModule.locations", "branch"],
  ])("%s is %s, a %s", (name, path, kind) => {
    expect(piece(name)).toMatchObject({ piece: name, path: path.split("."), kind });
    expect(fieldOfPath(path)).toBe(piece(name));
  });

  test("every piece of a search area, parameter and enum list is in it", () => {
    for (const name of Object.values(SEARCH_AREAS).flat()) expect(fieldOfPiece(name)?.kind, name).toMatch(/text|enum/);
    for (const { area } of Object.values(ESSIE_PARAMETERS)) {
      expect(SEARCH_AREAS[area] ?? fieldOfPiece(area), area).toBeDefined();
    }
    for (const name of Object.keys(ENUM_VALUES)) expect(fieldOfPiece(name)?.kind, name).toBe("enum");
  });

  test("BasicSearch has the 57 pieces the registry counts in it", () => {
    expect(new Set(SEARCH_AREAS.BasicSearch).size).toBe(57);
  });

  test("valuesAt runs through arrays and passes odd shapes by", () => {
    const path = piece("InterventionName").path;
    const record = (interventions: unknown): unknown => ({
      protocolSection: { armsInterventionsModule: { interventions } },
    });
    expect(valuesAt(record([{ name: "a" }, {}, { name: "b" }]), path)).toEqual(["a", "b"]);
    expect(valuesAt(record("text where a list is expected"), path)).toEqual([]);
    expect(valuesAt(record([{ name: { en: "a" } }, null, 7]), path)).toEqual([]);
    expect(valuesAt(null, path)).toEqual([]);
  });
});

describe("words", () => {
  test("wordsOf", () => {
    expect(wordsOf("HbA1c \\> 7 % (β-cell)")).toBe("hba1c 7 β cell");
    expect(wordsOf("-- !")).toBe("");
    expect(wordsOf("Sjo\u0308gren")).toBe(wordsOf("Sj\u00f6gren"));
  });

  test("a phrase stays inside one value", () => {
    const text = searchable(["bone marrow", "cell"]);
    expect(hasPhrase(text, "bone marrow")).toBe(true);
    expect(hasPhrase(text, "cell")).toBe(true);
    expect(hasPhrase(text, "marrow cell")).toBe(false);
    expect(hasPhrase(text, "marr")).toBe(false);
    expect(hasPhrase(searchable([]), "cell")).toBe(false);
  });
});

describe("dates", () => {
  test.each([
    ["2014", { from: "2014-01-01", to: "2014-12-31" }],
    ["2014-04", { from: "2014-04-01", to: "2014-04-31" }],
    ["2014-04-11", { from: "2014-04-11", to: "2014-04-11" }],
    ["2014-04-11T09:30", { from: "2014-04-11", to: "2014-04-11" }],
    ["4/1/2014", { from: "2014-04-01", to: "2014-04-01" }],
    ["2014-13", null],
    ["2014-04-32", null],
    ["April 2014", null],
  ])("periodOf(%s)", (text, period) => expect(periodOf(text)).toEqual(period));

  test.each([
    ["03-2026-02-10.jsonl.gz", "2026-02-10"],
    ["from-2025-01-01-to-2025-03-04.json", "2025-03-04"],
    ["msc-2022-01.jsonl.gz", null],
    ["2026-02-31.jsonl", null],
    ["12026-02-10.jsonl", null],
  ])("dateInName(%s)", (name, date) => expect(dateInName(name)).toBe(date));
});

test.each([
  ["nct1234", "NCT00001234"],
  ["NCT00001234", "NCT00001234"],
  ["NCT000001234", "NCT00001234"],
  ["NCT00000000", null],
  ["NCT123456789", null],
  ["ISRCTN1234", null],
])("canonicalId(%s)", (text, id) => expect(canonicalId(text)).toBe(id));

describe("projection keeps parents and array places", () => {
  const record = {
    protocolSection: {
      identificationModule: { nctId: "NCT00000001", briefTitle: "t" },
      contactsLocationsModule: { locations: [{ city: "Turku", country: "Finland" }, { country: "Chile" }] },
    },
    hasResults: false,
  };
  const cut = (...names: string[]): unknown => projection(names.map(piece))(record);

  test("a leaf", () => {
    expect(cut("NCTId")).toEqual({ protocolSection: { identificationModule: { nctId: "NCT00000001" } } });
  });
  test("an array's leaf", () => {
    expect(cut("LocationCity", "HasResults")).toEqual({
      protocolSection: { contactsLocationsModule: { locations: [{ city: "Turku" }, {}] } },
      hasResults: false,
    });
  });
  test("a branch, also beside a leaf below it", () => {
    const whole = { protocolSection: { identificationModule: record.protocolSection.identificationModule } };
    expect(cut("IdentificationModule")).toEqual(whole);
    expect(cut("NCTId", "IdentificationModule")).toEqual(whole);
  });
  test("an absent field", () => {
    expect(cut("WhyStopped")).toEqual({});
  });
});
