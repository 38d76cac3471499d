import type { Milestone } from "../../db/evidence.ts";

/** What versions say, as stretches of time: when each value stood, and since when. */

/** Of two versions on one day the later counts. Takes the versions of one study, oldest first. */
export function byDay<M extends Milestone>(versions: readonly M[]): M[] {
  return versions.filter((version, at) => versions[at + 1]?.day !== version.day);
}

/** A value and the days from which and until which versions stated it; `to` is the day of the version that did not. */
export interface Stretch<V> {
  value: V;
  from: string;
  to: string;
}

/** Versions that state the same, told by `key`, are one stretch; the last one lasts until `until`, or its own day if later. */
export function stretches<M extends Milestone, V>(
  versions: readonly M[],
  until: string,
  value: (version: M) => V,
  key: (value: V) => string,
): Stretch<V>[] {
  const found: Stretch<V>[] = [];
  for (const version of byDay(versions)) {
    const now = value(version);
    const last = found.at(-1);
    if (last !== undefined) last.to = version.day;
    if (last === undefined || key(last.value) !== key(now))
      found.push({ value: now, from: version.day, to: version.day });
  }
  const last = found.at(-1);
  if (last !== undefined && until > last.to) last.to = until;
  return found;
}

/** The version in force on a day; null before the first one held. Takes the versions of one study, oldest first. */
export function inForce<M extends Milestone>(versions: readonly M[], day: string): M | null {
  return versions.findLast((version) => version.day <= day) ?? null;
}
