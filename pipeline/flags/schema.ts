import type { SchemaDifference } from "../registry/description.ts";
import { columnsReading } from "../review/columns.ts";
import type { FlagRule, Subject } from "./causes.ts";

/** TABLE OF FLAGS about the registry's format: of no study, under no table. */

/** A difference in the registry's format; `name` tells it from others, its paths are the fields that it is about. */
export interface SchemaNews {
  name: string;
  said: string;
  difference: SchemaDifference;
}

export interface SchemaContext extends Subject {
  news: readonly SchemaNews[];
}

export const SCHEMA_RULES: readonly FlagRule<SchemaContext>[] = [
  {
    kind: "registry_schema",
    severity: "low",
    lasts: "event",
    causes: ({ news }) =>
      news.map(({ name, said, difference }) => {
        const columns = columnsReading(difference.paths);
        const words = columns.length === 0 ? "no column reads it" : `columns that read it: ${columns.join(", ")}`;
        const { added, removed, retyped } = difference;
        return {
          table: 0,
          column: "",
          value: name,
          message: `${said}; ${words}`,
          evidence: { added, removed, retyped, columns },
          ...(columns.length === 0 ? {} : { severity: "medium" as const }),
        };
      }),
    advice: "Look at the columns named; the program may need a newer version to read them right.",
    reason: "a field or value that the rules do not know is kept and loaded, but read by nobody",
  },
];
