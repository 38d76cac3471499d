import { jsonRows } from "./json.ts";
import { columnSections } from "./show-column.ts";
import { ofColumn, type Shown, type ShownColumn } from "./show-rows.ts";
import { studyHeading, studySections } from "./show-study.ts";
import { ink, WIDTH } from "./text.ts";

export { SHOWN_COLUMNS, type Shown, type ShownColumn, type ShownViews } from "./show-rows.ts";

export interface ShowOptions {
  format: "text" | "json";
  /** Only this column, with everything known about it; null: the whole study. */
  column: ShownColumn | null;
  width?: number;
  colour?: boolean;
}

function textOf(shown: Shown, options: ShowOptions): string {
  const width = options.width ?? WIDTH;
  const pen = ink(options.colour ?? false);
  const { column } = options;
  const sections = column === null ? studySections(shown, width, pen) : columnSections(shown, column, width, pen);
  return [studyHeading(shown, width, pen), ...sections].join("\n\n");
}

function jsonOf({ nctId, views, retired }: Shown, { column }: ShowOptions): Record<string, unknown> {
  return {
    nct_id: nctId,
    url: `https://clinicaltrials.gov/study/${nctId}`,
    ...(column === null ? { ...views, retired_changes: retired } : ofColumn(views, column)),
  };
}

/**
 * Studies as a person tuning the lexicon or keeping a table asks for them: heading, status, changes, membership, cells,
 * drift and open flags, or all about one column. JSON: an array of one object a study, rows under the names of their views.
 */
export function show(studies: readonly Shown[], options: ShowOptions): string {
  if (options.format === "json") return jsonRows(studies.map((shown) => jsonOf(shown, options)));
  return `${studies.map((shown) => textOf(shown, options)).join("\n\n\n")}\n`;
}
