import { describe, expect, test } from "vitest";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { corpus, study, withoutCorpus } from "./corpus.ts";

const FILES = ["registry-v2", "msc-2022-01", "msc-2022-09"];

/** Reads "a.b[1].c" in a record. */
function at(record: unknown, path: string): unknown {
  return path.split(/[.[\]]+/).reduce<unknown>((value, key) => {
    if (key === "") return value;
    return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }, record);
}

describe("facts", () => {
  test("an empty record states nothing", () => {
    const facts = factsOf(study());
    expect(facts).toMatchObject({
      status: "RECRUITING",
      lastKnownStatus: null,
      start: null,
      phases: [],
      enrollment: null,
      allocation: null,
      masking: null,
      whoMasked: [],
      countries: [],
      director: null,
      primaryOutcomes: [],
      resultsAvailability: "none",
      fdaRegulated: null,
      nuls: 0,
    });
  });

  test("the last known status counts only behind UNKNOWN", () => {
    const module = (overallStatus: string) => ({ statusModule: { overallStatus, lastKnownStatus: "RECRUITING" } });
    expect(factsOf(study(module("UNKNOWN"))).lastKnownStatus).toBe("RECRUITING");
    expect(factsOf(study(module("COMPLETED"))).lastKnownStatus).toBeNull();
  });

  test("the enrollment sentinel is no count, zero is one, NA is a value", () => {
    const design = (count: number) => ({ designModule: { phases: ["NA"], enrollmentInfo: { count, type: "ACTUAL" } } });
    expect(factsOf(study(design(99_999_999)))).toMatchObject({ enrollment: null, enrollmentType: null });
    expect(factsOf(study(design(0)))).toMatchObject({ enrollment: 0, enrollmentType: "ACTUAL", phases: ["NA"] });
  });

  test("results: posted follows hasResults, completed without is a state of its own", () => {
    const status = { statusModule: { overallStatus: "COMPLETED" } };
    expect(factsOf(study(status)).resultsAvailability).toBe("completed_without_results");
    expect(factsOf(study(status, { hasResults: true })).resultsAvailability).toBe("posted");
  });

  test("texts are plain, roles sorted, NULs counted once", () => {
    const facts = factsOf(
      study({
        statusModule: { overallStatus: "TERMINATED", whyStopped: "HbA1c \\> 7" },
        designModule: {
          designInfo: { maskingInfo: { masking: "DOUBLE", whoMasked: ["PARTICIPANT", "INVESTIGATOR"] } },
        },
        contactsLocationsModule: { overallOfficials: [{ name: "Ann\0 First", role: "PRINCIPAL_INVESTIGATOR" }] },
        outcomesModule: { primaryOutcomes: [{ measure: "A\0 \\[b\\]" }] },
      }),
    );
    expect(facts).toMatchObject({
      whyStopped: "HbA1c > 7",
      whoMasked: ["INVESTIGATOR", "PARTICIPANT"],
      director: "Ann First",
      primaryOutcomes: [{ measure: "A [b]", timeFrame: null, description: null }],
      nuls: 2,
    });
    expect(JSON.stringify({ ...facts, directorEvidence: [] })).not.toContain("\\u0000");
  });
});

test.skipIf(withoutCorpus(...FILES))("every record of the corpus has facts, and every span stands at its path", () => {
  let read = 0;
  for (const record of FILES.flatMap(corpus)) {
    const facts = factsOf(record);
    read++;
    expect(factsOf(structuredClone(record))).toEqual(facts);
    for (const { path, span } of [...facts.countryEvidence, ...facts.directorEvidence]) {
      expect(at(record, path), `${facts.nctId} ${path}`).toContain(span);
    }
  }
  expect(read).toBe(2_243 + 1_453 + 78);
});
