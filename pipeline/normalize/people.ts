import type { Evidence } from "../../db/model.ts";
import type { Study } from "../registry/study.ts";
import { looksLikeOrganisation, looksLikePerson, personName } from "./names.ts";
import { plain } from "./text.ts";

/** A person or organisation named in a record, with where it is written and as what. */
export interface Named {
  /** As written, trimmed (an old-style responsible party that is no person: title and organisation, joined). */
  name: string;
  path: string;
  role: Role;
}

/**
 * Roles in order of trust: the first one that is filled names the director (order of the review's own table, read off its
 * twenty rows). Roles behind lead_sponsor never do; a name printed there is still a name of the record.
 */
export const ROLES = [
  "principal_investigator",
  "study_chair",
  "industry_sponsor",
  "study_director",
  "site_investigator",
  "central_contact",
  "old_responsible_party",
  "lead_sponsor",
  "responsible_investigator",
  "sub_investigator",
  "collaborator",
  "organization",
] as const;
export type Role = (typeof ROLES)[number];

export interface People {
  director: string | null;
  directorEvidence: Evidence[];
  people: Named[];
}

const CONTACTS = "protocolSection.contactsLocationsModule";
const SPONSORS = "protocolSection.sponsorCollaboratorsModule";

const OFFICIAL_ROLES: Record<string, Role> = {
  PRINCIPAL_INVESTIGATOR: "principal_investigator",
  STUDY_CHAIR: "study_chair",
  STUDY_DIRECTOR: "study_director",
  SUB_INVESTIGATOR: "sub_investigator",
};

type Entry = Named & { raw: string };

function entry(raw: string | undefined, path: string, role: Role): Entry[] {
  const name = raw === undefined ? "" : plain(raw).trim();
  return name === "" || raw === undefined ? [] : [{ name, path, role, raw }];
}

function officials(study: Study): Entry[] {
  const list = study.protocolSection.contactsLocationsModule?.overallOfficials ?? [];
  return list.flatMap((official, at) =>
    entry(
      official.name,
      `${CONTACTS}.overallOfficials[${at}].name`,
      OFFICIAL_ROLES[official.role ?? ""] ?? "sub_investigator",
    ),
  );
}

/** A site's investigator leads the study only where it is the one site. */
function siteInvestigators(study: Study): Entry[] {
  const sites = study.protocolSection.contactsLocationsModule?.locations ?? [];
  if (sites.length !== 1) return [];
  return (sites[0]?.contacts ?? []).flatMap((contact, at) =>
    contact.role === "PRINCIPAL_INVESTIGATOR"
      ? entry(contact.name, `${CONTACTS}.locations[0].contacts[${at}].name`, "site_investigator")
      : [],
  );
}

/** Call centres answer for many sponsors and direct nothing. */
function centralContacts(study: Study): Entry[] {
  const contacts = study.protocolSection.contactsLocationsModule?.centralContacts ?? [];
  return contacts
    .flatMap((contact, at) => entry(contact.name, `${CONTACTS}.centralContacts[${at}].name`, "central_contact"))
    .filter((contact) => looksLikePerson(contact.name));
}

/** Before 2011: a person's name with titles, or a post or body together with its organisation. */
function oldResponsibleParty(study: Study): Entry[] {
  const party = study.protocolSection.sponsorCollaboratorsModule?.responsibleParty;
  const path = `${SPONSORS}.responsibleParty`;
  const title = entry(party?.oldNameTitle, `${path}.oldNameTitle`, "old_responsible_party");
  const organisation = entry(party?.oldOrganization, `${path}.oldOrganization`, "old_responsible_party");
  const [named] = title;
  const [owner] = organisation;
  if (named === undefined || owner === undefined || looksLikePerson(named.name) || named.name === owner.name) {
    return named?.name === owner?.name ? title : [...title, ...organisation];
  }
  return [{ ...named, name: `${named.name}, ${owner.name}` }, ...title, ...organisation];
}

function sponsors(study: Study, ledByPerson: boolean): Entry[] {
  const module = study.protocolSection.sponsorCollaboratorsModule;
  const industry = module?.leadSponsor?.class === "INDUSTRY" && !ledByPerson;
  return [
    ...entry(module?.leadSponsor?.name, `${SPONSORS}.leadSponsor.name`, industry ? "industry_sponsor" : "lead_sponsor"),
    ...entry(
      module?.responsibleParty?.investigatorFullName,
      `${SPONSORS}.responsibleParty.investigatorFullName`,
      "responsible_investigator",
    ),
    ...(module?.collaborators ?? []).flatMap((collaborator, at) =>
      entry(collaborator.name, `${SPONSORS}.collaborators[${at}].name`, "collaborator"),
    ),
    ...entry(
      study.protocolSection.identificationModule.organization?.fullName,
      "protocolSection.identificationModule.organization.fullName",
      "organization",
    ),
  ];
}

/** Principal investigators and chairs are printed together; of contacts and of an old party only the first. */
function directors(people: readonly Entry[]): Entry[] {
  const first = people[0]?.role;
  if (first === undefined || ROLES.indexOf(first) > ROLES.indexOf("lead_sponsor")) return [];
  if (first === "central_contact" || first === "old_responsible_party") return people.slice(0, 1);
  const roles: Role[] = first === "principal_investigator" ? [first, "study_chair"] : [first];
  return people.filter((person) => roles.includes(person.role));
}

/** A sponsor is a person where its whole name reads like one's; a firm's is printed to the last letter. */
function isPerson({ name, role }: Entry): boolean {
  if (role === "industry_sponsor") return false;
  return looksLikePerson(name) && (role !== "lead_sponsor" || !looksLikeOrganisation(name));
}

function printDirectors(chosen: readonly Entry[]): string {
  const names = chosen.map((one) => (isPerson(one) ? personName(one.name) : { printed: one.name, words: [one.name] }));
  // in a list of names a comma would be read as the next name
  return [...new Set(names.map(({ printed, words }) => (names.length > 1 ? words.join(" ") : printed)))].join(", ");
}

/** Everyone named in the record in order of trust, and the director by that order; null where nobody is named. */
export function peopleOf(study: Study): People {
  const official = officials(study);
  const ledByPerson = official.some(({ role }) => role === "principal_investigator" || role === "study_chair");
  const all = [
    ...official,
    ...siteInvestigators(study),
    ...centralContacts(study),
    ...oldResponsibleParty(study),
    ...sponsors(study, ledByPerson),
  ];
  if (all.length > 1) all.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
  const chosen = directors(all);
  return {
    director: chosen.length === 0 ? null : printDirectors(chosen),
    directorEvidence: chosen.map(({ path, raw, role }) => ({ path, span: raw, rule: `director.${role}` })),
    people: all.map(({ name, path, role }) => ({ name, path, role })),
  };
}
