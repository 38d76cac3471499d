import type { Stated } from "../../db/evidence.ts";
import type { ChangeRow } from "../../pipeline/report/rows.ts";
import { spoken } from "../../pipeline/report/list-columns.ts";
import { statusWords } from "../../pipeline/report/show-words.ts";
import { changeWords, columnWords, counted } from "../../pipeline/report/words.ts";
import { partialDate } from "../../pipeline/normalize/dates.ts";
import type { Lane, Mark, Shape } from "./lane.ts";
import { stretches } from "./stated.ts";
import { groupOf } from "./statuses.ts";

/** One study through time: what each version stated, what changed, and when a review tracked it, as lanes of one plot. */

export interface MemberEvent {
  event_id: number;
  review: string;
  watchlist: string;
  nct_id: string;
  event: "entered" | "returned" | "left" | "merged" | "tombstone" | "query_changed";
  survivor: string | null;
  happened_at: string;
}

export interface StudyTime {
  nctId: string;
  stated: readonly Stated[];
  changes: readonly ChangeRow[];
  events: readonly MemberEvent[];
  /** Data date of the last complete run; null where none is known: then the newest version ends the plot. */
  until: string | null;
}

const statedFrom = (from: string, dated: boolean): string => `${dated ? "submitted" : "stated from"} ${from}`;

function statusLane(stated: readonly Stated[], until: string): Lane {
  const spans = stretches(
    stated,
    until,
    ({ status, lastKnown }) => ({ status, lastKnown }),
    (value) => `${value.status} ${value.lastKnown}`,
  );
  const marks = spans.map(({ value, from, to }): Mark => {
    const words = statusWords(value.status, value.lastKnown);
    const told = `${words}, ${from} to ${to}`;
    const brief = spoken(value.status);
    return { shape: "span", from, to, label: words, brief, filling: groupOf(value.status), told };
  });
  return { name: "Status", marks };
}

const SHAPES: Record<string, { shape: Shape; words: string }> = {
  ESTIMATED: { shape: "planned", words: "planned" },
  ACTUAL: { shape: "actual", words: "actual" },
};
const UNTYPED = { shape: "dated" as const, words: "not said whether planned or actual" };

/** Each date that a version stated, where it lies in time, with the days on which it was stated. */
function dateLane(stated: readonly Stated[], until: string, column: "start" | "completion"): Lane {
  const spans = stretches(
    stated,
    until,
    (version) => ({
      date: partialDate(version[column] ?? undefined),
      type: version[`${column}Type`],
      dated: version.dated,
    }),
    ({ date, type }) => `${date?.text} ${type}`,
  );
  const marks = spans.flatMap(({ value: { date, type, dated }, from, to }): Mark[] => {
    if (date === null) return [];
    const { shape, words } = SHAPES[type ?? ""] ?? UNTYPED;
    const brief = `${date.text}${shape === "dated" ? "" : ` ${words}`}`;
    return [
      {
        shape,
        from: date.from,
        to: date.to,
        label: `${brief}, ${statedFrom(from, dated === "submitted")}`,
        brief,
        told: `${columnWords(column)} ${date.text}, ${words}, stated from ${from} to ${to}`,
      },
    ];
  });
  return { name: `${column === "start" ? "Start" : "Completion"}, as stated`, marks };
}

function enrollmentLane(stated: readonly Stated[], until: string): Lane {
  const spans = stretches(
    stated,
    until,
    ({ enrollment, enrollmentType }) => ({ enrollment, type: enrollmentType }),
    ({ enrollment, type }) => `${enrollment} ${type}`,
  );
  const marks = spans.flatMap(({ value: { enrollment, type }, from, to }): Mark[] => {
    if (enrollment === null) return [];
    const { shape, words } = SHAPES[type ?? ""] ?? UNTYPED;
    const label = `${enrollment}${shape === "dated" ? "" : ` ${words}`}`;
    return [
      {
        shape: "span",
        from,
        to,
        label,
        filling: shape,
        told: `${enrollment} participants, ${words}, ${from} to ${to}`,
      },
    ];
  });
  return { name: "Enrollment (participants)", marks };
}

