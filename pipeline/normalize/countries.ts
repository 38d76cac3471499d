import type { Evidence } from "../../db/model.ts";
import type { Study } from "../registry/study.ts";
import { AMBIGUOUS_IN_PROSE, COUNTRY_NAMES } from "./country-names.ts";
import { fold } from "./names.ts";
import { plain } from "./text.ts";

const MODULE = "protocolSection.contactsLocationsModule";

/** Longest country name in words: "lao people s democratic republic", "congo the democratic republic of the". */
const MOST_WORDS = 8;

function key(text: string): string {
  return fold(text)
    .replace(/[.]/g, "")
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}

const BY_SPELLING: ReadonlyMap<string, string> = new Map(
  COUNTRY_NAMES.flatMap(([name, ...spellings]) =>
    [name, ...spellings].map((spelling) => [key(spelling), name] as const),
  ),
);

/** Spellings met so far: a few dozen different texts in all of the registry's sites, each folded once. */
const known = new Map<string, string>();
const MOST_KNOWN = 2_000;

/** Today's registry name of a country in any known spelling; an unknown text stays as it is. */
export function countryName(text: string): string {
  const met = known.get(text);
  if (met !== undefined) return met;
  const name = BY_SPELLING.get(key(text)) ?? text.trim();
  if (known.size < MOST_KNOWN) known.set(text, name);
  return name;
}

/** "USA" and "United States", "Turkey" and "Turkey (Türkiye)": one country. */
export function sameCountry(a: string, b: string): boolean {
  return countryName(a) === countryName(b) || key(a) === key(b);
}

/**
 * The country that a part of an affiliation ends with: "Helsinki, Finland", "Sun Yat-sen University Guangzhou China".
 * Names that mean something else as well are passed over, and so is "New Mexico".
 */
function countryAtEnd(part: string): { name: string; span: string } | null {
  const words = [...part.matchAll(/[\p{L}.'’]+(?:-\p{L}+)*/gu)];
  for (let count = Math.min(MOST_WORDS, words.length); count >= 1; count--) {
    const at = words[words.length - count]?.index ?? 0;
    const last = words.at(-1);
    const whole = part.slice(at, (last?.index ?? 0) + (last?.[0].length ?? 0));
    // the full stop of a sentence goes, that of "P. R. C." stays
    const span = /\p{L}{3}\.$/u.test(whole) ? whole.slice(0, -1) : whole;
    const name = BY_SPELLING.get(key(span));
    if (name === undefined) continue;
    const before = words[words.length - count - 1]?.[0].toLowerCase();
    // two letters such as "US" are also ends of names and words; they count only as a part of their own
    if (AMBIGUOUS_IN_PROSE.has(name) || before === "new" || (key(span).length < 3 && before !== undefined)) return null;
    return { name, span };
  }
  return null;
}

function fromAffiliation(raw: string): { name: string; span: string } | null {
  // from the end: a street or department comes first, the country last
  for (const part of raw.split(/[,;()/]|\s[-–]\s/).toReversed()) {
    const found = countryAtEnd(part);
    if (found !== null) return found;
  }
  return null;
}

function fromSites(study: Study): Map<string, Evidence> {
  const found = new Map<string, Evidence>();
  const sites = study.protocolSection.contactsLocationsModule?.locations ?? [];
  let last = "";
  for (let at = 0; at < sites.length; at++) {
    const raw = sites[at]?.country;
    if (raw === undefined || raw === last) continue;
    last = raw;
    const name = plain(raw).trim();
    if (name === "" || found.has(name)) continue;
    found.set(name, { path: `${MODULE}.locations[${at}].country`, span: raw, rule: "country.site" });
  }
  return found;
}

/**
 * Countries in order of first appearance, each with its evidence: those of the sites as the record writes them, else those
 * at the end of an official's affiliation, else none.
 */
export function countriesOf(study: Study): { countries: string[]; countryEvidence: Evidence[] } {
  const found = fromSites(study);
  if (found.size === 0) {
    const officials = study.protocolSection.contactsLocationsModule?.overallOfficials ?? [];
    officials.forEach(({ affiliation }, at) => {
      const country = affiliation === undefined ? null : fromAffiliation(affiliation);
      if (country === null || found.has(country.name)) return;
      const path = `${MODULE}.overallOfficials[${at}].affiliation`;
      found.set(country.name, { path, span: country.span, rule: "country.affiliation" });
    });
  }
  return { countries: [...found.keys()], countryEvidence: [...found.values()] };
}
