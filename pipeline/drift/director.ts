import type { Facts } from "../normalize/facts.ts";
import { looksLikePerson, personName, samePerson, splitNames } from "../normalize/names.ts";
import { type Named, ROLES } from "../normalize/people.ts";
import { folded, type Relation, relation, SAME, SILENT } from "./relation.ts";

/** Statuses in which a record still needs a person to call; afterwards the registry takes contacts off. */
const RECRUITS: readonly string[] = ["NOT_YET_RECRUITING", "RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE"];

/** Roles whose names stand in contacts, so that they go with them. */
const CONTACT_ROLES: readonly Named["role"][] = ["central_contact", "site_investigator"];

/** The same words in the same order, without titles, degrees and case. */
function sameWording(a: string, b: string): boolean {
  const [left, right] = [a, b].map((name) => (looksLikePerson(name) ? personName(name).printed : name));
  return folded(left ?? "") === folded(right ?? "");
}

function derived(facts: Facts): Named[] {
  const paths = facts.directorEvidence.map(({ path }) => path);
  return facts.people.filter(
    ({ path }, at, all) => paths.includes(path) && all.findIndex((one) => one.path === path) === at,
  );
}

/** Is there no person in any field that could have named a director? */
function namesNoPerson(facts: Facts): boolean {
  const last = ROLES.indexOf("old_responsible_party");
  return !facts.people.some(
    ({ role, name }) => ROLES.indexOf(role) <= last && role !== "industry_sponsor" && looksLikePerson(name),
  );
}

/**
 * Director by membership: a printed name found in any field that names people or bodies is the same fact, and its path is
 * told. Different legal entities are different names.
 */
export function compareDirector(printed: string, facts: Facts): Relation {
  if (facts.people.length === 0) return SILENT;
  if (facts.director !== null && folded(printed) === folded(facts.director)) return SAME;
  const names = splitNames(printed);
  const found = names.map((name) => facts.people.find((one) => samePerson(name, one.name)) ?? null);
  const present = found.filter((one) => one !== null);
  if (present.length === names.length) {
    const director = derived(facts);
    const asDerived =
      director.length === names.length && names.every((name, at) => sameWording(name, director[at]?.name ?? ""));
    if (asDerived) return SAME;
    const roles = [...new Set(present.map(({ role }) => role.replaceAll("_", " ")))];
    return relation("equivalent", `named as ${roles.join(", ")}`, present[0]?.path ?? null);
  }
  if (
    present.length === 0 &&
    names.every(looksLikePerson) &&
    !RECRUITS.includes(facts.status) &&
    namesNoPerson(facts)
  ) {
    return relation("silent", "the record names no person; contacts are taken off when recruitment ends");
  }
  const lost = names.filter((_, at) => found[at] === null);
  return relation("differs", `not named in the record: ${lost.join(", ")}`);
}

/**
 * A printed name that stood in contacts at the as-of date and went with them has not moved. Null where that is not what
 * happened.
 */
export function lostContact(printed: string, now: Facts, before: Facts): Relation | null {
  if (RECRUITS.includes(now.status)) return null;
  const gone = splitNames(printed).filter((name) => !now.people.some((one) => samePerson(name, one.name)));
  const contacts = before.people.filter(({ role }) => CONTACT_ROLES.includes(role));
  const were = gone.map((name) => contacts.find((one) => samePerson(name, one.name)));
  if (gone.length === 0 || were.some((one) => one === undefined)) return null;
  return relation(
    "silent",
    "named as a contact, and contacts were taken off when recruitment ended",
    were[0]?.path ?? null,
  );
}
