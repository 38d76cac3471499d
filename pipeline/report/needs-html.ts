import { FLAG_KINDS, SEVERITIES } from "../../db/model.ts";
import { type Html, html, link } from "./html.ts";
import type { FlagRow } from "./rows.ts";
import { placeOf, severityMark } from "./table-html-cell.ts";
import { flagWords } from "./words.ts";

/** What waits for a person: the open flags, the gravest first, kind by kind, with what to do and what to type. */

/** Where a flag leads: the cell it is about, else its study, else nowhere on the page. */
function aim(flag: FlagRow, places: ReadonlySet<string>): string | null {
  if (flag.nct_id === null) return null;
  const study = placeOf(flag.table_no, flag.nct_id);
  const cell = placeOf(flag.table_no, flag.nct_id, flag.column_name ?? "");
  return [cell, study].find((place) => places.has(place)) ?? null;
}

function item(flag: FlagRow, places: ReadonlySet<string>): Html {
  const place = aim(flag, places);
  const id = flag.nct_id ?? flag.review;
  return html`<li>
    ${place === null ? html`<b>${id}</b>` : link(`#${place}`, id)}: ${flag.message}
    <span class="where nowrap">flag ${flag.flag_id}${flag.state === "acknowledged" && ", seen"}</span>
  </li>`;
}

/** A list longer than this is closed at first, unless it is grave: what else there is stays in sight. */
const MOST_OPEN = 10;

function kindOf(flags: readonly FlagRow[], places: ReadonlySet<string>): Html {
  const [first] = flags;
  if (first === undefined) return html``;
  const ids = flags.map(({ flag_id }) => flag_id).join(" ");
  const whole = html`<summary><h3>${severityMark(first.severity)} ${flagWords(first.kind)} <span class="count">${flags.length}</span></h3></summary>
    <p>${first.advice}</p>
    <ul>${flags.map((flag) => item(flag, places))}</ul>
    <p class="commands">When seen: <code class="command">trialdrift flags ack ${ids} --note "…"</code></p>`;
  const open = first.severity === "high" || (first.severity === "medium" && flags.length <= MOST_OPEN);
  return open ? html`<details open>${whole}</details>` : html`<details>${whole}</details>`;
}

/** The gravest first, then in the order of the kinds' own list, where what happened to a trial comes before what is new. */
function byKind(flags: readonly FlagRow[]): FlagRow[][] {
  const place = ({ severity, kind }: FlagRow) => FLAG_KINDS.indexOf(kind) - 100 * SEVERITIES.indexOf(severity);
  const groups = Map.groupBy(
    flags.toSorted((a, b) => place(a) - place(b)),
    ({ severity, kind }) => `${severity} ${kind}`,
  );
  return [...groups.values()];
}

/** `places`: what can be linked to on the page (placeOf). The flags of other tables and reviews are left to the caller. */
export function needsYou(flags: readonly FlagRow[], places: ReadonlySet<string>): Html {
  const nothing = html`<p>Nothing: no flag is open.</p>`;
  return html`<section id="needs-you" class="needs">
    <h2>Needs you</h2>
    ${flags.length === 0 ? nothing : byKind(flags).map((list) => kindOf(list, places))}
  </section>`;
}
