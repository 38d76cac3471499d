import { describe, expect, test } from "vitest";
import { samePerson, splitNames } from "../../../pipeline/normalize/names.ts";
import { peopleOf } from "../../../pipeline/normalize/people.ts";
import { corpus, study, withoutCorpus } from "./corpus.ts";

const lead = (name: string, kind = "OTHER", more = {}) => ({
  sponsorCollaboratorsModule: { leadSponsor: { name, class: kind }, ...more },
});
const official = (name: string, role: string) => ({ name, role, affiliation: "A hospital" });

/** Each record lacks what the one before it was decided by. */
describe("director by the order of trust", () => {
  const contacts = {
    centralContacts: [{ name: "Acme Clinical Trials" }, { name: "Eva Central, RN" }],
    locations: [{ facility: "A", contacts: [{ name: "Sam Site, MD", role: "PRINCIPAL_INVESTIGATOR" }] }],
  };
  const [pi, chair, director] = [
    official("Ann First, MD", "PRINCIPAL_INVESTIGATOR"),
    official("Carl Chair, PhD", "STUDY_CHAIR"),
    official("Dora Second", "STUDY_DIRECTOR"),
  ];
  const old = { responsibleParty: { oldNameTitle: "Wang, Yangang MD", oldOrganization: "A hospital" } };
  const job = { responsibleParty: { oldNameTitle: "Medical Affairs", oldOrganization: "Others" } };
  const module = (overallOfficials: unknown[], more = {}) => ({
    contactsLocationsModule: { overallOfficials, ...contacts, ...more },
  });
  const noSite = { locations: [...contacts.locations, { facility: "B" }] };

  test.each([
    [
      "investigators and chairs together",
      { ...lead("Firm", "INDUSTRY"), ...module([chair, director, pi]) },
      "Ann First, Carl Chair",
    ],
    ["a chair alone", { ...lead("Firm", "INDUSTRY"), ...module([chair, director]) }, "Carl Chair"],
    [
      "an industry lead to the last letter",
      { ...lead("Nova Norden A/S", "INDUSTRY"), ...module([director]) },
      "Nova Norden A/S",
    ],
    ["an industry lead without one", { ...lead("Firm, Inc.", "INDUSTRY"), ...module([director]) }, "Firm, Inc."],
    ["the study director", { ...lead("Clinic"), ...module([director]) }, "Dora Second"],
    ["the investigator of the one site", { ...lead("Clinic"), ...module([]) }, "Sam Site"],
    [
      "a contact, not a call centre, where there are several sites",
      { ...lead("Clinic"), ...module([], noSite) },
      "Eva Central",
    ],
    ["an old-style person", lead("Clinic", "OTHER", old), "Wang, Yangang"],
    ["an old-style post with its organisation", lead("Clinic", "OTHER", job), "Medical Affairs, Others"],
    ["the lead sponsor", lead("Clinic"), "Clinic"],
    ["nobody", {}, null],
  ])("%s", (_, protocol, expected) => expect(peopleOf(study(protocol)).director).toBe(expected));

  test("a lead sponsor that is no firm: a person without titles, a hospital named after one as it stands", () => {
    expect(peopleOf(study(lead("Cady, Roger, M.D."))).director).toBe("Cady, Roger");
    const hospital = "Sir Mortimer B. Davis - Jewish General Hospital";
    expect(peopleOf(study(lead(hospital))).director).toBe(hospital);
  });

  test("evidence is the words at their path; everyone else is there too, behind", () => {
    const { directorEvidence, people } = peopleOf(
      study({
        ...lead("Clinic", "OTHER", {
          responsibleParty: { type: "PRINCIPAL_INVESTIGATOR", investigatorFullName: "Rita Party" },
          collaborators: [{ name: "Friends" }],
        }),
        ...module([director, pi]),
      }),
    );
    expect(directorEvidence).toEqual([
      {
        path: "protocolSection.contactsLocationsModule.overallOfficials[1].name",
        span: "Ann First, MD",
        rule: "director.principal_investigator",
      },
    ]);
    expect(people.map(({ name }) => name)).toEqual([
      "Ann First, MD",
      "Dora Second",
      "Sam Site, MD",
      "Eva Central, RN",
      "Clinic",
      "Rita Party",
      "Friends",
    ]);
  });
});

/** Printed in the two tables; what the records say was read by hand. Null: the table names another legal entity. */
const PRINTED: [id: string, printed: string, field: string | null][] = [
  ["NCT01374854", "Jianming Tan", "overallOfficials[0].name"],
  ["NCT01068951", "Per-Ola Carlsson", "overallOfficials[0].name"],
  ["NCT02745808", "Jianwu Dai", "overallOfficials[0].name"],
  ["NCT01686139", "Itzhak Siev-Ner", "overallOfficials[0].name"],
  ["NCT00690066", "Mesoblast International Sàrl", null],
  ["NCT01219465", "Wang, Yangang", "overallOfficials[0].name"],
  ["NCT02057211", "Per-Ola Carlsson", "overallOfficials[0].name"],
  ["NCT01143168", "Cellonis Biotechnology Co. Ltd., Others", "responsibleParty.oldNameTitle"],
  ["NCT02579148", "Jianwu Dai", "overallOfficials[0].name"],
  ["NCT01967186", "Kaija Salmela", "overallOfficials[0].name"],
  ["NCT00646724", "Jianming Tan", "overallOfficials[0].name"],
  ["NCT02763423", "Dalong Zhu", "overallOfficials[0].name"],
  ["NCT01157403", "Chen Bing", "overallOfficials[0].name"],
  ["NCT01322789", "Carlos E Couri", "overallOfficials[1].name"],
  ["NCT01496339", "Charile Xiang", "overallOfficials[0].name"],
  ["NCT00698191", "Lingyun Sun", "overallOfficials[0].name"],
  ["NCT01741857", "Lingyun Sun", "overallOfficials[0].name"],
  ["NCT02633163", "Gary S. Gilkeson, Diane L. Kamen", "overallOfficials[0].name overallOfficials[1].name"],
  ["NCT00659217", "Jianming Tan", "centralContacts[0].name"],
  ["NCT01539902", "DanQi Deng", "locations[0].contacts[1].name"],
];

test.skipIf(withoutCorpus("msc-2022-01"))("every printed director is found in the record, at its field", () => {
  const records = new Map(corpus("msc-2022-01").map((one) => [one.protocolSection.identificationModule.nctId, one]));
  for (const [id, printed, field] of PRINTED) {
    const record = records.get(id);
    if (record === undefined) throw new Error(`${id} is missing`);
    const { people } = peopleOf(record);
    const paths = splitNames(printed).map((name) => people.find((one) => samePerson(one.name, name))?.path ?? null);
    const fields = paths.map((path) => path?.split(".").slice(2).join(".") ?? null);
    expect(field === null ? fields : fields.join(" "), id).toEqual(field === null ? [null] : field);
  }
});