/** Changes that came with the data of one day are one mark; the table behind the plot has each. */
function changeLane(changes: readonly ChangeRow[]): Lane {
  const marks = [...Map.groupBy(changes, ({ data_date }) => data_date)].map(([day, list]): Mark => {
    const words = list.map(({ column_name, kind }) => `${columnWords(column_name)}: ${changeWords(kind)}`);
    const brief = list.length === 1 ? (words[0] ?? "") : counted(list.length, "change");
    const label = list.length === 1 ? brief : `${brief}: ${words.join(", ")}`;
    return { shape: "change", from: day, to: day, label, brief, told: `${day}: ${words.join(", ")}` };
  });
  return {
    name: "Changes",
    marks: marks.toSorted((a, b) => a.from.localeCompare(b.from)),
  };
}

/** Each publication where a version first linked it; the record does not say when it appeared. */
function publicationLane(stated: readonly Stated[]): Lane {
  const first = new Map<string, string>();
  for (const { publications, day } of stated)
    for (const pmid of publications) if (!first.has(pmid)) first.set(pmid, day);
  const marks = [...Map.groupBy(first, ([, day]) => day)].map(([day, list]): Mark => {
    const label = list.map(([pmid]) => `PMID ${pmid}`).join(", ");
    const brief = list.length === 1 ? label : counted(list.length, "publication");
    return { shape: "paper", from: day, to: day, label, brief, told: `${label}, first linked in the data of ${day}` };
  });
  return { name: "Publications, when first linked", marks };
}

/** From each arrival in a watchlist to the departure that followed. */
function memberLane(events: readonly MemberEvent[], until: string): Lane {
  const byList = Map.groupBy(events, ({ review, watchlist }) => `${review}/${watchlist}`);
  const marks = [...byList].flatMap(([list, all]) => {
    const spans: Mark[] = [];
    for (const { event, happened_at, survivor } of all.toSorted((a, b) => a.event_id - b.event_id)) {
      const day = happened_at.slice(0, 10);
      const last = spans.at(-1);
      if (event === "entered" || event === "returned") {
        const label = `${list}: ${event} ${day}`;
        spans.push({ shape: "span", from: day, to: until > day ? until : day, label, filling: "member", told: label });
      } else if (event !== "query_changed" && last !== undefined) {
        const words =
          event === "left"
            ? "left"
            : event === "merged"
              ? `merged into ${survivor ?? "another study"}`
              : "gone from the registry";
        last.to = day;
        last.label += `, ${words} ${day}`;
        last.told = last.label;
      }
    }
    return spans;
  });
  return { name: "Tracked (review/watchlist)", marks };
}

/** The lanes that have anything to show, and the days that the axis spans. */
export function studyLanes(time: StudyTime): { lanes: Lane[]; from: string; to: string } | null {
  const { stated, changes, events } = time;
  const newest = stated.at(-1)?.day;
  const known = [time.until, newest, ...events.map(({ happened_at }) => happened_at.slice(0, 10))];
  const until = known
    .flatMap((day) => day ?? [])
    .toSorted()
    .at(-1);
  if (until === undefined) return null;
  const registry = time.until ?? newest ?? until;
  const lanes = [
    statusLane(stated, registry),
    dateLane(stated, registry, "start"),
    dateLane(stated, registry, "completion"),
    enrollmentLane(stated, registry),
    changeLane(changes),
    publicationLane(stated),
    memberLane(events, until),
  ].filter(({ marks }) => marks.length > 0);
  const days = lanes.flatMap(({ marks }) => marks.flatMap(({ from, to }) => [from, to])).toSorted();
  const [from] = days;
  const to = days.at(-1);
  return from === undefined || to === undefined ? null : { lanes, from, to };
}
