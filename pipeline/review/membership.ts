import type { MemberHow, Membership, MemberState } from "../../db/model.ts";
import type { Fate } from "../sources/source.ts";
import type { Review } from "./review.ts";

/** Which studies a review tracks, and what happened to that: pure. The registry's own search decides (design rule 5). */

export type { Membership } from "../../db/model.ts";

export type MemberEventKind = "entered" | "returned" | "left" | "merged" | "tombstone" | "query_changed";
export interface MemberEvent {
  review: string;
  watchlist: string;
  nctId: string;
  event: MemberEventKind;
  queryHash: string | null;
  detail: Record<string, unknown>;
}

/** What a review asks for beyond what its queries find. */
export interface Wanted {
  /** Pinned and curated ids that no query brought. */
  load: string[];
  /** Members by match alone that their query no longer finds. */
  departed: string[];
}

const key = (watchlist: string, nctId: string): string => `${watchlist} ${nctId}`;

/** The watchlist under which a table's printed studies are listed. */
function homeOf(review: Review, table: number): string | null {
  return (review.watchlists.find((one) => one.table === table) ?? review.watchlists[0])?.id ?? null;
}

/** Every membership that today's queries, pins and tables give, with how it came. */
function desired(
  review: Review,
  seen: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, { watchlist: string; nctId: string; how: MemberHow[] }> {
  const wanted = new Map<string, { watchlist: string; nctId: string; how: MemberHow[] }>();
  const add = (watchlist: string, nctId: string, how: MemberHow): void => {
    const known = wanted.get(key(watchlist, nctId));
    if (known === undefined) wanted.set(key(watchlist, nctId), { watchlist, nctId, how: [how] });
    else if (!known.how.includes(how)) known.how.push(how);
  };
  for (const { id, pinned } of review.watchlists) {
    for (const nctId of seen.get(id) ?? []) add(id, nctId, "matched");
    for (const nctId of pinned) add(id, nctId, "pinned");
  }
  for (const { table, rows } of review.tables) {
    const home = homeOf(review, table);
    if (home !== null) for (const { nctId } of rows) add(home, nctId, "curated");
  }
  return wanted;
}

/** What must be asked by id once the queries are through. */
export function wantedIds(
  review: Review,
  seen: ReadonlyMap<string, ReadonlySet<string>>,
  before: readonly Membership[],
): Wanted {
  const now = desired(review, seen);
  const found = new Set([...seen.values()].flatMap((ids) => [...ids]));
  const hashes = new Map(review.watchlists.map((one) => [one.id, one.queryHash]));
  const load = [...now.values()].filter(({ nctId }) => !found.has(nctId)).map(({ nctId }) => nctId);
  const departed = before
    .filter((one) => one.state === "present" && !now.has(key(one.watchlist, one.nctId)) && !found.has(one.nctId))
    .filter((one) => hashes.get(one.watchlist) === one.queryHash)
    .map(({ nctId }) => nctId);
  return { load: [...new Set(load)], departed: [...new Set(departed)].filter((id) => !load.includes(id)) };
}

function stateOf(fate: Fate | undefined): { state: MemberState; survivor: string | null } {
  if (fate?.kind === "merged") return { state: "merged", survivor: fate.survivor };
  if (fate?.kind === "tombstone") return { state: "tombstone", survivor: null };
  return { state: "left", survivor: null };
}

/**
 * Compares the memberships that stand with those that today's answer gives. Only what changed is returned. An incomplete
 * walk records no departure, not even of a match whose study is pinned; an edited query ends memberships as `query_changed`, which is no news about the study.
 */
export function decideMembership(input: {
  review: Review;
  seen: ReadonlyMap<string, ReadonlySet<string>>;
  fates: ReadonlyMap<string, Fate>;
  complete: boolean;
  /** False: the store alone was read, so that no membership answers an edited query yet. Default true. */
  asked?: boolean;
  before: readonly Membership[];
  at: string;
}): { memberships: Membership[]; events: MemberEvent[] } {
  const { review, seen, fates, before, at } = input;
  const now = desired(review, seen);
  const held = new Map(before.map((one) => [key(one.watchlist, one.nctId), one]));
  const hashes = new Map(review.watchlists.map((one) => [one.id, one.queryHash]));
  const memberships: Membership[] = [];
  const events: MemberEvent[] = [];
  const write = (membership: Membership, event: MemberEventKind | null): void => {
    memberships.push(membership);
    if (event !== null)
      events.push({
        review: review.id,
        watchlist: membership.watchlist,
        nctId: membership.nctId,
        event,
        queryHash: membership.queryHash,
        detail:
          membership.survivor === null
            ? { how: membership.how }
            : { how: membership.how, survivor: membership.survivor },
      });
  };

  for (const { watchlist, nctId, how: found } of now.values()) {
    const known = held.get(key(watchlist, nctId));
    const unseen = !input.complete && known?.how.includes("matched") === true && !found.includes("matched");
    const how: MemberHow[] = unseen ? ["matched", ...found] : found;
    const queryHash = input.asked === false && known !== undefined ? known.queryHash : (hashes.get(watchlist) ?? null);
    const fate = found.includes("matched") ? undefined : fates.get(nctId);
    const { state, survivor } =
      fate === undefined || fate.kind === "left" ? { state: "present" as const, survivor: null } : stateOf(fate);
    const same =
      known !== undefined && known.state === state && known.queryHash === queryHash && known.how.join() === how.join();
    if (same || (known !== undefined && state !== "present" && !input.complete)) continue;
    const event = eventOf(known?.state ?? null, state);
    write(
      {
        review: review.id,
        watchlist,
        nctId,
        state,
        how,
        reason:
          state === "present"
            ? null
            : `the registry ${state === "merged" ? `merged it into ${survivor}` : "no longer knows it"}`,
        queryHash,
        enteredAt: known === undefined || event === "returned" ? at : known.enteredAt,
        leftAt: state === "present" ? null : at,
        survivor,
      },
      event,
    );
  }
  for (const known of before) {
    if (known.state !== "present" || now.has(key(known.watchlist, known.nctId))) continue;
    if (!known.how.includes("matched")) {
      // A pin or a printed row that a person took out: no query ever found it, so that it has not left one.
      write({ ...known, state: "left", reason: "no longer pinned or printed", leftAt: at }, null);
      continue;
    }
    if (!input.complete) continue;
    const queryHash = hashes.get(known.watchlist) ?? null;
    if (queryHash !== known.queryHash) {
      write({ ...known, state: "left", reason: "query_changed", queryHash, leftAt: at }, "query_changed");
      continue;
    }
    const { state, survivor } = stateOf(fates.get(known.nctId));
    const reason =
      state === "left"
        ? "the query no longer finds it"
        : state === "merged"
          ? `the registry merged it into ${survivor}`
          : "the registry no longer knows it";
    write({ ...known, state, survivor, reason, leftAt: at }, state === "present" ? null : state);
  }
  return { memberships, events };
}

function eventOf(before: MemberState | null, after: MemberState): MemberEventKind | null {
  if (before === after) return null;
  if (after === "present") return before === null ? "entered" : "returned";
  return after;
}

/** The tables under which a member is shown: those that print it, else those of its watchlists; [] in a review without. */
export function tablesOf(review: Review, nctId: string, watchlists: readonly string[]): number[] {
  const printing = review.tables
    .filter(({ rows }) => rows.some((row) => row.nctId === nctId))
    .map(({ table }) => table);
  if (printing.length > 0) return printing;
  const listed = review.watchlists.filter(({ id }) => watchlists.includes(id)).flatMap(({ table }) => table ?? []);
  return [...new Set(listed)].toSorted((a, b) => a - b);
}

/** What stands where the registry was not asked: what matched stays matched, what is gone stays gone. */
export function unasked(before: readonly Membership[]): { seen: Map<string, Set<string>>; fates: Map<string, Fate> } {
  const seen = new Map<string, Set<string>>();
  const fates = new Map<string, Fate>();
  for (const { watchlist, nctId, state, how, survivor } of before) {
    if (state === "present" && how.includes("matched"))
      seen.set(watchlist, (seen.get(watchlist) ?? new Set()).add(nctId));
    if (state === "merged" && survivor !== null) fates.set(nctId, { kind: "merged", survivor });
    if (state === "tombstone") fates.set(nctId, { kind: "tombstone" });
  }
  return { seen, fates };
}
