import type { MemberRow, ReviewRow } from "./rows.ts";
import { clean, paragraph, WIDTH } from "./text.ts";
import { counted } from "./words.ts";

/**
 * How the studies of a review were found and screened, counted as a flow diagram counts them (PRISMA): asked with these
 * words on this date, found by each list, the same study once, put aside for which reason, taken. Whole reviews only: a
 * part of the rows would count wrong.
 */

interface Counted {
  what: string;
  count: number;
  under?: Counted[];
}

const distinct = (rows: readonly MemberRow[]): number => new Set(rows.map(({ nct_id }) => nct_id)).size;

/** A reason is `code: words`; studies are counted by the code, the most frequent first. */
function byReason(rows: readonly MemberRow[]): Counted[] {
  const studies = Map.groupBy(rows, ({ reason }) => (reason ?? "no reason given").split(":")[0]?.trim() ?? "");
  return [...studies]
    .map(([what, of]) => ({ what, count: distinct(of) }))
    .toSorted((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
}

type WatchlistRow = ReviewRow["watchlists"][number];

function identified(watchlist: WatchlistRow, rows: readonly MemberRow[]): Counted {
  const here = rows.filter((row) => row.watchlist === watchlist.id);
  const found = here.filter(({ how }) => how.includes("matched"));
  const pinned = here.filter(({ how }) => !how.includes("matched") && how.includes("pinned"));
  const printed = here.length - found.length - pinned.length;
  return {
    what: `watchlist ${watchlist.id}`,
    count: distinct(here),
    under: [
      { what: "found by its query", count: found.length },
      { what: "not found, pinned by the review", count: pinned.length },
      { what: "not found or pinned, printed in the table", count: printed },
    ].filter(({ count }, at) => at === 0 || count > 0),
  };
}

/** The numbers of the box. `distinct` + `repeated` are the rows; `left` + `out` + `open` + `taken` are `distinct`. */
export function membersCounts(review: ReviewRow, all: readonly MemberRow[]): Counted[] {
  const rows = all.filter((row) => row.review === review.review);
  const present = rows.filter(({ state }) => state === "present");
  const held = new Set(present.map(({ nct_id }) => nct_id));
  const gone = rows.filter((row) => !held.has(row.nct_id));
  const screened = (as: MemberRow["screened"]) => present.filter((row) => row.screened === as);
  const part = (what: string, of: readonly MemberRow[]): Counted => ({
    what,
    count: distinct(of),
    under: byReason(of),
  });
  const known = new Set(review.watchlists.map(({ id }) => id));
  const states = [...Map.groupBy(gone, ({ state }) => state)];
  return [
    ...review.watchlists.map((watchlist) => identified(watchlist, rows)),
    ...[...Map.groupBy(rows, ({ watchlist }) => watchlist)]
      .filter(([id]) => !known.has(id))
      .map(([id, of]) => ({ what: `watchlist ${id}, no longer in the review`, count: distinct(of) })),
    { what: "found by a further list", count: rows.length - distinct(rows) },
    { what: "different studies", count: distinct(rows) },
    {
      what: "no longer tracked",
      count: distinct(gone),
      under: states.map(([what, of]) => ({ what, count: distinct(of) })),
    },
    part("put aside by the screening rules", screened("out")),
    part("left to a person", screened("uncertain")),
    part("not screened", screened(null)),
    part("taken", screened("in")),
  ];
}

function lines(items: readonly Counted[], width: number, indent: number): string[] {
  return items.flatMap(({ what, count, under }) => [
    `${String(count).padStart(indent + 4)}  ${clean(what)}`.slice(0, width),
    ...lines(under ?? [], width, indent + 4),
  ]);
}

function asked({ id, table, query, pinned }: WatchlistRow, width: number): string {
  const words = Object.entries(query ?? {}).map(([name, text]) => `query.${name} = ${text}`);
  const said = words.length === 0 ? "no query" : words.join(" and ");
  const also = (pinned ?? []).length === 0 ? "" : `; ${counted(pinned?.length ?? 0, "study", "studies")} pinned`;
  return paragraph(`${id} (table ${table ?? "none"}): ${said}${also}`, width, 2, 2);
}

/** The box of one review as text. `dataDate`: the registry's, as last published; null before the first. */
export function membersBox(
  review: ReviewRow,
  rows: readonly MemberRow[],
  dataDate: string | null,
  width = WIDTH,
): string {
  const head = `${review.review}: how its studies were found, ${
    dataDate === null ? "before any answer of the registry" : `registry data of ${dataDate}`
  }`;
  return [
    paragraph(head, width),
    ...review.watchlists.map((watchlist) => asked(watchlist, width)),
    ...lines(
      membersCounts(review, rows).filter(({ count, what }) => count > 0 || what === "different studies"),
      width,
      2,
    ),
    "",
  ].join("\n");
}
