import { MOVING_VIEWS } from "../db/marker.ts";
import { NOUNS, VIEW_NAMES, type ViewName } from "../db/read.ts";
import type { CodebookView } from "../pipeline/report/codebook.ts";

/** The read API in OpenAPI 3.1: from the views' own columns, the meanings of docs/schema.md and the table of nouns. */

export const FORMATS = ["json", "csv"] as const;

/** TABLE OF FILTERS: the parameters of a view, and when it has them. */
export const FILTERS: readonly {
  name: string;
  about: string;
  schema: Record<string, unknown>;
  has: (view: ViewName) => boolean;
}[] = [
  { name: "review", about: "only this review", schema: { type: "string" }, has: (view) => NOUNS[view].review !== null },
  {
    name: "since",
    about: "a date (UTC midnight, inclusive), an instant, or run:N",
    schema: { type: "string", examples: ["2026-11-20", "run:12"] },
    has: (view) => NOUNS[view].since !== null,
  },
  {
    name: "kind",
    about: "only these kinds, separated by commas",
    schema: { type: "string" },
    has: (view) => NOUNS[view].kind !== null,
  },
  {
    name: "table",
    about: "only this table",
    schema: { type: "integer", minimum: 1 },
    has: (view) => NOUNS[view].table,
  },
  {
    name: "nct",
    about: "only these studies, separated by commas",
    schema: { type: "string", examples: ["NCT01374854"] },
    has: (view) => NOUNS[view].nct,
  },
  {
    name: "format",
    about: "json (the default) or csv; as good as an Accept header",
    schema: { type: "string", enum: FORMATS },
    has: () => true,
  },
];

/** A column of a view, with its type as Postgres writes it. */
interface Column {
  name: string;
  type: string;
}

const TYPES: Readonly<Record<string, Record<string, unknown>>> = {
  text: { type: ["string", "null"] },
  uuid: { type: ["string", "null"], format: "uuid" },
  "text[]": { type: ["array", "null"], items: { type: "string" } },
  integer: { type: ["integer", "null"] },
  bigint: { type: ["integer", "null"] },
  boolean: { type: ["boolean", "null"] },
  "double precision": { type: ["number", "null"] },
  date: { type: ["string", "null"], format: "date" },
  "timestamp with time zone": { type: ["string", "null"], format: "date-time" },
};

function path(view: ViewName, columns: readonly Column[], codebook: CodebookView | undefined): object {
  const properties = Object.fromEntries(
    columns.map(({ name, type }) => {
      const meaning = codebook?.columns.get(name);
      return [name, { ...TYPES[type], ...(meaning === undefined ? {} : { description: meaning }) }];
    }),
  );
  const rows = { type: "array", items: { type: "object", properties } };
  const problem = { $ref: "#/components/responses/Problem" };
  return {
    get: {
      operationId: view,
      summary: codebook?.about ?? `Rows of review.${view}.`,
      parameters: FILTERS.filter(({ has }) => has(view)).map(({ name, about, schema }) => ({
        name,
        in: "query",
        description: about,
        schema,
      })),
      responses: {
        200: {
          description: "the rows",
          content: { "application/json": { schema: rows }, "text/csv": { schema: { type: "string" } } },
        },
        ...(MOVING_VIEWS.includes(view)
          ? {}
          : { 304: { description: "nothing was published since the ETag sent with If-None-Match" } }),
        400: problem,
        401: problem,
      },
    },
  };
}

export function openApi(
  columns: ReadonlyMap<ViewName, readonly Column[]>,
  codebook: ReadonlyMap<string, CodebookView>,
): object {
  const paths = VIEW_NAMES.map((view) => [`/api/${view}`, path(view, columns.get(view) ?? [], codebook.get(view))]);
  const text = { type: "string" };
  return {
    openapi: "3.1.0",
    info: {
      title: "trialdrift: what a review's trials are, and what changed",
      version: "1",
      description: "Reads the views of schema review. Nothing here writes.",
    },
    paths: Object.fromEntries(paths),
    components: {
      responses: {
        Problem: {
          description: "why it is not answered",
          content: {
            "application/json": { schema: { type: "object", properties: { error: text, next: text } } },
          },
        },
      },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { token: [] }],
  };
}
