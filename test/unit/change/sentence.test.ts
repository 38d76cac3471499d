import { describe, expect, test } from "vitest";
import { changesBetween, sentence } from "../../../pipeline/change/changes.ts";
import { factsOf } from "../../../pipeline/normalize/facts.ts";
import { study } from "../normalize/corpus.ts";

type Modules = Record<string, unknown>;

function between(before: Modules, after: Modules) {
  const [a, b] = [study(before), study(after)];
  return changesBetween(factsOf(a), factsOf(b), a, b);
}

const status = (more: Modules) => ({ statusModule: { overallStatus: "RECRUITING", ...more } });
const end = (date: string, type?: string) =>
  status({ completionDateStruct: type === undefined ? { date } : { date, type } });
const sites = (...locations: Modules[]) => ({ contactsLocationsModule: { locations } });
const oslo = { facility: "A", city: "Oslo", country: "Norway" };

describe("a sentence for a person", () => {
  test.each<[Modules, Modules, string]>([
    [
      status({}),
      { statusModule: { overallStatus: "TERMINATED", whyStopped: "No\nfunds" } },
      "terminated, was recruiting: No funds",
    ],
    [
      status({}),
      { statusModule: { overallStatus: "UNKNOWN", lastKnownStatus: "RECRUITING" } },
      "lapsed, not verified for two years: recruiting -> unknown (last known recruiting)",
    ],
    [end("2017-05", "ESTIMATED"), end("2017-11"), "completion slipped by 183 days: 2017-05 (estimated) -> 2017-11"],
    [
      sites(oslo),
      sites({ ...oslo, city: "Bergen" }),
      "1 site -> 1 site: added A, Bergen, Norway, removed A, Oslo, Norway",
    ],
    [{}, { eligibilityModule: { sex: "ALL" } }, "changed elsewhere, eligibilityModule: sex"],
  ])("%#", (before, after, expected) => {
    const [change] = between(before, after);
    if (change === undefined) throw new Error("one change");
    expect(sentence(change, "NCT00000001")).toBe(`NCT00000001: ${expected}`);
    expect(sentence(change)).toBe(expected);
  });
});
