import { describe, expect, test } from "vitest";
import { countriesOf, countryName, sameCountry } from "../../../pipeline/normalize/countries.ts";
import { corpus, study, withoutCorpus } from "./corpus.ts";

const affiliated = (affiliation: string) =>
  countriesOf(study({ contactsLocationsModule: { overallOfficials: [{ name: "A B", affiliation }] } }));

describe("countries", () => {
  test("sites come first, distinct, in order of first appearance, as written", () => {
    const { countries, countryEvidence } = countriesOf(
      study({
        contactsLocationsModule: {
          locations: [{ country: "Sweden" }, { country: "China" }, { city: "Oslo" }, { country: "Sweden" }],
          overallOfficials: [{ affiliation: "Helsinki, Finland" }],
        },
      }),
    );
    expect(countries).toEqual(["Sweden", "China"]);
    expect(countryEvidence[1]).toEqual({
      path: "protocolSection.contactsLocationsModule.locations[1].country",
      span: "China",
      rule: "country.site",
    });
  });

  test.each([
    ["Kidney Unit, Helsinki University Hospital, Helsinki, Finland", "Finland", "Finland"],
    ["Armed Police General Hospital, P. R. China", "China", "P. R. China"],
    ["Fudan University Shanghai China", "China", "China"],
    ["National Cancer Center, Korea", "South Korea", "Korea"],
    ["University Hospital (Finland)", "Finland", "Finland"],
    ["Karolinska, SE-141 86 Stockholm, Sweden.", "Sweden", "Sweden"],
    ["Hospital, London, UK", "United Kingdom", "UK"],
  ])("without sites, %s", (affiliation, country, span) => {
    const { countries, countryEvidence } = affiliated(affiliation);
    expect(countries).toEqual([country]);
    expect(countryEvidence[0]?.span).toBe(span);
    expect(affiliation).toContain(countryEvidence[0]?.span);
  });

  test.each([
    "University of New Mexico",
    "Medical College of Georgia",
    "Ireland Cancer Center at a clinic",
    "New Jersey Medical School, Newark, New Jersey",
    "Indiana University",
    "Contact us",
    "A hospital",
  ])("no country is read from %s", (affiliation) => expect(affiliated(affiliation).countries).toEqual([]));

  test.each([
    ["USA", "United States", true],
    ["U.S.A.", "United States of America", true],
    ["UK", "United Kingdom", true],
    ["Korea, Republic of", "South Korea", true],
    ["Turkey", "Turkey (Türkiye)", true],
    ["Turkiye", "Türkiye", true],
    ["China (mainland)", "China", true],
    ["Côte d’Ivoire", "Ivory Coast", true],
    ["Iran, Islamic Republic of", "Iran", true],
    ["Taiwan", "China", false],
    ["North Korea", "South Korea", false],
    ["Niger", "Nigeria", false],
    ["Atlantis", "atlantis", true],
  ])("%s and %s: %s", (a, b, same) => expect(sameCountry(a, b)).toBe(same));

  test("an unknown name stays as it is", () => expect(countryName("Atlantis ")).toBe("Atlantis"));
});

test.skipIf(withoutCorpus("registry-v2", "msc-2022-01"))("every country of the corpus is in the table", () => {
  const unknown = new Set<string>();
  for (const record of [...corpus("registry-v2"), ...corpus("msc-2022-01")]) {
    for (const { country } of record.protocolSection.contactsLocationsModule?.locations ?? []) {
      // a name of the table has a second spelling, so that the lower-case text is found too
      if (country !== undefined && countryName(country.toLowerCase()) === country.toLowerCase()) unknown.add(country);
    }
  }
  expect([...unknown]).toEqual([]);
});
