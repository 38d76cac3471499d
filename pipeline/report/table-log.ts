import { printedValue } from "../review/deciding.ts";
import type { LogChange, LogEntry } from "../review/table-file.ts";
import { clean, paragraph } from "./text.ts";
import { columnWords, counted } from "./words.ts";

/** Who changed what, and when: the log of a curated table in words. */

function changeLine({ nct_id, column, old, new: now, decision }: LogChange): string {
  const note = column === "footnotes" || column === "cite";
  const side = (value: unknown): string => (note ? JSON.stringify(value) : printedValue(column, value));
  const about = column === "*" ? "the study as such" : columnWords(column);
  const by = decision === null ? "" : ` (decision ${decision})`;
  return clean(`${nct_id} ${about}: ${side(old)} -> ${side(now)}${by}`);
}

/** Entries as paragraphs, oldest first; the version asked for is where they part. */
export function logText(log: readonly LogEntry[], version: number, width: number): string {
  const said = ({ at, by, changes, version: number }: LogEntry): string =>
    [
      paragraph(
        `version ${number}, ${at.slice(0, 16).replace("T", " ")} UTC, ${by ?? "edited by hand"}: ${counted(changes.length, "change")}`,
        width,
        2,
        4,
      ),
      ...changes.map((change) => paragraph(changeLine(change), width, 4, 6)),
    ].join("\n");
  const part = (title: string, entries: readonly LogEntry[]): string[] =>
    entries.length === 0 ? [] : [[title, ...entries.map(said)].join("\n")];
  const before = part(
    "Changes up to this version",
    log.filter((entry) => entry.version <= version),
  );
  const after = part(
    "Changes since then",
    log.filter((entry) => entry.version > version),
  );
  return [...before, ...after].join("\n\n");
}
